"""The world that the walks over all addresses share: made once for this folder, and taken away again with it."""

import pytest
from django.core import mail
from django.core.management import call_command

from tests.security import world as worlds


@pytest.fixture(scope="package")
def world(django_db_setup, django_db_blocker):
    """Committed, so that each test may undo its own; the tests take ``db`` or ``django_db`` as well. Its texts are
    hostile, so every answer to any test here would show whether one of them gets through as markup."""
    with django_db_blocker.unblock():
        mail.outbox = []
        built = worlds.build(worlds.SPICE)
        built.mails = list(mail.outbox)
        yield built
        call_command("flush", verbosity=0, interactive=False, inhibit_post_migrate=False)


@pytest.fixture(autouse=True)
def _quiet(caplog) -> None:
    """Thousands of refusals are the point here; a line for each would hide the one that counts."""
    caplog.set_level("ERROR", "django.request")
