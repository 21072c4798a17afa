"""The pages of people in a real browser: to an accessibility checker, narrow, and the hand-over without script."""

import os
from datetime import date
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client

from claims.models import Claim
from claims.statuses import Status as S
from eligibility.refresh import refresh
from engagements import access_requests
from engagements.models import MarketCountry, PartnerCriterion
from mci_portal.accounts import invitations, microsoft, requests
from mci_portal.accounts.actors import actor_for
from mci_portal.accounts.models import MicrosoftRole, Role, User
from mci_portal.common.clock import database_now
from tests.cast import make_cast
from tests.factories import claim_in
from tests.people.test_invitations import link
from tests.rows import EngagementFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture
def world(page) -> dict:
    """Addresses of every page with something on it, by who opens them."""
    cast, now = make_cast(), database_now()
    grace = UserFactory(email="grace@contoso.example", name="Grace Hall")
    MembershipFactory(user=grace, partner=cast.contoso, role=Role.GLOBAL_ADMIN)
    oskar = UserFactory(email="oskar@microsoft.example", name="Oskar Olsen", microsoft_role=MicrosoftRole.OPERATOR)
    nina = UserFactory(email="nina@contoso.example", name="Nina New")
    asked = requests.ask(actor_for(nina), Role.INCENTIVES_USER, "I run our workshops from July on.", now)
    invited = invitations.invite(actor_for(grace), "nora@contoso.example", Role.INCENTIVES_USER, cast.redmond, now)
    microsoft.nominate(actor_for(oskar), cast.rita, MicrosoftRole.OPERATOR, now)
    MarketCountry.objects.create(country="US", market="A", valid_from=date(2020, 1, 1))
    for name in ("Teams Workshop", "Security Assessment"):
        made = EngagementFactory(name=name, slug=name.split()[0].lower())
        held = ["Solutions Partner for Modern Work", "Solutions Partner for Security"]
        PartnerCriterion.objects.create(engagement=made, title="Designation", text="Hold one of these.", any_of=held)
    wanted = access_requests.ask(actor_for(cast.ana), made, "Three customers asked us.", now)
    claim_in(S.CONSENT_RECEIVED, by=cast.ben)
    refresh(now)
    members = "/incentives/members/"
    return {
        "grace@contoso.example": [
            members, f"{members}invite/", f"{members}{cast.ben.pk}/", f"{members}{cast.ben.pk}/remove/",
            f"{members}requests/{asked.pk}/",
        ],
        "nina@contoso.example": ["/incentives/claims/", "/ask-for-a-role/"],
        "ana@contoso.example": [
            "/incentives/eligibility-coach/", "/incentives/engagements/teams/request-access/",
            "/incentives/engagements/request-access/", members,
        ],
        "olga@microsoft.example": [
            "/operator/people/", "/operator/people/add/", f"/operator/people/{cast.rita.pk}/",
            "/operator/access-requests/", f"/operator/access-requests/{wanted.pk}/", "/operator/",
        ],
        "": [link(invited)],
    }  # fmt: skip


def sign_in(context, live_server, email: str) -> None:
    client = Client()
    client.force_login(User.objects.get(email=email))
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (360, "dark")])
def test_pages_are_accessible_and_fit(browser, live_server, world, width, scheme):
    """WCAG 2.2 AA; at 360 px nothing runs out of the window."""
    faults, shots = [], os.environ.get("SHOTS")
    for email, addresses in world.items():
        with browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme) as context:
            if email:
                sign_in(context, live_server, email)
            page = context.new_page()
            for address in addresses:
                page.goto(live_server.url + address)
                found = Axe().run(page, options=RULES).response["violations"]
                faults += [f"{address} {fault['id']}: {fault['nodes'][0]['html']}" for fault in found]
                if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
                    faults.append(f"{address} is wider than {width} px")
                if shots:
                    name = "invitation" if not email else f"{email[:4]}{address.replace('/', '_')}"
                    page.screenshot(path=Path(shots) / f"{width}-{name}.png", full_page=True)
    assert faults == []


def test_hand_over_works_without_script(browser, live_server, world):
    with browser.new_context(java_script_enabled=False) as context:
        sign_in(context, live_server, "grace@contoso.example")
        page = context.new_page()
        page.goto(live_server.url + "/incentives/members/")
        page.get_by_role("link", name="Ben Smith").click()
        page.get_by_role("link", name="Remove from the company").click()
        page.get_by_label("New owner of the open claims").select_option(label="Ana Silva, ana@contoso.example")
        page.get_by_role("button", name="Hand over and take away").click()
        assert "1 claim has a new owner." in page.inner_text("#messages")
    assert Claim.objects.get().owner.name == "Ana Silva"


def test_invited_colleague_signs_in(page, live_server, world):
    page.goto(live_server.url + world[""][0])
    page.get_by_label("Your name").fill("Nora Neu")
    for name in ("password", "again"):
        page.locator(f"input[name={name}]").fill("a long road to Redmond")
    page.get_by_role("button", name="Accept the invitation").click()
    assert "Your role is ready." in page.inner_text("#messages")
    page.get_by_label("E-mail address").fill("nora@contoso.example")
    page.locator("input[name=password]").fill("a long road to Redmond")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/incentives/engagements/")
