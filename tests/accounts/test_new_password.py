"""A forgotten password (ASVS V6.4.3, G15, TK01-TK14)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mci_portal.accounts.models import AddressCheck, AuditEvent, User
from mci_portal.common import tokens
from mci_portal.common.clock import database_now
from mci_portal.common.logs import without_secrets
from mci_portal.outbox import delivery, rendering
from mci_portal.outbox.models import Message, Status
from tests.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db
ASK, EMAIL = "/new-password/", "ana@contoso.example"
NEW = "another long road home"
TYPED = {"password": NEW, "again": NEW}


def link(check: AddressCheck | None = None) -> str:
    check = check or AddressCheck.objects.latest("id")
    return f"{ASK}{tokens.value(check.purpose, check.nonce)}/"


def test_forgotten_password_is_replaced_by_the_mailed_link(ana_with_password, sign_in, client, mailoutbox):
    elsewhere = Client()
    sign_in(EMAIL, using=elsewhere)
    assert client.post(ASK, {"email": "Ana@Contoso.Example"})["Location"] == f"{ASK}?asked=1"
    delivery.drain()
    assert [mail.to for mail in mailoutbox] == [[f"Ana Silva <{EMAIL}>"]]
    assert link() in mailoutbox[0].body
    assert client.get(link()).status_code == 200
    answer = client.post(link(), TYPED)
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/")
    assert "_auth_user_id" not in client.session
    assert elsewhere.get("/account/").status_code == 302
    assert [sign_in(EMAIL, PASSWORD).status_code, sign_in(EMAIL, NEW).status_code] == [422, 302]
    assert Message.objects.get(kind="P13").to_email == EMAIL
    assert AuditEvent.objects.get(what="password").user == ana_with_password


def test_link_counts_once_and_for_an_hour(ana, client):
    client.post(ASK, {"email": EMAIL})
    first = link()
    client.post(ASK, {"email": EMAIL})
    second = link()
    assert [client.get(first).status_code, client.get(second).status_code] == [410, 200]
    assert client.post(second, TYPED).status_code == 302
    assert client.post(second, TYPED).status_code == 410
    client.post(ASK, {"email": EMAIL})
    AddressCheck.objects.update(expires_at=database_now() - timedelta(seconds=1))
    assert [client.get(link()).status_code, client.post(link(), TYPED).status_code] == [410, 410]


@pytest.mark.parametrize("typed", [{"password": "short", "again": "short"}, {"password": NEW, "again": "else"}, {}])
def test_weak_or_differing_password_is_refused(ana, client, typed):
    client.post(ASK, {"email": EMAIL})
    assert client.post(link(), typed).status_code == 422
    assert client.get(link()).status_code == 200


def test_address_without_account_gets_the_same_answer_for_the_same_work(ana, ben, client):
    """G15: known, unknown and closed account take the same statements and end in the same page."""
    ben.is_active = False
    ben.save()
    seen = []
    for email in (EMAIL, "nobody@contoso.example", "ben@contoso.example"):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            answer = client.post(ASK, {"email": email})
        seen.append((answer.status_code, answer["Location"], [query["sql"][:16] for query in asked]))
    assert seen[0] == seen[1] == seen[2]
    delivery.drain()
    assert list(Message.objects.order_by("id").values_list("status", flat=True)) == [
        Status.SENT,
        Status.VOID,
        Status.VOID,
    ]
    nobodys = AddressCheck.objects.get(email="nobody@contoso.example")
    assert client.get(link(nobodys)).status_code == 404


def test_fifth_request_of_an_hour_is_the_last_one_mailed(ana, client):
    statuses = [client.post(ASK, {"email": EMAIL}, REMOTE_ADDR=f"192.0.2.{n}").status_code for n in range(7)]
    assert (statuses, Message.objects.count()) == ([302] * 7, 5)


def test_one_place_cannot_ask_for_everybody(client):
    statuses = [client.post(ASK, {"email": f"user{n}@contoso.example"}).status_code for n in range(12)]
    assert statuses == [302] * 10 + [429] * 2


def test_link_is_for_this_alone(ana, client):
    """TK10: neither opens the other's door."""
    client.post(ASK, {"email": EMAIL})
    secret = link().split("/")[-2]
    assert client.get(f"/confirm-address/{secret}/").status_code == 404
    assert client.get("/new-password/nosuchthing/").status_code == 404


def test_opening_the_link_changes_nothing_and_leaks_nowhere(ana_with_password, client):
    client.post(ASK, {"email": EMAIL})
    for method in (client.get, client.head, client.options):
        answer = method(link())
        assert (answer["Referrer-Policy"], "no-store" in answer["Cache-Control"]) == ("no-referrer", True)
    ana_with_password.refresh_from_db()
    assert ana_with_password.check_password(PASSWORD)
    assert without_secrets(f"GET {link()} HTTP/1.1") == "GET /new-password/…/ HTTP/1.1"
    mail = Message.objects.get()
    assert link() not in rendering.render(mail).text


def test_closed_account_keeps_its_password(ana_with_password, client):
    client.post(ASK, {"email": EMAIL})
    User.objects.update(is_active=False)
    assert client.post(link(), TYPED).status_code == 409
    ana_with_password.refresh_from_db()
    assert ana_with_password.check_password(PASSWORD)
