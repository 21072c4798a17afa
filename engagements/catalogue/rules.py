"""The kinds of customer rules a catalogue may name. ``customers.qualification`` decides what they mean."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from engagements.catalogue import values
from engagements.catalogue.sheet import Read, Record, Sheet, many, record

# Kind -> the keys that carry its measure: {"kind": "min_seats", "value": 800}.
CUSTOMER_RULE_KINDS: dict[str, tuple[str, ...]] = {
    "min_seats": ("value",),
    "max_seats": ("value",),
    "new_tenant": ("value",),  # days
    "owns_product": ("any_of",),
    "countries": ("any_of",),
    "same_geography": (),
    "commercial_only": (),
    "min_active_users": ("value", "workload"),  # in a month
    "max_active_users": ("value", "workload"),
    "planned_consumption": ("from",),  # US dollars of Azure in the first year; "to" is the first figure above the band
}
OPTIONAL = {"planned_consumption": ("to",)}
ID_TYPES = ("domain", "tenant_id", "tpid", "subscription", "msx")

_RULE = record(
    gettext_lazy("a customer rule"),
    {
        "kind": values.choice(*CUSTOMER_RULE_KINDS),
        "value": values.number,
        "any_of": many(values.text(longest=120)),
        "workload": values.text(longest=120),
        "from": values.dollars,
        "to": values.dollars,
    },
    required=("kind",),
)


def _rule(sheet: Sheet, node) -> dict:
    found: Record = _RULE(sheet, node)
    rule = {key: value for key, value in found.values.items() if value is not None}
    kind = rule.get("kind")
    if kind is not None:
        needed = CUSTOMER_RULE_KINDS[kind]
        for key in sorted(rule.keys() - {"kind", *needed, *OPTIONAL.get(kind, ())}):
            sheet.note(found.line_of(key), _("The rule “%(kind)s” takes no “%(key)s”.") % {"kind": kind, "key": key})
        for wanted in (key for key in needed if not rule.get(key)):
            sheet.note(found.line, _("The rule “%(kind)s” needs “%(wanted)s”.") % {"kind": kind, "wanted": wanted})
        if kind == "countries" and any(len(name) != 2 or not name.isupper() for name in rule.get("any_of", ())):
            sheet.note(found.line_of("any_of"), _("Countries are written with two capital letters, such as US."))
        if kind == "planned_consumption" and rule.get("from") and rule.get("to", rule["from"] + 1) <= rule["from"]:
            sheet.note(found.line_of("to"), _("The band must end above where it begins."))
    return rule


customer_rule: Read = _rule
