"""Every status explained to whoever meets it, and shown in the demo."""

import pytest
from django.urls import reverse

from claims.statuses import Status as S
from tests.factories import claim_in

pytestmark = pytest.mark.django_db


def test_statuses_page_explains_every_status_and_the_claim_page_leads_there(client, ana):
    claim = claim_in(S.DRAFT, kind="cpor")
    client.force_login(ana)
    detail = client.get(reverse("claims:detail", args=[claim.number])).content.decode()
    assert 'href="/incentives/statuses/#draft"' in detail
    page = client.get("/incentives/statuses/").content.decode()
    for status in S:
        assert f'id="{status.value}"' in page
        assert str(status.label) in page


def test_demo_page_lists_a_claim_of_every_status_and_is_there_in_the_demo_only(client, settings):
    claim_in(S.DRAFT, kind="cpor")
    settings.DEMO = False
    assert client.get("/demo/claims/").status_code == 404
    settings.DEMO = True
    page = client.get("/demo/claims/").content.decode()
    assert "Draft" in page
    assert "Not there yet:" in page
