"""What a slice of the claims is called: on the chip above the list, and on the pages that link to it."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from claims.models import EarningState
from claims.queries.slices import Slice, parsed
from claims.statuses import Status


def label(given: Mapping[str, str]) -> str:
    """One phrase for the parameters ``slices.read`` has checked; "" where they cut nothing out."""
    market = _("Market {market}").format(market=given["market"]) if given.get("market") else ""
    if not given.get("moment"):
        return market
    cut = parsed(given)
    return ", ".join(filter(None, (_what(cut), _when(cut), market)))


def _what(cut: Slice) -> str:
    step, _dot, state = cut.of.partition(".")
    words = {
        "stood": lambda: _("Stood at “{status}”").format(status=group(cut.of)),
        "reached": lambda: _("Added, reached “{step}”").format(step=steps()[cut.of]),
        "stopped": lambda: _("Added, got no further than “{step}”").format(step=steps()[step]),
        "consented": lambda: _("Customer consented"),
        "handed_in": lambda: _("First submitted"),
        "decided": lambda: outcomes()[cut.of],
        "incoming": lambda: _("Submitted to Microsoft"),
        "waiting": lambda: _("Waits for Microsoft since"),
        "due": lambda: clocks()[cut.of],
        "earned": lambda: _("Earned, {currency}").format(currency=cut.of),
        "payable": lambda: _("Payment estimated, {currency}").format(currency=cut.of),
        "paid": lambda: _("Paid, {currency}").format(currency=cut.of),
    }[cut.moment]()
    return f"{words} ({EarningState(state).label})" if state else words


def _when(cut: Slice) -> str:
    if cut.moment == "stood" or cut.since is None:
        return _("before {end}").format(end=_moment(cut.until)) if cut.until else ""
    if cut.until is None:
        return _("from {start}").format(start=_moment(cut.since))
    last = cut.until - timedelta(seconds=1)
    return _("{start} to {end}").format(start=_moment(cut.since), end=_moment(last))


def _moment(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), pgettext("short date format", "M j, Y"))


def group(code: str) -> str:
    """A group of statuses (``slices.GROUPS``)."""
    return {
        "consent": _("Customer consent"),
        "evidence": _("Evidence"),
        "review": _("With Microsoft"),
        "action": str(Status.ACTION_REQUIRED.label),
        "dispute": _("Rejected or disputed"),
        "approved": str(Status.APPROVED.label),
        "declined": _("Declined or withdrawn"),
        "expired": _("Expired"),
        "canceled": str(Status.CANCELED.label),
        "refused": str(Status.REJECTED_FINAL.label),
    }[code]


def steps() -> dict[str, str]:
    """The steps of the funnel."""
    return {
        "added": _("Customer added"),
        "consented": _("Customer consented"),
        "submitted": _("Claim submitted"),
        "approved": _("Claim approved"),
        "paid": pgettext("a claim", "Paid"),
    }


def outcomes() -> dict[str, str]:
    """What a review ends with (``slices.OUTCOMES``)."""
    return {
        "": _("Decided"),
        "first": _("Decided in the first review"),
        "second": _("Decided after a dispute"),
        "approved": str(Status.APPROVED.label),
        "rejected": str(Status.REJECTED.label),
        "refused": str(Status.REJECTED_FINAL.label),
        "requested": _("Action requested"),
        "in_time": _("Decided in time"),
        "late": _("Decided late"),
    }


def clocks() -> dict[str, str]:
    """Whose time runs out (``slices.CLOCKS``)."""
    return {
        "consent": _("Customer consent due"),
        "submit": _("Submission due"),
        "action": _("Answer to a request due"),
        "dispute": _("Dispute due"),
        "review": _("Review due"),
    }
