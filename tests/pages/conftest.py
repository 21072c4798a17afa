"""Whom and what several pages' tests start from."""

import pytest

from claims.models import Claim
from claims.statuses import Status as S
from tests.factories import EngagementFactory, allow, claim_in


@pytest.fixture
def workshop(redmond):
    engagement = EngagementFactory(name="Security workshop")
    allow(redmond, engagement)
    return engagement


@pytest.fixture
def signed_in(client, rita):
    client.force_login(rita)
    return client


@pytest.fixture
def taken(rita) -> Claim:
    """A claim with all its evidence that Rita has under review."""
    return claim_in(S.UNDER_REVIEW, reviewer=rita)
