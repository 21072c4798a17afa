"""Makes the rows of a table equal to the wanted ones, touching only what differs. Called by ``applying``."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import models, transaction
from django.db.models import ProtectedError, QuerySet, RestrictedError

Row = dict[str, Any]
OUTCOMES = ("created", "changed", "unchanged", "ended", "removed")


@dataclass
class Tally:
    """How many rows of each table were created, changed, unchanged, ended or removed."""

    counts: dict[str, Counter] = field(default_factory=dict)

    def add(self, model: type[models.Model], outcome: str, number: int = 1) -> None:
        self.counts.setdefault(str(model._meta.verbose_name_plural), Counter())[outcome] += number

    def of(self, model: type[models.Model]) -> dict[str, int]:
        """The outcomes of one table that occurred at all."""
        return {word: n for word, n in self.counts.get(str(model._meta.verbose_name_plural), {}).items() if n}

    @property
    def idle(self) -> bool:
        """True when nothing was written."""
        return not any(count[word] for count in self.counts.values() for word in OUTCOMES if word != "unchanged")

    def lines(self) -> list[str]:
        return [
            f"{name}: {', '.join(f'{count[word]} {word}' for word in OUTCOMES)}" for name, count in self.counts.items()
        ]


class Sync:
    """The difference between the ``existing`` rows and the wanted ``rows``; ``key`` names the identifying columns.

    ``let_go`` must come before ``write`` where names are unique, because a new row may take the name of one that left.
    """

    def __init__(self, existing: QuerySet, key: tuple[str, ...], rows: list[Row], tally: Tally) -> None:
        self.model, self.tally = existing.model, tally
        self.found: dict[tuple, Any] = {}
        self.fresh: list[Any] = []
        self.changes: list[tuple[Any, Row]] = []  # with the values before
        held = {tuple(getattr(one, name) for name in key): one for one in existing}
        for row in rows:
            identity = tuple(row[name] for name in key)
            one = held.pop(identity, None)
            if one is None:
                one = self.model(**row)
                self.fresh.append(one)
            else:
                before = {name: getattr(one, name) for name, value in row.items() if getattr(one, name) != value}
                for name in before:
                    setattr(one, name, row[name])
                if before:
                    self.changes.append((one, before))
            self.found[identity] = one
        self.left = list(held.values())

    def let_go(self, retire: Callable[[models.Model], bool] | None = None) -> None:
        """Delete the rows nobody wants; where another table refers to one, ``retire`` ends it."""
        for one in self.left:
            try:
                with transaction.atomic():
                    self.model._default_manager.filter(pk=one.pk).delete()
                self.tally.add(self.model, "removed")
            except (ProtectedError, RestrictedError):
                ended = bool(retire and retire(one))
                self.tally.add(self.model, "ended" if ended else "unchanged")

    def write(self) -> dict[tuple, Any]:
        """Save what is new or changed; returns all wanted rows by key."""
        for one, before in self.changes:
            one.save(update_fields=list(before))
        self.model._default_manager.bulk_create(self.fresh)
        self.tally.add(self.model, "created", len(self.fresh))
        self.tally.add(self.model, "changed", len(self.changes))
        self.tally.add(self.model, "unchanged", len(self.found) - len(self.fresh) - len(self.changes))
        return self.found
