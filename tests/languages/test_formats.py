"""Dates, numbers and money as each language writes them, and the decimal comma on the way in (R-014)."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import pgettext

from customers.qualification import describe
from engagements.pages.console.caps import CapForm
from engagements.pages.console.fields import AmountField
from mci_portal.common.languages import said
from mci_portal.common.templatetags.ui import money

NBSP = "\xa0"


@pytest.mark.parametrize(
    ("language", "written"),
    [("en", "1,234,567.50 USD"), ("nl", "1.234.567,50 USD"), ("sv", f"1{NBSP}234{NBSP}567,50 USD")],
)
def test_money_is_grouped_as_the_reader_is_used_to(language, written):
    with translation.override(language):
        assert money(Decimal("1234567.5"), "USD") == written


@pytest.mark.parametrize(("language", "written"), [("en", "12,000"), ("nl", "12.000"), ("sv", f"12{NBSP}000")])
def test_numbers_in_sentences_are_grouped_too(language, written):
    with translation.override(language):
        assert written in describe({"kind": "min_seats", "value": 12000})


@pytest.mark.parametrize(
    ("language", "typed", "amount"),
    [
        ("en", "5000.50", "5000.50"),
        ("nl", "5000,50", "5000.50"),
        ("sv", "5000,50", "5000.50"),
        ("nl", "5000.50", "5000.50"),
        ("sv", "5000", "5000"),
    ],
)
def test_amount_is_read_as_the_reader_writes_it(language, typed, amount):
    with translation.override(language):
        assert AmountField().clean(typed) == Decimal(amount)
        form = CapForm({"amount": typed, "valid_to": ""})
        assert form.is_valid(), form.errors
        assert form.cleaned_data["amount"] == Decimal(amount)


@pytest.mark.parametrize(("language", "typed"), [("en", "5000,50"), ("nl", "5,000,50"), ("sv", "5000,5,0")])
def test_doubtful_amount_is_refused_rather_than_guessed(language, typed):
    with translation.override(language), pytest.raises(ValidationError):
        AmountField().clean(typed)


@pytest.mark.parametrize(("language", "shown"), [("en", "3000000.00"), ("nl", "3000000,00"), ("sv", "3000000,00")])
def test_amount_to_change_stands_in_the_field_as_it_will_be_read(language, shown):
    with translation.override(language):
        form = CapForm(initial={"amount": Decimal("3000000.00")})
        assert f'value="{shown}"' in str(form["amount"])


def test_text_of_the_catalogue_that_nobody_translated_stays_as_it_was_written():
    with translation.override("nl"):
        assert (said("Bring your own crayons."), said("")) == ("Bring your own crayons.", "")


@pytest.mark.parametrize(
    ("language", "written"),
    [("en", "May 3, 2026 Oct 3 Mar 2026"), ("nl", "3 mei 2026 3 okt mrt 2026"), ("sv", "3 maj 2026 3 okt mar 2026")],
)
def test_short_months_are_written_as_in_the_language(language, written):
    """Dutch and Swedish write them small."""
    with translation.override(language):
        shown = (
            date_format(date(2026, 5, 3), pgettext("short date format", "M j, Y")),
            date_format(date(2026, 10, 3), pgettext("day and month format", "M j")),
            date_format(date(2026, 3, 1), pgettext("short month format", "M Y")),
        )
        assert " ".join(shown) == written
