"""A partner asks for access to an engagement, an operator decides (R-030, R-031).

Whether an engagement by invitation exists is never said: what is asked by name gets the same answer whatever the name.
"""

from datetime import date, datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from engagements.availability import Availability, availability
from engagements.console.recording import recorded
from engagements.models import AccessRequest, Engagement, Invitation
from engagements.queries import matching, visible_to
from mci_portal.accounts import mails
from mci_portal.accounts.actors import Actor, Kind
from mci_portal.accounts.models import MicrosoftRole, Partner, User
from mci_portal.common.errors import Conflict

OPEN_AT_ONCE = 20
SUGGESTIONS = 200
Decision = AccessRequest.Decision


class NotPermitted(PermissionDenied):
    """The wrong person: a page answers 403."""


def open_request(partner_id: int, engagement: Engagement) -> AccessRequest | None:
    """The request of this partner for ``engagement`` that nobody has decided yet."""
    return AccessRequest.objects.filter(partner_id=partner_id, engagement=engagement, decision="").first()


def ask(by: Actor, engagement: Engagement, reason: str, now: datetime) -> AccessRequest:
    """R-030: for an engagement that the partner may see and cannot earn on. Tells every operator.

    Raises NotPermitted for who has no incentives role or may not see it, Conflict when it is over, asked for
    already, or too many requests are open.
    """
    if not by.works_on_incentives or not visible_to(by.partner_id).filter(pk=engagement.pk).exists():
        raise NotPermitted
    if availability(engagement, now.date()) is Availability.EXPIRED:
        raise Conflict(_("This engagement takes no new customers any more."))
    with transaction.atomic():
        _room_for_one_more(by)
        if open_request(by.partner_id, engagement):
            raise Conflict(_("Your company has asked for this engagement already."))
        return _keep(by, engagement, engagement.name, reason, now)


def ask_by_name(by: Actor, name: str, reason: str, now: datetime) -> AccessRequest:
    """R-030 for what the list does not show. Stores what was typed and nothing else, so that neither answer nor
    refusal tells whether there is such an engagement. Raises NotPermitted, and Conflict for too many at once."""
    if not by.works_on_incentives:
        raise NotPermitted
    with transaction.atomic():
        _room_for_one_more(by)
        return _keep(by, None, name, reason, now)


def _room_for_one_more(by: Actor) -> None:
    Partner.objects.select_for_update(no_key=True).get(pk=by.partner_id)
    if AccessRequest.objects.filter(partner_id=by.partner_id, decision="").count() >= OPEN_AT_ONCE:
        raise Conflict(_("Your company has many open requests. Wait until some of them are decided."))


def _keep(by: Actor, engagement: Engagement | None, name: str, reason: str, now: datetime) -> AccessRequest:
    request: AccessRequest = AccessRequest.objects.create(
        partner=by.partner, engagement=engagement, asked_name=name, reason=reason, asked_by=by.user, asked_at=now
    )
    operators = User.objects.filter(microsoft_role=MicrosoftRole.OPERATOR, is_active=True).order_by("pk")
    mails.tell(
        "P06",
        operators,
        f"access-request:{request.pk}",
        now,
        partner=by.partner.name,
        engagement=name,
        reason=reason,
        request=request.pk,
    )
    return request


def of_partner(by: Actor) -> QuerySet[AccessRequest]:
    """What the actor's company asked for, newest first; nothing for who has no incentives role."""
    if not by.works_on_incentives:
        return AccessRequest.objects.none()
    return AccessRequest.objects.filter(partner_id=by.partner_id).select_related("asked_by").order_by("-id")


def choices_for(request: AccessRequest, today: date) -> list[Engagement]:
    """The engagements an operator may mean when he approves: the one asked for, else those still offered, with what
    the typed name matches first."""
    if request.engagement is not None:
        return [request.engagement]
    offered = [one for one in Engagement.objects.order_by("name") if availability(one, today) != Availability.EXPIRED]
    near = set(Engagement.objects.filter(matching(request.asked_name)).values_list("pk", flat=True))
    return sorted(offered, key=lambda one: one.pk not in near)[:SUGGESTIONS]


def approve(by: Actor, request: AccessRequest, engagement: Engagement, answer: str, now: datetime) -> bool:
    """Let the partner in: an engagement by invitation gets its invitation, a listed one the operator's word.

    Returns whether an invitation is new, so that eligibility must be judged anew. Raises NotPermitted for who is no
    operator, Conflict when decided already, ValidationError for another engagement than the one asked for.
    """
    with transaction.atomic():
        locked = _open(by, request)
        if locked.engagement_id not in (None, engagement.pk):
            raise ValidationError({"engagement": _("The request is for another engagement.")})
        locked.engagement = engagement
        is_new = False
        if engagement.visibility == Engagement.Visibility.INVITATION:
            with recorded(by, now):
                _row, is_new = Invitation.objects.get_or_create(engagement=engagement, partner=locked.partner)
        _decide(locked, Decision.APPROVED, by, answer, now)
        _tell("P07", locked, engagement.name, now, slug=engagement.slug)
    return is_new


def decline(by: Actor, request: AccessRequest, answer: str, now: datetime) -> None:
    """Say no, with the reason. Raises what ``approve`` raises, and ValidationError without a reason."""
    if not answer:
        raise ValidationError({"answer": _("Give the partner a reason.")})
    with transaction.atomic():
        locked = _open(by, request)
        _decide(locked, Decision.DECLINED, by, answer, now)
        # By the name that was asked: a mail must not confirm another one.
        _tell("P08", locked, locked.asked_name, now)


def _open(by: Actor, request: AccessRequest) -> AccessRequest:
    if by.kind is not Kind.OPERATOR:
        raise NotPermitted
    rows = AccessRequest.objects.select_for_update(of=("self",)).select_related("partner", "asked_by")
    locked: AccessRequest = rows.get(pk=request.pk)
    if locked.decision:
        raise Conflict(_("This request was decided already."))
    return locked


def _decide(row: AccessRequest, decision: str, by: Actor, answer: str, now: datetime) -> None:
    row.decision, row.decided_by, row.decided_at, row.answer = decision, by.user, now, answer
    row.save(update_fields=("decision", "decided_by", "decided_at", "answer", "engagement"))


def _tell(kind: str, row: AccessRequest, name: str, now: datetime, **more: str) -> None:
    key = f"access-request:{row.pk}"
    mails.tell(kind, [row.asked_by], key, now, partner=row.partner.name, engagement=name, answer=row.answer, **more)
