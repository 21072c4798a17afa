"""Which language somebody reads the portal in: what he chose, what he has set, what his browser asks for (R-014)."""

import re

import pytest
from django.test import Client

from claims.models import Claim
from claims.statuses import Status as S
from mci_portal.accounts.models import User
from mci_portal.outbox.models import Message
from tests.factories import claim_in
from tests.pages.mailed import YES, consent_link, send_survey

pytestmark = pytest.mark.django_db


def spoken(answer) -> str:
    """The language a page is in; its header and its root element agree."""
    (root,) = re.findall(r'<html lang="([a-z-]+)"', answer.content.decode())
    assert answer["Content-Language"] == root
    return root


def choose(client: Client, language: str, came_from: str = "http://testserver/account/"):
    return client.post("/language/", {"language": language}, headers={"referer": came_from})


# --- visitors ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("nl-BE, nl;q=0.9, en;q=0.5", "nl"),
        ("sv", "sv"),
        ("de, sv;q=0.3, en;q=0.2", "sv"),
        ("de", "en"),
        ("", "en"),
    ],
)
def test_visitor_reads_the_language_his_browser_asks_for(client, asked, language):
    answer = client.get("/sign-in/", headers={"accept-language": asked})
    assert spoken(answer) == language


def test_what_a_visitor_chose_counts_more_than_his_browser_and_stays(client):
    assert choose(client, "sv").status_code == 302
    assert spoken(client.get("/sign-in/", headers={"accept-language": "nl"})) == "sv"


def test_no_cache_keeps_a_page_for_readers_of_another_language(client):
    varies = {part.strip() for part in client.get("/sign-in/")["Vary"].split(",")}
    assert {"Accept-Language", "Cookie"} - varies == set()


# --- who is signed in -------------------------------------------------------------------------------------------------


def test_own_setting_counts_more_than_the_browser(client, ana):
    User.objects.filter(pk=ana.pk).update(language="nl")
    client.force_login(ana)
    assert spoken(client.get("/account/", headers={"accept-language": "sv"})) == "nl"


def test_choice_in_the_frame_becomes_the_own_setting(client, ana):
    client.force_login(ana)
    assert choose(client, "nl").status_code == 302
    assert spoken(client.get("/account/")) == "nl"
    # On another machine too, and in the mail.
    assert User.objects.get(pk=ana.pk).language == "nl"
    elsewhere = Client()
    elsewhere.force_login(ana)
    assert spoken(elsewhere.get("/account/")) == "nl"


def test_choice_concerns_nobody_else(client, ana, ben):
    client.force_login(ana)
    choose(client, "nl")
    assert User.objects.get(pk=ben.pk).language == "en"


def test_account_page_overrules_an_earlier_choice_in_the_same_browser(client, ana):
    client.force_login(ana)
    choose(client, "nl")
    client.post("/account/", {"language": "sv", "time_zone": "UTC"})
    assert spoken(client.get("/account/")) == "sv"


def test_frame_offers_every_language_and_marks_the_present_one(client, ana):
    client.force_login(ana)
    page = client.get("/account/").content.decode()
    offered = re.findall(r'<button [^>]*name="language" value="(\w+)" lang="(\w+)"( aria-current="true")?>(\w+)<', page)
    assert offered == [
        ("en", "en", ' aria-current="true"', "English"),
        ("nl", "nl", "", "Nederlands"),
        ("sv", "sv", "", "Svenska"),
    ]


# --- the switch itself ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("came_from", "back"),
    [
        ("http://testserver/incentives/claims/?status=approved", "/incentives/claims/?status=approved"),
        ("http://testserver//evil.example/", "/evil.example/"),
        ("http://evil.example/incentives/", "/"),
        ("https://testserver.evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_switch_leads_back_to_where_it_was_chosen_and_never_elsewhere(client, came_from, back):
    answer = choose(client, "nl", came_from)
    assert (answer.status_code, answer["Location"]) == (302, back)


@pytest.mark.parametrize("sent", ["de", "", "../nl", "NL"])
def test_unknown_language_is_refused_and_changes_nothing(client, ana, sent):
    client.force_login(ana)
    answer = choose(client, sent)
    assert answer.status_code == 400
    assert "language" not in answer.cookies
    assert User.objects.get(pk=ana.pk).language == "en"


def test_looking_at_the_switch_changes_nothing(client):
    assert client.get("/language/").status_code == 405


def test_cookie_is_kept_from_scripts_and_from_other_sites(client):
    cookie = choose(client, "nl").cookies["language"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")


def test_nonsense_in_the_cookie_is_no_choice(client):
    client.cookies["language"] = "<script>"
    assert spoken(client.get("/sign-in/", headers={"accept-language": "sv"})) == "sv"


# --- pages of a mailed link -------------------------------------------------------------------------------------------


@pytest.fixture
def asked() -> Claim:
    claim = claim_in(S.CUSTOMER_CLAIMED)
    Claim.objects.filter(pk=claim.pk).update(customer_language="nl")
    return claim


def test_customers_page_opens_in_the_language_of_the_mail(client, asked, ana):
    client.force_login(ana)
    client.post(f"/incentives/claims/{asked.number}/consent/?step=review", {"version": asked.version})
    answer = Client().get(consent_link(asked), headers={"accept-language": "sv"})
    assert spoken(answer) == "nl"
    assert Message.objects.get(kind="E01").language == "nl"


def test_chosen_language_goes_along_from_page_to_page_without_a_cookie(client):
    claim = claim_in(S.AWAITING_CONSENT)
    address = consent_link(claim)
    page = client.get(f"{address}?language=sv")
    assert spoken(page) == "sv"
    assert f'href="{address}forward/?language=sv"' in page.content.decode()
    named = {"name": "Rosa Right", "email": "rosa@customer.example"}
    onward = client.post(f"{address}forward/?language=sv", named)
    assert (onward.status_code, onward["Location"]) == (302, f"{address}?language=sv")
    assert spoken(client.get(onward["Location"])) == "sv"
    assert "language" not in client.cookies
    assert spoken(client.get(address)) == "en"


def test_refusals_of_a_customers_page_speak_its_language(client, asked, ana):
    claim = claim_in(S.AWAITING_CONSENT)
    Claim.objects.filter(pk=claim.pk).update(customer_language="sv")
    answer = client.post(f"{consent_link(claim)}?language=sv", YES | {"typed_name": ""})
    assert (answer.status_code, spoken(answer)) == (422, "sv")


def test_customers_survey_is_in_his_language_and_the_partners_in_the_browsers(client):
    claim = claim_in(S.CONSENT_RECEIVED)
    Claim.objects.filter(pk=claim.pk).update(customer_language="sv")
    claim.refresh_from_db()
    assert spoken(client.get(send_survey(claim, "customer_survey"))) == "sv"
    assert spoken(client.get(send_survey(claim, "partner_survey"), headers={"accept-language": "nl"})) == "nl"


# --- the partner chooses for the customer -----------------------------------------------------------------------------


def test_partner_chooses_the_language_before_he_asks(client, ana):
    """R-114: also the preview is in it."""
    claim = claim_in(S.CUSTOMER_CLAIMED)
    client.force_login(ana)
    address = f"/incentives/claims/{claim.number}/consent/"
    names = ("customer_title", "customer_name", "customer_email", "partner_name", "partner_email")
    present = {name: getattr(claim, name) for name in names} | {"version": claim.version}
    reply = client.post(address, present | {"customer_language": "sv"})
    assert (reply.status_code, Claim.objects.get(pk=claim.pk).customer_language) == (302, "sv")
    assert '<p class="pre" lang="sv">' in client.get(f"{address}?step=review").content.decode()
    refused = client.post(address, present | {"customer_language": "de"})
    assert refused.status_code == 422


def test_changed_language_leaves_mailed_links_alive(client, ana):
    claim = claim_in(S.AWAITING_CONSENT, now=None)
    address = consent_link(claim)
    client.force_login(ana)
    names = ("customer_title", "customer_name", "customer_email", "partner_name", "partner_email")
    typed = {name: getattr(claim, name) for name in names} | {"customer_language": "nl", "version": claim.version}
    assert client.post(f"/incentives/claims/{claim.number}/contacts/", typed).status_code == 302
    assert Claim.objects.get(pk=claim.pk).customer_language == "nl"
    assert Client().get(address).status_code == 200


def test_form_of_an_older_page_leaves_the_language_alone(client, ana):
    claim = claim_in(S.AWAITING_CONSENT, now=None)
    Claim.objects.filter(pk=claim.pk).update(customer_language="nl")
    client.force_login(ana)
    names = ("customer_title", "customer_name", "customer_email", "partner_name", "partner_email")
    typed = {name: getattr(claim, name) for name in names} | {"partner_name": "Pia", "version": claim.version}
    assert client.post(f"/incentives/claims/{claim.number}/contacts/", typed).status_code == 302
    found = Claim.objects.get(pk=claim.pk)
    assert (found.partner_name, found.customer_language) == ("Pia", "nl")
