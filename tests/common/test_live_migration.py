"""G19, FA16: a migration of a large table waits briefly, lets the others pass, and tries again."""

import threading

import pytest
from django.db import OperationalError, connection, migrations, models
from django.db.migrations.state import ProjectState

from mci_portal.common.live_migration import AddFieldPatiently, in_batches, patiently, unhurried

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.server]


@pytest.fixture
def table():
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE common_sheep (id bigint PRIMARY KEY, wool text)")
        cursor.execute("INSERT INTO common_sheep SELECT generate_series(1, 25)")
    yield "common_sheep"
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE common_sheep")


class Holder(threading.Thread):
    """Holds what ``statement`` locks until ``let_go``."""

    def __init__(self, statement: str) -> None:
        super().__init__(daemon=True)
        self.statement, self.holds, self.go = statement, threading.Event(), threading.Event()
        self.start()
        assert self.holds.wait(20)

    def run(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute(self.statement)
            self.holds.set()
            self.go.wait(20)
            cursor.execute("COMMIT")
        connection.close()

    def let_go(self) -> None:
        self.go.set()
        self.join(20)


def _add_column() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE common_sheep ADD COLUMN name text")


def test_change_that_cannot_have_the_lock_is_tried_again_until_it_can(table, monkeypatch):
    monkeypatch.setattr("mci_portal.common.live_migration.LONGEST_WAIT", "50ms")
    reader = Holder("SELECT count(*) FROM common_sheep")
    with pytest.raises(OperationalError, match="lock timeout"):
        patiently(connection, _add_column, tries=2, pause=0)
    threading.Timer(0.5, reader.let_go).start()
    assert patiently(connection, _add_column, pause=0.05) > 1


def test_change_that_fails_otherwise_is_not_tried_again(table):
    tried = []

    def fail() -> None:
        tried.append(1)
        raise OperationalError("out of memory")

    with pytest.raises(OperationalError):
        patiently(connection, fail)
    assert len(tried) == 1


def test_batches_fill_every_row_and_come_back_for_those_that_were_held(table):
    holder = Holder("SELECT FROM common_sheep WHERE id IN (3, 4) FOR UPDATE")
    threading.Timer(0.3, holder.let_go).start()
    assert in_batches(connection, table, "wool = 'wool ' || it.id", "wool IS NULL", 10) == 25
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT wool) FROM common_sheep")
        assert cursor.fetchone() == (25,)


def test_field_is_added_and_removed_by_the_migration(table):
    before = ProjectState()
    create = migrations.CreateModel("Sheep", [("id", models.BigIntegerField(primary_key=True))])
    create.state_forwards("common", before)
    after = before.clone()
    add = AddFieldPatiently("sheep", "colour", models.CharField(max_length=9, default="", db_default=""))
    add.state_forwards("common", after)
    with connection.schema_editor(atomic=False) as editor:
        add.database_forwards("common", editor, before, after)
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT colour FROM common_sheep")
        assert cursor.fetchall() == [("",)]
    with connection.schema_editor(atomic=False) as editor:
        add.database_backwards("common", editor, after, before)
    with connection.cursor() as cursor, pytest.raises(Exception, match="colour"):
        cursor.execute("SELECT colour FROM common_sheep")


def test_index_that_blocks_nobody_waits_as_long_as_it_takes(table):
    """It waits for every older transaction; the portal's lock_timeout of three seconds would leave it invalid."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '50ms'")
    writer = Holder("UPDATE common_sheep SET wool = 'cut' WHERE id = 1")
    threading.Timer(0.5, writer.let_go).start()
    with unhurried(connection), connection.cursor() as cursor:
        cursor.execute("CREATE UNIQUE INDEX CONCURRENTLY sheep_once ON common_sheep (id)")
        cursor.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = 'sheep_once'::regclass")
        assert cursor.fetchone() == (True,)
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("3s",)
