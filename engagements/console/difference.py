"""What a change does to the catalogue, row by row and column by column: the preview and the audit are made of it."""

from collections import Counter
from collections.abc import Iterable
from typing import Any, TypedDict

from engagements.console.snapshot import TABLES, Key, Row

ACTIONS = ("created", "changed", "ended", "removed")


class Entry(TypedDict):
    """One row. ``before`` and ``after`` hold the changed columns only; of a new row ``after`` holds those that say
    something. ``carried`` marks a row that goes because the row it belongs to goes."""

    action: str
    table: str
    what: str
    slug: str
    engagement: str
    before: dict[str, Any]
    after: dict[str, Any]
    carried: bool


def between(before: dict[Key, Row], after: dict[Key, Row]) -> list[Entry]:
    """The entries between two snapshots, by table, engagement and name. Equal changes give equal lists."""
    gone = before.keys() - after.keys()
    entries = [_entry("created", row, {}, row.values) for key, row in after.items() if key not in before]
    for row in (before[key] for key in gone):
        entries.append(_entry("removed", row, row.values, {}, carried=any(one in gone for one in row.parents)))
    for key in before.keys() & after.keys():
        old, new = before[key].values, after[key].values
        columns = [name for name in old if old[name] != new[name]]
        if columns:
            was, now = {name: old[name] for name in columns}, {name: new[name] for name in columns}
            entries.append(_entry(_kind_of(key[0], was, now), after[key], was, now))
    order = list(TABLES)
    return sorted(
        entries,
        key=lambda one: (order.index(one["table"]), one["engagement"], one["what"], one["action"], str(one["after"])),
    )


def _entry(action: str, row: Row, was: dict, now: dict, carried: bool = False) -> Entry:
    if action in ("created", "removed"):
        was, now = ({name: value for name, value in one.items() if value not in (None, "", [])} for one in (was, now))
    return {
        "action": action,
        "table": row.table,
        "what": row.name,
        "slug": row.slug,
        "engagement": row.engagement,
        "before": was,
        "after": now,
        "carried": carried,
    }


def _kind_of(table: str, was: dict[str, Any], now: dict[str, Any]) -> str:
    """ "ended" when nothing changed but the last day, and that came forward."""
    ends = TABLES[table].ends
    if not ends or not now.keys() <= ends:
        return "changed"
    days = [name for name in now if name != "required"]
    forward = all(now[name] is not None and (was[name] is None or now[name] < was[name]) for name in days)
    return "ended" if days and forward else "changed"


def counts(entries: Iterable[Entry]) -> dict[str, int]:
    """How many rows each action touches, all actions named."""
    found = Counter(one["action"] for one in entries)
    return {action: found[action] for action in ACTIONS}
