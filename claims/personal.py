"""What the portal holds of a customer's contact: told to him, forgotten for him, and forgotten by itself (R-276).

It is held for one purpose: to ask him about an engagement and to prove afterwards that he agreed. So nothing of it is
forgotten while a claim runs, and the claim, the decision and the money stay when he is. The operator's page calls
``held`` and ``forget``, a daily job ``forget_old``.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models import Case, F, Func, Q, QuerySet, Value, When
from django.utils.html import escape
from django.utils.translation import ngettext

from claims.models import Claim, ClaimEvent, ConsentRequest, Draft, OptOutLink, Survey, SurveyKind, SurveyLink
from claims.statuses import TERMINAL
from mci_portal.accounts.actors import Actor, Kind
from mci_portal.common.errors import Conflict
from mci_portal.outbox.models import Audience, Message
from mci_portal.outbox.models import Status as MailStatus

ERASED = "Erased"  # the word that the database's triggers know
NO_ADDRESS = "erased@erased.invalid"
AT_ONCE = 200  # claims to a transaction of the job
_LINKS: tuple[tuple[Any, str], ...] = ((ConsentRequest, "claim"), (OptOutLink, "claim"), (SurveyLink, "survey__claim"))


def claims_of(email: str) -> QuerySet[Claim]:
    """Every claim in which ``email`` is or was the customer's contact."""
    found = Q(customer_email=email)
    for model, path in _LINKS:
        links = model.objects.filter(to_email=email)
        if model is SurveyLink:
            links = links.filter(survey__kind=SurveyKind.CUSTOMER)
        found |= Q(pk__in=links.values(path))
    proposed = ConsentRequest.objects.filter(proposed_email=email).values("claim")
    return Claim.objects.filter(found | Q(pk__in=proposed)).order_by("number")


def held(email: str) -> dict[str, list[Any]]:
    """All that is held of the person at ``email``, by kind, as plain values for a JSON file. Reads only."""
    claims = claims_of(email)
    ids = list(claims.values_list("pk", flat=True))
    topics = [claim.topic for claim in claims]
    theirs = Q(to_email=email) | Q(proposed_email=email)
    return {
        "claims": list(
            claims.values(
                "number", "status", "partner__name", "engagement__name", "customer_title", "customer_name",
                "customer_email", "customer_language", "created_at", "closed_at",
            )
        ),
        "consent": list(
            ConsentRequest.objects.filter(theirs, claim__in=ids).values(
                "claim__number", "to_name", "to_email", "created_at", "used_at", "decision", "typed_name", "ip_address",
                "user_agent", "text_version", "text_shown", "reason", "held", "proposed_name",
                "proposed_email",
            )
        ),
        "opt_outs": list(
            OptOutLink.objects.filter(to_email=email).values(
                "claim__number", "to_name", "to_email", "created_at", "used_at", "typed_name", "ip_address",
                "user_agent", "text_version", "text_shown", "reason",
            )
        ),
        "surveys": list(
            Survey.objects.filter(links__to_email=email, kind=SurveyKind.CUSTOMER, claim__in=ids)
            .distinct()
            .values("claim__number", "completed_at", "completed_by", "answers")
        ),
        "mails": list(
            Message.objects.filter(Q(topic__in=topics) | Q(topic=""), to_email=email)
            .order_by("id")
            .values("kind", "to_name", "to_email", "subject", "text", "created_at", "sent_at", "status")
        ),
        "history": list(
            ClaimEvent.objects.filter(claim__in=ids, actor_kind=Kind.CUSTOMER, actor_name__in=_names(ids, email))
            .order_by("at")
            .values("claim__number", "action", "at", "actor_name", "address", "note", "data")
        ),
    }  # fmt: skip


def forget(email: str, by: Actor) -> int:
    """Forget the person at ``email`` in every claim, at his wish; returns in how many.

    Raises PermissionDenied for who is no operator, and Conflict while a claim with him still runs.
    """
    if by.kind is not Kind.OPERATOR:
        raise PermissionDenied
    with transaction.atomic():
        claims = list(claims_of(email).select_for_update(of=("self",)))
        running = [str(claim.number) for claim in claims if claim.status not in TERMINAL]
        if running:
            told = ngettext(
                "A claim with this person still runs: %(numbers)s. The partner cancels it or names another contact.",
                "Claims with this person still run: %(numbers)s. The partner cancels them or names another contact.",
                len(running),
            )
            raise Conflict(told % {"numbers": ", ".join(running)})
        _forget([claim.pk for claim in claims], email)
        Draft.objects.filter(data__icontains=email).delete()
    return len(claims)


def forget_old(now: datetime) -> int:
    """Forget the contacts of claims that closed longer ago than ``CONTACT_RETENTION_DAYS``; returns how many claims."""
    limit = now - timedelta(days=settings.CONTACT_RETENTION_DAYS)
    due = Claim.objects.filter(closed_at__lt=limit).exclude(customer_email=NO_ADDRESS).order_by("pk")
    forgotten = 0
    while True:
        with transaction.atomic():
            ids = [claim.pk for claim in due.select_for_update(of=("self",), skip_locked=True)[:AT_ONCE]]
            _forget(ids, None)
        forgotten += len(ids)
        if len(ids) < AT_ONCE:
            return forgotten


def _forget(ids: list[int], email: str | None) -> None:
    """Take the person at ``email``, or with None every customer's contact, out of these claims and all about them."""
    names = _names(ids, email)
    addresses = _addresses(ids, email)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL portal.forget_person = 'on'")
    theirs = {"to_email__in": addresses}
    who = {"to_name": ERASED, "to_email": NO_ADDRESS}
    typed = Case(When(typed_name="", then=Value("")), default=Value(ERASED))
    answer = {"typed_name": typed, "ip_address": None, "user_agent": "", "reason": ""}
    ConsentRequest.objects.filter(claim__in=ids, **theirs).update(**who, **answer, held={})
    OptOutLink.objects.filter(claim__in=ids, **theirs).update(**who, **answer)
    named = ConsentRequest.objects.filter(claim__in=ids, proposed_email__in=addresses)
    named.update(proposed_name=ERASED, proposed_email=NO_ADDRESS)
    surveys = Survey.objects.filter(claim__in=ids, kind=SurveyKind.CUSTOMER)
    surveys.filter(links__to_email__in=addresses).exclude(completed_by="").update(completed_by=ERASED)
    SurveyLink.objects.filter(survey__in=surveys, **theirs).update(**who)
    _forget_in_history(ids, [*names, *addresses], names)
    _forget_in_mail(ids, [*names, *addresses], addresses)
    Claim.objects.filter(pk__in=ids, customer_email__in=addresses).update(
        customer_title="", customer_name=ERASED, customer_email=NO_ADDRESS, mismatch_reason=""
    )
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL portal.forget_person = ''")


def _addresses(ids: list[int], email: str | None) -> list[str]:
    if email is not None:
        return [email]
    found = set(Claim.objects.filter(pk__in=ids).values_list("customer_email", flat=True))
    for links in _links(ids):
        found |= set(links.values_list("to_email", flat=True))
    found |= set(ConsentRequest.objects.filter(claim__in=ids).values_list("proposed_email", flat=True))
    return sorted(found - {"", NO_ADDRESS})


def _names(ids: list[int], email: str | None) -> list[str]:
    """What the person is called in these claims, also by himself; of None every customer's contact."""
    claims = Claim.objects.filter(pk__in=ids)
    found: set[str] = set((claims if email is None else claims.filter(customer_email=email)).values_list(
        "customer_name", flat=True
    ))  # fmt: skip
    for links in _links(ids):
        mine = links if email is None else links.filter(to_email=email)
        found |= set(mine.values_list("to_name", flat=True))
        if links.model is not SurveyLink:
            found |= set(mine.values_list("typed_name", flat=True))
        if links.model is ConsentRequest:
            found |= set(mine.values_list("held__record__typed_name", flat=True)) - {None}
    return sorted(found - {"", ERASED})


def _links(ids: list[int]) -> Iterable[QuerySet]:
    yield ConsentRequest.objects.filter(claim__in=ids)
    yield OptOutLink.objects.filter(claim__in=ids)
    yield SurveyLink.objects.filter(survey__claim__in=ids, survey__kind=SurveyKind.CUSTOMER)


def _forget_in_history(ids: list[int], words: list[str], names: list[str]) -> None:
    lines = ClaimEvent.objects.filter(claim__in=ids)
    lines.filter(actor_kind=Kind.CUSTOMER, actor_name__in=names).update(
        actor_name=ERASED, address=None, note="", data={}
    )
    for word in words:
        lines.filter(Q(note__icontains=word) | Q(data__icontains=word)).update(note="", data={})


def _forget_in_mail(ids: list[int], words: list[str], addresses: list[str]) -> None:
    topics = [claim.topic for claim in Claim.objects.filter(pk__in=ids).only("number")]
    mails = Message.objects.filter(topic__in=topics).exclude(status__in=(MailStatus.QUEUED, MailStatus.SENDING))
    mails.filter(to_email__in=addresses, audience=Audience.CUSTOMER).update(
        to_name=ERASED, to_email=NO_ADDRESS, sent_to="", subject="", text="", html="", context={}
    )
    for word in words:
        for column, written in (("subject", word), ("text", word), ("html", escape(word))):
            changed = mails.filter(**{f"{column}__contains": written})
            changed.update(**{column: Func(F(column), Value(written), Value(ERASED), function="replace")})
