"""Which claims an actor may see at all. Every other query starts from here."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db.models import Case, CharField, DateTimeField, F, Func, Q, QuerySet, Value, When
from django.http import Http404
from django.utils.translation import gettext as _

from claims.models import Claim, Document, RecordedAnswer
from claims.transitions import CLOCK_ROWS
from mci_portal.accounts.actors import Actor, Kind


def visible(by: Actor) -> QuerySet[Claim]:
    """The claims of the actor's own partner and locations; all of them for Microsoft's people (R-007, R-272).

    Finance viewers add up money over them; the pages that show a claim do not let them in.
    """
    return Claim.objects.filter(by.location_filter())


def get(by: Actor, number: int) -> Claim:
    """One claim with what its pages show beside it, and the database's clock as ``read_at``, in one query.

    Raises Http404 for a claim of another company, exactly as for one that does not exist, and PermissionDenied
    for one of the own company at a location where the actor does not work (R-007, R-008).
    """
    claim = (
        Claim.objects.select_related(
            "partner", "location", "engagement", "engagement__type", "customer", "owner", "stand_in", "reviewer"
        )
        .annotate(read_at=Func(function="clock_timestamp", output_field=DateTimeField()))
        .filter(_company(by), number=number)
        .first()
    )
    if claim is None:
        raise Http404
    _check_location(by, claim)
    return claim


def get_document(by: Actor, number: int, document_id: int) -> Document:
    """A document that is still there, of a claim the actor may see (R-177).

    Raises Http404 and PermissionDenied as ``get``; reviewers open the files only of the claim they have taken,
    auditors none.
    """
    document = (
        Document.objects.select_related("claim")
        .filter(_company(by, "claim__"), claim__number=number, pk=document_id, removed_at=None)
        .first()
    )
    if document is None:
        raise Http404
    _check_location(by, document.claim)
    if sentence := document_refusal(by, document.claim):
        raise PermissionDenied(sentence)
    return document


def get_recorded(by: Actor, number: int, recorded_id: int) -> RecordedAnswer:
    """The evidence of an answer that was recorded for the customer, for those who open the claim's documents."""
    row = RecordedAnswer.objects.select_related("claim").filter(claim__number=number, pk=recorded_id).first()
    if row is None or not by.is_microsoft:
        raise Http404
    if sentence := document_refusal(by, row.claim):
        raise PermissionDenied(sentence)
    return row


def document_refusal(by: Actor, claim: Claim) -> str:
    """Why somebody who may read ``claim`` does not open its documents, or "" (R-012). Pages ask it before they link."""
    if by.kind is Kind.AUDITOR:
        return _("Auditors see which documents there are, and do not open them.")
    if by.kind is Kind.REVIEWER and not by.lead and claim.reviewer_id != by.user_id:
        return _("Only the reviewer who has taken this claim opens its documents.")
    return ""


def _company(by: Actor, prefix: str = "") -> Q:
    if by.is_microsoft and by.reads_claims:
        return Q()
    if by.partner is None or not by.works_on_incentives:
        return Q(pk__in=())
    return Q(**{f"{prefix}partner_id": by.partner.pk})


def _check_location(by: Actor, claim: Claim) -> None:
    if not by.is_microsoft and not by.works_at(claim.location_id):
        raise PermissionDenied(_("This claim belongs to a location of your company that you do not work for."))


def with_effective_status(claims: QuerySet[Claim], now: datetime) -> QuerySet[Claim]:
    """Annotate ``effective``: the status by the clock, even when the sweep is late (R-271)."""
    late = [
        When(
            Q(due_at__lte=now, status__in=row.sources)
            & (Q(round=row.round) if row.round else Q())
            & (Q(kind=row.kind) if row.kind else Q()),
            then=Value(row.target.value),
        )
        for row in CLOCK_ROWS
    ]
    return claims.annotate(effective=Case(*late, default=F("status"), output_field=CharField()))
