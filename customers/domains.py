"""What counts as a customer's domain name or e-mail address. Called by identity, resolution and the contact forms."""

import re
import unicodedata

import idna
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# Names that never belong to one customer on the public internet (RFC 6761, RFC 8375, ICANN's private use).
# `.example` is left out: the documentation and the demo live there.
INTERNAL_SUFFIXES = frozenset(
    [
        "localhost",
        "local",
        "localdomain",
        "internal",
        "intranet",
        "lan",
        "home",
        "corp",
        "private",
        "workgroup",
        "test",
        "invalid",
        "onion",
        "arpa",
    ]
)
# Scripts that real names mix (Unicode TR39, "highly restrictive"); any other mixture is a disguise.
MIXABLE = (
    frozenset({"LATIN", "HAN", "HIRAGANA", "KATAKANA"}),
    frozenset({"LATIN", "HAN", "BOPOMOFO"}),
    frozenset({"LATIN", "HAN", "HANGUL"}),
)
SHARED = frozenset({"DIGIT", "HYPHEN", "COMBINING", "MIDDLE"})
LOCAL_PART = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")


def normalise_domain(value: str) -> str:
    """Return the A-label form of a domain name: lower case, no dot at the end (C06, C09).

    Raises ValidationError with one sentence for addresses, e-mails, ports, IP numbers, single labels,
    internal names, labels that mix scripts, and anything with a control character (C07, C08).
    """
    _refuse_hidden(value)
    text = value.strip()
    if not text:
        raise ValidationError(_("Enter a domain name, for example contoso.com."), code="required")
    if len(text) > 253:
        raise ValidationError(_("A domain name has at most 253 characters."), code="too_long")
    if "@" in text:
        raise ValidationError(
            _("This is an e-mail address. Enter only the part after the @ sign."), code="email_not_domain"
        )
    if any(mark in text for mark in "/\\?#"):
        raise ValidationError(
            _("This is a web address. Enter only the domain name, for example contoso.com."), code="url_not_domain"
        )
    if any(mark in text for mark in ":[]%"):
        raise ValidationError(
            _("Enter the domain name without a port or an IP address, for example contoso.com."), code="port_not_domain"
        )
    try:
        domain = idna.encode(text, uts46=True, std3_rules=True).decode("ascii").removesuffix(".")
        labels = [idna.decode(label) for label in domain.split(".")]
    except UnicodeError:
        raise ValidationError(
            _("This is not a valid domain name. Check it for typing errors."), code="invalid_domain"
        ) from None
    _refuse_private(domain)
    for label in labels:
        if _is_mixed(label):
            raise ValidationError(
                _("This domain name mixes letters of different alphabets. Type it again by hand."), code="mixed_script"
            )
    return domain


def normalise_email(value: str) -> str:
    """Return one e-mail address in lower case with an A-label domain (C01 to C05); refuses anything else."""
    _refuse_hidden(value)
    local, at, domain = value.strip().lower().rpartition("@")
    if not at or len(local) > 64 or not LOCAL_PART.fullmatch(local):
        raise ValidationError(_("Enter one e-mail address, for example name@contoso.com."), code="invalid_email")
    return f"{local}@{normalise_domain(domain)}"


def mail_domain(email: str) -> str:
    """Return the A-label domain of an e-mail address, to derive the tenant from it (R-086)."""
    return normalise_email(email).rpartition("@")[2]


def is_punycode(domain: str) -> bool:
    """Whether a stored domain holds letters beyond a-z, so that the page warns of lookalikes (C09)."""
    return any(label.startswith("xn--") for label in domain.split("."))


def _refuse_hidden(value: str) -> None:
    if any(unicodedata.category(character)[0] == "C" for character in value):
        raise ValidationError(_("Remove the line break or hidden character from this value."), code="hidden_character")


def _refuse_private(domain: str) -> None:
    labels = domain.split(".")
    if labels[-1].isdecimal() or re.fullmatch(r"0x[0-9a-f]*", labels[-1]):
        raise ValidationError(_("This is an IP address. Enter the domain name of the customer."), code="ip_not_domain")
    if len(labels) < 2:
        raise ValidationError(
            _("Enter the whole domain name with its ending, for example contoso.com."), code="single_label"
        )
    if labels[-1] in INTERNAL_SUFFIXES:
        raise ValidationError(
            _("This domain name is only used inside a network. Enter the public domain name of the customer."),
            code="internal_domain",
        )


def _is_mixed(label: str) -> bool:
    scripts = {_script(character) for character in label} - SHARED
    return len(scripts) > 1 and not any(scripts <= allowed for allowed in MIXABLE)


def _script(character: str) -> str:
    if character.isdecimal() and character.isascii():
        return "DIGIT"
    word = re.split(r"[ -]", unicodedata.name(character, "UNKNOWN"))[0]
    return {"CJK": "HAN", "IDEOGRAPHIC": "HAN"}.get(word, word)
