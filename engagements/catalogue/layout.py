"""The keys a catalogue file may hold. Read by ``reading``; the keys of an engagement are its columns."""

from django.utils.translation import gettext_lazy as _

from engagements.catalogue import values
from engagements.catalogue.rules import ID_TYPES, customer_rule
from engagements.catalogue.sheet import many, record
from engagements.models import (
    Area,
    Cap,
    Engagement,
    EngagementName,
    EngagementType,
    EvidenceKind,
    EvidenceRequirement,
    EvidenceTemplate,
    PartnerCriterion,
    PartnerRole,
    Rate,
    ResourceLink,
)

DAY_COUNTS = ("consent_days", "submit_days", "review_days", "dispute_days", "dispute_review_days")
MARKETS = ("A", "B", "C")

# As long as the columns that keep them.
_type_code, _slug, _cap_code = values.slug(30), values.slug(80), values.slug(60)
_country = values.pattern(r"[A-Z]{2}|\*", _("a country; write two capital letters such as US, or * for all others"))

_terms = record(
    _("a set of deadlines"),
    {"from": values.day, **dict.fromkeys(DAY_COUNTS, values.number)},
    required=("from", *DAY_COUNTS),
)
_type = record(
    _("a type"),
    {
        "code": _type_code,
        "name": values.text(EngagementType, "name"),
        **dict.fromkeys(DAY_COUNTS, values.number),
        "note": values.text(),
        "terms": many(_terms),
    },
    required=("code", "name", *DAY_COUNTS),
)
_market = record(_("a table of markets"), {"from": values.day, **dict.fromkeys(MARKETS, many(_country))}, ("from",))
_rate = record(
    _("a table of rates"),
    {
        "from": values.day,
        "to": values.day,
        **dict.fromkeys(MARKETS, values.amount),
        "currency": values.pattern("[A-Z]{3}", _("a currency; write three capital letters such as USD")),
        "per_hour": values.flag,
        "true_up": values.flag,
        "source": values.text(Rate, "source"),
    },
    required=("from",),
)
_criterion = record(
    _("a criterion"),
    {
        "title": values.text(PartnerCriterion, "title"),
        "text": values.text(PartnerCriterion, "text"),
        "any_of": many(values.text(longest=120)),
        "scope": values.choice(*PartnerCriterion.Scope.values),
        "code": values.choice(*PartnerCriterion.Code.values),
        "from": values.day,
        "to": values.day,
    },
    required=("title", "any_of"),
)
_template = record(
    _("a template"),
    {
        "version": values.text(EvidenceTemplate, "version"),
        "file": values.pattern(r"[A-Za-z0-9._-]{1,200}", _("the name of a file in engagements/data/templates")),
        "changes": values.text(EvidenceTemplate, "changes"),
        "from": values.day,
        "refused_from": values.day,
    },
    required=("version", "file", "from"),
)
_evidence = record(
    _("a requirement"),
    {
        "kind": values.choice(*EvidenceKind.values),
        "label": values.text(EvidenceRequirement, "label"),
        "hint": values.text(EvidenceRequirement, "hint"),
        "required": values.flag,
        "templates": many(_template),
    },
    required=("kind",),
)
_link = record(
    _("a link"), {"label": values.text(ResourceLink, "label"), "url": values.web_address}, required=("label", "url")
)
_former_name = record(
    _("a former name"), {"name": values.text(EngagementName, "name"), "until": values.day}, required=("name",)
)

COLUMNS = {
    "slug": _slug,
    "name": values.text(Engagement, "name"),
    "area": values.choice(*Area.values),
    "sub_area": values.text(Engagement, "sub_area"),
    "role": values.choice(*PartnerRole.values),
    "is_cpor": values.flag,
    "pay": values.choice(*Engagement.Pay.values),
    "pay_text": values.text(Engagement, "pay_text"),
    "summary": values.text(),
    "partner_text": values.text(),
    "customer_text": values.text(),
    "starts_on": values.day,
    "ends_on": values.day,
    "last_claim_on": values.day,
    "visibility": values.choice(*Engagement.Visibility.values),
    "id_types": many(values.choice(*ID_TYPES)),
    "customer_rules": many(customer_rule),
    "hour_options": many(values.number),
    "claims_per_customer": values.number,
    "active_per_customer": values.number,
    "again_after_months": values.number,
    "open_per_partner": values.number,
    "yearly_per_partner": values.number,
    "exclusive": values.flag,
    "withdrawal": values.flag,
    "asks_deal_size": values.flag,
    "sample": values.flag,
    "search_terms": values.text(Engagement, "search_terms"),
}
_engagement = record(
    _("an engagement"),
    {
        **COLUMNS,
        "type": _type_code,
        "rates": many(_rate),
        "criteria": many(_criterion),
        "evidence": many(_evidence),
        "links": many(_link),
        "formerly": many(_former_name),
        "invited": many(
            values.pattern("[0-9]{7}", _("the ID of a partner global account; write seven digits in quotes"))
        ),
    },
    required=("slug", "name", "area", "role", "starts_on"),
)
_cap = record(
    _("a cap"),
    {
        "code": _cap_code,
        "name": values.text(Cap, "name"),
        "scope": values.choice(*Cap.Scope.values),
        "countries": many(values.pattern("[A-Z]{2}", _("a country; write two capital letters such as US"))),
        "amount": values.amount,
        "currency": values.pattern("[A-Z]{3}", _("a currency; write three capital letters such as USD")),
        "from": values.day,
        "to": values.day,
        "engagements": many(_slug),
    },
    required=("code", "name", "scope", "amount", "from", "engagements"),
)
CATALOGUE = record(
    _("the catalogue"),
    {
        "blocks": lambda sheet, node: None,  # anchors for the rest of the file; read where they are used
        "types": many(_type),
        "markets": many(_market),
        "engagements": many(_engagement),
        "caps": many(_cap),
    },
    required=("types", "markets", "engagements"),
)
