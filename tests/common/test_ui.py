"""The tags and filters every template uses."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.template import engines
from django.utils import timezone

from mci_portal.common.looks import STATUS_LOOKS
from mci_portal.common.templatetags import ui

NOON = datetime(2021, 8, 25, 12, 0, tzinfo=UTC)


def drawn(source, **context):
    return engines["django"].from_string(source).render(context)


def test_icon_without_a_label_is_hidden_from_assistive_technology():
    html = drawn('{% icon "Filter" %}')
    assert html == '<svg class="i" aria-hidden="true" focusable="false"><use href="/static/icons.svg#Filter"/></svg>'


def test_icon_with_a_label_escapes_it():
    assert 'aria-label="&lt;b&gt;"' in drawn('{% icon "Ring" size=20 label=words %}', words="<b>")


@pytest.mark.parametrize("code", sorted(STATUS_LOOKS))
def test_status_of_every_code_shows_icon_and_words(code, settings):
    html = ui.status(code, "In <words>")
    tone, symbol = STATUS_LOOKS[code]
    sprite = (settings.BASE_DIR / "static" / "icons.svg").read_text()
    assert html.startswith(f'<span class="badge {tone}">')
    assert html.endswith("In &lt;words&gt;</span>")
    assert f'id="{symbol}"' in sprite


def test_instant_shows_the_readers_time_and_utc():
    with timezone.override("Europe/Berlin"):
        html = ui.instant(NOON)
    assert html.startswith('<time datetime="2021-08-25T12:00:00+00:00" title="August 25, 2021, 12:00 UTC">')
    assert html.endswith(">August 25, 2021, 14:00 CEST</time>")


def test_day_of_a_moment_follows_the_readers_zone():
    late = datetime(2021, 8, 25, 23, 30, tzinfo=UTC)
    with timezone.override("Europe/Berlin"):
        assert ">August 26, 2021<" in ui.day(late)


def test_day_of_a_date_needs_no_zone():
    assert ui.day(date(2021, 8, 25)) == '<time datetime="2021-08-25">August 25, 2021</time>'


@pytest.mark.parametrize("show", [ui.instant, ui.day, ui.days_left])
def test_missing_time_shows_a_dash(show):
    assert show(None) == "-"


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        (Decimal("4500"), "USD", "4,500.00 USD"),
        (Decimal("1234567.5"), "EUR", "1,234,567.50 EUR"),
        (Decimal("450000"), "JPY", "450,000 JPY"),
        (Decimal("0"), "USD", "0.00 USD"),
        (None, "USD", "-"),
    ],
)
def test_money_is_grouped_with_its_currency(amount, currency, shown):
    assert ui.money(amount, currency) == shown


@pytest.mark.parametrize(
    ("left", "words", "warned"),
    [
        (timedelta(days=30), "30 days left", False),
        (timedelta(days=14), "14 days left", True),
        (timedelta(days=1), "1 day left", True),
        (timedelta(hours=3), "Less than 1 day left", True),
        (timedelta(seconds=-1), "Overdue", True),
    ],
)
def test_days_left_warns_from_two_weeks_on(left, words, warned):
    html = ui.days_left(NOON + left, NOON)
    assert html.endswith(f"{words}</span>")
    assert ("<svg" in html) is warned


@pytest.mark.parametrize(("name", "letters"), [("Ana Kovac", "AK"), ("Ravi", "R"), ("Ana de la Cruz", "AC"), ("", "")])
def test_initials_take_first_and_last_name(name, letters):
    assert ui.initials(name) == letters
