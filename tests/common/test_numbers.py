"""Whole numbers in what a browser sends (A06, C11)."""

import pytest

from mci_portal.common.numbers import LARGEST_INTEGER, LARGEST_KEY, whole


@pytest.mark.parametrize(
    ("text", "number"), [("0", 0), ("7", 7), ("0007", 7), (str(LARGEST_KEY), LARGEST_KEY), ("1000001", 1_000_001)]
)
def test_digits_are_the_number_they_write(text, number):
    assert whole(text) == number


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "-1", "+1", "1 ", "1_0", "1.0", "1e3", "0x1", "abc", "\x00", "1\n"),
        "٣",  # Arabic three: str.isdecimal, and int() reads it
        "²",  # str.isdigit, and int() fails
        str(LARGEST_KEY + 1),
        "9" * 20,
        "9" * 5000,
        "0" * 5000,
    ],
)
def test_anything_else_is_none(text):
    assert whole(text) is None


def test_column_that_holds_less_says_so():
    assert whole(str(LARGEST_INTEGER), LARGEST_INTEGER) == LARGEST_INTEGER
    assert whole(str(LARGEST_INTEGER + 1), LARGEST_INTEGER) is None
