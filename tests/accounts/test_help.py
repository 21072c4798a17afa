"""Help and settings in the top bar of every page, and what the help page tells whom (R-006)."""

import pytest

from mci_portal.accounts.models import Role
from tests.rows import MembershipFactory, UserFactory


@pytest.mark.parametrize("who", ["ana", "ben", "rita", "olga", "fay", "arthur"])
def test_help_and_settings_stand_in_the_top_bar_of_everybody(cast, client, who):
    client.force_login(getattr(cast, who))
    page = client.get("/help/").content.decode()
    bar = page[page.index("<header") : page.index("</header>")]
    assert 'href="/help/"' in bar
    assert 'href="/action-center/preferences/"' in bar
    assert bar.count('<span class="sr">Help</span>') == bar.count('<span class="sr">Settings</span>') == 1


def test_partner_is_told_whom_of_his_own_company_to_ask(cast, client):
    gina = UserFactory(name="Gina Global", email="gina@contoso.example")
    MembershipFactory(user=gina, partner=cast.contoso, role=Role.GLOBAL_ADMIN)
    other = UserFactory(name="Omega Outsider", email="omega@fabrikam.example")
    MembershipFactory(user=other, partner=cast.fabrikam, role=Role.GLOBAL_ADMIN)
    client.force_login(cast.ben)
    page = client.get("/help/").content.decode()
    assert "Gina Global" in page
    assert "Omega Outsider" not in page
    assert 'href="/incentives/engagements/request-access/"' in page


def test_who_reads_no_claims_is_not_led_to_pages_that_refuse_him(cast, client):
    client.force_login(cast.fay)
    page = client.get("/help/").content.decode()
    assert "/incentives/statuses/" not in page
    assert "Ask a program operator." in page
