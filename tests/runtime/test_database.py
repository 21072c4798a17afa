"""What the portal relies on from whichever PostgreSQL it is given."""

import pytest
from django.db import connection

pytestmark = [pytest.mark.django_db, pytest.mark.server]


def _ask(question: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return str(cursor.fetchone()[0])


def test_server_is_new_enough():
    assert connection.pg_version >= 150000


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("TimeZone", "UTC"),
        ("server_encoding", "UTF8"),
        ("statement_timeout", "30s"),
        ("lock_timeout", "3s"),
        ("idle_in_transaction_session_timeout", "30s"),
        ("transaction_isolation", "read committed"),
    ],
)
def test_session_has_its_limits(setting: str, value: str):
    """11.7: a forgotten lock or query ends by itself; DL19: the session's zone is not the server's choice."""
    assert _ask(f"SHOW {setting}") == value


def test_no_model_waits_for_its_migration():
    from django.core.management import call_command

    call_command("makemigrations", "--check", "--dry-run", verbosity=0)
