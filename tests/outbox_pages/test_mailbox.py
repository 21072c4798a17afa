"""The demo's mailbox: every mail with working links, in the demo and nowhere else."""

import re

import pytest

from claims.statuses import Status
from mci_portal.common import tokens
from mci_portal.outbox.models import Message
from tests.factories import claim_in


@pytest.fixture
def demo(settings):
    settings.DEMO = True


@pytest.fixture
def letter(tell):
    """A queued mail to a customer that carries a link."""
    return tell(
        "letter",
        audience="customer",
        to_email="carla@customer.example",
        to_name="Carla",
        token_purpose="consent",
        token_nonce=tokens.new_nonce(),
    )


def secret(message) -> str:
    return tokens.value(message.token_purpose, message.token_nonce)


def test_mailbox_is_nowhere_outside_the_demo(letter, olga, client):
    client.force_login(olga)
    for address in ("/demo/mailbox/", f"/demo/mailbox/{letter.pk}/", f"/demo/mailbox/{letter.pk}/html/"):
        answer = client.get(address)
        assert (answer.status_code, secret(letter) in answer.content.decode()) == (404, False)


def test_mailbox_needs_no_account_and_shows_every_mail_newest_first(demo, letter, tell, client):
    tell("sent", audience="partner", to_email="pat@contoso.example", subject="As sent")
    tell("notice", audience="partner")
    page = client.get("/demo/mailbox/").content.decode()
    assert re.findall(r'<a href="/demo/mailbox/\d+/">([^<]*)</a>', page) == ["As sent", "Written letter"]


def test_queued_mail_has_working_links(demo, letter, client):
    page = client.get(f"/demo/mailbox/{letter.pk}/").content.decode()
    link = f"https://portal.example/consent/{secret(letter)}/"
    assert re.findall(r'<a href="(https://portal[^"]*)"', page) == [link]
    assert (tokens.PLACEHOLDER in page, "&lt;b&gt;" in page) == (False, True)


def test_sent_mail_shows_the_words_that_were_sent(demo, letter, client):
    letter.text, letter.html, letter.subject = f"Sent words {tokens.PLACEHOLDER}", "<p>Sent page</p>", "Sent subject"
    letter.save()
    page = client.get(f"/demo/mailbox/{letter.pk}/").content.decode()
    frame = client.get(f"/demo/mailbox/{letter.pk}/html/").content.decode()
    assert [f"Sent words {secret(letter)}" in page, "Sent subject" in page, "<p>Sent page</p>" in frame] == [True] * 3


def test_html_of_a_mail_is_framed_without_any_power(demo, letter, client):
    """H06 with its one exception: this answer may be framed, by us, and can do nothing there."""
    answer = client.get(f"/demo/mailbox/{letter.pk}/html/")
    policy = dict(part.strip().partition(" ")[::2] for part in answer["Content-Security-Policy"].split(";"))
    assert policy == {
        "sandbox": "allow-popups allow-popups-to-escape-sandbox",
        "default-src": "'none'",
        "style-src": "'unsafe-inline'",
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'self'",
    }
    assert (answer["X-Frame-Options"], answer["Referrer-Policy"]) == ("SAMEORIGIN", "no-referrer")
    assert f'href="https://portal.example/consent/{secret(letter)}/"' in answer.content.decode()


def test_mails_page_itself_may_not_be_framed(demo, letter, client):
    answer = client.get(f"/demo/mailbox/{letter.pk}/")
    assert answer["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in answer.content.decode()


def test_file_that_goes_along_can_be_opened(demo, cast, client):
    """R-121: the receipt that the mail speaks of."""
    claim = claim_in(Status.CONSENT_RECEIVED)
    receipt = Message.objects.get(kind="E03", topic=f"claim:{claim.number}")
    page = client.get(f"/demo/mailbox/{receipt.pk}/").content.decode()
    (address,) = re.findall(r'<a href="([^"]*)" download>', page)
    answer = client.get(address)
    assert (answer["Content-Type"], answer.content[:5]) == ("application/pdf", b"%PDF-")
    assert answer["Content-Disposition"] == f'attachment; filename="consent-receipt-{claim.number}.pdf"'


def test_mail_without_a_file_offers_none(demo, letter, client):
    assert "download>" not in client.get(f"/demo/mailbox/{letter.pk}/").content.decode()
    assert client.get(f"/demo/mailbox/{letter.pk}/attachment/").status_code == 404


def test_mail_without_purpose_says_so(demo, tell, client):
    mail = tell("x", kind="X03", audience="customer", to_email="carla@customer.example", status="void")
    assert "will not be sent" in client.get(f"/demo/mailbox/{mail.pk}/").content.decode()


def test_notice_that_nobody_mails_is_no_mail(demo, tell, client):
    notice = tell("x", audience="partner")
    assert client.get(f"/demo/mailbox/{notice.pk}/").status_code == 404


@pytest.mark.parametrize("number", ["0", "999999999", "9" * 30])
def test_unknown_mail_is_not_found(demo, db, client, number):
    assert client.get(f"/demo/mailbox/{number}/").status_code == 404
