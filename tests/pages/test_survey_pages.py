"""The surveys: through a mailed link, or signed in (R-159 to R-165, ui-spec 6.14)."""

import threading
from datetime import timedelta

import pytest
from django.db import connections
from django.test import Client

from claims import contacts, lifecycle, surveys
from claims.actions import Action
from claims.lifecycle import Refused
from claims.models import Claim, ClaimEvent, Survey, SurveyKind, SurveyLink
from claims.statuses import Status as S
from mci_portal.accounts.actors import CLOCK, actor_for
from mci_portal.common.clock import database_now
from mci_portal.outbox.models import Message
from tests.cast import make_cast
from tests.factories import EngagementFactory, claim_in
from tests.pages.mailed import CUSTOMER_ANSWERS, PARTNER_ANSWERS, send_survey

CUSTOMER, PARTNER = SurveyKind.CUSTOMER, SurveyKind.PARTNER
NAMED = {"typed_name": "Carla Customer"}


@pytest.fixture
def claim(cast) -> Claim:
    return claim_in(S.CONSENT_RECEIVED)


@pytest.fixture
def as_ana(client, ana):
    client.force_login(ana)
    return client


def path(claim: Claim, send: bool = False) -> str:
    return f"/incentives/claims/{claim.number}/survey/{'send/' if send else ''}"


@pytest.mark.django_db
@pytest.mark.parametrize("kind", [CUSTOMER, PARTNER])
def test_page_asks_every_question_of_its_kind(client, claim, kind):
    page = client.get(send_survey(claim, kind)).content.decode()
    for question in surveys.QUESTIONS[kind]:
        assert f'name="{question.code}"' in page
    assert page.count('type="radio"') == sum(
        {"scale": 5, "yes_no": 2}.get(one.kind, 0) for one in surveys.QUESTIONS[kind]
    )
    for hidden in (str(claim.number), "USD", "5,000"):
        assert hidden not in page


@pytest.mark.django_db
def test_customer_answers_and_the_survey_is_complete(client, claim):
    """R-161: answers, name and moment are kept, the partner is told."""
    address = send_survey(claim)
    reply = client.post(address, CUSTOMER_ANSWERS | NAMED, follow=True)
    assert reply.redirect_chain == [(address, 302)]
    assert (reply.status_code, "<h1>Thank you</h1>" in reply.content.decode()) == (200, True)
    survey = Survey.objects.get(claim=claim, kind=CUSTOMER)
    assert survey.completed_by == "Carla Customer"
    assert survey.answers == {
        "took_place": "yes",
        "held_on": "2026-06-30",
        "attendees": 8,
        "satisfaction": 5,
        "useful": 4,
        "next_steps": "A pilot in autumn.",
        "may_contact": "no",
    }
    assert Message.objects.get(kind="E10").context["survey"] == CUSTOMER


@pytest.mark.django_db
def test_engagement_that_did_not_take_place_needs_no_day(client, claim):
    client.post(send_survey(claim), {"took_place": "no", "may_contact": "yes", "attendees": "3"} | NAMED)
    survey = Survey.objects.get(claim=claim, kind=CUSTOMER)
    assert survey.answers == {"took_place": "no", "may_contact": "yes"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"typed_name": ""}, "Your full name: This field is required."),
        ({"took_place": ""}, "Did the engagement take place?: This field is required."),
        ({"satisfaction": ""}, "This field is required."),
        ({"satisfaction": "6"}, "Select a valid choice."),
        ({"attendees": "-1"}, "greater than or equal to 0"),
        ({"attendees": "many"}, "Enter a whole number."),
        ({"held_on": "30.06.2026"}, "Enter a valid date."),
        ({"held_on": ""}, "On which day did it end?: This field is required."),
        ({"next_steps": "x" * 1001}, "at most 1000 characters"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_incomplete_answers_are_422_and_kept(client, claim, changed, message):
    reply = client.post(send_survey(claim), CUSTOMER_ANSWERS | NAMED | changed)
    page = reply.content.decode()
    assert reply.status_code == 422
    assert message in page
    assert "A pilot in autumn." in page or "next_steps" in changed
    assert not Survey.objects.filter(completed_at__isnull=False).exists()


@pytest.mark.django_db
def test_day_that_has_not_come_is_422(client, claim):
    later = (database_now() + timedelta(days=3)).date().isoformat()
    reply = client.post(send_survey(claim), CUSTOMER_ANSWERS | NAMED | {"held_on": later})
    assert (reply.status_code, "This day has not come yet." in reply.content.decode()) == (422, True)


@pytest.mark.django_db
def test_second_answer_changes_nothing(client, claim):
    """Once complete, the survey is locked; the same click twice lands on the thanks."""
    address = send_survey(claim)
    client.post(address, CUSTOMER_ANSWERS | NAMED)
    again = client.post(address, CUSTOMER_ANSWERS | NAMED | {"satisfaction": "1"})
    assert (again.status_code, "Thank you" in again.content.decode()) == (200, True)
    assert Survey.objects.get(claim=claim, kind=CUSTOMER).answers["satisfaction"] == 5
    assert ClaimEvent.objects.filter(claim=claim, action=Action.COMPLETE_CUSTOMER_SURVEY).count() == 1


@pytest.mark.django_db
def test_resend_leaves_only_the_newest_link(client, claim):
    """R-163."""
    old = send_survey(claim)
    new = send_survey(claim)
    reply = client.get(old)
    assert (reply.status_code, "There is a newer link" in reply.content.decode()) == (410, True)
    assert client.post(old, CUSTOMER_ANSWERS | NAMED).status_code == 410
    assert client.post(new, CUSTOMER_ANSWERS | NAMED).status_code == 302
    done = client.get(old)
    assert (done.status_code, "This survey is complete" in done.content.decode()) == (410, True)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", SurveyKind)
def test_survey_is_re_sent_as_often_a_day_as_the_consent_request(claim, ana, settings, kind):
    """R-163 within reason: one limit for every mailed link, and it is over a day later."""
    settings.CONSENT_RESENDS_PER_DAY = 1
    by, now = actor_for(ana), database_now()
    for _send in range(2):
        surveys.send(claim, kind, by, now)
    with pytest.raises(Refused, match="already re-sent 1 time in the last 24 hours"):
        surveys.send(claim, kind, by, now + timedelta(hours=23))
    assert SurveyLink.objects.filter(survey__kind=kind).count() == 2
    surveys.send(claim, kind, by, now + timedelta(hours=25))


def test_changed_contact_voids_the_link_and_names_nobody(client, claim, ana):
    """R-164."""
    address = send_survey(claim)
    contacts.change(
        claim, actor_for(ana), {"customer_name": "Carl Chief", "customer_email": f"c@{claim.customer.domain}"}
    )
    for reply in (client.get(address), client.post(address, CUSTOMER_ANSWERS | NAMED)):
        assert reply.status_code == 410
        assert claim.customer.name not in reply.content.decode()


@pytest.mark.django_db
def test_link_voided_after_it_was_looked_up_takes_no_answer(claim, ana):
    """R-164: looked at once more under the claim's lock."""
    stale = surveys.find(send_survey(claim).split("/")[2])
    send_survey(claim)
    with pytest.raises(lifecycle.Refused):
        surveys.answer(stale, "Carla Customer", {"took_place": "no"})
    assert not Survey.objects.filter(completed_at__isnull=False).exists()


@pytest.mark.django_db
def test_customer_contact_is_locked_after_the_customer_survey(client, claim, ana):
    """R-165."""
    client.post(send_survey(claim), CUSTOMER_ANSWERS | NAMED)
    with pytest.raises(lifecycle.Refused):
        contacts.change(claim, actor_for(ana), {"customer_name": "Carl Chief"})


@pytest.mark.django_db
@pytest.mark.parametrize("end", [Action.CANCEL, Action.EXPIRE])
def test_link_of_an_ended_claim_is_410(client, claim, ana, end):
    address = send_survey(claim)
    by, at = (actor_for(ana), None) if end is Action.CANCEL else (CLOCK, claim.submit_due_at)
    lifecycle.perform(claim, end, by, at)
    reply = client.get(address)
    assert (reply.status_code, "This survey is closed" in reply.content.decode()) == (410, True)
    assert client.post(address, CUSTOMER_ANSWERS | NAMED).status_code == 410


@pytest.mark.django_db
def test_link_is_shut_at_the_very_instant_of_the_deadline(client, claim, monkeypatch):
    """DL15: the clock decides, not the sweep."""
    address = send_survey(claim)
    for offset, status in ((-1, 200), (0, 410)):
        moment = claim.submit_due_at + timedelta(microseconds=offset)
        monkeypatch.setattr("claims.pages.public_survey.database_now", lambda moment=moment: moment)
        assert client.get(address).status_code == status


@pytest.mark.django_db
def test_colleague_without_account_answers_the_partner_survey(client, claim):
    """R-160: only through the link of the claim."""
    address = send_survey(claim, PARTNER, to_name="Cole", to_email="cole@contoso.example")
    assert client.post(address, PARTNER_ANSWERS | {"typed_name": "Cole League"}).status_code == 302
    survey = Survey.objects.get(claim=claim, kind=PARTNER)
    assert (survey.completed_by, survey.answers["goals_reached"]) == ("Cole League", 4)
    event = ClaimEvent.objects.get(claim=claim, action=Action.COMPLETE_PARTNER_SURVEY)
    assert (event.actor_kind, event.actor_name) == ("colleague", "Cole League")


@pytest.mark.django_db
def test_member_answers_the_partner_survey_signed_in(as_ana, claim):
    """R-160 "Go to survey": his name is known, so it is not asked for."""
    page = as_ana.get(path(claim)).content.decode()
    assert "typed_name" not in page
    reply = as_ana.post(path(claim), PARTNER_ANSWERS)
    assert (reply.status_code, reply["Location"]) == (302, f"/incentives/claims/{claim.number}/")
    survey = Survey.objects.get(claim=claim, kind=PARTNER)
    assert (survey.completed_by, survey.answers["next_steps"]) == ("Ana Silva", "A pilot.")


@pytest.mark.django_db
def test_member_who_leaves_a_question_out_gets_422_with_the_rest_kept(as_ana, claim):
    reply = as_ana.post(path(claim), PARTNER_ANSWERS | {"readiness": ""})
    assert (reply.status_code, "A pilot." in reply.content.decode()) == (422, True)


@pytest.mark.django_db
def test_complete_or_closed_partner_survey_is_409(as_ana, claim):
    as_ana.post(path(claim), PARTNER_ANSWERS)
    for address in (
        path(claim),
        path(claim, send=True),
        path(claim_in(S.AWAITING_CONSENT)),
        path(claim_in(S.SUBMITTED)),
    ):
        assert as_ana.get(address).status_code == 409
        assert as_ana.post(address, PARTNER_ANSWERS).status_code == 409
    bare = claim_in(S.CONSENT_RECEIVED, engagement=EngagementFactory(evidence=()))
    refused = as_ana.get(path(bare))
    assert (refused.status_code, "asks for no such survey" in refused.content.decode()) == (409, True)


@pytest.mark.django_db
def test_partner_survey_is_mailed_to_a_colleague(as_ana, claim):
    form = as_ana.get(path(claim, send=True)).content.decode()
    assert f'value="{claim.partner_email}"' in form
    sent = {"to_name": "Cole League", "to_email": "Cole@Contoso.example"}
    reply = as_ana.post(path(claim, send=True), sent, follow=True)
    assert "Sent to cole@contoso.example." in reply.content.decode()
    assert Message.objects.get(kind="E09").to_email == "cole@contoso.example"
    assert SurveyLink.objects.get(survey__claim=claim, voided_at=None).to_name == "Cole League"


@pytest.mark.django_db
def test_partner_survey_leaves_the_company_for_nobody(as_ana, claim):
    sent = {"to_name": "Carla", "to_email": claim.customer_email}
    reply = as_ana.post(path(claim, send=True), sent)
    assert (reply.status_code, "Enter an address of your own company." in reply.content.decode()) == (422, True)
    assert not SurveyLink.objects.exists()


@pytest.mark.django_db
def test_strangers_and_microsoft_stay_out(client, claim, cast):
    for user, status in ((cast.omar, 404), (cast.tom, 403), (cast.rita, 403)):
        client.force_login(user)
        for address in (path(claim), path(claim, send=True)):
            assert client.get(address).status_code == status
            assert client.post(address, PARTNER_ANSWERS).status_code == status
    assert not Survey.objects.exists()


@pytest.mark.server
@pytest.mark.django_db(transaction=True)
def test_answers_of_the_same_moment_are_taken_once():
    make_cast()
    claim = claim_in(S.CONSENT_RECEIVED)
    address, together, got = send_survey(claim), threading.Barrier(2), []

    def click(satisfaction: str) -> None:
        together.wait(timeout=10)
        try:
            got.append(Client().post(address, CUSTOMER_ANSWERS | NAMED | {"satisfaction": satisfaction}).status_code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=click, args=[satisfaction]) for satisfaction in "15"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert len(got) == 2
    assert set(got) <= {200, 302}
    assert ClaimEvent.objects.filter(claim=claim, action=Action.COMPLETE_CUSTOMER_SURVEY).count() == 1
