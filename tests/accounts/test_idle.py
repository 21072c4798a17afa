"""A session ends after an hour without a sign of life, and reading a page still writes nothing (reliability 11.7)."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from mci_portal.accounts.models import Session

pytestmark = pytest.mark.django_db

NINE = datetime(2023, 3, 1, 9, tzinfo=UTC)
PAGE = "/account/?a=1"
HX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/action-center/?tab=x"}


@pytest.fixture
def clock():
    with time_machine.travel(NINE, tick=False) as traveller:
        yield lambda minutes: traveller.move_to(NINE + timedelta(minutes=minutes))


@pytest.fixture
def signed_in(clock, client, ana) -> Client:
    client.force_login(ana)
    return client


def is_in(client: Client) -> bool:
    return client.get(PAGE).status_code == 200


def test_an_hour_after_the_sign_in_without_a_page_the_session_is_over(signed_in, clock):
    clock(61)
    assert signed_in.get(PAGE)["Location"] == "/sign-in/?next=/account/%3Fa%3D1&why=idle"


def test_an_hour_to_the_minute_is_still_in_time(signed_in, clock):
    clock(60)
    assert is_in(signed_in)


def test_who_opens_a_page_now_and_then_stays_signed_in(signed_in, clock):
    for minutes in (50, 100, 150, 200):
        clock(minutes)
        assert is_in(signed_in)
    clock(261)
    assert not is_in(signed_in)


def test_reading_leaves_the_session_row_as_it_was(signed_in, clock):
    before = Session.objects.values_list("session_key", "session_data", "expire_date").get()
    for minutes in (30, 60, 121):
        clock(minutes)
        signed_in.get(PAGE)
    assert Session.objects.values_list("session_key", "session_data", "expire_date").get() == before


def test_the_mark_is_left_once_a_minute_at_most_and_no_script_reads_it(signed_in, clock):
    assert "seen" not in signed_in.get(PAGE).cookies
    clock(1)
    mark = signed_in.get(PAGE).cookies["seen"]
    assert (mark["httponly"], mark["samesite"], mark["path"], mark["max-age"]) == (True, "Lax", "/", "")
    assert "seen" not in signed_in.get(PAGE).cookies
    clock(2)
    assert "seen" in signed_in.get(PAGE).cookies


def test_the_bell_that_asks_by_itself_keeps_nobody_signed_in(signed_in, clock):
    for minutes in range(1, 61):
        clock(minutes)
        assert signed_in.get("/action-center/count/", headers=HX).status_code == 200
    clock(61)
    answer = signed_in.get("/action-center/count/", headers=HX)
    assert (answer.status_code, answer.content) == (286, b"")  # stops asking, and takes nobody's page away


def test_without_the_mark_a_session_is_worth_an_hour_from_the_sign_in(signed_in, clock):
    clock(50)
    assert is_in(signed_in)
    thief = Client()
    thief.cookies["sessionid"] = signed_in.cookies["sessionid"].value
    clock(61)
    assert (is_in(thief), is_in(signed_in)) == (False, True)


@pytest.mark.parametrize("forge", [lambda mark: "1677661200", lambda mark: mark[:-1] + "x", lambda mark: "9" + mark])
def test_a_mark_that_was_tampered_with_counts_for_nothing(signed_in, clock, forge):
    clock(50)
    assert is_in(signed_in)
    signed_in.cookies["seen"] = forge(signed_in.cookies["seen"].value)
    clock(61)
    assert not is_in(signed_in)


def test_the_mark_of_one_session_does_not_open_another(signed_in, clock, ana):
    other = Client()
    other.force_login(ana)
    clock(50)
    assert is_in(signed_in)
    other.cookies["seen"] = signed_in.cookies["seen"].value
    clock(61)
    assert not is_in(other)


def test_an_old_session_that_knows_no_sign_of_life_is_over(signed_in):
    session = signed_in.session
    del session["awake"]
    session.save()
    assert not is_in(signed_in)


def test_a_form_sent_too_late_leads_back_to_its_page_and_says_that_nothing_was_saved(signed_in, clock):
    clock(61)
    came_from = "http://testserver/action-center/preferences/"
    answer = signed_in.post("/account/", {"name": "Ana Maria"}, headers={"Referer": came_from})
    assert answer["Location"] == "/sign-in/?next=/action-center/preferences/&why=unsent"
    page = signed_in.get(answer["Location"]).content.decode()
    assert "nothing happened for an hour" in page
    assert "What you sent last was not saved." in page
    assert not Session.objects.exists()


def test_a_part_of_a_page_leads_back_to_the_whole_page(signed_in, clock):
    clock(61)
    answer = signed_in.get("/action-center/", headers=HX)
    assert (answer.status_code, answer["HX-Redirect"]) == (401, "/sign-in/?next=/action-center/%3Ftab%3Dx&why=idle")


def test_where_it_leads_back_is_never_another_site(signed_in, clock):
    clock(61)
    answer = signed_in.post("/account/", headers={"Referer": "https://evil.example/account/"})
    assert answer["Location"] == "/sign-in/?next=/&why=unsent"


def test_the_sign_in_page_explains_nothing_when_nothing_happened(client):
    for address in ("/sign-in/", "/sign-in/?why=", "/sign-in/?why=other"):
        assert "nothing happened" not in client.get(address).content.decode()
    page = client.get("/sign-in/?next=/account/&why=idle").content.decode()
    assert "nothing happened for an hour" in page
    assert "was not saved" not in page


def test_who_signs_in_again_is_in_for_another_hour(signed_in, clock, ana):
    clock(61)
    assert not is_in(signed_in)
    signed_in.force_login(ana)
    clock(120)
    assert is_in(signed_in)


def test_a_new_password_does_not_end_the_session(signed_in, clock, ana):
    """The session gets a new key then; the mark stays good."""
    ana.set_password("a long road to Redmond")
    ana.save()
    signed_in.force_login(ana)
    clock(50)
    new = "a longer road to Toronto"
    typed = {"old_password": "a long road to Redmond", "new_password1": new, "new_password2": new}
    assert signed_in.post("/account/password/", typed).status_code == 302
    clock(105)
    assert is_in(signed_in)
