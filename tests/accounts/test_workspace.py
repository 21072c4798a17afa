"""Members of several partners work for one at a time (R-011)."""

import pytest

from claims.statuses import Status as S
from mci_portal.accounts.access import PARTNER_SESSION_KEY
from mci_portal.accounts.models import Role
from tests.factories import claim_in
from tests.rows import MembershipFactory
from tests.security.routes import ROUTES


@pytest.fixture
def both(ana, fabrikam, amsterdam, client):
    """Ana also works for Fabrikam, at Amsterdam."""
    MembershipFactory(user=ana, partner=fabrikam, role=Role.INCENTIVES_USER, location=amsterdam)
    client.force_login(ana)
    return ana


def test_member_of_several_partners_chooses_first(both, client):
    assert client.get("/")["Location"] == "/workspace/"
    page = client.get("/workspace/").content.decode()
    assert [name in page for name in ("Contoso Consulting", "Fabrikam Services", "Amsterdam (6612004)")] == [True] * 3


def test_chosen_workspace_is_the_one_that_counts(both, fabrikam, client):
    answer = client.post("/workspace/", {"partner": fabrikam.pk})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.get("/")["Location"] == "/incentives/engagements/"
    request = client.get("/account/").wsgi_request
    assert (request.actor.partner, request.actor.roles) == (fabrikam, frozenset({Role.INCENTIVES_USER}))


@pytest.mark.parametrize("sent", ["foreign", "unknown", "", "x", "1e3"])
def test_foreign_or_unknown_partner_cannot_be_chosen(ana, contoso, fabrikam, client, sent):
    client.force_login(ana)
    chosen = {"foreign": str(fabrikam.pk), "unknown": "999999"}.get(sent, sent)
    assert client.post("/workspace/", {"partner": chosen}).status_code == 404
    assert PARTNER_SESSION_KEY not in client.session
    assert client.get("/account/").wsgi_request.actor.partner == contoso


def test_partner_that_is_no_longer_ones_own_is_forgotten(both, contoso, fabrikam, client):
    client.post("/workspace/", {"partner": fabrikam.pk})
    both.memberships.filter(partner=fabrikam).delete()
    assert client.get("/account/").wsgi_request.actor.partner == contoso


def test_workspace_page_of_somebody_without_partner_says_so(rita, client):
    client.force_login(rita)
    assert "does not belong to a partner" in client.get("/workspace/").content.decode()


# Where the other workspace may be named: to choose it, and in the list of one's own roles.
NAMES_BOTH = {"accounts:workspace", "accounts:account"}


@pytest.mark.safe_methods_may_write
def test_open_workspace_shows_nothing_of_the_other(both, contoso, amsterdam, client):
    """R-011: no page without a parameter, for who works in both, at any of the portal's addresses."""
    theirs = claim_in(S.CONSENT_RECEIVED, location=amsterdam, by=both, name="Tulip quay claim")
    client.post("/workspace/", {"partner": contoso.pk})
    secrets = (str(theirs.number), "Tulip quay claim", theirs.customer.name, "6612004", "Fabrikam")
    leaks = []
    for route in ROUTES:
        if route.parameters or route.name in NAMES_BOTH:
            continue
        answer = client.get(route.url({}), {"q": "Tulip"} if route.name == "search" else {})
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        leaks += [f"{route}: {word}" for word in secrets if word in body.decode("utf-8", "replace")]
    assert leaks == []
    assert client.get(f"/incentives/claims/{theirs.number}/").status_code == 404
