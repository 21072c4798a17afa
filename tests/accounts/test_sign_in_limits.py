"""Guessing at passwords is slowed down, and the owner is not locked out by it (H09)."""

from types import SimpleNamespace

import pytest
from allauth.core.internal import ratelimit
from django.test import Client

from mci_portal.accounts import devices
from tests.accounts.conftest import PASSWORD

EMAIL = "ana@contoso.example"


def test_twenty_wrong_passwords_from_one_place_end_in_429_with_a_reason(ana_with_password, sign_in):
    statuses = [sign_in(EMAIL, "wrong").status_code for _try in range(20)]
    assert statuses == [422] * 5 + [429] * 15
    answer = sign_in(EMAIL, PASSWORD)
    assert (answer.status_code, answer["Retry-After"]) == (429, "300")
    assert "Too many wrong passwords. Wait five minutes and try again." in answer.content.decode()


def test_guessing_from_many_places_is_counted_by_account(ana_with_password, sign_in):
    statuses = [sign_in(EMAIL, "wrong", ip=f"192.0.2.{number}").status_code for number in range(1, 8)]
    assert statuses == [422] * 5 + [429] * 2


def test_owner_signs_in_from_a_known_device_while_somebody_guesses(ana_with_password, sign_in):
    laptop = Client()
    assert sign_in(EMAIL, using=laptop, ip="198.51.100.1").status_code == 302
    laptop.post("/sign-out/")
    for _try in range(20):
        sign_in(EMAIL, "wrong")
    assert sign_in(EMAIL, using=Client(), ip="198.51.100.2").status_code == 429
    assert sign_in(EMAIL, using=laptop, ip="198.51.100.1").status_code == 302


def test_known_device_is_slowed_down_too(ana_with_password, sign_in):
    laptop = Client()
    sign_in(EMAIL, using=laptop)
    laptop.post("/sign-out/")
    statuses = [sign_in(EMAIL, "wrong", using=laptop).status_code for _try in range(7)]
    assert statuses == [422] * 5 + [429] * 2


@pytest.mark.parametrize("mark", ["", "x", "0" * 64])
def test_mark_of_a_device_cannot_be_made_up(ana_with_password, sign_in, client, mark):
    client.cookies[devices.cookie_name()] = mark
    statuses = [sign_in(EMAIL, "wrong", ip=f"192.0.2.{number}").status_code for number in range(1, 8)]
    assert statuses == [422] * 5 + [429] * 2
    assert sign_in(EMAIL, ip="192.0.2.99").status_code == 429


def test_mark_of_one_account_is_worth_nothing_for_another(ana_with_password, rf):
    request = rf.get("/")
    answer = Client().get("/healthz")
    devices.remember(answer, EMAIL)
    request.COOKIES[devices.cookie_name()] = answer.cookies["device"].value
    assert [devices.is_known(request, email) for email in (EMAIL, "ANA@contoso.example", "ben@contoso.example")] == [
        True,
        True,
        False,
    ]
    assert answer.cookies["device"]["httponly"] is True


def test_hundred_posts_a_minute_from_one_place_end_in_429_whoever_is_named(db, sign_in):
    """11.11: more than a company behind one address needs in the morning."""
    statuses = [sign_in(f"user{number}@contoso.example", "").status_code for number in range(102)]
    assert statuses == [422] * 100 + [429] * 2
    assert "Too many requests" in sign_in("x@contoso.example", "").content.decode()


def test_guessing_at_many_accounts_from_one_place_ends_in_429(db, sign_in):
    statuses = [sign_in(f"user{number}@contoso.example", "wrong").status_code for number in range(32)]
    assert statuses == [422] * 30 + [429] * 2


def test_limits_hold_while_the_cache_is_away(ana_with_password, sign_in, monkeypatch):
    """FA05, 11.11: then the failures that are written down count."""
    monkeypatch.setattr(ratelimit, "consume", lambda *_, **__: SimpleNamespace(rollback=lambda: None))
    statuses = [sign_in(EMAIL, "wrong", ip="192.0.2.1").status_code for _try in range(12)]
    assert statuses == [422] * 10 + [429] * 2
    assert sign_in(EMAIL, ip="192.0.2.1").status_code == 429
    assert sign_in(EMAIL, ip="192.0.2.2").status_code == 302
