"""The operator's mail log."""

import re

import pytest

from mci_portal.common import tokens
from mci_portal.outbox.models import Message, Status


@pytest.fixture
def mails(tell):
    fields = {"audience": "customer", "topic": "claim:1000001"}
    return {
        "queued": tell("a", to_email="carla@customer.example", subject="Queued one", **fields),
        "failed": tell("b", to_email="dora@other.example", subject="Failed one", **fields, status="failed"),
        "void": tell("c", to_email="carla@customer.example", subject="Void one", audience="customer", status="void"),
        "notice": tell("d", subject="Notice one", audience="reviewer", topic="claim:1000002"),
    }


def listed(client, query: str = "") -> list[str]:
    page = client.get(f"/operator/mail/{query}").content.decode()
    return re.findall(r'<a href="/operator/mail/\d+/">(\w+) one</a>', page)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Notice", "Void", "Failed", "Queued"]),
        ("?status=failed", ["Failed"]),
        ("?status=portal", ["Notice"]),
        ("?status=nonsense", ["Notice", "Void", "Failed", "Queued"]),
        ("?q=CARLA", ["Void", "Queued"]),
        ("?q=1000001", ["Failed", "Queued"]),
        ("?q=1000001&status=queued", ["Queued"]),
        ("?q=%25", []),
        ("?q=nobody", []),
    ],
)
def test_log_is_narrowed_by_status_address_and_claim(mails, olga, client, query, found):
    client.force_login(olga)
    assert listed(client, query) == found


@pytest.mark.parametrize("who", ["ben", "rita", "lena"])
def test_log_is_closed_to_others(mails, cast, client, who):
    client.force_login(getattr(cast, who))
    number = mails["failed"].pk
    assert [
        client.get("/operator/mail/").status_code,
        client.get(f"/operator/mail/{number}/").status_code,
        client.post(f"/operator/mail/{number}/retry/").status_code,
    ] == ([403, 404, 404] if who == "ben" else [403, 403, 403])  # the mails are no partner's
    mails["failed"].refresh_from_db()
    assert mails["failed"].status == Status.FAILED


def test_incentives_admin_reads_what_concerns_his_company(tell, cast, client):
    """Section 6: his own partner's, and customers'; nothing for reviewers, and nothing to send again."""
    for name, audience, partner in (
        ("ours", "partner", cast.contoso),
        ("customers", "customer", cast.contoso),
        ("reviewers", "reviewer", cast.contoso),
        ("theirs", "partner", cast.fabrikam),
    ):
        tell(name, audience=audience, partner_id=partner.pk, subject=f"{name} one", to_email="a@x.example")
    client.force_login(cast.ana)
    assert listed(client) == ["customers", "ours"]
    found = {}
    for mail in Message.objects.all():
        answer = client.get(f"/operator/mail/{mail.pk}/")
        found[mail.dedup_key] = answer.status_code
        assert "Send again" not in answer.content.decode()
        assert client.post(f"/operator/mail/{mail.pk}/retry/").status_code in (403, 404)
    assert sorted(found.values()) == [200, 200, 404, 404]


def test_entry_shows_the_words_without_the_secret(tell, olga, client):
    """TK13"""
    mail = tell(
        "x",
        audience="customer",
        to_email="carla@customer.example",
        subject="Subject",
        text=f"Follow https://portal.example/consent/{tokens.PLACEHOLDER}/",
        token_purpose="consent",
        token_nonce=tokens.new_nonce(),
        last_error="550 no such user",
    )
    client.force_login(olga)
    page = client.get(f"/operator/mail/{mail.pk}/").content.decode()
    hidden = (mail.token_nonce, tokens.value("consent", mail.token_nonce))
    assert [words in page for words in (tokens.PLACEHOLDER, "550 no such user", *hidden)] == [True, True, False, False]


def test_failed_mail_is_sent_again(mails, olga, client):
    client.force_login(olga)
    number = mails["failed"].pk
    answer = client.post(f"/operator/mail/{number}/retry/")
    assert (answer.status_code, answer["Location"]) == (302, f"/operator/mail/{number}/")
    mails["failed"].refresh_from_db()
    assert (mails["failed"].status, mails["failed"].attempts) == (Status.QUEUED, 0)
    assert "The mail is back in the queue." in client.get(answer["Location"]).content.decode()


@pytest.mark.parametrize("key", ["queued", "void", "notice"])
def test_other_mails_are_not_sent_again(mails, olga, client, key):
    client.force_login(olga)
    answer = client.post(f"/operator/mail/{mails[key].pk}/retry/")
    mails[key].refresh_from_db()
    assert (answer.status_code, mails[key].status) == (409, {"notice": "portal"}.get(key, key))
    assert "Only a failed mail can be sent again." in answer.content.decode()


@pytest.mark.parametrize("status", ["queued", "failed"])
def test_send_again_is_offered_for_failed_mails_only(mails, olga, client, status):
    client.force_login(olga)
    page = client.get(f"/operator/mail/{mails[status].pk}/").content.decode()
    assert ("Send again" in page) is (status == "failed")
