"""`make demo`: refusals. That it runs end to end is proven by hand and by CI's clone."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings


def _demo(tmp_path: Path, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "manage.py", "demo"],
        cwd=settings.BASE_DIR,
        env={"PATH": os.defpath, "VAR_DIR": str(tmp_path / "var"), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_demo_on_a_taken_port_refuses_in_one_line_and_touches_nothing(tmp_path: Path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        done = _demo(tmp_path, DEMO="1", PORT=port, RESET="1")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.strip().splitlines() == [
        f"CommandError: Port {port} is taken. Stop what uses it, or run: make demo PORT=8001"
    ]
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize("port", ["70000", "-1"])
def test_demo_on_an_impossible_port_refuses_in_one_line(tmp_path: Path, port: str):
    done = _demo(tmp_path, DEMO="1", PORT=port)
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1


def test_demo_outside_demo_mode_refuses(tmp_path: Path):
    """The demo's loosened sign-in must not be one command away from production."""
    done = _demo(tmp_path, TESTING="1")
    assert done.returncode == 1
    assert "only with DEMO=1" in done.stderr


def test_demo_prints_the_accounts_that_the_contract_names():
    from mci_portal.accounts.demo import ACCOUNTS, PASSWORD

    assert [email for email, _who in ACCOUNTS] == [
        "ana@contoso.example",
        "ben@contoso.example",
        "omar@fabrikam.example",
        "rita@microsoft.example",
        "ravi@microsoft.example",
        "olga@microsoft.example",
        "fay@microsoft.example",
        "arthur@microsoft.example",
    ]
    assert re.fullmatch(r"Demo-portal-\d{4}", PASSWORD)
