"""The customer answers: what is recorded, who reads the reason, the wrong person, the held yes (R-119 to R-123)."""

import threading

import pytest
from django.db import connections
from django.test import Client

from claims import consent
from claims.models import Claim, ClaimEvent, ConsentRequest
from claims.statuses import Status as S
from eligibility.models import Verdict
from mci_portal.outbox.models import Message
from tests.cast import make_cast
from tests.factories import claim_in
from tests.pages.mailed import NO, YES, consent_link


@pytest.fixture
def asked(cast) -> Claim:
    return claim_in(S.AWAITING_CONSENT)


@pytest.mark.django_db
def test_page_says_what_is_agreed_to(client, asked):
    """R-119."""
    page = client.get(consent_link(asked)).content.decode()
    assert f"<h1>{asked.partner.legal_name} asks for your agreement</h1>" in page
    for fact in (
        asked.engagement.name,
        asked.partner_name,
        asked.partner_email,
        "Microsoft may pay",
        "no disadvantage",
    ):
        assert fact in page
    assert "Why Microsoft asks" in page


@pytest.mark.django_db
def test_acceptance_is_recorded_with_all_its_facts(client, asked):
    """R-121."""
    client.post(
        consent_link(asked),
        YES,
        REMOTE_ADDR="203.0.113.7",
        headers={"user-agent": "A browser", "accept-language": "en"},
    )
    record = ConsentRequest.objects.get(claim=asked)
    asked.refresh_from_db()
    assert asked.status == S.CONSENT_RECEIVED
    assert (record.decision, record.typed_name, record.to_email) == ("accepted", "Carla Customer", asked.customer_email)
    assert (record.ip_address, record.user_agent, record.language) == ("203.0.113.7", "A browser", "en")
    assert (record.text_version, record.text_shown) == (consent.TEXT_VERSION, "\n\n".join(consent.words(asked)))
    assert record.used_at == asked.consented_at
    kinds = set(Message.objects.filter(topic=asked.topic).values_list("kind", flat=True))
    assert {"E03", "E04"} <= kinds


@pytest.mark.django_db
@pytest.mark.parametrize("shared", [True, False], ids=["shared", "kept"])
def test_reason_of_a_decline_reaches_the_partner_only_when_shared(client, asked, shared):
    """R-122."""
    client.post(consent_link(asked), NO | {"reason": "Too early for us."} | ({"reason_shared": "on"} if shared else {}))
    record = ConsentRequest.objects.get(claim=asked)
    assert (record.decision, record.reason, record.reason_shared) == ("declined", "Too early for us.", shared)
    told = Message.objects.get(kind="E05")
    assert told.context["reason"] == ("Too early for us." if shared else "")
    assert ClaimEvent.objects.get(claim=asked, action="decline").note == ("Too early for us." if shared else "")


@pytest.mark.django_db
def test_reason_typed_before_accepting_is_dropped(client, asked):
    client.post(consent_link(asked), YES | {"reason": "Too early for us.", "reason_shared": "on"})
    record = ConsentRequest.objects.get(claim=asked)
    assert (record.decision, record.reason, record.reason_shared) == ("accepted", "", False)


@pytest.mark.django_db
def test_answered_page_shows_the_decision_and_when(client, asked):
    address = consent_link(asked)
    page = client.post(address, NO, follow=True).content.decode()
    record = ConsentRequest.objects.get(claim=asked)
    assert "You declined" in page
    assert record.used_at.isoformat(timespec="seconds") in page
    assert "<form" not in page


@pytest.mark.django_db
def test_name_that_is_markup_is_shown_as_text(client, asked):
    address = consent_link(asked)
    page = client.post(address, YES | {"typed_name": "<b>Carla</b>"}, follow=True).content.decode()
    assert "&lt;b&gt;Carla&lt;/b&gt;" in page
    assert "<b>Carla</b>" not in page


@pytest.mark.django_db
def test_too_long_reason_is_422_and_kept(client, asked):
    reply = client.post(consent_link(asked), NO | {"reason": "x" * 1001})
    assert reply.status_code == 422
    assert "x" * 1001 in reply.content.decode()


@pytest.mark.django_db
def test_field_sent_twice_is_400(client, asked):
    """A08: no question of which of two decisions counts."""
    twice = {**YES, "decision": ["accepted", "declined"]}
    assert client.post(consent_link(asked), twice).status_code == 400
    asked.refresh_from_db()
    assert asked.status == S.AWAITING_CONSENT


@pytest.mark.django_db
def test_yes_that_cannot_take_effect_is_held_and_calmly_said(client, asked):
    """T06: nothing is recorded, both sides are told, and the link stays open."""
    Verdict.objects.filter(engagement=asked.engagement).update(eligible=False)
    address = consent_link(asked)
    reply = client.post(address, YES)
    assert (reply.status_code, "Thank you. Your acceptance cannot take effect" in reply.content.decode()) == (409, True)
    asked.refresh_from_db()
    assert asked.status == S.AWAITING_CONSENT
    assert set(Message.objects.filter(topic=asked.topic, context__held=True).values_list("kind", flat=True)) == {
        "N40",
        "N41",
    }
    Verdict.objects.filter(engagement=asked.engagement).update(eligible=True)
    assert client.post(address, YES).status_code == 302


@pytest.mark.django_db
def test_wrong_person_names_the_right_one_and_decides_nothing(client, asked):
    """R-123."""
    address = consent_link(asked)
    assert client.get(f"{address}forward/").status_code == 200
    reply = client.post(f"{address}forward/", {"name": "Rosa Right", "email": "Rosa@customer.example"}, follow=True)
    page = reply.content.decode()
    assert reply.redirect_chain == [(address, 302)]
    assert "You named Rosa Right, rosa@customer.example." in page
    record = ConsentRequest.objects.get(claim=asked)
    asked.refresh_from_db()
    assert (record.proposed_name, record.proposed_email) == ("Rosa Right", "rosa@customer.example")
    assert (record.decision, asked.status) == ("", S.AWAITING_CONSENT)
    assert asked.customer_email != "rosa@customer.example"
    told = Message.objects.get(kind="N40")
    assert (told.audience, told.context["proposed_email"]) == ("partner", "rosa@customer.example")
    assert client.post(address, YES).status_code == 302


@pytest.mark.django_db
def test_second_proposal_through_the_same_link_is_409(client, asked):
    address = f"{consent_link(asked)}forward/"
    named = {"name": "Rosa Right", "email": "rosa@customer.example"}
    assert client.post(address, named).status_code == 302
    assert client.post(address, named | {"email": "ron@customer.example"}).status_code == 409
    assert Message.objects.filter(kind="N40").count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"email": ""}, {"email": "rosa"}, {"email": "a@b.example, c@d.example"}]
)
def test_incomplete_proposal_is_422_and_kept(client, asked, wrong):
    named = {"name": "Rosa Right", "email": "rosa@customer.example"} | wrong
    reply = client.post(f"{consent_link(asked)}forward/", named)
    assert reply.status_code == 422
    assert not Message.objects.filter(kind="N40").exists()


@pytest.mark.django_db
def test_answered_request_is_shown_instead_of_the_forward_form(client, asked):
    address = consent_link(asked)
    client.post(address, YES)
    assert "You accepted" in client.get(f"{address}forward/").content.decode()


@pytest.mark.django_db
def test_several_languages_are_offered_and_the_chosen_one_is_recorded(client, asked):
    address = consent_link(asked)
    assert '<a href="?language=sv" lang="sv" hreflang="sv">Svenska</a>' in client.get(address).content.decode()
    reply = client.post(f"{address}?language=sv", YES)
    assert (reply.status_code, reply["Location"]) == (302, f"{address}?language=sv")
    assert ConsentRequest.objects.get(claim=asked).language == "sv"
    # What follows is written in the language he chose.
    assert Claim.objects.get(pk=asked.pk).customer_language == "sv"
    assert list(Message.objects.filter(audience="customer").values_list("kind", "language").order_by("id")) == [
        ("E01", "en"),
        ("E03", "sv"),
    ]


@pytest.mark.django_db
def test_one_language_needs_no_choice(client, asked, settings):
    settings.LANGUAGES = [("en", "English")]
    assert "?language=" not in client.get(consent_link(asked)).content.decode()


@pytest.mark.django_db
def test_page_costs_few_queries(client, asked, django_assert_max_num_queries):
    address = consent_link(asked)
    with django_assert_max_num_queries(2):  # the request with its claim, and the clock
        client.get(address)


@pytest.mark.server
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("answers", "statuses"), [((YES, YES), [302, 302]), ((YES, NO), [302, 409])], ids=["same twice", "both ways"]
)
def test_answers_of_the_same_moment_leave_one_record(answers, statuses):
    """TK04, TK05: the database decides who was first."""
    make_cast()
    claim = claim_in(S.AWAITING_CONSENT)
    address, together, got = consent_link(claim), threading.Barrier(len(answers)), []

    def click(answer: dict) -> None:
        together.wait(timeout=10)
        try:
            got.append(Client().post(address, answer).status_code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=click, args=[answer]) for answer in answers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(got) == statuses
    assert ConsentRequest.objects.exclude(decision="").count() == 1
    assert ClaimEvent.objects.filter(claim=claim, actor_kind="customer").count() == 1
    assert Message.objects.filter(topic=claim.topic, kind="E03").count() == 1
