"""Claim history (R-154): its lines as the reader may see them, narrowed to what he asks for, on a page or in a file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Case, CharField, F, QuerySet, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from claims.actions import Action
from claims.export_columns import Label
from claims.models import Claim, ClaimEvent
from claims.statuses import Status
from claims.time_with import Side, time_with
from mci_portal.accounts.actors import Actor, Kind
from mci_portal.common.table_copy import Column
from mci_portal.common.table_copy import Kind as K

SIDES = {
    "partner": (Kind.PARTNER.value, Kind.COLLEAGUE.value),
    "microsoft": (Kind.REVIEWER.value, Kind.OPERATOR.value),
    "customer": (Kind.CUSTOMER.value,),
    "system": (Kind.CLOCK.value,),
}


@dataclass(frozen=True)
class Wanted:
    """What the reader narrowed the history to; empty = everything. The days are the reader's own, both included."""

    side: str = ""
    action: str = ""
    person: str = ""  # a name as the lines write it
    first: date | None = None
    last: date | None = None

    @property
    def is_narrowed(self) -> bool:
        return self != Wanted()


@dataclass(frozen=True)
class History:
    """``lines`` newest first; ``actions`` (code, label) and ``people`` are what the whole history knows."""

    lines: list[ClaimEvent]
    actions: list[tuple[str, str]]
    people: list[str]
    times: list[tuple[str, str]]  # label, words


def side_labels() -> dict[str, str]:
    return {"partner": _("Partner"), "microsoft": _("Microsoft"), "customer": _("Customer"), "system": _("System")}


def side_of(actor_kind: str) -> str:
    """The code of the side that an actor of this kind stands on."""
    return next((side for side, kinds in SIDES.items() if actor_kind in kinds), "")


def visible(claim: Claim, by: Actor) -> QuerySet[ClaimEvent]:
    """Lines about internal notes stay with Microsoft (R-178)."""
    lines = ClaimEvent.objects.filter(claim=claim)
    return lines if by.is_microsoft else lines.filter(internal=False)


def selected(claim: Claim, by: Actor, wanted: Wanted) -> QuerySet[ClaimEvent]:
    """The lines asked for, newest first; the file holds the same ones."""
    lines = visible(claim, by)
    if wanted.side:
        lines = lines.filter(actor_kind__in=SIDES[wanted.side])
    if wanted.action:
        lines = lines.filter(action=wanted.action)
    if wanted.person:
        lines = lines.filter(actor_name=wanted.person)
    if wanted.first:
        lines = lines.filter(at__gte=_midnight(wanted.first))
    if wanted.last:
        lines = lines.filter(at__lt=_midnight(wanted.last + timedelta(days=1)))
    return lines.order_by("-seq")


def _midnight(on: date) -> datetime:
    return timezone.make_aware(datetime(on.year, on.month, on.day))


def of_claim(claim: Claim, by: Actor, wanted: Wanted, now: datetime) -> History:
    """What the page shows, in two statements however many lines there are."""
    known = list(visible(claim, by).order_by("seq").values_list("at", "to_status", "action", "actor_name"))
    until = min(now, claim.due_at) if claim.due_at else now
    spent = time_with([(at, status) for at, status, _action, _name in known], until)
    actions = {action: _label(action) for _at, _status, action, _name in known}
    return History(
        lines=list(selected(claim, by, wanted)),
        actions=sorted(actions.items(), key=lambda pair: pair[1]),
        people=sorted({name for *_rest, name in known}),
        times=[(label, duration(spent[side])) for side, label in _times()],
    )


def _times() -> Sequence[tuple[Side, str]]:
    return (
        (Side.PARTNER, _("Time with partner")),
        (Side.CUSTOMER, _("Time with customer")),
        (Side.MICROSOFT, _("Time with Microsoft")),
    )


def duration(spent: timedelta) -> str:
    """ "12 days", under a day "5 hours", under an hour "Less than 1 hour"; "-" for none at all."""
    hours = int(spent.total_seconds() // 3600)
    if hours >= 24:
        return ngettext("%(days)d day", "%(days)d days", hours // 24) % {"days": hours // 24}
    if hours:
        return ngettext("%(hours)d hour", "%(hours)d hours", hours) % {"hours": hours}
    return _("Less than 1 hour") if spent else "-"


def _label(action: str) -> str:
    return str(Action(action).label) if action in Action.values else action


def note_of(event: ClaimEvent) -> str:
    """What was written; whether an operator had allowed the contact (Q5); and for whom an answer was recorded."""
    allowed = ""
    if name := event.data.get("contact_allowed_by"):
        allowed = _(
            "The customer contact has an address of the partner's own company. {name} allowed it: {why}"
        ).format(name=name, why=event.data["contact_allowed_because"])
    recorded = ""
    if event.data.get("recorded_by"):
        recorded = _(
            "Recorded on behalf of {customer}, who answered on {day}: {channel}. SHA-256 of the evidence: {sum}"
        ).format(
            customer=event.data["on_behalf_of"],
            day=event.data["recorded_on"],
            channel=event.data["recorded_channel"],
            sum=event.data["sha256"],
        )
    return "\n".join(part for part in (event.note, allowed, recorded) if part)


def line(event: ClaimEvent) -> dict:
    """One line ready to print."""
    moved = event.to_status if event.to_status != event.from_status else ""
    return {
        "action": _label(event.action),
        "who": event.actor_name,
        "side": side_labels().get(side_of(event.actor_kind), ""),
        "at": event.at,
        "note": note_of(event),
        "status": moved,
        "status_label": Status(moved).label if moved else "",
    }


def columns() -> list[Column]:
    """What a line says in a file, in the language that is active now."""
    labels = side_labels()
    sides = [(kind, labels[side]) for side, kinds in SIDES.items() for kind in kinds]
    moved = Case(When(from_status=F("to_status"), then=Value("")), default="to_status", output_field=CharField())
    return [
        Column("claimId", K.NUMBER, "claim__number", 12),
        Column("line", K.NUMBER, "seq", 8),
        Column("at", K.INSTANT, "at", 20),
        Column("action", K.CODE, Label(F("action"), Action.choices), 30),
        Column("person", K.TEXT, "actor_name", 26),
        Column("side", K.CODE, Label(F("actor_kind"), sides), 14),
        Column("statusBefore", K.CODE, Label(F("from_status"), Status.choices), 34),
        Column("newStatus", K.CODE, Label(moved, Status.choices), 34),
        Column("note", K.TEXT, "note", 60),
    ]
