"""Ask for an engagement, and the operators' decision (R-030, R-031)."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from eligibility.models import Verdict
from engagements import access_requests
from engagements.models import AccessRequest, Engagement, Invitation
from engagements.queries import visible_to
from mci_portal.accounts.actors import actor_for
from mci_portal.common.clock import database_now
from mci_portal.common.errors import Conflict
from mci_portal.outbox import rendering
from mci_portal.outbox.models import Message
from tests.factories import allow
from tests.people.conftest import NOW
from tests.rows import EngagementFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def listed(db) -> Engagement:
    return EngagementFactory(name="Listed Workshop", slug="listed-workshop")


@pytest.fixture
def secret(db) -> Engagement:
    return EngagementFactory(name="Secret Workshop", slug="secret-workshop", visibility="invitation")


def page(client, user, address: str, data: dict | None = None):
    client.force_login(user)
    return client.get(address) if data is None else client.post(address, data)


def test_request_for_a_listed_engagement_reaches_the_operators(client, ben, olga, listed):
    answer = page(client, ben, f"/incentives/engagements/{listed.slug}/request-access/", {"reason": "We know it."})
    assert answer.status_code == 302
    row = AccessRequest.objects.get()
    assert (row.engagement, row.asked_by, row.reason, row.decision) == (listed, ben, "We know it.", "")
    mail = Message.objects.get()
    assert (mail.kind, mail.to_email) == ("P06", "olga@microsoft.example")
    assert f"/operator/access-requests/{row.pk}/" in rendering.render(mail).text


def test_engagement_that_earns_already_is_not_asked_for(client, ana, redmond, listed):
    allow(redmond, listed)
    address = f"/incentives/engagements/{listed.slug}/request-access/"
    assert "can earn on this engagement already" in page(client, ana, address).content.decode()
    assert page(client, ana, address, {"reason": ""}).status_code == 409
    assert AccessRequest.objects.count() == 0


def test_second_request_of_the_company_is_refused(client, ana, ben, listed, act):
    access_requests.ask(act(ben), listed, "", NOW)
    with pytest.raises(Conflict):
        access_requests.ask(act(ana), listed, "", NOW)
    address = f"/incentives/engagements/{listed.slug}/request-access/"
    assert "Your company has asked already" in page(client, ana, address).content.decode()


def test_engagement_that_is_over_is_not_asked_for(ana, act, listed):
    listed.ends_on = NOW.date() - timedelta(days=1)
    listed.save()
    with pytest.raises(Conflict):
        access_requests.ask(act(ana), listed, "", NOW)


def test_engagement_by_invitation_has_no_address(client, ana, secret):
    """R-031: the page of what exists and of what does not exist are the same bytes."""
    answers = [
        page(client, ana, f"/incentives/engagements/{slug}/request-access/") for slug in (secret.slug, "no-such-thing")
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    with pytest.raises(access_requests.NotPermitted):
        access_requests.ask(actor_for(ana), secret, "", NOW)


def test_name_that_exists_and_name_that_does_not_get_the_same_answer(client, ana, secret):
    seen = []
    for name in (secret.name, "Imagined Works"):
        answer = page(client, ana, "/incentives/engagements/request-access/", {"name": name, "reason": ""})
        row = AccessRequest.objects.get(asked_name=name)
        seen.append((answer.status_code, answer["Location"], row.engagement))
    assert seen[0] == seen[1] == (302, "/incentives/engagements/request-access/", None)
    assert Invitation.objects.count() == 0


def test_company_sees_its_own_requests_only(client, ana, omar, act):
    access_requests.ask_by_name(act(ana), "Contoso Dream", "", NOW)
    address = "/incentives/engagements/request-access/"
    assert "Contoso Dream" in page(client, ana, address).content.decode()
    assert "Contoso Dream" not in page(client, omar, address).content.decode()


def test_name_is_needed(client, ana):
    answer = page(client, ana, "/incentives/engagements/request-access/", {"name": " ", "reason": "Because."})
    assert (answer.status_code, "Because." in answer.content.decode()) == (422, True)


def test_too_many_open_requests_are_refused(ana, act, monkeypatch):
    monkeypatch.setattr(access_requests, "OPEN_AT_ONCE", 1)
    access_requests.ask_by_name(act(ana), "One", "", NOW)
    with pytest.raises(Conflict):
        access_requests.ask_by_name(act(ana), "Two", "", NOW)


def test_approval_invites_the_partner_and_judges_him_anew(client, ana, olga, redmond, secret, act):
    asked = access_requests.ask_by_name(act(ana), "the secret one", "", database_now())
    address = f"/operator/access-requests/{asked.pk}/"
    assert "Secret Workshop (Invitation only)" in page(client, olga, address).content.decode()
    sent = {"decision": "approve", "engagement": secret.slug, "answer": "Welcome."}
    assert page(client, olga, address, sent).status_code == 302
    assert Invitation.objects.get().partner == redmond.partner
    assert list(visible_to(redmond.partner_id)) == [secret]
    assert Verdict.objects.filter(engagement=secret, location=redmond, eligible=True).count() == 1
    mail = rendering.render(Message.objects.get(kind="P07"))
    assert [words in mail.text for words in ("Secret Workshop", "Welcome.", "/secret-workshop/eligibility/")] == [
        True
    ] * 3


def test_decline_needs_a_reason_and_names_only_what_was_asked(client, ana, olga, secret, act):
    asked = access_requests.ask_by_name(act(ana), "secret", "", database_now())
    address = f"/operator/access-requests/{asked.pk}/"
    assert page(client, olga, address, {"decision": "decline", "answer": ""}).status_code == 422
    assert page(client, olga, address, {"decision": "decline", "answer": "Not now."}).status_code == 302
    mail = rendering.render(Message.objects.get(kind="P08"))
    assert ["Not now." in mail.text, "Secret Workshop" in mail.text] == [True, False]
    assert Invitation.objects.count() == 0


def test_decided_request_stays_decided(client, ana, olga, listed, act):
    asked = access_requests.ask(act(ana), listed, "", database_now())
    access_requests.decline(act(olga), asked, "No.", database_now())
    sent = {"decision": "approve", "engagement": listed.slug, "answer": ""}
    assert page(client, olga, f"/operator/access-requests/{asked.pk}/", sent).status_code == 409


def test_request_for_one_is_not_approved_as_another(ana, olga, listed, secret, act):
    asked = access_requests.ask(act(ana), listed, "", NOW)
    with pytest.raises(ValidationError):
        access_requests.approve(act(olga), asked, secret, "", NOW)


@pytest.mark.parametrize("who", ["ana", "omar", "rita", "lena"])
def test_nobody_but_operators_decides(client, cast, listed, act, who):
    asked = access_requests.ask(act(cast.ana), listed, "", NOW)
    by = act(getattr(cast, who))
    with pytest.raises(access_requests.NotPermitted):
        access_requests.decline(by, asked, "No.", NOW)
    with pytest.raises(access_requests.NotPermitted):
        access_requests.approve(by, asked, listed, "", NOW)
    for address in ("/operator/access-requests/", f"/operator/access-requests/{asked.pk}/"):
        assert page(client, getattr(cast, who), address).status_code == 403


def test_list_shows_waiting_and_decided_apart(client, ana, olga, act):
    for name in ("First", "Second"):
        access_requests.ask_by_name(act(ana), name, "", NOW)
    access_requests.decline(act(olga), AccessRequest.objects.get(asked_name="First"), "No.", NOW)
    waiting, decided = (
        page(client, olga, f"/operator/access-requests/{tab}").content.decode() for tab in ("", "?tab=decided")
    )
    assert ["First" in waiting, "Second" in waiting, "First" in decided, "Second" in decided] == [
        False,
        True,
        True,
        False,
    ]
