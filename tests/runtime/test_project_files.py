"""What is committed, apart from code."""

import re
import subprocess

import pytest
import yaml
from django.conf import settings

ROOT = settings.BASE_DIR
# Spelled so that this file does not find itself.
REGISTRY = re.compile(
    r"pypi[.]org|pythonhosted|npmjs[.](?:org|com)|--(?:extra-)?index-url|--find-links|/simple/?$", re.M
)
TELLS_OTHERS = {"Makefile", "tests/runtime/test_project_files.py"}


def _committed() -> list[str]:
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listing.returncode != 0:
        pytest.skip("this copy of the project is no git checkout")
    return [name for name in listing.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_no_committed_file_names_a_package_registry():
    found = []
    for name in _committed():
        try:
            text = (ROOT / name).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        if name not in TELLS_OTHERS and REGISTRY.search(text):
            found.append(name)
    assert found == []


@pytest.mark.parametrize("name", ["base", "test", "lint"])
def test_requirement_is_pinned_and_hashed(name: str):
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    assert "://" not in text
    pins = re.findall(r"^[a-z0-9][^\s]*(?:\[.*\])?==[^\s]+.*\\$", text, re.M | re.I)
    entries = re.findall(r"^[a-z0-9].*$", text, re.M | re.I)
    assert pins == entries
    assert len(re.findall(r"--hash=sha256:[0-9a-f]{64}", text)) >= len(pins)


def test_top_level_holds_what_the_house_allows():
    allowed = {
        *("manage.py", "mci_portal", "engagements", "customers", "claims", "eligibility", "templates", "static"),
        *("tests", "docker-compose.yml", "pyproject.toml", "README.md", "Makefile", "requirements", "docs", "locale"),
    }
    found = {name.partition("/")[0] for name in _committed()}
    assert {name for name in found if not name.startswith(".")} - allowed == set()


def test_compose_file_names_every_part_of_the_portal():
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    services = compose["services"]
    assert set(services) == {"postgres", "redis", "migrate", "web", "worker", "beat", "mail"}
    assert "gunicorn" in services["web"]["command"]
    assert services["worker"]["command"][:4] == ["celery", "-A", "mci_portal", "worker"]
    assert services["beat"]["command"][:4] == ["celery", "-A", "mci_portal", "beat"]
    for name in ("migrate", "web", "worker", "beat"):
        assert "FROM python:3.11" in services[name]["build"]["dockerfile_inline"]
        assert services[name]["depends_on"]["postgres"] == {"condition": "service_healthy"}
    published = [port for service in services.values() for port in service.get("ports", [])]
    assert [port for port in published if not port.startswith("127.0.0.1:")] == []


def test_compose_file_sets_every_setting_that_production_requires():
    from tests.runtime.test_settings import GOOD

    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    assert set(GOOD) <= set(compose["services"]["web"]["environment"])


def test_compose_file_keeps_the_secrets_of_links_out_of_an_access_log():
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    assert "access-log" not in compose["services"]["web"]["command"]


def test_compose_file_copies_everything_that_the_portal_reads():
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    recipe = compose["services"]["web"]["build"]["dockerfile_inline"]
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
    read = packages | {"templates", "static", "locale"}
    assert {name for name in read if f"COPY {name} {name}" not in recipe} == set()
