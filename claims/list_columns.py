"""The columns of Customer claims (R-147): what each is called, what orders it, and what it reads of the claim.

``claims.queries.claims_list`` reads them, ``claims.list_rows`` draws them, ``claims.list_address`` lets choose them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from claims.models.claim import AMOUNT_KEY, DUE_KEY, PLACE, SUBMITTED_KEY, TURN


@dataclass(frozen=True)
class Column:
    """``keys`` order the list; the last is unique, none can be null. ``reads``: further values that the cell needs."""

    code: str
    label: Any
    keys: Sequence[str]
    reads: Sequence[str] = ()
    is_default: bool = True


COLUMNS = {
    column.code: column
    for column in (
        Column("number", _("Claim ID"), ("number_key",)),
        Column("name", _("Claim name"), ("name_label", "id")),
        Column("customer", _("Customer"), ("customer_label", "id")),
        Column("engagement", _("Engagement"), ("engagement_label", "id")),
        Column("role", _("Partner role"), ("role_label", "id"), is_default=False),
        Column("location", _("Location"), ("location_label", "id")),
        Column("status", _("Status"), ("place", "id")),
        Column("action", _("Next action"), ("turn", "id")),
        Column("due", _("Next deadline"), ("due_key", "id")),
        Column("submitted", pgettext_lazy("date", "Submitted"), ("submitted_key", "id"), ("submitted_at",), False),
        Column("amount", _("Amount"), ("amount_key", "id"), ("amount", "currency"), False),
        Column("owner", _("Owner"), ("owner_label", "id"), is_default=False),
        Column("updated", _("Last activity"), ("updated_at", "id"), ("updated_at",)),
    )
}
DEFAULT = tuple(code for code, column in COLUMNS.items() if column.is_default)
FIXED = "number"  # leads to the claim, so it always shows
SORTS = {code: column.keys for code, column in COLUMNS.items()}

# What the keys and cells are called here -> where the database has them. Each has an index per partner.
LABELS = {
    **{f"{code}_label": F(f"keys__{code}") for code in ("name", "customer", "engagement", "role", "location", "owner")},
    "number_key": F("keys__number"),
    "due_key": DUE_KEY,
    "submitted_key": SUBMITTED_KEY,
    "amount_key": AMOUNT_KEY,
    "place": PLACE,
    "turn": TURN,
}


def chosen(codes: Iterable[str]) -> tuple[str, ...]:
    """Those of ``codes`` that exist, in the order of the table, with the one that always shows; () for none."""
    wanted = set(codes) & set(COLUMNS)
    return tuple(code for code in COLUMNS if code in wanted | {FIXED}) if wanted else ()


def values(shown: Iterable[str], keys: Iterable[str]) -> tuple[list[str], dict[str, Any]]:
    """What a query must read for the cells of ``shown`` and an order by ``keys``: fields, and annotations."""
    wanted = {key.lstrip("-") for key in keys}
    for code in shown:
        wanted |= {f"{code}_label"} if f"{code}_label" in LABELS else set(COLUMNS[code].reads)
    fields = {"id", "number", "status", "round", "kind", "due_at"} | (wanted - set(LABELS))
    return sorted(fields), {name: LABELS[name] for name in sorted(wanted & set(LABELS))}
