"""Q5: no consent contact at the partner's own company, unless a program operator allows the address."""

from datetime import UTC, datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client

from claims import contact_exceptions
from claims.models import Claim, ContactException
from claims.statuses import Status as S
from tests.customers.directory import northwind
from tests.factories import EngagementFactory, allow, claim_in
from tests.pages import wizards

NOW = datetime(2026, 7, 1, 9, tzinfo=UTC)
URL = "/operator/contact-exceptions/"
OWN = "Carla@contoso.example"
CONTACTS = wizards.CONTACTS | {"customer_email": OWN, "mismatch_reason": "A sister company that shares our mail."}
ASK = "a program operator can allow it: ask your contact at Microsoft"


def visitor(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def allowed(cast, email: str = OWN) -> ContactException:
    return contact_exceptions.allow(cast.actor("olga"), "5512001", email, "A sister company.", NOW)


def test_operator_allows_an_address_and_stands_behind_it(cast):
    answer = visitor(cast.olga).post(URL, {"pga_id": "5512001", "email": OWN, "reason": "A sister company."})
    assert answer.status_code == 302
    row = ContactException.objects.get()
    assert (row.partner, row.email, row.reason) == (cast.contoso, OWN.lower(), "A sister company.")
    assert (row.allowed_by, row.allowed_by_name) == (cast.olga, "Olga Novak")
    page = visitor(cast.arthur).get(URL).content.decode()
    assert all(words in page for words in (OWN.lower(), "A sister company.", "Olga Novak", "Contoso Consulting"))
    assert "Allow the address" not in page


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"pga_id": "9999999"}, "pga_id", "There is no partner with this account ID."),
        ({"pga_id": "\x00"}, "pga_id", ""),
        ({"email": "no address"}, "email", ""),
        ({"reason": "  "}, "reason", "This field is required."),
        ({}, "email", "This address is allowed already."),
    ],
)
def test_bad_input_is_told_at_its_field(cast, typed, field, words):
    allowed(cast)
    sent = {"pga_id": "5512001", "email": OWN.upper(), "reason": "Why"} | typed
    answer = visitor(cast.olga).post(URL, sent)
    assert answer.status_code == 422
    assert words in " ".join(answer.context["form"].errors[field])
    assert ContactException.objects.count() == 1


@pytest.mark.parametrize("who", ["ana", "rita", "lena", "arthur", "fay"])
def test_nobody_but_an_operator_allows(cast, who):
    assert visitor(getattr(cast, who)).post(URL, {"pga_id": "5512001", "email": OWN, "reason": "x"}).status_code == 403
    with pytest.raises(PermissionDenied):
        contact_exceptions.allow(cast.actor(who), "5512001", OWN, "x", NOW)


def test_wizard_says_whom_to_ask_and_then_takes_the_address(cast):
    """Where no claim is yet."""
    northwind()
    engagement = EngagementFactory()
    allow(cast.redmond, engagement)
    client = visitor(cast.ana)
    draft = wizards.begin(client, engagement, cast.redmond)
    wizards.take(client, draft, "customer", wizards.DOMAIN)
    wizards.take(client, draft, "engagements", {"ids": [engagement.pk]})
    refused = client.post(wizards.step_url(draft, "contacts"), CONTACTS)
    assert refused.status_code == 422
    assert ASK in refused.content.decode()
    assert "5512001" in " ".join(refused.context["form"].errors["customer_email"])
    allowed(cast)
    wizards.take(client, draft, "contacts", CONTACTS)
    wizards.take(client, draft, "review", {})
    event = Claim.objects.get().events.get()
    assert (event.data["contact_allowed_by"], event.data["contact_allowed_because"]) == (
        "Olga Novak",
        "A sister company.",
    )


def test_claim_takes_the_address_and_its_history_says_who_allowed_it(cast):
    claim = claim_in(S.CUSTOMER_CLAIMED, location=cast.redmond)
    client, url = visitor(cast.ana), f"/incentives/claims/{claim.number}/contacts/"
    sent = CONTACTS | {"partner_name": claim.partner_name, "partner_email": claim.partner_email}
    refused = client.post(url, sent)
    assert refused.status_code == 422
    assert ASK in refused.content.decode()
    allowed(cast)
    assert client.post(url, sent).status_code == 302
    claim.refresh_from_db()
    assert claim.customer_email.lower() == OWN.lower()
    history = client.get(f"/incentives/claims/{claim.number}/history/").content.decode()
    assert "Olga Novak allowed it: A sister company." in history
    assert "Olga Novak allowed it" in visitor(cast.rita).get(f"/review/{claim.number}/").content.decode()


def test_exception_is_for_one_partner_and_one_address(cast):
    allowed(cast)
    assert contact_exceptions.in_force(cast.contoso, OWN.upper())
    assert contact_exceptions.in_force(cast.contoso, "other@contoso.example") is None
    assert contact_exceptions.in_force(cast.fabrikam, OWN) is None


def test_ended_exception_counts_no_more_and_stays_in_the_list(cast):
    row, client = allowed(cast), visitor(cast.olga)
    assert client.post(URL, {"end": row.pk}).status_code == 302
    assert client.post(URL, {"end": row.pk}).status_code == 302
    assert contact_exceptions.in_force(cast.contoso, OWN) is None
    assert "Ended by Olga Novak" in client.get(URL).content.decode()
    assert contact_exceptions.in_force(cast.contoso, OWN) is None
    allowed(cast)
    assert [found.ended_at is None for found in ContactException.objects.order_by("pk")] == [False, True]


@pytest.mark.parametrize("end", ["0", "x", "9" * 30, ""])
def test_ending_what_is_not_there_is_not_found(cast, end):
    assert visitor(cast.olga).post(URL, {"end": end}).status_code == 404


def test_ordinary_address_costs_no_look_at_the_exceptions(cast, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert contact_exceptions.on_record(cast.contoso, "carla@customer.example") == {}


def test_same_address_twice_at_once_is_refused_by_the_database(cast):
    allowed(cast)
    with pytest.raises(ValidationError):
        allowed(cast, OWN.upper())
