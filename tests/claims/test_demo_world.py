"""The demo world is one the portal could have made: every status, walked into, and nothing broken (C-20, section 9)."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command

from claims.invariants import violations
from claims.models import Claim, ClaimEvent
from claims.statuses import Status as S
from engagements.catalogue import SHIPPED, load
from mci_portal.accounts.models import User
from mci_portal.common.clock import database_now

pytestmark = [pytest.mark.django_db, pytest.mark.server]

CROWD = 40


@pytest.fixture
def demo_world(settings, tmp_path) -> None:
    """As after ``make demo RESET=1``, with a smaller crowd: another world's file lies about."""
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    }
    default_storage.save("evidence/of-the-world-before", ContentFile(b"x"))
    load(SHIPPED, database_now().date())
    call_command("seed_demo", crowd=CROWD, verbosity=0)


def test_demo_world_holds_every_status_and_breaks_no_invariant(demo_world):
    assert list(violations(database_now())) == []
    assert set(Claim.objects.values_list("status", flat=True)) == set(S)
    ways = {("build_intent", "withdraw"), ("cpor", "opt_out"), ("build_intent", "cancel"), ("cpor", "cancel")}
    assert ways <= set(ClaimEvent.objects.values_list("claim__kind", "action"))
    assert User.objects.filter(microsoft_role="operator").count() == 2
    assert User.objects.filter(microsoft_role="", memberships=None).exists()
    # What lies about would be noticed after an hour.
    assert [line for line in violations(database_now() + timedelta(hours=2)) if line[0] == "I14"] == []
