"""The bulk world of ``seed_scale``: true enough to measure on, and made nowhere else."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from claims import scale
from claims.invariants import violations
from claims.models import Claim, ClaimEvent
from claims.statuses import Status
from mci_portal.common.clock import database_now

pytestmark = [pytest.mark.server, pytest.mark.django_db]


def test_bulk_world_is_one_the_portal_could_have_made():
    """Every status, and all that must hold of claims, history, answers, earnings and messages."""
    now = database_now()
    scale.fill(now, 1_000, with_history=True)
    assert set(Claim.objects.values_list("status", flat=True)) == set(Status) - {Status.DRAFT}
    assert ClaimEvent.objects.count() > 2_000
    assert list(violations(now)) == []


def test_bulk_world_is_refused_beside_other_partners(contoso):
    with pytest.raises(CommandError, match="There are partners already"):
        call_command("seed_scale", claims=100, stdout=StringIO())


def test_bulk_world_is_refused_in_production(settings):
    settings.HARDENED = True
    with pytest.raises(CommandError, match="never made in production"):
        call_command("seed_scale", claims=100, stdout=StringIO())
