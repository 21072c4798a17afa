"""Changing one's password (H04)."""

from django.test import Client

from tests.accounts.conftest import PASSWORD

NEW = "another long road home"


def change(client, old: str = PASSWORD, new: str = NEW, again: str = NEW):
    return client.post("/account/password/", {"old_password": old, "new_password1": new, "new_password2": again})


def test_password_change_ends_every_other_session(ana_with_password, sign_in, client):
    elsewhere = Client()
    for browser in (client, elsewhere):
        sign_in("ana@contoso.example", using=browser)
    assert change(client)["Location"] == "/account/"
    assert (client.get("/account/").status_code, elsewhere.get("/account/").status_code) == (200, 302)
    ana_with_password.refresh_from_db()
    assert ana_with_password.check_password(NEW)


def test_password_change_with_a_wrong_or_weak_password_is_refused(ana_with_password, client):
    client.force_login(ana_with_password)
    answers = [change(client, old="wrong"), change(client, new="short", again="short"), change(client, again="else")]
    assert [answer.status_code for answer in answers] == [422, 422, 422]
    ana_with_password.refresh_from_db()
    assert ana_with_password.check_password(PASSWORD)


def test_stolen_session_cannot_guess_the_password(ana_with_password, client):
    client.force_login(ana_with_password)
    assert [change(client, old=f"guess {number}").status_code for number in range(7)] == [422] * 5 + [429] * 2


def test_password_rests_as_argon2(settings, ana):
    """ASVS: the portal's own hasher, which tests replace for speed."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    ana.set_password(PASSWORD)
    assert ana.password.startswith("argon2$argon2id$")
