"""The present catalogue as a file that loads again and changes nothing. Called by the console's download."""

from collections.abc import Iterable
from decimal import Decimal
from itertools import groupby
from typing import Any

import yaml
from django.db.models import Prefetch

from engagements.catalogue.layout import COLUMNS, DAY_COUNTS, MARKETS
from engagements.catalogue.values import NOT_OFFERED
from engagements.models import (
    Cap,
    DayCounts,
    Engagement,
    EngagementName,
    EngagementType,
    EvidenceRequirement,
    EvidenceTemplate,
    Invitation,
    MarketCountry,
    PartnerCriterion,
    Rate,
)

Words = dict[str, Any]


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def _amount(dumper: yaml.SafeDumper, value: Decimal) -> yaml.Node:
    whole = value == value.to_integral_value()
    return dumper.represent_scalar(f"tag:yaml.org,2002:{'int' if whole else 'float'}", f"{value:.{0 if whole else 2}f}")


_Dumper.add_representer(Decimal, _amount)


def as_yaml() -> str:
    """The whole catalogue in twelve queries. What ended and is asked for no more is left out: loading ends it too."""
    words = {
        "types": [_type(one) for one in EngagementType.objects.order_by("position").prefetch_related("terms")],
        "markets": _markets(),
        "engagements": [_engagement(one) for one in _engagements()],
        "caps": [_cap(one) for one in Cap.objects.order_by("code").prefetch_related("engagements")],
    }
    head = "# The catalogue as it stands in the portal. Upload it at /operator/catalogue/ after changing it.\n"
    return head + yaml.dump(words, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)


def _engagements() -> Iterable[Engagement]:
    evidence = EvidenceRequirement.objects.filter(ended_on=None).order_by("position")
    templates = EvidenceTemplate.objects.order_by("valid_from", "version")
    invited = Invitation.objects.select_related("partner").order_by("partner__pga_id")
    return Engagement.objects.order_by("slug").prefetch_related(
        Prefetch("rates", Rate.objects.order_by("valid_from", "market")),
        "criteria",
        Prefetch("evidence", evidence.prefetch_related(Prefetch("templates", templates))),
        "links",
        Prefetch("former_names", EngagementName.objects.order_by("id")),
        Prefetch("invitations", invited),
    )


def _said(**words: Any) -> Words:
    """Without what says nothing."""
    return {name: value for name, value in words.items() if value not in (None, "", [])}


def _type(one: EngagementType) -> Words:
    terms = [{"from": row.valid_from, **_days(row)} for row in one.terms.all()]
    return _said(code=one.code, name=one.name, **_days(one), note=one.note, terms=terms)


def _days(one: DayCounts) -> Words:
    return {name: getattr(one, name) for name in DAY_COUNTS}


def _markets() -> list[Words]:
    rows = MarketCountry.objects.order_by("valid_from", "market", "country")
    return [
        {"from": day, **{market: [row.country for row in some] for market, some in groupby(group, lambda r: r.market)}}
        for day, group in groupby(rows, lambda row: row.valid_from)
    ]


def _engagement(one: Engagement) -> Words:
    words: Words = {name: value for name in COLUMNS if (value := getattr(one, name)) != _default(name)}
    return words | _said(
        type=one.type_id,
        rates=_rates(one.rates.all()),
        criteria=[_criterion(row) for row in one.criteria.all()],
        evidence=[_evidence(row) for row in one.evidence.all()],
        links=[{"label": row.label, "url": row.url} for row in one.links.all()],
        formerly=[_said(name=row.name, until=row.until_on) for row in one.former_names.all()],
        invited=[row.partner.pga_id for row in one.invitations.all()],
    )


def _default(name: str) -> Any:
    column: Any = Engagement._meta.get_field(name)
    return None if column.null else column.get_default()


def _rates(rates: Iterable[Rate]) -> list[Words]:
    """One table for each day: the file knows the markets of a day only together."""
    tables: list[Words] = []
    for day, group in groupby(rates, lambda rate: rate.valid_from):
        rows = list(group)
        words = _said(
            **{"from": day, "to": rows[0].valid_to, "currency": rows[0].currency}, per_hour=rows[0].per_hour or None
        )
        if rows[0].true_up:
            words["true_up"] = True
        words |= {
            market: NOT_OFFERED if row.amount is None else row.amount
            for market in MARKETS
            for row in rows
            if row.market == market
        }
        tables.append(words | _said(source=rows[0].source))
    return tables


def _criterion(one: PartnerCriterion) -> Words:
    scope = None if one.scope == PartnerCriterion.Scope.ACCOUNT else one.scope
    code = None if one.code == PartnerCriterion.Code.OTHER else one.code
    dates = {"from": one.valid_from, "to": one.valid_to}
    return _said(title=one.title, text=one.text, any_of=one.any_of, scope=scope, code=code, **dates)


def _evidence(one: EvidenceRequirement) -> Words:
    words = _said(kind=one.kind, label=one.label, hint=one.hint)
    if not one.required:
        words["required"] = False
    return words | _said(templates=[_template(row) for row in one.templates.all()])


def _template(one: EvidenceTemplate) -> Words:
    return _said(
        version=one.version,
        file=one.file,
        changes=one.changes,
        **{"from": one.valid_from},
        refused_from=one.refused_from,
    )


def _cap(one: Cap) -> Words:
    return _said(
        code=one.code,
        name=one.name,
        scope=one.scope,
        countries=one.countries,
        amount=one.amount,
        currency=one.currency,
        **{"from": one.valid_from, "to": one.valid_to},
        engagements=sorted(engagement.slug for engagement in one.engagements.all()),
    )
