"""The kinds of customer rules a catalogue may name. ``customers.qualification`` decides what they mean."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from engagements.catalogue import values
from engagements.catalogue.sheet import Read, Record, Sheet, many, record

# Kind -> the key that carries its measure, if it has one: {"kind": "min_seats", "value": 800}.
CUSTOMER_RULE_KINDS: dict[str, str | None] = {
    "min_seats": "value",
    "max_seats": "value",
    "new_tenant": "value",  # days
    "owns_product": "any_of",
    "countries": "any_of",
    "same_geography": None,
    "commercial_only": None,
}
ID_TYPES = ("domain", "tenant_id", "tpid", "subscription", "msx")

_RULE = record(
    gettext_lazy("a customer rule"),
    {
        "kind": values.choice(*CUSTOMER_RULE_KINDS),
        "value": values.number,
        "any_of": many(values.text(longest=120)),
    },
    required=("kind",),
)


def _rule(sheet: Sheet, node) -> dict:
    found: Record = _RULE(sheet, node)
    rule = {key: value for key, value in found.values.items() if value is not None}
    kind = rule.get("kind")
    if kind is not None:
        wanted = CUSTOMER_RULE_KINDS[kind]
        for key in rule.keys() - {"kind", wanted}:
            sheet.note(found.line_of(key), _("The rule “%(kind)s” takes no “%(key)s”.") % {"kind": kind, "key": key})
        if wanted and not rule.get(wanted):
            sheet.note(found.line, _("The rule “%(kind)s” needs “%(wanted)s”.") % {"kind": kind, "wanted": wanted})
        if kind == "countries" and any(len(name) != 2 or not name.isupper() for name in rule.get("any_of", ())):
            sheet.note(found.line_of("any_of"), _("Countries are written with two capital letters, such as US."))
    return rule


customer_rule: Read = _rule
