"""The rows of the three tabs as prepared text, so that the template only prints them."""

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from claims.actions import Action
from claims.models import Claim
from claims.queries.customers import OpenClaim, Roster
from claims.statuses import Status, label
from customers.models import Customer
from customers.reasons import Reason
from mci_portal.common.templatetags.ui import day, days_left, money

ACTIVE, NOT_STARTED = "active", "not-started"


def kind_label(kind: str) -> str:
    """The words of the Type column (R-063)."""
    return {ACTIVE: pgettext("somebody", "Active"), NOT_STARTED: _("Not started")}[kind]


def eligible(customers: list[Customer], who: Roster, page_url: str, now: datetime) -> list[dict]:
    """R-063 to R-065: type, claim, remaining days and the one next step of each customer. ``page_url`` is "" for a
    reader who takes no steps; he may look at the claims."""
    claims_url = reverse("claims:list")
    return [
        _claimed(customer, who.claimed[customer.pk], claims_url, now, reads=not page_url)
        if customer.pk in who.claimed
        else _startable(customer, page_url)
        for customer in customers
    ]


def ineligible(customers: list[Customer], reasons: dict[int, list[Reason]]) -> list[dict]:
    """R-066 to R-068: why not, and what helps; the first reason shows, the others unfold.

    Without a row for whom nothing stands against any more since he was looked for.
    """
    return [
        _who(customer)
        | {
            "kind": kind_label(NOT_STARTED),
            "reason": reasons[customer.pk][0],
            "others": reasons[customer.pk][1:],
            "more": ngettext("%(n)s more reason", "%(n)s more reasons", len(reasons[customer.pk]) - 1)
            % {"n": len(reasons[customer.pk]) - 1},
        }
        for customer in customers
        if reasons[customer.pk]
    ]


def complete(claims: list[Claim]) -> list[dict]:
    """R-070: the claims that came to an end."""
    claims_url = reverse("claims:list")
    return [
        _who(claim.customer)
        | {
            "number": claim.number,
            "url": f"{claims_url}{claim.number}/",
            "kind": kind_label(ACTIVE if claim.consented_at else NOT_STARTED),
            "status": claim.effective,
            "label": label(claim.effective),
            "ended": day(claim.ended_at),
            "payout": money(claim.amount, claim.currency) if claim.effective == Status.APPROVED else "-",
        }
        for claim in claims
    ]


def _who(customer: Customer) -> dict:
    return {"name": customer.name, "id": customer.domain or customer.tpid or str(customer.tenant_id)}


def _startable(customer: Customer, page_url: str) -> dict:
    return _who(customer) | {
        "url": "",
        "kind": kind_label(NOT_STARTED),
        "location": "-",
        "number": "-",
        "status": "",
        "label": "-",
        "due": "-",
        "until": "",
        "action": Action.CLAIM_CUSTOMER.label,
        "action_url": f"{page_url}{customer.ref}/claim/" if page_url else "",
        "icon": "Add",
        "note": "",
    }


def _claimed(customer: Customer, claim: OpenClaim, claims_url: str, now: datetime, reads: bool) -> dict:
    url = f"{claims_url}{claim.number}/"
    action, action_url, symbol, note = _looks(url) if reads else _next_step(claim, url, now)
    return _who(customer) | {
        "url": url,
        "kind": kind_label(ACTIVE if claim.active else NOT_STARTED),
        "location": claim.location,
        "number": claim.number,
        "status": claim.status,
        "label": label(claim.status),
        "due": days_left(claim.due_at, now),
        "until": _until(claim),
        "action": action,
        "action_url": action_url,
        "icon": symbol,
        "note": note,
    }


def _next_step(claim: OpenClaim, url: str, now: datetime) -> tuple[str, str, str, str]:
    match claim.status:
        case Status.CUSTOMER_CLAIMED:
            return str(Action.SEND_CONSENT.label), f"{url}consent/", "Mail", ""
        case Status.AWAITING_CONSENT:
            return str(Action.RESEND_CONSENT.label), f"{url}consent/", "Mail", _sent(claim.sent_at, now)
        case Status.CONSENT_RECEIVED | Status.ACTION_REQUIRED | Status.DISPUTED:
            return str(Action.SUBMIT.label), url, "Send", ""
        case Status.REJECTED:
            return str(Action.DISPUTE.label), url, "Comment", format_html(_("until {}"), day(claim.due_at))
    return _looks(url)


def _looks(url: str) -> tuple[str, str, str, str]:
    return _("View claim"), url, "View", ""


def _until(claim: OpenClaim) -> str:
    """What the remaining days are for (R-064)."""
    return {
        Status.CUSTOMER_CLAIMED: _("to get consent"),
        Status.AWAITING_CONSENT: _("to get consent"),
        Status.CONSENT_RECEIVED: _("to submit"),
        Status.ACTION_REQUIRED: _("to answer"),
        Status.REJECTED: _("to dispute"),
        Status.DISPUTED: _("to submit the dispute"),
    }.get(Status(claim.status), "")


def _sent(sent_at: datetime | None, now: datetime) -> str:
    if sent_at is None:
        return ""
    days = (now - sent_at) // timedelta(days=1)
    if days < 1:
        return _("first sent today")
    return ngettext("first sent %(n)s day ago", "first sent %(n)s days ago", days) % {"n": days}
