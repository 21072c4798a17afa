"""Reads the address of the earnings: the range, the search and the filters of Microsoft's transaction view (R-253).

Program is left out: this portal has one.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import BadRequest, ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.models import EarningState
from claims.queries import earnings as rows
from mci_portal.accounts.actors import Actor
from mci_portal.common.forms import DayField
from mci_portal.common.lists import Choice, ListState

# Columns of ``rows.Wanted`` -> the parameters that set them.
FILTERS = {
    "states": "status",
    "types": "earning_type",
    "levers": "lever",
    "months": "payment_month",
    "adjusted": "adjusted",
    "engagements": "engagement",
    "locations": "location",
}
# Parameters that are typed, and not chosen; columns of ``rows.Wanted`` by the same name.
TYPED = {"payment": gettext_lazy("Payment ID"), "enrollment": gettext_lazy("Enrollment ID (location ID)")}
LONGEST = 40
# Outside of these a year is a slip of the keyboard.
SANE = (MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2100, 12, 31)))


class RangeForm(forms.Form):
    """The first and the last day of a range of one's own, both inclusive, in the reader's time zone."""

    since = DayField(label=gettext_lazy("Approved from"), validators=SANE)
    until = DayField(label=gettext_lazy("Approved until"), validators=SANE)

    def add_prefix(self, field_name: str) -> str:
        # Python reserves the one word, so both are named apart.
        return {"since": "from", "until": "to"}.get(field_name, field_name)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("since") and found.get("until") and found["since"] > found["until"]:
            raise ValidationError({"until": _("The last day lies before the first day.")})
        return found


@dataclass(frozen=True)
class Asked:
    """``wanted`` is None where the two dates of ``dates`` are wrong: then there is nothing to list."""

    state: ListState
    period: str
    typed: dict[str, str]  # by the names of TYPED
    dates: RangeForm | None
    wanted: rows.Wanted | None

    @property
    def groups(self) -> list[dict]:
        """Parameter of ``filter_panel.html``: two are typed, everything else is ticked."""
        boxes = [
            {
                "label": label,
                "drawn": format_html(
                    '<div class="field"><input type="text" name="{}" value="{}" maxlength="{}" aria-label="{}"></div>',
                    name,
                    self.typed[name],
                    LONGEST,
                    label,
                ),
            }
            for name, label in TYPED.items()
        ]
        first, *others = self.state.groups
        return [first, *boxes, *others]

    @property
    def keep_for_filters(self) -> list[tuple[str, str]]:
        return self.state.keep(*TYPED, *(choice.name for choice in self.state.filters))

    @property
    def chips(self) -> list[dict]:
        mine = [
            {"label": f"{TYPED[name]} - {words}", "url": self.state.url(**{name: ""})}
            for name, words in self.typed.items()
            if words
        ]
        return [*mine, *self.state.chips]

    @property
    def clear_url(self) -> str:
        return self.state.url(q="", **dict.fromkeys([*TYPED, *(choice.name for choice in self.state.filters)], ""))

    @property
    def is_narrowed(self) -> bool:
        return any(self.typed.values()) or self.state.is_narrowed

    def period_url(self, period: str) -> str:
        """The same list of another range; the default one is not said."""
        return self.state.url(**{"period": "" if period == rows.DEFAULT_PERIOD else period, "from": "", "to": ""})


def read(request: HttpRequest, by: Actor, now: datetime) -> Asked:
    """Raises BadRequest for a range, a filter or an order that the page does not offer."""
    period = request.GET.get("period", rows.DEFAULT_PERIOD)
    if period not in (*rows.PERIODS, rows.CUSTOM):
        raise BadRequest(_("There is no such period."))
    dates = _dates(request, now) if period == rows.CUSTOM else None
    days = dates.cleaned_data if dates and dates.is_valid() else {}
    typed = {name: request.GET.get(name, "").strip()[:LONGEST] for name in TYPED}
    # Days that were not chosen, but put in by default, move on with the calendar.
    kept = {"from": str(days["since"]), "to": str(days["until"])} if days and "from" in request.GET else {}
    address: dict[str, Any] = {"period": "" if period == rows.DEFAULT_PERIOD else period, **typed, **kept}
    state = ListState.read(request, sorts=rows.SORTS, default_sort="-earned", filters=_filters(by), **address)
    wanted = None
    if dates is None or days:
        wanted = rows.Wanted(
            period=period,
            q=state.q,
            payment=typed["payment"],
            enrollment=typed["enrollment"],
            since=days.get("since"),
            until=days.get("until"),
            **{field: state.chosen.get(name, ()) for field, name in FILTERS.items()},
        )
    return Asked(state, period, typed, dates, wanted)


def _dates(request: HttpRequest, now: datetime) -> RangeForm:
    typed = {name: request.GET[name] for name in ("from", "to") if name in request.GET}
    usual = {"from": rows.since(now, rows.PERIODS[rows.DEFAULT_PERIOD]).date(), "to": now.date()}
    return RangeForm(typed or usual)


def _filters(by: Actor) -> list[Choice]:
    offered = [
        Choice("status", _("Status"), EarningState.choices),
        Choice("earning_type", _("Earning type"), [(code, kind.label) for code, kind in rows.TYPES.items()]),
        Choice("lever", _("Lever"), [(code, words.format(market=code)) for code, words in rows.LEVERS.items()]),
        Choice("payment_month", _("Estimated payment month"), rows.months(by)),
        Choice("adjusted", _("Adjustment"), [("yes", _("Yes")), ("no", _("No"))]),
        Choice("engagement", _("Engagement"), rows.engagements(by)),
        Choice("location", _("Location"), rows.locations(by)),
    ]
    return [choice for choice in offered if choice.options]
