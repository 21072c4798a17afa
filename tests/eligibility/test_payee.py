"""Bank and tax data: who may change them, what is refused, what is stored (R-009, R-054, R-055)."""

from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.db import connection

from eligibility import payee
from eligibility.models import PayeeProfile
from eligibility.payee_fields import masked_account, masked_tax_id, tax_id, uses_iban
from mci_portal.common.crypto import unseal
from tests.eligibility.cast import NOW, location, member, partner
from tests.eligibility.cast import payee as profile_of

pytestmark = pytest.mark.django_db

GOOD = {
    "holder": "Contoso Consulting BV",
    "iban": "NL91 ABNA 0417 1643 00",
    "bic": "ABNANL2A",
    "tax_country": "NL",
    "tax_id": "NL 0044.95.445.B01",
}


@pytest.fixture
def amsterdam():
    return location(partner(), "Amsterdam", "NL")


@pytest.fixture
def ana(amsterdam):
    return member(amsterdam.partner)


def wrong(place, by, **changes) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as caught:
        payee.update(place, by, NOW, **{**GOOD, **changes})
    assert not PayeeProfile.objects.exists()
    return caught.value.message_dict


def test_admin_stores_the_profile_sealed_and_masked(amsterdam, ana):
    """R-055: it waits for validation."""
    profile = payee.update(amsterdam, ana, NOW, **GOOD)
    profile.refresh_from_db()
    assert (profile.bank_status, profile.tax_status, profile.complete) == ("pending", "pending", False)
    masked = (profile.masked_iban, profile.masked_bic, profile.masked_tax_id)
    assert masked == ("NL91 •••• 4300", "ABNA ••••", "•••• B01")
    assert unseal(profile.sealed_iban) == "NL91ABNA0417164300"
    assert unseal(profile.sealed_bic) == "ABNANL2A"
    assert unseal(profile.sealed_tax_id) == "004495445B01"
    assert (profile.submitted_at, profile.updated_by, profile.tax_country) == (NOW, ana.user, "NL")


def test_database_row_holds_no_clear_number(amsterdam, ana):
    payee.update(amsterdam, ana, NOW, **GOOD)
    with connection.cursor() as cursor:
        cursor.execute("SELECT p::text, encode(sealed_iban, 'escape') FROM eligibility_payeeprofile p")
        row = " ".join(cursor.fetchone())
    assert [number for number in ("0417164300", "ABNANL2A", "004495445") if number in row] == []
    assert "gAAAA" in row  # the mark of a sealed field


def test_second_update_replaces_the_first(amsterdam, ana):
    payee.update(amsterdam, ana, NOW, **GOOD)
    PayeeProfile.objects.update(bank_status="approved", tax_status="approved")
    profile = payee.update(amsterdam, ana, NOW, **{**GOOD, "iban": "DE89370400440532013000"})
    assert (profile.masked_iban, profile.bank_status) == ("DE89 •••• 3000", "pending")
    assert PayeeProfile.objects.count() == 1


def test_incentives_user_is_refused(amsterdam):
    """R-009."""
    with pytest.raises(PermissionDenied):
        payee.update(amsterdam, member(amsterdam.partner, "incentives_user", name="Ben"), NOW, **GOOD)
    assert not PayeeProfile.objects.exists()


def test_admin_of_another_location_is_refused(amsterdam):
    """R-008."""
    elsewhere = member(amsterdam.partner, place=location(amsterdam.partner, "Utrecht", "NL"))
    with pytest.raises(PermissionDenied):
        payee.update(amsterdam, elsewhere, NOW, **GOOD)


@pytest.mark.parametrize("role", ["account_admin", "global_admin"])
def test_other_admins_are_refused(amsterdam, role):
    with pytest.raises(PermissionDenied):
        payee.update(amsterdam, member(amsterdam.partner, role, name="Gil"), NOW, **GOOD)


def test_admin_of_another_partner_is_refused(amsterdam):
    omar = member(partner("Fabrikam", "5512002"), name="Omar")
    with pytest.raises(PermissionDenied):
        payee.update(amsterdam, omar, NOW, **GOOD)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("holder", "  ", "Enter the name of the account holder."),
        ("holder", "x" * 151, "The name has at most 150 characters."),
        ("iban", "", "Enter the account number."),
        ("iban", "NL92 ABNA 0417 1643 00", "This IBAN is not right: its check digits or its length do not fit."),
        ("iban", "NL91 ABNA 0417 1643 0", "This IBAN is not right: its check digits or its length do not fit."),
        ("iban", "ZZ91 ABNA 0417 1643 00", "No IBAN begins with ZZ."),
        ("iban", "123456789", "Enter the account as an IBAN, for example NL91 ABNA 0417 1643 00."),
        ("bic", "", "Enter the BIC of the bank."),
        ("bic", "ABNA", "This is not a BIC."),
        ("tax_country", "Netherlands", "Enter the country as two letters, for example NL."),
        ("tax_id", "", "Enter the tax number."),
        ("tax_id", "NL004495446B01", "This is not a valid tax number of NL."),
    ],
)
def test_wrong_field_is_named_with_its_reason(amsterdam, ana, field, value, message):
    found = wrong(amsterdam, ana, **{field: value})
    assert list(found) == [field]
    assert found[field][0].startswith(message)


def test_all_wrong_fields_are_reported_at_once(amsterdam, ana):
    found = wrong(amsterdam, ana, holder="", iban="1", bic="1", tax_country="1", tax_id="1")
    assert sorted(found) == ["bic", "holder", "iban", "tax_country", "tax_id"]


@pytest.mark.parametrize(
    ("country", "number", "shown"),
    [("US", "12345-6789", "•••• 6789"), ("SG", "12345", "•••• 45"), ("JP", "DE89370400440532013000", "DE89 •••• 3000")],
)
def test_country_without_iban_takes_a_local_account_or_a_foreign_iban(country, number, shown):
    place = location(partner(), "Elsewhere", country)
    profile = payee.update(place, member(place.partner), NOW, **{**GOOD, "iban": number})
    assert profile.masked_iban == shown


@pytest.mark.parametrize("number", ["1234", "1" * 18, "12345A"])
def test_local_account_has_5_to_17_digits(number):
    place = location(partner(), "Redmond", "US")
    found = wrong(place, member(place.partner), iban=number)
    assert found == {"iban": ["Enter an IBAN, or an account number of 5 to 17 digits."]}


@pytest.mark.parametrize(("country", "expected"), [("NL", True), ("GB", True), ("US", False), ("JP", False)])
def test_countries_with_iban_are_known(country, expected):
    assert uses_iban(country) is expected


@pytest.mark.parametrize(
    ("country", "number", "compact"),
    [
        ("US", "91-1144442", "911144442"),
        ("DE", "DE 136 695 976", "136695976"),
        ("AU", "83 914 571 673", "83914571673"),
        ("AE", "100123456700003", "100123456700003"),
    ],
)
def test_tax_number_goes_by_its_country(country, number, compact):
    """The Emirates have no published check, so only the form counts."""
    assert tax_id(number, country) == compact


@pytest.mark.parametrize(
    ("country", "number"), [("US", "91-11444421"), ("AU", "83914571674"), ("AE", "12"), ("AE", "?????")]
)
def test_tax_number_that_does_not_fit_is_refused(country, number):
    with pytest.raises(ValidationError):
        tax_id(number, country)


def test_mask_never_shows_a_short_number_whole():
    assert (masked_account("12345"), masked_tax_id("12345")) == ("•••• 45", "•••• 45")


@pytest.mark.parametrize(
    ("age", "status"), [(timedelta(hours=47, minutes=59), "pending"), (timedelta(hours=48), "approved")]
)
def test_validation_ends_after_48_hours(amsterdam, ana, age, status):
    """R-055."""
    payee.update(amsterdam, ana, NOW, **GOOD)
    assert payee.validate_pending(NOW + age) == (1 if status == "approved" else 0)
    profile = PayeeProfile.objects.get()
    assert (profile.bank_status, profile.tax_status) == (status, status)
    assert payee.validate_pending(NOW + age) == 0


def test_validation_in_the_demo_takes_a_minute(amsterdam, ana, settings):
    settings.DEMO = True
    payee.update(amsterdam, ana, NOW, **GOOD)
    assert payee.validate_pending(NOW + timedelta(seconds=59)) == 0
    assert payee.validate_pending(NOW + timedelta(seconds=60)) == 1


def test_validation_leaves_an_expired_half_alone(amsterdam):
    profile = profile_of(amsterdam, bank="pending", tax="expired")
    profile.submitted_at = NOW - timedelta(days=3)
    profile.save()
    payee.validate_pending(NOW)
    profile.refresh_from_db()
    assert (profile.bank_status, profile.tax_status, profile.complete) == ("approved", "expired", False)


def test_reseal_moves_every_profile_to_the_new_key(amsterdam, ana, settings):
    payee.update(amsterdam, ana, NOW, **GOOD)
    profile_of(location(amsterdam.partner, "Utrecht", "NL"))
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    call_command("reseal_payees")
    settings.SECRET_KEY = "another " * 8
    profile = PayeeProfile.objects.get(location=amsterdam)
    assert (unseal(profile.sealed_iban), unseal(profile.sealed_tax_id)) == ("NL91ABNA0417164300", "004495445B01")


def test_who_can_update_names_the_incentives_admins_of_the_location(amsterdam):
    """R-054."""
    contoso = amsterdam.partner
    member(contoso, name="Zoe"), member(contoso, place=amsterdam, name="Ana")
    (
        member(contoso, place=location(contoso, "Utrecht", "NL"), name="Uma"),
        member(contoso, "incentives_user", name="Ben"),
    )
    member(partner("Fabrikam", "5512002"), name="Omar")
    assert payee.who_can_update(amsterdam) == ["Ana", "Zoe"]
