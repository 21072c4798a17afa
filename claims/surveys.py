"""The two surveys of a claim: send their links, take the answers (R-159..R-165)."""

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from claims import lifecycle
from claims.actions import Action
from claims.consent import LinkState
from claims.models import Claim, SurveyKind, SurveyLink
from claims.statuses import EDITABLE
from customers.identity import mail_domain
from mci_portal.accounts import actors
from mci_portal.accounts.actors import Actor
from mci_portal.common import tokens
from mci_portal.common.clock import database_now
from mci_portal.common.locking import locked_out_as_conflict


@dataclass(frozen=True)
class Question:
    """``kind``: "yes_no", "scale" (1 to 5), "number", "date" or "text".

    ``if_yes`` names a yes/no question: this one is asked only of those who answered it with yes.
    """

    code: str
    text: object
    kind: str
    required: bool = True
    if_yes: str = ""


QUESTIONS = {
    SurveyKind.CUSTOMER: (
        Question("took_place", _("Did the engagement take place?"), "yes_no"),
        Question("held_on", _("On which day did it end?"), "date", if_yes="took_place"),
        Question("attendees", _("How many people of your company took part?"), "number", if_yes="took_place"),
        Question("satisfaction", _("How satisfied are you with the partner's work?"), "scale", if_yes="took_place"),
        Question("useful", _("How useful were the results for you?"), "scale", if_yes="took_place"),
        Question("next_steps", _("Which next steps do you plan, and when?"), "text", required=False),
        Question("may_contact", _("May Microsoft contact you about your answers?"), "yes_no"),
    ),
    SurveyKind.PARTNER: (
        Question("held_on", _("On which day did the engagement end?"), "date"),
        Question("attendees", _("How many people of the customer took part?"), "number"),
        Question("goals_reached", _("How far were the customer's goals reached?"), "scale"),
        Question("readiness", _("How ready is the customer for the next step?"), "scale"),
        Question("next_steps", _("Which next steps were agreed with the customer?"), "text"),
        Question("remarks", _("Anything Microsoft should know?"), "text", required=False),
    ),
}


def send(claim: Claim, kind: str, by: Actor, now: datetime | None = None, **to) -> Claim:
    """R-161, R-163: mail a new link, the older one stops working. ``to_name``/``to_email`` for a colleague (R-160).

    Raises ValidationError for a colleague's address outside the partner's company, Refused as the table says.
    """
    if "to_email" in to:
        check_colleague(claim, to["to_email"])
    action = Action.SEND_CUSTOMER_SURVEY if kind == SurveyKind.CUSTOMER else Action.SEND_PARTNER_SURVEY
    return lifecycle.perform(claim, action, by, now, **to)


def check_colleague(claim: Claim, email: str) -> None:
    """R-160: the partner survey goes to the claim's partner contact or within the partner's company."""
    own = {claim.partner.mail_domain, claim.partner.tenant_domain} - {""}
    if email != claim.partner_email and mail_domain(email) not in own:
        raise ValidationError({"to_email": gettext("Enter an address of your own company.")})


def find(token: str) -> SurveyLink | None:
    """The link with this secret, with its claim; None for anything else, a consent link too (TK09, TK10)."""
    return (
        SurveyLink.objects.select_related(
            "survey__claim__partner", "survey__claim__engagement", "survey__claim__customer"
        )
        .filter(digest=tokens.digest(token))
        .first()
    )


def state(link: SurveyLink, now: datetime) -> LinkState:
    """What this link is good for at ``now``; REPLACED as soon as a newer one counts (R-163, R-164)."""
    claim = link.survey.claim
    if link.survey.completed_at:
        return LinkState.CLOSED if link.voided_at else LinkState.ANSWERED
    if claim.status not in EDITABLE or claim.due_at is None or now >= claim.due_at:
        return LinkState.CLOSED
    return LinkState.REPLACED if link.voided_at else LinkState.OPEN


def is_open(link: SurveyLink, now: datetime) -> bool:
    """True while answers through this link still count."""
    return state(link, now) is LinkState.OPEN


def answer(
    link: SurveyLink, name: str, answers: dict, now: datetime | None = None, *, address: str | None = None
) -> Claim:
    """Take the answers that came through a mailed link; ``name`` is as typed, ``address`` the IP address they came
    from. Raises Refused when closed."""
    with locked_out_as_conflict(), transaction.atomic():
        claim = Claim.objects.select_for_update().get(pk=link.survey.claim_id)
        # Under the lock once more: the contact may have been changed while the form was open.
        link = SurveyLink.objects.select_related("survey").get(pk=link.pk)
        link.survey.claim = claim
        if state(link, now or database_now()) is LinkState.REPLACED:
            raise lifecycle.Refused(gettext("This link is no longer valid."))
        return _take(link, name, answers, now, address)


def _take(link: SurveyLink, name: str, answers: dict, now: datetime | None, address: str | None) -> Claim:
    if link.survey.kind == SurveyKind.CUSTOMER:
        by, action = actors.customer(name, link.to_email, address), Action.COMPLETE_CUSTOMER_SURVEY
    else:
        by, action = actors.colleague(name, link.to_email, address), Action.COMPLETE_PARTNER_SURVEY
    return lifecycle.perform(link.survey.claim, action, by, now, answers=answers, mail={"survey": link.survey.kind})


def answer_as_partner(claim: Claim, by: Actor, answers: dict, now: datetime | None = None) -> Claim:
    """R-160: "Go to survey" - a member answers the partner survey directly."""
    return lifecycle.perform(
        claim, Action.COMPLETE_PARTNER_SURVEY, by, now, answers=answers, mail={"survey": SurveyKind.PARTNER}
    )
