"""Asks the customers of several claims again: each by the ordinary action, with its own limits (R-116, T04)."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from claims import lifecycle
from claims.actions import Action
from claims.models import Claim
from claims.queries.scope import visible
from claims.statuses import Status
from mci_portal.accounts.actors import Actor
from mci_portal.common.clock import database_now


@dataclass
class Outcome:
    """``sent`` are claim numbers; ``refused`` says why not, each sentence with the numbers that it is about."""

    sent: list[int] = field(default_factory=list)
    refused: dict[str, list[int]] = field(default_factory=dict)


def resend(by: Actor, numbers: Iterable[int]) -> Outcome:
    """Mail the request for consent again for each claim that may be asked again now; the others keep as they are."""
    wanted, outcome = sorted(set(numbers)), Outcome()
    claims = visible(by).select_related("partner", "location", "engagement__type", "customer", "owner")
    found = {claim.number: claim for claim in claims.filter(number__in=wanted)}
    for number in wanted:
        reason = _ask(found.get(number), by)
        if reason:
            outcome.refused.setdefault(reason, []).append(number)
        else:
            outcome.sent.append(number)
    return outcome


def _ask(claim: Claim | None, by: Actor) -> str:
    """Why the request was not sent again, or "" when it was."""
    if claim is None:
        return _("You cannot see this claim.")
    status = lifecycle.effective_status(claim, database_now())
    if status == Status.CUSTOMER_CLAIMED:
        return _("The customer was not asked yet. Open the claim to check the contacts and send the first e-mail.")
    if status != Status.AWAITING_CONSENT:
        return _("The claim does not wait for the customer's consent.")
    try:
        lifecycle.perform(claim, Action.RESEND_CONSENT, by)
    except lifecycle.Refused as refusal:
        return refusal.sentence
    except PermissionDenied:
        return _("You may not do this for this claim.")
    return ""
