"""The databases of a run: one migrated template, one bulk world per size, each reached by swapping the connection."""

import os
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.core.management import call_command
from django.db import connection, connections
from django.db.models import Count
from django.db.utils import load_backend

from claims.models import Claim
from mci_portal.accounts.models import MicrosoftRole, User

PREFIX = os.environ.get("BENCH_PREFIX", "bench_scale")
KEEP = bool(os.environ.get("BENCH_KEEP"))
SMALL = 10_000
# As the portal's own, but nothing may cut off what is measured.
OPTIONS = "-c timezone=UTC -c jit=off"


@dataclass
class World:
    """``largest`` is the id of the partner with the most claims, ``admin`` runs incentives for it."""

    claims: int
    name: str
    wrapper: object = None
    largest: int = 0
    sizes: dict[int, int] = field(default_factory=dict)
    admin: User | None = None
    reviewer: User | None = None

    @contextmanager
    def entered(self):
        """Everything in the block speaks to this world's database."""
        before = connections["default"]
        connections["default"] = self.wrapper
        try:
            yield self
        finally:
            connections["default"] = before

    def partner_of_size(self, size: int) -> int:
        """The partner whose number of claims is nearest to ``size``."""
        return min(self.sizes, key=lambda pk: abs(self.sizes[pk] - size))

    def admin_of(self, partner: int) -> User:
        return User.objects.filter(memberships__partner=partner, memberships__location=None).first()


def make(sizes: list[int]) -> list[World]:
    """A world per size, made anew unless an earlier run kept it (``BENCH_KEEP=1``)."""
    present = _names()
    template = f"{PREFIX}_tpl"
    if template not in present:
        _administer(f'CREATE DATABASE "{template}"')
        with World(0, template, _wrapper(template)).entered() as bare:
            call_command("migrate", verbosity=0)
            bare.wrapper.close()
    worlds = []
    for size in sizes:
        world = World(size, f"{PREFIX}_{size}", _wrapper(f"{PREFIX}_{size}"))
        if world.name not in present:
            _administer(f'CREATE DATABASE "{world.name}" TEMPLATE "{template}"')
        with world.entered():
            if not Claim.objects.exists():
                print(f"making {size} claims ...", file=sys.stderr)
                call_command("seed_scale", claims=size, verbosity=0)
            _warm(world)
        worlds.append(world)
    return worlds


def _warm(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE claims_claim")
    counted = Claim.objects.order_by().values_list("partner_id").annotate(Count("pk"))
    world.sizes = dict(counted)
    world.largest = max(world.sizes, key=lambda pk: world.sizes[pk])
    world.admin = world.admin_of(world.largest)
    world.reviewer = User.objects.filter(microsoft_role=MicrosoftRole.REVIEWER).first()


def drop(worlds: list[World]) -> None:
    """Remove what ``make`` made, unless it shall be kept."""
    for world in worlds:
        world.wrapper.close()
    for name in [] if KEEP else [*(world.name for world in worlds), f"{PREFIX}_tpl"]:
        _administer(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _wrapper(name: str):
    settings = connections.settings["default"]
    options = {**settings["OPTIONS"], "options": OPTIONS}
    backend = load_backend(settings["ENGINE"])
    return backend.DatabaseWrapper({**settings, "NAME": name, "OPTIONS": options}, "default")


def _administer(statement: str) -> None:
    with connection._nodb_cursor() as cursor:
        cursor.execute(statement)


def _names() -> set[str]:
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database")
        return {name for (name,) in cursor.fetchall()}
