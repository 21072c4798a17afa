"""Ask the customer for consent, and take the answer (R-110..R-124). The customer's page and the partner's call it."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from claims import deadlines, intake, lifecycle, obstacles
from claims.actions import Action
from claims.models import Claim, ConsentRequest
from claims.statuses import Status
from customers.models import Customer
from customers.reasons import Reason
from mci_portal.accounts import actors
from mci_portal.accounts.actors import Actor
from mci_portal.common import tokens
from mci_portal.common.clock import database_now
from mci_portal.common.locking import locked_out_as_conflict

# Raise it when the words of the consent page change: each record keeps the version and the words.
TEXT_VERSION = "2026-11"
# A lead may waive the rest: without a rate there is no amount, and a customer has one partner where he may have one.
NEVER_WAIVED = {"IVDGEO", "OTHPTR"}

Decision = ConsentRequest.Decision


class LinkState(Enum):
    OPEN = "open"
    ANSWERED = "answered"
    REPLACED = "replaced"  # a newer link was sent, or the contact was changed (TK06, TK07)
    CLOSED = "closed"  # expired, canceled, or answered in another way (TK08, TK11)


@dataclass(frozen=True)
class Answer:
    """What the customer's form said, and where it came from (R-121)."""

    decision: str
    typed_name: str
    ip_address: str | None
    user_agent: str
    language: str
    reason: str = ""
    reason_shared: bool = False


class Held(lifecycle.Refused):
    """The customer said yes, but Microsoft has to look first. Nothing is lost; the link stays open."""


def ask(
    claim: Claim,
    by: Actor,
    now: datetime | None = None,
    version: int | None = None,
    *,
    remind: bool = False,
    deal_size: int | None = None,
) -> Claim:
    """T03, T04: mail the request, or mail it again with a new link; ``remind`` = the customer may be reminded of it
    before it ends (E02). ``deal_size`` (US dollars) belongs to the first request, where the engagement asks for it.
    Raises Refused as the table says."""
    if claim.status != Status.CUSTOMER_CLAIMED:
        return lifecycle.perform(claim, Action.RESEND_CONSENT, by, now, version=version, remind=remind)
    return lifecycle.perform(claim, Action.SEND_CONSENT, by, now, version=version, remind=remind, deal_size=deal_size)


def find(token: str) -> ConsentRequest | None:
    """The request that this link belongs to, or None for anything else that may stand in the address (TK09)."""
    return find_by_digest(tokens.digest(token))


def find_by_digest(digest: str) -> ConsentRequest | None:
    """The request whose secret has this digest, with all that an answer needs."""
    return _with_claim().filter(digest=digest).first()


def _with_claim() -> QuerySet[ConsentRequest]:
    return ConsentRequest.objects.select_related(
        "claim__partner", "claim__location", "claim__engagement__type", "claim__customer"
    )


def state(request: ConsentRequest, now: datetime) -> LinkState:
    """What this link is good for at ``now``."""
    if request.decision:
        return LinkState.ANSWERED
    claim_waits = request.claim.status == Status.AWAITING_CONSENT and now < request.claim.consent_due_at
    if claim_waits and request.is_live(now):
        return LinkState.OPEN
    return LinkState.REPLACED if claim_waits else LinkState.CLOSED


def words(claim: Claim) -> list[str]:
    """The paragraphs the customer agrees to or refuses, in the active language (R-119, TK15)."""
    facts = {"partner": claim.partner.legal_name, "engagement": claim.engagement.name}
    return [
        _("{partner} asks for your agreement to run the engagement “{engagement}” with your company.").format(**facts),
        _(
            "If you accept, {partner} plans and runs the engagement with you, and afterwards hands in proof of it "
            "to Microsoft. Microsoft may pay {partner} for this work. It costs you nothing."
        ).format(**facts),
        _(
            "{partner} receives no access to your data through this agreement. Microsoft receives the name, title "
            "and e-mail address of the contact person, your company's name and tenant, the documents of the "
            "engagement and your answers to a short survey."
        ).format(**facts),
        _("You are free to decline. Declining has no disadvantage for you, and it ends this request."),
        _("You can ask {partner} at any time what was handed in about your company.").format(**facts),
    ]


def why_microsoft_asks() -> str:
    """R-119: Microsoft's side of it, for the page and the mail."""
    return _(
        "Why Microsoft asks: Microsoft supports partners who run such engagements, and counts one only when "
        "the customer has agreed to it."
    )


def answer(request: ConsentRequest, given: Answer, now: datetime | None = None) -> Claim:
    """T06, T07: record the customer's decision, exactly once.

    The same decision again answers with the claim as it is (TK04). Raises Refused for the opposite decision
    (TK05) and for a dead link, and Held when an acceptance cannot take effect at present: then the partner and
    Microsoft are told, and the request stays open.
    """
    by = actors.customer(given.typed_name, request.to_email, given.ip_address)
    reasons = [Reason("OTHPTR")]
    try:
        with locked_out_as_conflict(), transaction.atomic():
            # One customer at a time, as when he is added; also where he may have several claims (C-14, P18).
            Customer.objects.select_for_update().get(pk=request.claim.customer_id)
            _look_again(request)
            if request.decision:
                if request.decision == given.decision:
                    return request.claim
                raise lifecycle.Refused(_("This request was already answered."))
            if given.decision == Decision.DECLINED:
                return _record(request, Action.DECLINE, by, given, now)
            moment = now or database_now()
            reasons = intake.obstacles_to_consent(request.claim, moment)
            if not reasons:
                obstacles.release(request.claim.engagement, request.claim.customer_id, moment)
                return _record(request, Action.ACCEPT, by, given, now)
    except lifecycle.Taken:
        # Another partner's customer consented in this very second: the database let only one through (P18).
        reasons = [Reason("OTHPTR")]
    held = {"record": _columns(request, given), "reasons": [reason.code for reason in reasons]}
    lifecycle.perform(request.claim, Action.HOLD_ACCEPTANCE, by, now, request=request, held=held, mail={"held": True})
    raise Held(
        _(
            "Thank you. Your acceptance cannot take effect at the moment, because Microsoft has to check a point about "
            "this engagement first. The partner has been told. You need to do nothing now."
        )
    )


def may_withdraw(request: ConsentRequest, now: datetime) -> bool:
    """T13: whether the page behind the link offers it now."""
    claim = request.claim
    return (
        request.decision == Decision.ACCEPTED
        and claim.engagement.withdrawal
        and claim.status == Status.CONSENT_RECEIVED
        and not deadlines.is_past(claim.due_at, now)
    )


def withdraw(request: ConsentRequest, given: Answer, now: datetime | None = None) -> Claim:
    """T13: take an acceptance back before the first submission, where the engagement offers it (C-08).

    The same again answers with the claim as it is (TK04). Raises Refused as the table says. The record of the
    acceptance stays; the withdrawal stands in the history.
    """
    by = actors.customer(given.typed_name, request.to_email, given.ip_address)
    with locked_out_as_conflict(), transaction.atomic():
        _look_again(request)
        if request.claim.status == Status.CONSENT_REJECTED:
            return request.claim
        shared = given.reason if given.reason_shared else ""
        return lifecycle.perform(
            request.claim,
            Action.WITHDRAW,
            by,
            now,
            request=request,
            note=shared,
            mail={"reason": shared},
            event={"reason": given.reason, "ip_address": given.ip_address, "text_version": TEXT_VERSION},
        )


def _look_again(request: ConsentRequest) -> None:
    """Lock the claim and read the request anew: meanwhile it may have been answered, or voided by a newer one."""
    Claim.objects.select_for_update().get(pk=request.claim_id)
    request.refresh_from_db(from_queryset=_with_claim())


def _columns(request: ConsentRequest, given: Answer) -> dict:
    """What the record of the answer says (R-121)."""
    return {
        "decision": given.decision,
        "typed_name": given.typed_name,
        "ip_address": given.ip_address,
        "user_agent": given.user_agent[:300],
        "language": given.language,
        "text_version": TEXT_VERSION,
        "text_shown": "\n\n".join(words(request.claim)),
        "reason": given.reason,
        "reason_shared": given.reason_shared,
    }


def _record(request: ConsentRequest, action: Action, by: Actor, given: Answer, now: datetime | None) -> Claim:
    shared = given.reason if given.reason_shared else ""
    return lifecycle.perform(
        request.claim,
        action,
        by,
        now,
        request=request,
        record=_columns(request, given),
        note=shared,
        mail={"reason": shared},
    )


def held_acceptances() -> QuerySet[ConsentRequest]:
    """T06: every request whose acceptance waits for a lead to settle it, and still can be."""
    waiting = _with_claim().filter(held_at__isnull=False, voided_at=None, used_at=None)
    return waiting.filter(claim__status=Status.AWAITING_CONSENT)


def held_acceptance(claim: Claim) -> ConsentRequest | None:
    return held_acceptances().filter(claim=claim).first()


def why_held(request: ConsentRequest) -> list[Reason]:
    """What stood against the acceptance when the customer gave it."""
    return [Reason(code) for code in request.held.get("reasons", ())]


def release(claim: Claim, by: Actor, now: datetime | None = None, version: int | None = None) -> Claim:
    """T06: a lead lets the held acceptance take effect as the customer gave it, in spite of what stood against it.

    Raises NotPermitted and Refused as the table says; Refused also where there is no rate, for then there would be no
    amount, and Taken where another partner's customer has consented: those cannot be waived.
    """
    with locked_out_as_conflict(), transaction.atomic():
        Customer.objects.select_for_update().get(pk=claim.customer_id)
        Claim.objects.select_for_update().get(pk=claim.pk)
        request = held_acceptance(claim)
        if not lifecycle.permitted(claim, Action.ACCEPT, by):
            raise lifecycle.NotPermitted
        if request is None:
            raise lifecycle.Refused(_("No acceptance of this claim is held."))
        now = now or database_now()
        absolute = [one for one in intake.obstacles_to_consent(request.claim, now) if one.code in NEVER_WAIVED]
        if absolute:
            raise lifecycle.Refused(absolute[0].sentence)
        obstacles.release(request.claim.engagement, claim.customer_id, now)
        given = request.held
        told = {"released_by": by.name, "reasons_waived": given["reasons"]}
        return lifecycle.perform(
            claim, Action.ACCEPT, by, now, version=version, request=request, record=given["record"], released=True,
            mail=told, event=told,
        )  # fmt: skip


def refuse(claim: Claim, by: Actor, text: str, now: datetime | None = None, version: int | None = None) -> Claim:
    """T06: a lead does not let the held acceptance take effect. Partner and customer are told why; the link is void,
    and the partner may mend it and ask again while the time for consent runs."""
    return lifecycle.perform(
        claim, Action.REFUSE_ACCEPTANCE, by, now, version=version, text=text, note=text, mail={"refused": text}
    )


def propose_contact(
    request: ConsentRequest, name: str, email: str, typed_name: str, now: datetime | None = None
) -> None:
    """R-123: whoever got the mail by mistake names the right person; the partner decides what to do with it.

    Once through each link, so that nobody floods the partner. Raises Refused after that, and for a dead link.
    """
    if request.proposed_email:
        raise lifecycle.Refused(_("You have already named another person. The partner was told."))
    by = actors.customer(typed_name or request.to_name, request.to_email)
    lifecycle.perform(
        request.claim,
        Action.PROPOSE_CONTACT,
        by,
        now,
        request=request,
        name=name,
        email=email,
        mail={"proposed_name": name, "proposed_email": email},
        note=f"{name} <{email}>",
    )
