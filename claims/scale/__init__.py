"""A bulk world for benchmarks: as many claims as asked for, in every status, by set-based SQL. ``seed_scale`` calls it.

Nothing here is random: the same size makes the same world, but for the moment that its days count back from.
"""

from datetime import datetime

from django.db import connection, transaction

from claims.models import Claim, ListKey
from claims.scale import history, rows, world
from engagements import catalogue
from engagements.models import Engagement
from mci_portal.accounts.models import Partner

PER_PARTNER = 100  # claims on average: 10,000 partners to a million claims
BY_HAND = 50_000  # from so many claims on, indexes are built afterwards
ANALYSED = (
    "accounts_partner", "accounts_location", "accounts_user", "accounts_membership", "customers_customer",
    "engagements_engagement",
    "eligibility_enrolment", "eligibility_payeeprofile", "eligibility_verdict", "claims_claim", "claims_claimevent",
    "claims_consentrequest", "claims_earning", "claims_listkey", "claims_tally", "outbox_message",
)  # fmt: skip


class NotEmpty(Exception):
    """The database has partners of its own."""


def fill(now: datetime, claims: int, partners: int | None = None, with_history: bool = False) -> None:
    """Make ``claims`` claims of ``partners`` partners (by power law; None = one per hundred claims).

    ``with_history`` adds the lines of history, the customers' answers, the earnings and the messages: some six
    rows per claim more. Loads the shipped catalogue where there is none. Raises NotEmpty beside other partners.
    """
    if Partner.objects.exists():
        raise NotEmpty
    if not Engagement.objects.exists():
        catalogue.load(catalogue.SHIPPED, now.date())
    partners = partners or max(3, claims // PER_PARTNER)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0; SET LOCAL work_mem = '128MB'")
        cursor.execute("SET LOCAL maintenance_work_mem = '512MB'; SET LOCAL synchronous_commit = off")
        by_hand = _is_superuser(cursor)
        if by_hand:
            cursor.execute(
                "SET LOCAL session_replication_role = replica"
            )  # keys are right by construction, names are filled in below
        world.make(cursor, now, claims, partners)
        _without_indexes(Claim, claims > BY_HAND, lambda: rows.make(cursor, now, claims))
        if by_hand:
            _without_indexes(ListKey, claims > BY_HAND, lambda: rows.name(cursor))
        if with_history:
            history.make(cursor, now)
    with connection.cursor() as cursor:
        for table in ANALYSED:
            cursor.execute(f"ANALYZE {table}")


def _is_superuser(cursor) -> bool:
    cursor.execute("SELECT usesuper FROM pg_user WHERE usename = current_user")
    return cursor.fetchone()[0]


def _without_indexes(model, dropped: bool, insert) -> None:
    """An index built over all rows at once is several times cheaper than a million insertions into it."""
    if not dropped:
        return insert()
    with connection.schema_editor() as editor:
        for index in model._meta.indexes:
            editor.remove_index(model, index)
    insert()
    with connection.schema_editor() as editor:
        for index in model._meta.indexes:
            editor.add_index(model, index)
