"""The links that stand in mails, and what people answer behind them."""

from claims import surveys
from claims.models import Claim, ConsentRequest, SurveyKind, SurveyLink
from mci_portal.accounts.actors import actor_for
from mci_portal.common import tokens
from tests.cast import admin_of

YES = {"typed_name": "Carla Customer", "authorised": "on", "decision": "accepted"}
NO = YES | {"decision": "declined"}

CUSTOMER_ANSWERS = {
    "took_place": "yes",
    "held_on": "2026-06-30",
    "attendees": "8",
    "satisfaction": "5",
    "useful": "4",
    "next_steps": "A pilot in autumn.",
    "may_contact": "no",
}
PARTNER_ANSWERS = {
    "held_on": "2026-06-30",
    "attendees": "8",
    "goals_reached": "4",
    "readiness": "3",
    "next_steps": "A pilot.",
}


def consent_link(claim: Claim, *, newest: int = 0) -> str:
    """The address in the newest consent mail of ``claim``; ``newest=1`` is the one before."""
    nonce = ConsentRequest.objects.filter(claim=claim).order_by("-id")[newest].nonce
    return f"/consent/{tokens.value('consent', nonce)}/"


def send_survey(claim: Claim, kind: str = SurveyKind.CUSTOMER, **to) -> str:
    """Mail a survey of ``claim`` and return the address in the mail."""
    surveys.send(claim, kind, actor_for(admin_of(claim.partner)), **to)
    link = SurveyLink.objects.get(survey__claim=claim, survey__kind=kind, voided_at=None, used_at=None)
    return f"/survey/{tokens.value(kind, link.nonce)}/"
