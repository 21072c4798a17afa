"""The embedded PostgreSQL: one server per folder, shared, and gone with its last owner."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from django.conf import settings

from mci_portal import embedded

pytestmark = pytest.mark.server


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "pg"


def _owner(folder: Path, body: str) -> subprocess.Popen:
    """A process that starts the server, says so, and then does ``body``."""
    program = f"""
        import sys
        from pathlib import Path
        import psycopg
        from mci_portal import embedded
        folder = Path({str(folder)!r})
        embedded.start(folder)
        link = psycopg.connect(embedded.database_url(folder).replace("@/", "@/portal?host=").removesuffix("/portal"))
        print(link.execute("SELECT pg_postmaster_start_time()").fetchone()[0], flush=True)
    """
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program) + textwrap.dedent(body)],
        cwd=settings.BASE_DIR,
        env={"PATH": os.defpath, "DJANGO_SETTINGS_MODULE": "mci_portal.settings", "TESTING": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _server_runs(folder: Path) -> bool:
    return (folder / "postmaster.pid").exists()


def test_database_url_starts_nothing(folder: Path):
    assert embedded.database_url(folder).startswith("postgres://postgres@/")
    assert not folder.exists()


def test_server_is_shared_and_stops_with_its_last_owner(folder: Path):
    first = _owner(folder, "sys.stdin.read()")
    started = first.stdout.readline()
    second = _owner(folder, "sys.stdin.read()")
    assert second.stdout.readline() == started
    first.communicate("")
    assert (first.returncode, _server_runs(folder)) == (0, True)
    second.communicate("")
    assert (second.returncode, _server_runs(folder)) == (0, False)


def test_server_of_a_killed_owner_is_taken_over_and_then_stopped(folder: Path):
    killed = _owner(folder, "sys.stdin.read()")
    started = killed.stdout.readline()
    killed.kill()
    killed.communicate()
    assert _server_runs(folder)
    heir = _owner(folder, "")
    said, _nothing = heir.communicate("")
    assert (heir.returncode, said) == (0, started)
    assert not _server_runs(folder)


def test_server_sorts_by_code_point_and_speaks_utc(folder: Path):
    body = """
        print(link.execute("SHOW timezone").fetchone()[0])
        words = "unnest(ARRAY['b', 'a', 'B', 'é']) word"
        print(link.execute("SELECT string_agg(word, ' ' ORDER BY word) FROM " + words).fetchone()[0])
        print(link.execute("SELECT lower('ÉCOLE')").fetchone()[0])
    """
    owner = _owner(folder, body)
    said, _nothing = owner.communicate("")
    assert said.splitlines()[1:] == ["UTC", "B a b é", "école"]


def test_reset_while_another_process_uses_the_server_refuses(folder: Path):
    owner = _owner(folder, "sys.stdin.read()")
    owner.stdout.readline()
    with pytest.raises(embedded.EmbeddedServerError, match="in use by another process"):
        embedded.reset(folder)
    owner.communicate("")
    embedded.reset(folder)
    assert not folder.exists()


def test_start_over_foreign_files_refuses_in_one_sentence(folder: Path):
    folder.mkdir()
    (folder / "letters.txt").write_text("keep me")
    with pytest.raises(embedded.EmbeddedServerError) as refusal:
        embedded.start(folder)
    assert "holds files that are not a database" in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert (folder / "letters.txt").read_text() == "keep me"
