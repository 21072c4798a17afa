"""My preferences, and the address that must be proved before mail goes there (R-242, R-243, TK09, TK12)."""

import re
from datetime import timedelta

import pytest
from django.core import mail as locmem

from mci_portal.accounts.models import AddressCheck
from mci_portal.common.clock import database_now
from mci_portal.outbox import delivery
from mci_portal.outbox.models import Digest, MailPreference

PAGE, ADDRESS = "/action-center/preferences/", "/action-center/preferences/address/"
TYPED = {
    "job_title": "Partner manager",
    "mail_language": "en",
    "time_zone": "Europe/Amsterdam",
    "digest": "daily",
    "digest_hour": "7",
    "mail": ["incentives:transactional"],
}
DAY = timedelta(days=1)


@pytest.fixture
def signed_in(ana, client):
    client.force_login(ana)
    return client


def boxes(client) -> dict[str, str]:
    """Each cell of the matrix: "on", "off" or "fixed"."""
    page = client.get(PAGE).content.decode()
    found = re.findall(r'name="mail" value="([^"]+)" aria-label="[^"]*"( checked)?( disabled)?', page)
    return {value: "fixed" if fixed else "on" if on else "off" for value, on, fixed in found}


def test_new_user_is_opted_in_to_everything(signed_in):
    """R-242."""
    found = boxes(signed_in)
    assert {value for value, state in found.items() if state == "on"} == {
        "incentives:transactional",
        "incentives:promotional",
    }
    assert "off" not in found.values()
    assert (found["incentives:mandatory"], found["incentives:recommended"]) == ("fixed", "fixed")


def test_preferences_are_kept(signed_in, ana):
    answer = signed_in.post(PAGE, TYPED)
    assert (answer.status_code, answer["Location"]) == (302, PAGE)
    ana.refresh_from_db()
    wish = ana.mail_preference
    assert (ana.job_title, ana.time_zone) == ("Partner manager", "Europe/Amsterdam")
    assert (wish.language, wish.digest, wish.digest_hour) == ("en", Digest.DAILY, 7)
    assert wish.muted == ["incentives:promotional"]
    assert boxes(signed_in)["incentives:promotional"] == "off"
    page = signed_in.get(PAGE).content.decode()
    assert "Partner manager" in page


def test_reviewer_chooses_for_the_review_workspace(rita, client):
    client.force_login(rita)
    assert "review:transactional" in boxes(client)
    assert client.post(PAGE, TYPED).status_code == 422  # Incentives are not hers
    client.post(PAGE, TYPED | {"mail": []})
    assert MailPreference.objects.get(user=rita).muted == ["review:promotional", "review:transactional"]


@pytest.mark.parametrize(
    "sent",
    [
        {"mail": ["incentives:mandatory"]},
        {"mail": ["everything"]},
        {"digest": "hourly"},
        {"digest_hour": "24"},
        {"mail_language": "tlh"},
        {"time_zone": "Mars/Olympus"},
        {"job_title": "x" * 101},
    ],
)
def test_what_is_not_offered_is_refused_and_the_rest_is_kept_on_the_page(signed_in, sent):
    answer = signed_in.post(PAGE, TYPED | sent)
    assert answer.status_code == 422
    assert "Check what you entered" in answer.content.decode()
    assert MailPreference.objects.count() == 0


# --- the notification address -----------------------------------------------------------------------------------------


def ask(client, email: str = "team@contoso.example"):
    return client.post(ADDRESS, {"email": email})


def link() -> str:
    """The address that the newest mail with a link leads to."""
    delivery.drain(database_now() + timedelta(seconds=1))
    found = [re.search(r"/confirm-address/[-\w]+/", mail.body) for mail in locmem.outbox]
    return [match for match in found if match][-1].group()


def used(user) -> str:
    wish = MailPreference.objects.filter(user=user).first()
    return wish.notification_email if wish else ""


def test_address_is_used_after_its_link_was_opened_and_confirmed(signed_in, ana, django_user_model, client):
    assert ask(signed_in).status_code == 302
    assert "A link was mailed to team@contoso.example." in signed_in.get(PAGE).content.decode()
    where = link()
    assert [mail.to for mail in locmem.outbox] == [[f"{ana.name} <team@contoso.example>"]]
    client.logout()
    page = client.get(where)
    assert (page.status_code, "Use this address" in page.content.decode(), used(ana)) == (200, True, "")
    assert client.post(where).status_code == 200
    assert used(ana) == "team@contoso.example"


def test_old_address_is_told_even_though_mail_goes_to_the_new_one(signed_in, ana):
    ask(signed_in)
    signed_in.post(link())
    delivery.drain(database_now() + timedelta(seconds=1))
    told = locmem.outbox[-1]
    assert (told.subject, told.to) == ("Your notifications go to another address now", [f"{ana.name} <{ana.email}>"])
    assert "team@contoso.example" in told.body


def test_link_works_once(signed_in, ana):
    ask(signed_in)
    where = link()
    assert [signed_in.post(where).status_code, signed_in.post(where).status_code] == [200, 410]
    assert signed_in.get(where).status_code == 410


def test_link_expires_after_two_days(signed_in, ana):
    ask(signed_in)
    where = link()
    AddressCheck.objects.update(expires_at=database_now() - timedelta(seconds=1))
    assert (signed_in.get(where).status_code, signed_in.post(where).status_code, used(ana)) == (410, 410, "")


def test_newer_link_replaces_the_older(signed_in, ana):
    ask(signed_in, "one@contoso.example")
    older = link()
    ask(signed_in, "two@contoso.example")
    newer = link()
    assert (signed_in.post(older).status_code, signed_in.post(newer).status_code) == (410, 200)
    assert used(ana) == "two@contoso.example"


@pytest.mark.parametrize("token", ["x", "a" * 43, "token-removed-after-sending"])
def test_forged_link_opens_nothing(signed_in, ana, token):
    ask(signed_in)
    for method in (signed_in.get, signed_in.post):
        assert method(f"/confirm-address/{token}/").status_code == 404
    assert used(ana) == ""


def test_closed_account_confirms_nothing(signed_in, ana, client):
    ask(signed_in)
    where = link()
    ana.is_active = False
    ana.save()
    assert (client.post(where).status_code, used(ana)) == (409, "")


def test_own_address_takes_no_link_and_brings_the_mail_back(signed_in, ana):
    MailPreference.objects.create(user=ana, notification_email="team@contoso.example")
    assert ask(signed_in, ana.email.upper()).status_code == 302
    assert (used(ana), AddressCheck.objects.count()) == ("", 0)


@pytest.mark.parametrize("email", ["", "nobody", "a@b@c.example", "two@a.example, more@b.example"])
def test_what_is_no_address_is_refused(signed_in, email):
    answer = ask(signed_in, email)
    assert (answer.status_code, AddressCheck.objects.count()) == (422, 0)
    assert "Check what you entered" in answer.content.decode()


def test_sixth_address_of_a_day_is_refused(signed_in, ana):
    for number in range(5):
        assert ask(signed_in, f"n{number}@contoso.example").status_code == 302
    answer = ask(signed_in, "n5@contoso.example")
    assert (answer.status_code, "too many addresses" in answer.content.decode()) == (422, True)
    AddressCheck.objects.update(asked_at=database_now() - 2 * DAY)
    assert ask(signed_in, "n5@contoso.example").status_code == 302
