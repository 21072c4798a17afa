"""Payout and tax: who sees what, who changes it, and what is kept (R-009, R-054, R-055)."""

import pytest

from eligibility.models import PayeeProfile
from mci_portal.accounts.models import Membership, Role
from tests.factories import MembershipFactory

URL = "/incentives/payout-and-tax/6612004/"  # Amsterdam
REDMOND = "/incentives/payout-and-tax/6612001/"
GOOD = {
    "holder": "Fabrikam Services B.V.",
    "iban": "NL91 ABNA 0417 1643 00",
    "bic": "ABNANL2A",
    "tax_country": "NL",
    "tax_id": "NL 0044.95.445.B01",
}


@pytest.fixture
def as_omar(client, cast):
    client.force_login(cast.omar)
    return client


def stored(cast) -> PayeeProfile:
    return PayeeProfile.objects.get(location=cast.amsterdam)


def test_admin_hands_in_bank_and_tax_data(as_omar, cast):
    """R-055: pending until Microsoft has validated it"""
    answer = as_omar.post(URL, GOOD, follow=True)
    assert answer.redirect_chain == [(URL, 302)]
    html = answer.content.decode()
    assert "The payee profile was handed in." in html
    assert html.count("Pending Microsoft validation") == 2
    profile = stored(cast)
    assert (profile.bank_status, profile.tax_status, profile.updated_by) == ("pending", "pending", cast.omar)


def test_stored_values_are_sealed_and_shown_only_in_part(as_omar, cast):
    """R-009: neither the table nor the page holds an account in the clear"""
    html = as_omar.post(URL, GOOD, follow=True).content.decode()
    profile = stored(cast)
    for column, secret in (
        ("sealed_iban", b"NL91ABNA0417164300"),
        ("sealed_bic", b"ABNANL2A"),
        ("sealed_tax_id", b"004495445B01"),
    ):
        sealed = bytes(getattr(profile, column))
        assert sealed
        assert secret not in sealed
    assert (profile.masked_iban, profile.masked_bic, profile.masked_tax_id) == (
        "NL91 •••• 4300",
        "ABNA ••••",
        "•••• B01",
    )
    assert "NL91 •••• 4300" in html
    for secret in ("0417164300", "0417 1643", "ABNANL2A", "44.95", "004495445"):
        assert secret not in html


def test_form_is_never_prefilled_with_what_is_secret(as_omar, cast):
    as_omar.post(URL, GOOD)
    initial = as_omar.get(URL).context["form"].initial
    assert initial == {"holder": "Fabrikam Services B.V.", "tax_country": "NL"}


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("holder", "", "This field is required."),
        ("iban", "NL92 ABNA 0417 1643 00", "This IBAN is not right"),
        ("iban", "12345678", "Enter the account as an IBAN"),
        ("bic", "ABNA", "This is not a BIC."),
        ("tax_country", "N1", "Enter the country as two letters"),
        ("tax_id", "NL 0044.95.446.B01", "This is not a valid tax number of NL."),
        ("holder", "x" * 151, "150"),
        ("bic", "ABNA\x07NL2A", ""),
    ],
)
def test_wrong_field_is_told_and_nothing_stored(as_omar, cast, field, value, sentence):
    before = PayeeProfile.objects.values().get(location=cast.amsterdam)
    answer = as_omar.post(URL, {**GOOD, field: value})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert sentence in answer.context["form"].errors[field][0]
    assert PayeeProfile.objects.values().get(location=cast.amsterdam) == before


def test_all_wrong_fields_are_told_at_once_and_what_was_typed_is_kept(as_omar):
    typed = {"holder": "Fabrikam", "iban": "x", "bic": "", "tax_country": "NL", "tax_id": "1"}
    answer = as_omar.post(URL, typed)
    assert answer.status_code == 422
    assert sorted(answer.context["form"].errors) == ["bic", "iban", "tax_id"]
    assert 'value="Fabrikam"' in answer.content.decode()


def test_user_reads_the_state_and_who_can_change_it_but_no_bank_data(client, cast):
    """R-009, R-054: not even masked"""
    PayeeProfile.objects.filter(location=cast.redmond).update(tax_status="expired", account_holder="Accounts payable")
    client.force_login(cast.ben)
    answer = client.get(REDMOND)
    html = answer.content.decode()
    assert (answer.status_code, answer.context["who_can"]) == (200, ["Ana Silva"])
    assert "Action required – expired" in html
    assert "<li>Ana Silva</li>" in html
    for hidden in ("4711", "Accounts payable", "IBAN", 'name="holder"'):
        assert hidden not in html


def test_user_may_not_change_it(client, cast):
    """R-009"""
    before = PayeeProfile.objects.values().get(location=cast.redmond)
    client.force_login(cast.ben)
    assert client.post(REDMOND, GOOD).status_code == 403
    assert PayeeProfile.objects.values().get(location=cast.redmond) == before


def test_admin_of_one_location_changes_only_that_one(client, cast):
    """R-008: admin at Redmond, user at Toronto, nothing at Singapore"""
    Membership.objects.filter(user=cast.ben).delete()
    MembershipFactory(user=cast.ben, partner=cast.contoso, location=cast.redmond)
    MembershipFactory(user=cast.ben, partner=cast.contoso, location=cast.toronto, role=Role.INCENTIVES_USER)
    client.force_login(cast.ben)
    addresses = [f"/incentives/payout-and-tax/{place.code}/" for place in (cast.redmond, cast.toronto, cast.singapore)]
    assert [client.get(address).status_code for address in addresses] == [200, 200, 403]
    bad = {**GOOD, "iban": ""}
    assert [client.post(address, bad).status_code for address in addresses] == [422, 403, 403]


@pytest.mark.parametrize("code", ["6612001", "9999999", "redmond"])
def test_foreign_and_unknown_locations_look_the_same(as_omar, code):
    address = f"/incentives/payout-and-tax/{code}/"
    assert [as_omar.get(address).status_code, as_omar.post(address, GOOD).status_code] == [404, 404]


@pytest.mark.parametrize("who", ["rita", "lena", "olga"])
def test_microsofts_people_see_no_bank_data(client, cast, who):
    client.force_login(getattr(cast, who))
    assert client.get(URL).status_code == 403


def test_location_without_a_profile_starts_with_action_required(client, cast):
    cast.amsterdam.payee.delete()
    client.force_login(cast.omar)
    answer = client.get(URL)
    html = answer.content.decode()
    assert html.count("Action required") == 2
    assert answer.context["form"].initial == {"holder": "", "tax_country": "NL"}
    assert client.post(URL, GOOD).status_code == 302
    assert stored(cast).bank_status == "pending"


def test_page_needs_an_account(client, cast):
    assert client.get(URL)["Location"] == f"/sign-in/?next={URL}"


def test_page_costs_a_fixed_number_of_queries(as_omar, django_assert_num_queries):
    as_omar.get(URL)
    with django_assert_num_queries(3):  # session with user and roles, location with profile, who can
        as_omar.get(URL)
