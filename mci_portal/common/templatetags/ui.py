"""Tags and filters of every template: icons, status badges, form fields, dates and money. Loaded as a builtin."""

from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache

from django import template
from django.forms.boundfield import BoundField
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from mci_portal.common import languages
from mci_portal.common.looks import MESSAGE_TONES, NODE_ICONS, STATUS_LOOKS, TONE_ICONS, node_state

register = template.Library()

WARN_DAYS = 14
# ISO 4217 currencies of our markets that are paid in whole units.
WHOLE_CURRENCIES = frozenset({"CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "XAF", "XOF"})


@register.simple_tag
@lru_cache(maxsize=512)
def icon(name: str, size: int = 16, label: str = "") -> SafeString:
    """``{% icon "Filter" %}``: a glyph of ``static/icons.svg``, decorative unless ``label`` names it.

    ``size`` is 10, 12, 16, 20 or 24 px.
    """
    classes = "i" if size == 16 else f"i i-{size}"
    sprite = static("icons.svg")
    if label:
        return format_html(
            '<svg class="{}" role="img" aria-label="{}"><use href="{}#{}"/></svg>', classes, label, sprite, name
        )
    return format_html(
        '<svg class="{}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>', classes, sprite, name
    )


@register.simple_tag
@lru_cache(maxsize=512)
def status(code: str, label: str) -> SafeString:
    """``{% status claim.status label %}``: badge of a claim status; tone and icon from the one map."""
    tone, symbol = STATUS_LOOKS[code]
    return format_html('<span class="badge {}">{}{}</span>', tone, icon(symbol), label)


@register.simple_tag
def field(bound: BoundField) -> SafeString:
    """``{% field form.name %}``: label, control, hint and errors of one field."""
    return bound.as_field_group()


@register.filter
def instant(moment: datetime | None) -> SafeString | str:
    """Date and time in the reader's time zone; UTC on hover and in print. "-" for None."""
    if moment is None:
        return "-"
    utc, local = moment.astimezone(UTC), timezone.localtime(moment)
    pattern = pgettext("date and time format", "F j, Y, H:i")
    return format_html(
        '<time datetime="{}" title="{} UTC">{} {}</time>',
        utc.isoformat(timespec="seconds"),
        date_format(utc, pattern),
        date_format(local, pattern),
        local.strftime("%Z"),
    )


@register.filter
def day(value: datetime | date | None) -> SafeString | str:
    """A day, of the reader's time zone if a moment is given. "-" for None."""
    if value is None:
        return "-"
    pattern = pgettext("date format", "F j, Y")
    if not isinstance(value, datetime):
        return format_html('<time datetime="{}">{}</time>', value.isoformat(), date_format(value, pattern))
    utc = value.astimezone(UTC)
    return format_html(
        '<time datetime="{}" title="{} UTC">{}</time>',
        utc.isoformat(timespec="seconds"),
        date_format(utc, pgettext("date and time format", "F j, Y, H:i")),
        date_format(timezone.localtime(value), pattern),
    )


@register.filter
def money(amount: Decimal | None, currency: str) -> str:
    """``{{ amount|money:claim.currency }}``: grouped digits and the currency code, "-" for None."""
    if amount is None:
        return "-"
    places = 0 if currency in WHOLE_CURRENCIES else 2
    return f"{number_format(amount, decimal_pos=places, use_l10n=True, force_grouping=True)} {currency}"


@register.filter
def days_left(due: datetime | None, now: datetime | None = None) -> SafeString | str:
    """``{{ claim.due_at|days_left:now }}``: "12 days left", with a warning sign from 14 days on. "-" for None."""
    if due is None:
        return "-"
    left = (due - (now or timezone.now())).total_seconds() / 86400
    if left <= 0:  # the very instant is too late (C-13)
        return format_html('<span class="due over">{}{}</span>', icon("StatusErrorFull"), _("Overdue"))
    if left < 1:
        words = _("Less than 1 day left")
    else:
        words = ngettext("%(days)d day left", "%(days)d days left", int(left)) % {"days": int(left)}
    return format_html('<span class="due">{}{}</span>', icon("Warning") if left <= WARN_DAYS else "", words)


@register.filter
def said(text: str) -> str:
    """``{{ requirement.label|said }}``: a text of the catalogue in the reader's language."""
    return languages.said(text)


@register.filter
def tone_icon(tone: str) -> str:
    return TONE_ICONS[tone]


@register.filter
def message_tone(level_tag: str) -> str:
    return MESSAGE_TONES.get(level_tag, "info")


@register.filter
def message_icon(level_tag: str) -> str:
    return TONE_ICONS[message_tone(level_tag)]


@register.filter
def node_icon(state: str) -> str:
    return NODE_ICONS[state]


@register.filter
def node_words(state: str) -> str:
    return node_state(state)


@register.filter
def initials(name: str) -> str:
    """First letters of the first and last word of a name."""
    parts = name.split()
    return "".join(part[0] for part in (parts[:1] + parts[1:][-1:])).upper()
