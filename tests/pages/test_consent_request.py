"""The partner asks for consent: contacts, preview, send, send again (R-111, R-113, R-114, R-116, T03, T04, T05)."""

from datetime import timedelta

import pytest

from claims import consent, mails
from claims.lifecycle import Refused
from claims.models import Claim, ConsentRequest
from claims.queries import consent_mail
from claims.statuses import Status as S
from mci_portal.accounts.actors import actor_for
from mci_portal.common import tokens
from mci_portal.common.clock import database_now
from mci_portal.outbox.models import Message
from tests.factories import claim_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def claimed(cast) -> Claim:
    return claim_in(S.CUSTOMER_CLAIMED)


@pytest.fixture
def as_ana(client, ana):
    client.force_login(ana)
    return client


def address(claim: Claim, review: bool = False) -> str:
    return f"/incentives/claims/{claim.number}/consent/{'?step=review' if review else ''}"


def typed(claim: Claim, **changed) -> dict:
    names = ("customer_title", "customer_name", "customer_email", "mismatch_reason", "partner_name", "partner_email")
    return {name: getattr(claim, name) for name in names} | {"version": claim.version} | changed


def test_contacts_are_prefilled(as_ana, claimed):
    page = as_ana.get(address(claimed)).content.decode()
    assert "Ask for customer consent" in page
    for value in (claimed.customer_name, claimed.customer_email, claimed.partner_name, claimed.partner_email):
        assert f'value="{value}"' in page


def test_saving_changed_contacts_leads_to_the_review(as_ana, claimed):
    reply = as_ana.post(address(claimed), typed(claimed, customer_name="Carl Chief"))
    assert (reply.status_code, reply["Location"]) == (302, address(claimed, review=True))
    claimed.refresh_from_db()
    assert claimed.customer_name == "Carl Chief"


def test_stale_contacts_are_refused_and_kept(as_ana, claimed):
    """F04: 409 with the reason, what was typed and the version to go on from; the second try is taken."""
    stale = typed(claimed, customer_name="Carl Chief")
    as_ana.post(address(claimed), typed(claimed, customer_title="CIO"))
    reply = as_ana.post(address(claimed), stale)
    assert reply.status_code == 409
    page = reply.content.decode()
    assert 'value="Carl Chief"' in page
    assert 'role="alert"' in page
    claimed.refresh_from_db()
    again = as_ana.post(address(claimed), stale | {"version": reply.context["form"]["version"].value()})
    assert again.status_code == 302
    assert claimed.version == reply.context["form"]["version"].value()


def test_contact_at_nobodys_domain_is_refused_at_its_field(as_ana, claimed):
    """C07: well written, but no customer's on the public internet."""
    reply = as_ana.post(address(claimed), typed(claimed, customer_email="carl@mail.corp"))
    assert reply.status_code == 422
    assert list(reply.context["form"].errors) == ["customer_email"]


@pytest.mark.parametrize("seen", ["9" * 5000, "²", "-1"])
def test_crafted_version_breaks_nothing(as_ana, claimed, seen):
    """D03: a number that no version can be is no number."""
    assert as_ana.post(address(claimed, review=True), {"version": seen}).status_code == 302


def test_contact_at_the_partners_own_company_is_refused(as_ana, claimed):
    """Q5."""
    reply = as_ana.post(address(claimed), typed(claimed, customer_email="boss@contoso.example"))
    assert reply.status_code == 422
    assert "This address belongs to your own company." in reply.content.decode()
    assert 'value="boss@contoso.example"' in reply.content.decode()


def test_foreign_mail_domain_needs_a_reason(as_ana, claimed):
    """R-088."""
    strange = typed(claimed, customer_email="carla@elsewhere.example")
    assert as_ana.post(address(claimed), strange).status_code == 422
    strange["mismatch_reason"] = "Works for the holding."
    assert as_ana.post(address(claimed), strange).status_code == 302
    claimed.refresh_from_db()
    assert (claimed.customer_email, claimed.mismatch_reason) == ("carla@elsewhere.example", "Works for the holding.")


def test_stale_page_is_409(as_ana, claimed):
    """F04."""
    old = typed(claimed, customer_name="Carl Chief")
    as_ana.post(address(claimed), typed(claimed, customer_name="Cora Clerk"))
    assert as_ana.post(address(claimed), old).status_code == 409
    claimed.refresh_from_db()
    assert claimed.customer_name == "Cora Clerk"


def test_preview_shows_the_mail_without_a_working_link(as_ana, claimed):
    page = as_ana.get(address(claimed, review=True)).content.decode()
    preview = page[page.index('class="inert"') : page.index("</section>")]
    assert claimed.customer_email in preview
    assert "asks for your agreement" in preview
    assert "<a " not in preview
    assert tokens.PLACEHOLDER not in preview
    assert "Send for consent" in page


def test_preview_is_the_mail_that_is_sent(as_ana, claimed):
    """R-114: word for word, but for the link itself."""
    seen = consent_mail.preview(claimed)
    as_ana.post(address(claimed, review=True), {"version": claimed.version})
    sent = mails.write(Message.objects.get(kind="E01"))
    link = next(line for line in sent.text.splitlines() if "/consent/" in line)
    placeholder = next(line for line in seen.text.splitlines() if line.startswith("(here stands"))
    assert seen.subject == sent.subject
    assert seen.text.replace(placeholder, link) == sent.text


def test_deal_size_is_asked_once_where_the_engagement_wants_it(as_ana, claimed):
    """R-099: with the first request, in whole US dollars; fixed after it."""
    claimed.engagement.asks_deal_size = True
    claimed.engagement.save()
    here, sent = address(claimed, review=True), {"version": claimed.version, "remind": "on"}
    assert "Estimated deal size" in as_ana.get(here).content.decode()
    for wrong in ("", "0", "-5", "1.5", "1e6", "9" * 5000):
        refused = as_ana.post(here, sent | {"deal_size": wrong})
        assert refused.status_code == 422
        assert 'name="remind" checked' in refused.content.decode()
    as_ana.post(here, sent | {"deal_size": "75000"})
    claimed.refresh_from_db()
    assert (claimed.status, claimed.deal_size) == (S.AWAITING_CONSENT, 75_000)
    assert "75,000.00 USD" in as_ana.get(f"/incentives/claims/{claimed.number}/").content.decode()
    assert "Estimated deal size in" not in as_ana.get(here).content.decode()
    as_ana.post(here, sent | {"version": claimed.version, "deal_size": "1"})
    claimed.refresh_from_db()
    assert claimed.deal_size == 75_000


def test_request_without_the_deal_size_that_is_wanted_is_refused(claimed):
    """R-099: at every door, such as sending many at once."""
    claimed.engagement.asks_deal_size = True
    claimed.engagement.save()
    with pytest.raises(Refused, match="Enter the estimated deal size"):
        consent.ask(claimed, actor_for(claimed.owner))


def test_sending_asks_the_customer_and_says_so(as_ana, claimed):
    reply = as_ana.post(address(claimed, review=True), {"version": claimed.version}, follow=True)
    assert reply.redirect_chain == [(f"/incentives/claims/{claimed.number}/", 302)]
    assert f"Sent to {claimed.customer_email}." in reply.content.decode()
    claimed.refresh_from_db()
    assert claimed.status == S.AWAITING_CONSENT
    assert Message.objects.get(kind="E01").to_email == claimed.customer_email


def test_second_click_on_send_is_409(as_ana, claimed):
    """The version of the page was used up by the first click."""
    sent = {"version": claimed.version}
    as_ana.post(address(claimed, review=True), sent)
    assert as_ana.post(address(claimed, review=True), sent).status_code == 409
    assert ConsentRequest.objects.filter(claim=claimed).count() == 1


def test_looking_sends_nothing(as_ana, claimed):
    for review in (False, True):
        assert as_ana.get(address(claimed, review)).status_code == 200
    assert not ConsentRequest.objects.exists()


def test_resend_shows_earlier_sends_and_the_limit(as_ana, cast):
    claim = claim_in(S.AWAITING_CONSENT)
    page = as_ana.get(address(claim, review=True)).content.decode()
    assert "Sent so far" in page
    assert "re-sent 3 times in 24 hours" in page
    assert as_ana.post(address(claim, review=True), {}).status_code == 302
    assert ConsentRequest.objects.filter(claim=claim, voided_at=None).count() == 1
    assert "link replaced" in as_ana.get(address(claim, review=True)).content.decode()


def test_fourth_resend_of_a_day_is_409_with_the_sentence(as_ana, cast, settings):
    """T04: the greyed button and the refusal say the same."""
    claim = claim_in(S.AWAITING_CONSENT)
    for _send in range(settings.CONSENT_RESENDS_PER_DAY):
        assert as_ana.post(address(claim, review=True), {}).status_code == 302
    sentence = "The e-mail was already re-sent 3 times in the last 24 hours. Try again tomorrow."
    page = as_ana.get(address(claim, review=True)).content.decode()
    assert sentence in page
    assert 'aria-disabled="true" aria-describedby="refusal"' in page
    refused = as_ana.post(address(claim, review=True), {})
    assert (refused.status_code, sentence in refused.content.decode()) == (409, True)
    assert ConsentRequest.objects.filter(claim=claim).count() == 1 + settings.CONSENT_RESENDS_PER_DAY


def test_resends_of_yesterday_do_not_count(as_ana, cast):
    claim = claim_in(S.AWAITING_CONSENT, now=database_now() - timedelta(days=2))
    assert as_ana.post(address(claim, review=True), {}).status_code == 302


@pytest.mark.parametrize("status", [S.CONSENT_RECEIVED, S.CONSENT_DECLINED, S.CANCELED, S.CONSENT_EXPIRED])
def test_claim_past_asking_is_409(as_ana, cast, status):
    """F10."""
    claim = claim_in(status)
    for reply in (as_ana.get(address(claim)), as_ana.post(address(claim, review=True), {})):
        assert reply.status_code == 409
        assert f"“{status.label}”" in reply.content.decode()


def test_claim_that_the_clock_has_closed_is_409(as_ana, cast):
    """The sweep may be late (R-271)."""
    claim = claim_in(S.CUSTOMER_CLAIMED, now=database_now() - timedelta(days=30))
    assert as_ana.get(address(claim)).status_code == 409
    assert as_ana.post(address(claim, review=True), {}).status_code == 409


def test_strangers_and_microsoft_stay_out(client, claimed, cast):
    for user, status in ((cast.omar, 404), (cast.tom, 403), (cast.rita, 403)):
        client.force_login(user)
        for review in (False, True):
            assert client.get(address(claimed, review)).status_code == status, user
            assert client.post(address(claimed, review), typed(claimed)).status_code == status, user
    client.logout()
    assert client.get(address(claimed)).status_code == 302
    assert not ConsentRequest.objects.exists()


def test_contact_named_by_the_customer_is_told_on_the_way(as_ana, cast):
    """R-123: the partner decides; nothing is changed by the proposal."""
    claim = claim_in(S.AWAITING_CONSENT)
    ConsentRequest.objects.filter(claim=claim).update(
        proposed_name="Rosa Right", proposed_email=f"rosa@{claim.customer.domain}"
    )
    page = as_ana.get(address(claim)).content.decode()
    assert f"The customer named another contact: Rosa Right, rosa@{claim.customer.domain}." in page
    assert f'value="{claim.customer_email}"' in page
    assert 'value="Rosa Right"' in as_ana.get(address(claim), {"proposed": 1}).content.decode()
