"""Editing the contacts on the claim page: what is voided, what is locked, what a stale page keeps (R-164, R-165)."""

import pytest

from claims import contacts, surveys
from claims.models import Claim, ConsentRequest, SurveyKind, SurveyLink
from claims.statuses import Status as S
from mci_portal.accounts.actors import actor_for
from mci_portal.common.clock import database_now
from tests.factories import Walk, claim_in
from tests.pages.htmx import assert_swap_equals_reload, headers

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client, ana):
    client.force_login(ana)
    return client


def address(claim: Claim) -> str:
    return f"/incentives/claims/{claim.number}/contacts/"


def typed(claim: Claim, **changed) -> dict:
    """What the form sends when only ``changed`` was edited."""
    return {name: getattr(claim, name) for name in (*contacts.FIELDS, "version")} | changed


def test_changed_contact_is_saved_and_voids_the_links_mailed_to_it(signed_in, ana):
    """R-164: the other side's link lives on."""
    claim = claim_in(S.CONSENT_RECEIVED)
    for kind in SurveyKind:
        surveys.send(claim, kind, actor_for(ana))
    claim.refresh_from_db()
    answer = signed_in.post(address(claim), typed(claim, customer_name="Cem Customer"))
    assert answer.url == f"/incentives/claims/{claim.number}/"
    live = SurveyLink.objects.filter(survey__claim=claim, voided_at=None)
    assert [link.survey.kind for link in live] == [SurveyKind.PARTNER]
    page = signed_in.get(answer.url).content.decode()
    assert "Cem Customer" in page
    assert "The link no longer works. Send it again." in page


def test_changed_contact_voids_the_request_for_consent(signed_in):
    claim = claim_in(S.AWAITING_CONSENT)
    signed_in.post(address(claim), typed(claim, customer_email=f"else@{claim.customer.domain}"))
    assert ConsentRequest.objects.get(claim=claim).voided_at is not None


def test_nothing_changed_writes_nothing(signed_in):
    claim = claim_in(S.CONSENT_RECEIVED)
    assert signed_in.post(address(claim), typed(claim)).status_code == 302
    assert Claim.objects.get(pk=claim.pk).version == claim.version


@pytest.fixture
def answered(ana) -> Claim:
    """The customer has completed the survey."""
    walk = Walk(claim_in(S.CONSENT_RECEIVED), by=actor_for(ana))
    walk.fill_in(SurveyKind.CUSTOMER, database_now())
    return Claim.objects.get(pk=walk.claim.pk)


def test_customer_contact_after_the_survey_is_read_only(signed_in, answered):
    """R-165"""
    page = signed_in.get(address(answered)).content.decode()
    assert "can no longer be changed" in page
    assert 'name="customer_email"' not in page
    assert answered.customer_email in page
    assert 'name="partner_email"' in page


def test_customer_contact_posted_after_the_survey_is_refused(signed_in, answered):
    """F09"""
    answer = signed_in.post(address(answered), typed(answered, customer_name="Somebody Else"))
    assert answer.status_code == 409
    assert "can no longer be changed" in answer.content.decode()
    assert Claim.objects.get(pk=answered.pk).customer_name == answered.customer_name


def test_partner_contact_after_the_survey_can_still_be_changed(signed_in, answered):
    sent = {"partner_name": "Petra Partner", "partner_email": answered.partner_email, "version": answered.version}
    assert signed_in.post(address(answered), sent).status_code == 302
    assert Claim.objects.get(pk=answered.pk).partner_name == "Petra Partner"


def test_stale_form_is_refused_with_the_saved_values_and_keeps_what_was_typed(signed_in, ana):
    """F04: sent once more, it goes through."""
    claim = claim_in(S.CONSENT_RECEIVED)
    contacts.change(claim, actor_for(ana), {"customer_name": "Changed Meanwhile"})
    answer = signed_in.post(address(claim), typed(claim, customer_name="Typed Here"))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "changed while the page was open" in page
    assert "<dd>Changed Meanwhile</dd>" in page
    assert 'value="Typed Here"' in page
    assert f'name="version" value="{claim.version + 1}"' in page
    again = signed_in.post(address(claim), typed(claim, customer_name="Typed Here", version=claim.version + 1))
    assert again.status_code == 302


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"customer_email": "a@localhost"}, "Enter a domain name with a dot"),
        ({"customer_email": "a@x.example,b@y.example"}, "Enter one e-mail address"),
        ({"customer_email": "pat@contoso.example"}, "This address belongs to your own company."),
        ({"customer_email": "carla@holding.example"}, "Say why this contact is the right one."),
        ({"customer_name": "   "}, "This field is required."),
        ({"customer_name": "Carla\r\nBcc: x@y.example"}, "Remove hidden characters"),
        ({"partner_name": "a" * 151}, "at most 150 characters"),
    ],
)
def test_contact_that_cannot_be_right_is_asked_for_again(signed_in, changed, words):
    """C01 to C04, B02, B04, B08, Q5, R-088"""
    claim = claim_in(S.CONSENT_RECEIVED)
    answer = signed_in.post(address(claim), typed(claim, **changed))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert Claim.objects.get(pk=claim.pk).version == claim.version


@pytest.mark.parametrize("status", [S.SUBMITTED, S.UNDER_REVIEW, S.APPROVED, S.CANCELED])
def test_contacts_of_a_claim_that_was_handed_in_are_closed(signed_in, status):
    """F06"""
    claim = claim_in(status)
    assert signed_in.get(address(claim)).status_code == 409
    assert signed_in.post(address(claim), typed(claim, customer_name="X")).status_code == 409


def test_htmx_form_opens_as_a_panel_and_its_answer_equals_a_fresh_load(signed_in):
    claim = claim_in(S.CONSENT_RECEIVED)
    panel = signed_in.get(address(claim), headers=headers("dialogs")).content.decode()
    assert panel.startswith('<div id="dialogs"><dialog class="panel"')
    url = f"/incentives/claims/{claim.number}/"
    assert_swap_equals_reload(signed_in, url, (address(claim), typed(claim, customer_name="Cem Customer")))


def test_htmx_form_with_an_error_goes_back_into_the_panel(signed_in):
    claim = claim_in(S.CONSENT_RECEIVED)
    answer = signed_in.post(address(claim), typed(claim, customer_name=""), headers=headers("claim"))
    assert answer.status_code == 422
    assert (answer["HX-Retarget"], answer["HX-Reswap"]) == ("#dialogs", "outerHTML")
    assert answer.content.decode().startswith('<div id="dialogs"><dialog')
