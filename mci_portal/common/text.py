"""What counts as acceptable text, address and domain. The form fields use it, and whoever reads text from a file."""

import re
import unicodedata

import idna
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

MOST_COMBINING_MARKS = 10
LONGEST_ADDRESS = 254
# They reorder what is read: a name or file name could show as something else (B03).
BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Drawn as nothing although Unicode does not call them spaces (B02).
BLANK_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")

_LOCAL_PART = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*", re.ASCII)
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)


def clean_line(value: str) -> str:
    """One line in NFC without blanks around it; ``""`` for text that shows nothing (B02, B04, B10).

    Refuses control and direction characters, line breaks and towers of accents (B01, B03, B05, B08).
    """
    return _clean(value, allowed="")


def clean_paragraphs(value: str) -> str:
    """The same with line breaks and tabs allowed; every line break becomes one newline character."""
    return _clean(value.replace("\r\n", "\n").replace("\r", "\n"), allowed="\n\t")


def clean_email(value: str) -> str:
    """One plain address, lower-cased, its domain with at least one dot and in ASCII form.

    Refuses quoted names, display names, address literals and more than one address (C01-C05).
    """
    text = clean_line(value).lower()
    local, at, domain = text.rpartition("@")
    if not at or not 0 < len(local) <= 64 or not _LOCAL_PART.fullmatch(local):
        raise ValidationError(_("Enter one e-mail address, like name@company.com."), code="invalid")
    address = f"{local}@{clean_domain(domain)}"
    if len(address) > LONGEST_ADDRESS:
        raise ValidationError(_("This e-mail address is too long."), code="max_length")
    return address


def clean_domain(value: str) -> str:
    """A host name of two labels or more in lower-case ASCII (A-label) form.

    Refuses numbers, ports and anything around it.
    """
    refused = ValidationError(_("Enter a domain name with a dot, like company.com."), code="invalid")
    try:
        domain = idna.encode(value, uts46=True).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError) as error:
        raise refused from error
    labels = domain.split(".")
    if len(labels) < 2 or labels[-1].isdigit() or not all(_LABEL.fullmatch(label) for label in labels):
        raise refused
    return domain


def shows_nothing(text: str) -> bool:
    """Whether a reader would see an empty place: only spaces, zero-width and filler characters (B02)."""
    return all(char in BLANK_LETTERS or _is_blank(unicodedata.category(char)) for char in text)


def _is_blank(category: str) -> bool:
    return category == "Cf" or category[0] in "ZM"


def _clean(value: str, allowed: str) -> str:
    text = unicodedata.normalize("NFC", value)
    if allowed:
        text = text.strip()
    else:
        # Not str.strip(): a line break at the end of a single line is refused, not forgiven (B08).
        text = text.strip(" \t\u00a0\u2007\u202f\u3000")
    _refuse_hidden(text, allowed)
    if shows_nothing(text):
        return ""
    return text


def _refuse_hidden(text: str, allowed: str) -> None:
    marks = 0
    for char in text:
        category = unicodedata.category(char)
        if (category in ("Cc", "Cs", "Zl", "Zp") and char not in allowed) or char in BIDI_CONTROLS:
            sentence = _("Remove hidden characters and line breaks from this text.")
            raise ValidationError(sentence, code="hidden_characters")
        marks = marks + 1 if category[0] == "M" else 0
        if marks > MOST_COMBINING_MARKS:
            raise ValidationError(_("This text has too many accents on one letter."), code="combining_marks")
