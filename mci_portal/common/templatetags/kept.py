"""Draws once per language what never looks different: half of a page's time went into such pieces. A builtin.

``{% translate %}``, ``{% icon %}`` and ``{% url %}`` of nothing but constants are kept without being asked, and so is
what a template puts between ``{% kept %}`` and ``{% endkept %}``.
"""

from typing import Any

from django import template
from django.template.base import FilterExpression, Node, NodeList, Parser, Token, Variable
from django.template.context import Context
from django.template.defaulttags import URLNode, url
from django.templatetags.i18n import TranslateNode, do_translate
from django.utils.translation import get_language

from mci_portal.common.templatetags import ui

register = template.Library()

MOST_KEPT = 20_000  # pieces; in daily use there are a few hundred per language

_drawn: dict[tuple, str] = {}


class Kept(Node):
    """Draws ``inner`` once per language and per value of ``keys``; like the tags it stands for, it writes the piece
    to the page or into the variable ``name``."""

    child_nodelists = ("nodelist",)

    def __init__(self, inner: Node | NodeList, keys: list[FilterExpression], name: str | None = None) -> None:
        self.nodelist = inner if isinstance(inner, NodeList) else NodeList([inner])
        self.inner, self.keys, self.name = inner, keys, name

    def render(self, context: Context) -> str:
        key = (self, get_language(), *(key.resolve(context) for key in self.keys))
        drawn = _drawn.get(key)
        if drawn is None:
            if len(_drawn) >= MOST_KEPT:
                _drawn.clear()
            drawn = _drawn[key] = self.inner.render(context)
        if self.name is None:
            return drawn
        context[self.name] = drawn
        return ""


def forget() -> None:
    """Every piece is drawn anew."""
    _drawn.clear()


@register.tag("kept")
def do_kept(parser: Parser, token: Token) -> Node:
    """``{% kept shell.is_demo %}...{% endkept %}``: what stands between depends on the language and on the values
    named, and on nothing else. Never on a name, a token, the address or the clock: another reader would see them."""
    keys = [parser.compile_filter(bit) for bit in token.split_contents()[1:]]
    inner = parser.parse(("endkept",))
    parser.delete_first_token()
    return Kept(inner, keys)


@register.tag("translate")
def translate(parser: Parser, token: Token) -> Node:
    """As Django's."""
    node: TranslateNode = do_translate(parser, token)
    if not _all_constant([node.filter_expression, *filter(None, [node.message_context])]):
        return node
    name, node.asvar = node.asvar, None
    return Kept(node, [], name)


@register.tag("icon")
def icon(parser: Parser, token: Token) -> Node:
    """As ``ui.icon``."""
    node: Any = ui.register.tags["icon"](parser, token)
    if not _all_constant([*node.args, *node.kwargs.values()]):
        return node
    name, node.target_var = node.target_var, None
    return Kept(node, [], name)


@register.tag("url")
def address(parser: Parser, token: Token) -> Node:
    """As Django's. Addresses stay the same while the process runs."""
    node: URLNode = url(parser, token)
    kept = not node.args and not node.kwargs and not node.asvar and _all_constant([node.view_name])
    return Kept(node, []) if kept else node


def _all_constant(values: list[FilterExpression]) -> bool:
    return all(
        not value.filters and (not isinstance(value.var, Variable) or value.var.literal is not None) for value in values
    )
