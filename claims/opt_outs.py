"""The customer ends an association: what the mailed link opens, and his decision (R-224, T35, T36, C-22)."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from claims import deadlines, lifecycle
from claims.actions import Action
from claims.associations import is_incentivized, workload_names
from claims.consent import Answer, LinkState
from claims.models import Claim, OptOutLink
from claims.transitions import row_for
from mci_portal.accounts import actors
from mci_portal.common import tokens
from mci_portal.common.locking import locked_out_as_conflict

# Raise it when the words of the page change: each record keeps the version and the words.
TEXT_VERSION = "2026-11"


def find(token: str) -> OptOutLink | None:
    """The link of this secret, or None for anything else that may stand in the address (TK09)."""
    links = OptOutLink.objects.select_related(
        "claim__partner", "claim__engagement", "claim__customer", "claim__location", "claim__association"
    )
    return links.filter(digest=tokens.digest(token)).first()


def state(link: OptOutLink, now: datetime) -> LinkState:
    """What the link is good for now."""
    if link.used_at:
        return LinkState.ANSWERED
    if link.voided_at:
        newer = OptOutLink.objects.filter(claim=link.claim_id, voided_at=None).exists()
        return LinkState.REPLACED if newer else LinkState.CLOSED
    over = deadlines.is_past(deadlines.opt_out_due(link.claim), now) or now >= link.expires_at
    return LinkState.CLOSED if over or row_for(link.claim, Action.OPT_OUT) is None else LinkState.OPEN


def words(claim: Claim) -> list[str]:
    """What the customer reads before he decides; kept with his answer."""
    partner = claim.partner.legal_name
    return [
        _("{partner} has told Microsoft that it works with your company on: {products}.").format(
            partner=partner, products=", ".join(workload_names(claim.association))
        ),
        _(
            "If that is right, you need to do nothing. Microsoft checks the proof that {partner} hands in, and then "
            "records {partner} as your partner for these products. {partner} can then see how many of your people use "
            "them, but no content."
        ).format(partner=partner),
        _(
            "If you do not want that, opt out here. The record ends at once, and it cannot be disputed. Your contracts "
            "with {partner} and with Microsoft are not touched by it."
        ).format(partner=partner),
    ]


def opt_out(link: OptOutLink, given: Answer, now: datetime | None = None) -> Claim:
    """T35, T36, exactly once: the same again answers with the claim as it is (TK04). Raises Refused as the table."""
    by = actors.customer(given.typed_name, link.to_email, given.ip_address)
    with locked_out_as_conflict(), transaction.atomic():
        claim = Claim.objects.select_for_update(of=("self",)).get(pk=link.claim_id)
        link.refresh_from_db(fields=("used_at", "voided_at"))
        if link.used_at:
            return claim
        shared = given.reason if given.reason_shared else ""
        record = {
            "typed_name": given.typed_name,
            "ip_address": given.ip_address,
            "user_agent": given.user_agent[:300],
            "text_version": TEXT_VERSION,
            "text_shown": "\n\n".join(words(link.claim)),
            "reason": given.reason,
            "reason_shared": given.reason_shared,
        }
        return lifecycle.perform(
            claim, Action.OPT_OUT, by, now, link=link, record=record, note=shared, mail={"reason": shared}
        )


def until_when(claim: Claim) -> str:
    """Until when the customer may opt out, for mails and pages (C-22)."""
    if settings.CPOR_OPT_OUT_ANY_TIME:
        return _("The customer can opt out at any time.")
    due_at = deadlines.opt_out_due(claim)
    if due_at is None:
        return _("Opting out is possible until {days} business days after Microsoft has approved the claim.").format(
            days=deadlines.CPOR_OPT_OUT_DAYS
        )
    return _("Opting out is possible until {day}.").format(day=date_format(due_at.date(), "DATE_FORMAT"))


def payment_words(claim: Claim) -> str:
    """R-227: approved and eligible for payment are two facts."""
    if is_incentivized(claim):
        return _(
            "Approved does not mean eligible for payment: what is paid, if anything, is worked out later from the "
            "customer's use of the products."
        )
    return _("The association is recognised only: nothing is paid for it.")
