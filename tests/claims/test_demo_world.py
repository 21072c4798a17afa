"""The demo world is one the portal could have made: every status, walked into, and nothing broken (C-20, section 9)."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command

from claims.demo.directory import UNCLAIMED, domain_of
from claims.demo.stories import RESTING, STORIES
from claims.demo.walk import actor
from claims.intake import obstacles_to_consent, reasons_against
from claims.invariants import violations
from claims.models import Claim, ClaimEvent
from claims.queries import customers
from claims.statuses import Status as S
from customers.models import Customer
from customers.resolution import remember, resolve
from engagements.catalogue import SHIPPED, load
from engagements.models import Engagement
from mci_portal.accounts.models import Location, User
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
    _leaves_room_for_whoever_tries_it()
    _takes_no_storys_customer_away()


def _leaves_room_for_whoever_tries_it() -> None:
    """README's walk and "Claim customer" (R-105) must work however full the crowd has made the lists."""
    now = database_now()
    redmond = Location.objects.select_related("partner").get(code="6612001")
    workshop = Engagement.objects.get(slug="endpoint-management-workshop")
    new = [remember(resolve("domain", domain_of(key)), now) for key in sorted(UNCLAIMED)]
    assert [reasons_against(workshop, redmond.partner, redmond, one, now) for one in new] == [[], [], []]
    assert "cohowinery" in UNCLAIMED  # the one that README names
    startable = customers.roster(workshop, actor("ana@contoso.example"), now).startable
    resting = Customer.objects.filter(domain__in=[domain_of(key) for key in RESTING])
    assert set(resting.values_list("pk", flat=True)) <= startable


def _takes_no_storys_customer_away() -> None:
    """Whoever is asked in a story may accept."""
    told = Claim.objects.order_by("number").values("number")[: len(STORIES)]
    waiting = Claim.objects.filter(status=S.AWAITING_CONSENT, number__in=told)
    assert [obstacles_to_consent(claim, database_now()) for claim in waiting] == [[]] * len(waiting) != []
