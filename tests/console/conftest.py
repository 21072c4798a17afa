"""A small catalogue in the tables, and Olga, who operates the program."""

import pytest

from engagements.models import Engagement
from mci_portal.accounts.actors import Actor, actor_for
from tests.engagements.small_catalogue import load_text


@pytest.fixture
def by(olga) -> Actor:
    return actor_for(olga)


@pytest.fixture
def loaded(tmp_path, db) -> None:
    load_text(tmp_path)


@pytest.fixture
def first(loaded) -> Engagement:
    return Engagement.objects.get(slug="first-workshop")


@pytest.fixture
def template_folder(settings, tmp_path):
    """Where the storage of this test keeps what operators hand in."""
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    }
    folder = tmp_path / "templates"
    folder.mkdir()
    return folder
