"""Signing in and out through the real addresses (H02-H05, H08, H09, G15)."""

from urllib.parse import quote

import pytest
from django.test import Client

from tests.accounts.conftest import PASSWORD

EMAIL = "ana@contoso.example"


def test_sign_in_with_the_right_password_leads_to_the_start_page(ana_with_password, sign_in, client):
    answer = sign_in(EMAIL)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.session["_auth_user_id"] == str(ana_with_password.pk)


def test_sign_in_with_the_address_in_capitals_is_the_same_account(ana_with_password, sign_in):
    assert sign_in("Ana@Contoso.Example").status_code == 302


def test_sign_in_leads_to_the_local_page_it_was_asked_for(ana_with_password, sign_in):
    assert sign_in(EMAIL, next="/account/%3Fa%3D1")["Location"] == "/account/?a=1"


@pytest.mark.parametrize(
    "outside",
    [
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "https://evil.example/",
        "http://testserver/account/",
        "http:///evil.example",
        "///evil.example",
    ],
)
def test_sign_in_with_a_foreign_next_leads_to_the_start_page(ana_with_password, sign_in, outside):
    """H05"""
    assert sign_in(EMAIL, next=quote(outside, safe=""))["Location"] == "/"


def test_session_id_known_before_sign_in_is_replaced(ana_with_password, sign_in, client):
    """H02"""
    session = client.session
    session["before"] = 1
    session.save()
    client.cookies["sessionid"] = before = session.session_key
    sign_in(EMAIL)
    assert client.cookies["sessionid"].value != before
    attacker = Client()
    attacker.cookies["sessionid"] = before
    assert attacker.get("/account/").status_code == 302


def test_cookie_from_before_sign_out_opens_nothing(ana_with_password, sign_in, client):
    """H03"""
    sign_in(EMAIL)
    old = client.cookies["sessionid"].value
    answer = client.post("/sign-out/")
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/")
    thief = Client()
    thief.cookies["sessionid"] = old
    assert thief.get("/account/")["Location"] == "/sign-in/?next=/account/"


def test_sign_out_clears_what_the_browser_kept(ana_with_password, client):
    """ASVS V14.3.1; asking whether to sign out clears nothing yet."""
    client.force_login(ana_with_password)
    assert "Clear-Site-Data" not in client.get("/sign-out/")
    assert client.post("/sign-out/")["Clear-Site-Data"] == '"cache", "storage"'


def test_sign_out_page_asks_and_ends_nothing(ana_with_password, client):
    client.force_login(ana_with_password)
    assert client.get("/sign-out/").status_code == 200
    assert client.get("/account/").status_code == 200


def test_sign_out_without_account_leads_to_sign_in(client):
    assert client.get("/sign-out/")["Location"] == "/sign-in/"


@pytest.mark.parametrize("password", ["", "wrong", PASSWORD.upper()])
def test_wrong_password_is_refused_and_the_address_kept(ana_with_password, sign_in, client, password):
    answer = sign_in(EMAIL, password)
    assert answer.status_code == 422
    assert f'value="{EMAIL}"' in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_unknown_user_wrong_password_and_disabled_account_get_the_same_answer(ana_with_password, ben, sign_in):
    """H08, G15: same status, same length."""
    ben.set_password(PASSWORD)
    ben.is_active = False
    ben.save()
    answers = [
        sign_in("ana@contoso.example", "wrong", ip="192.0.2.1"),
        sign_in("eva@contoso.example", "wrong", ip="192.0.2.2"),
        sign_in("ben@contoso.example", PASSWORD, ip="192.0.2.3"),
    ]
    assert [answer.status_code for answer in answers] == [422, 422, 422]
    assert len({len(answer.content) for answer in answers}) == 1
    assert [list(answer.cookies) for answer in answers] == [["csrftoken"], ["csrftoken"], ["csrftoken"]]


def test_signed_in_user_has_no_business_on_the_sign_in_page(ana_with_password, client):
    client.force_login(ana_with_password)
    assert client.get("/sign-in/?next=/account/")["Location"] == "/account/"


def test_sign_in_page_is_html_whatever_is_asked_for(client):
    answer = client.get("/sign-in/", headers={"accept": "application/json", "x-requested-with": "XMLHttpRequest"})
    assert answer["Content-Type"] == "text/html; charset=utf-8"


def test_nobody_signs_up_or_resets_a_password_by_himself(client):
    paths = ["/signup/", "/sign-up/", "/password/reset/", "/email/", "/accounts/signup/"]
    assert [client.get(path).status_code for path in paths] == [404] * len(paths)


def test_address_that_was_changed_opens_nothing_any_more(ana_with_password, sign_in, client):
    """allauth keeps addresses of its own for its sign-up; a left-over of theirs must not become a second key."""
    sign_in(EMAIL)
    client.post("/sign-out/")
    ana_with_password.email = "ana.silva@contoso.example"
    ana_with_password.save()
    assert (sign_in(EMAIL).status_code, sign_in("ana.silva@contoso.example").status_code) == (422, 302)
