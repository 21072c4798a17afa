"""Readers for single values: texts, days, amounts, choices. Each returns the value or raises Wrong."""

import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

import yaml
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _

from engagements.catalogue.problems import Wrong
from engagements.catalogue.sheet import Read, Sheet
from engagements.models import ResourceLink
from mci_portal.common.text import clean_line

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
NOT_OFFERED = "n/a"


def _plain(node: yaml.Node):
    if not isinstance(node, yaml.ScalarNode):
        raise Wrong(_("A single value is expected here."))
    try:
        return yaml.SafeLoader("").construct_object(node)
    except (ValueError, LookupError, AttributeError, yaml.YAMLError):
        # A tag such as !!bool or !!timestamp before what is none: PyYAML trusts it and stumbles.
        raise Wrong(_("“%(value)s” cannot be read.") % {"value": node.value}) from None


def text(model=None, name: str = "", *, longest: int | None = None) -> Read:
    """A text that is not empty and fits the column ``name`` of ``model``, or ``longest`` characters."""
    limit = longest or (model._meta.get_field(name).max_length if model else None)

    def read(sheet: Sheet, node: yaml.Node) -> str:
        _plain(node)
        value = " ".join(str(node.value).split())
        if not value or node.tag == "tag:yaml.org,2002:null":
            raise Wrong(_("A text is expected here."))
        if limit and len(value) > limit:
            raise Wrong(
                _("This text has %(count)s characters; at most %(limit)s fit.") % {"count": len(value), "limit": limit}
            )
        try:
            return clean_line(value)
        except ValidationError as refusal:
            raise Wrong(refusal.message) from None

    return read


def slug(longest: int) -> Read:
    """A name for addresses and references of at most ``longest`` characters."""

    def read(sheet: Sheet, node: yaml.Node) -> str:
        value = str(node.value) if isinstance(node, yaml.ScalarNode) else ""
        if not SLUG.fullmatch(value) or len(value) > longest:
            raise Wrong(
                _("“%(value)s” is not a slug: small letters, digits and single hyphens, at most %(limit)s characters.")
                % {"value": value, "limit": longest}
            )
        return value

    return read


def day(sheet: Sheet, node: yaml.Node) -> date:
    value = _plain(node)
    if not isinstance(value, date) or isinstance(value, datetime):
        raise Wrong(_("“%(value)s” is not a day; write it as 2022-11-01.") % {"value": node.value})
    return value


def flag(sheet: Sheet, node: yaml.Node) -> bool:
    value = _plain(node)
    if not isinstance(value, bool):
        raise Wrong(_("“%(value)s” is neither true nor false.") % {"value": node.value})
    return value


def number(sheet: Sheet, node: yaml.Node) -> int:
    """Days, hours, seats or claims; none of them can be 0: a deadline would be over when it begins."""
    value = _plain(node)
    if type(value) is not int or not 1 <= value <= 30_000:
        raise Wrong(_("“%(value)s” is not a whole number from 1 to 30000.") % {"value": node.value})
    return value


def dollars(sheet: Sheet, node: yaml.Node) -> int:
    """Whole US dollars, as bands of consumption are given."""
    value = _plain(node)
    if type(value) is not int or not 1 <= value < 10**9:
        raise Wrong(_("“%(value)s” is not a number of whole dollars from 1 on.") % {"value": node.value})
    return value


def amount(sheet: Sheet, node: yaml.Node) -> Decimal | str:
    """Money with at most two decimals, or ``n/a`` for a market in which the engagement is not offered."""
    _plain(node)
    if node.value == NOT_OFFERED:
        return NOT_OFFERED
    try:
        value = Decimal(node.value)
    except InvalidOperation:
        value = Decimal(-1)
    if not value.is_finite() or not 0 <= value < 10**10 or value != round(value, 2):
        raise Wrong(
            _("“%(value)s” is not an amount; write it as 5000 or 5000.50, or n/a where it is not offered.")
            % {"value": node.value}
        )
    return value.quantize(Decimal("0.01"))


def choice(*allowed: str) -> Read:
    def read(sheet: Sheet, node: yaml.Node) -> str:
        value = str(node.value) if isinstance(node, yaml.ScalarNode) else ""
        if value not in allowed:
            raise Wrong(
                _("“%(value)s” is not known here; use one of: %(names)s.")
                % {"value": value, "names": ", ".join(allowed)}
            )
        return value

    return read


def pattern(form: str, hint: object) -> Read:
    """A text of the given form; ``hint`` completes the sentence “… is not …”."""
    compiled = re.compile(form)

    def read(sheet: Sheet, node: yaml.Node) -> str:
        value = str(node.value) if isinstance(node, yaml.ScalarNode) else ""
        if not compiled.fullmatch(value):
            raise Wrong(_("“%(value)s” is not %(hint)s.") % {"value": value, "hint": hint})
        return value

    return read


def web_address(sheet: Sheet, node: yaml.Node) -> str:
    value = str(node.value) if isinstance(node, yaml.ScalarNode) else ""
    try:
        URLValidator(schemes=["https"])(value)
    except ValidationError:
        raise Wrong(_("“%(value)s” is not a web address that begins with https://.") % {"value": value}) from None
    return text(ResourceLink, "url")(sheet, node)
