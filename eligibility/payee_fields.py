"""What counts as a bank account, a BIC and a tax number, and how each is shown. Pure; called by ``payee``.

One field takes the account: an IBAN, or for a location in a country without IBAN a local account number of 5 to
17 digits. A tax number is checked by the rules of its country where they are known, else by its form alone.
"""

import re

import stdnum
import stdnum.bic
import stdnum.iban
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from stdnum.exceptions import ValidationError as WrongNumber

IBAN_SHAPE = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]+")
LOCAL_ACCOUNT = re.compile(r"[0-9]{5,17}")
ANY_TAX_ID = re.compile(r"[A-Z0-9]{5,20}")
# The number a company files under, where it is not the value added tax number.
TAX_MODULES = {"US": "ein", "ZA": "tin"}
HIDDEN = "••••"


def uses_iban(country: str) -> bool:
    """Whether accounts in this country have an IBAN."""
    found = stdnum.iban._ibandb.info(f"{country}00")
    return bool(found[0][1])


def account(value: str, country: str) -> str:
    """The compact account of a location in ``country``. Raises ValidationError with the reason."""
    compact = _compact(value)
    if not compact:
        raise ValidationError(_("Enter the account number."), code="required")
    if IBAN_SHAPE.fullmatch(compact):
        return _iban(compact)
    if uses_iban(country):
        raise ValidationError(_("Enter the account as an IBAN, for example NL91 ABNA 0417 1643 00."), code="not_iban")
    if not LOCAL_ACCOUNT.fullmatch(compact):
        raise ValidationError(_("Enter an IBAN, or an account number of 5 to 17 digits."), code="invalid_account")
    return compact


def bic(value: str) -> str:
    """The compact BIC. Raises ValidationError with the reason."""
    compact = _compact(value)
    if not compact:
        raise ValidationError(_("Enter the BIC of the bank."), code="required")
    try:
        return str(stdnum.bic.validate(compact))
    except WrongNumber:
        raise ValidationError(
            _("This is not a BIC. It has 8 or 11 letters and digits, for example ABNANL2A."), code="invalid_bic"
        ) from None


def tax_country(value: str) -> str:
    """The two-letter country that taxes. Raises ValidationError with the reason."""
    country = value.strip().upper()
    if not re.fullmatch(r"[A-Z]{2}", country):
        raise ValidationError(_("Enter the country as two letters, for example NL."), code="invalid_country")
    return country


def tax_id(value: str, country: str) -> str:
    """The compact tax number of ``country``. Raises ValidationError with the reason."""
    compact = _compact(value)
    if not compact:
        raise ValidationError(_("Enter the tax number."), code="required")
    rules = stdnum.get_cc_module(country.lower(), TAX_MODULES.get(country, "vat"))
    try:
        if rules is not None:
            return str(rules.validate(compact))
    except WrongNumber:
        raise ValidationError(
            _("This is not a valid tax number of %(country)s. Check it for typing errors."),
            code="invalid_tax_id",
            params={"country": country},
        ) from None
    if not ANY_TAX_ID.fullmatch(compact):
        raise ValidationError(_("A tax number has 5 to 20 letters and digits."), code="invalid_tax_id")
    return compact


def masked_account(compact: str) -> str:
    """What pages show: ``NL91 •••• 4300``, or ``•••• 6789`` for a local account."""
    head = f"{compact[:4]} " if IBAN_SHAPE.fullmatch(compact) else ""
    return f"{head}{HIDDEN} {_tail(compact, 4)}"


def masked_bic(compact: str) -> str:
    return f"{compact[:4]} {HIDDEN}"


def masked_tax_id(compact: str) -> str:
    return f"{HIDDEN} {_tail(compact, 3)}"


def _tail(compact: str, length: int) -> str:
    # A short number must not be shown whole.
    return compact[-min(length, len(compact) // 2) :]


def _iban(compact: str) -> str:
    if not uses_iban(compact[:2]):
        raise ValidationError(
            _("No IBAN begins with %(country)s. Check the first two letters."),
            code="invalid_iban",
            params={"country": compact[:2]},
        )
    try:
        return str(stdnum.iban.validate(compact))
    except WrongNumber:
        raise ValidationError(
            _("This IBAN is not right: its check digits or its length do not fit. Check it for typing errors."),
            code="invalid_iban",
        ) from None


def _compact(value: str) -> str:
    return re.sub(r"[\s.\-–/]", "", value).upper()
