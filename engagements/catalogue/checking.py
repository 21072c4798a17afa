"""What must agree across a catalogue file: unique names, types that exist, rates that do not overlap.

Called by ``reading`` once every single value is sound.
"""

from datetime import timedelta
from itertools import pairwise

from django.utils.translation import gettext as _

from engagements.catalogue.layout import MARKETS
from engagements.catalogue.sheet import Record, Sheet
from engagements.models import Cap, Engagement, EvidenceKind, PartnerRole
from engagements.models.evidence import SURVEYS
from engagements.templates_in_force import is_kept


def check(sheet: Sheet, catalogue: Record) -> None:
    """Note every contradiction between the records of ``catalogue``."""
    _unique(sheet, catalogue["types"], "code")
    for kind in catalogue["types"]:
        terms = kind.get("terms") or []
        _unique(sheet, terms, "from")
        for one in (kind, *terms):
            if one["review_days"] < one["submit_days"]:
                sheet.note(one.line_of("review_days"), _("The review cannot end before the first submit."))
    _check_markets(sheet, catalogue["markets"])
    _unique(sheet, catalogue["engagements"], "slug")
    _unique(sheet, catalogue["engagements"], "name")
    types = {kind["code"] for kind in catalogue["types"]}
    for engagement in catalogue["engagements"]:
        if engagement.get("type") not in types | {None}:
            sheet.note(
                engagement.line_of("type"),
                _("There is no type “%(type)s” in this file.") % {"type": engagement["type"]},
            )
        _check_engagement(sheet, engagement)
    _unique(sheet, catalogue.get("caps") or [], "code")
    for cap in catalogue.get("caps") or ():
        _check_cap(sheet, cap, {engagement["slug"]: engagement for engagement in catalogue["engagements"]})


def _unique(sheet: Sheet, records: list[Record], *keys: str) -> None:
    """Note records whose values under ``keys`` (letter case apart) another one has already."""
    seen: dict[tuple[str, ...], Record] = {}
    for found in records:
        value = tuple(str(found.get(key)).casefold() for key in keys)
        if value in seen:
            first = seen[value].line_of(keys[0])
            sheet.note(
                found.line_of(keys[0]),
                _("The %(key)s “%(value)s” stands in line %(first)s already.")
                % {"key": keys[0], "value": found[keys[0]], "first": first},
            )
        seen.setdefault(value, found)


def _check_markets(sheet: Sheet, tables: list[Record]) -> None:
    _unique(sheet, tables, "from")
    for table in tables:
        seen = set()
        for market in MARKETS:
            for country in table.get(market) or ():
                if country in seen:
                    sheet.note(
                        table.line_of(market),
                        _("%(country)s stands in this table of markets twice.") % {"country": country},
                    )
                seen.add(country)


def _check_engagement(sheet: Sheet, engagement: Record) -> None:
    starts_on = engagement["starts_on"]
    if engagement.get("ends_on") and engagement["ends_on"] < starts_on:
        sheet.note(engagement.line_of("ends_on"), _("The engagement ends before it starts."))
    if engagement.get("last_claim_on") and engagement["last_claim_on"] < starts_on:
        sheet.note(
            engagement.line_of("last_claim_on"), _("The last day to claim customers is before the engagement starts.")
        )
    if engagement["role"] == PartnerRole.BUILD_INTENT:
        for key in ("type", "id_types", "rates"):
            if not engagement.get(key):
                sheet.note(engagement.line, _("A build-intent engagement needs “%(key)s”.") % {"key": key})
    _check_pay(sheet, engagement)
    _check_rates(sheet, engagement.get("rates") or [])
    _unique(sheet, engagement.get("criteria") or [], "title")
    _unique(sheet, engagement.get("links") or [], "label")
    for criterion in engagement.get("criteria") or ():
        if not criterion["any_of"]:
            sheet.note(criterion.line_of("any_of"), _("Name at least one way to meet this criterion."))
        _check_order(sheet, criterion)
    for requirement in engagement.get("evidence") or ():
        _check_evidence(sheet, requirement)
    _unique(sheet, engagement.get("evidence") or [], "kind", "label")


def _check_pay(sheet: Sheet, engagement: Record) -> None:
    ids, hours = engagement.get("id_types") or [], engagement.get("hour_options") or []
    variable = engagement.get("pay") == Engagement.Pay.VARIABLE
    if variable and ids != ["msx"]:
        sheet.note(engagement.line_of("id_types"), _("Variable pay is nominated by msx only."))
    if not variable and "msx" in ids:
        sheet.note(engagement.line_of("id_types"), _("Only variable pay is nominated by msx."))
    if hours and not variable:
        sheet.note(engagement.line_of("hour_options"), _("Only variable pay is counted in hours."))


def _check_rates(sheet: Sheet, tables: list[Record]) -> None:
    _unique(sheet, tables, "from")
    for table in tables:
        _check_order(sheet, table)
        if not any(market in table.values for market in MARKETS):
            sheet.note(table.line, _("Name the rate of at least one market."))
    for earlier, later in pairwise(sorted(tables, key=lambda table: table["from"])):
        if earlier.get("to") and earlier["to"] >= later["from"]:
            sheet.note(earlier.line_of("to"), _("These rates run into those from %(day)s.") % {"day": later["from"]})
        elif not earlier.get("to"):
            last = later["from"] - timedelta(days=1)
            sheet.note(earlier.line, _("Close these rates with “to: %(last)s”; newer ones follow.") % {"last": last})


def _check_evidence(sheet: Sheet, requirement: Record) -> None:
    templates = requirement.get("templates") or []
    if templates and requirement["kind"] in SURVEYS:
        sheet.note(requirement.line_of("templates"), _("A survey has no template."))
    if requirement["kind"] == EvidenceKind.OTHER and not requirement.get("label"):
        sheet.note(requirement.line, _("A requirement of the kind “other” needs a label."))
    _unique(sheet, templates, "version")
    for template in templates:
        if not is_kept(template["file"]):
            sheet.note(
                template.line_of("file"),
                _("There is no file “%(file)s” among the templates.") % {"file": template["file"]},
            )
        if template.get("refused_from") and template["refused_from"] <= template["from"]:
            sheet.note(template.line_of("refused_from"), _("The template is refused before it is valid."))


def _check_cap(sheet: Sheet, cap: Record, engagements: dict[str, Record]) -> None:
    """R-255: a pot is of some engagements, in their currency; a region is named by its countries."""
    _check_order(sheet, cap)
    if isinstance(cap["amount"], str) or cap["amount"] == 0:
        sheet.note(cap.line_of("amount"), _("A cap is an amount above 0."))
    if (cap["scope"] == Cap.Scope.REGION) != bool(cap.get("countries")):
        sheet.note(cap.line_of("countries"), _("A cap of a region names its countries, and no other cap does."))
    if not cap["engagements"]:
        sheet.note(cap.line_of("engagements"), _("Name at least one engagement of this cap."))
    if len(set(cap["engagements"])) < len(cap["engagements"]):
        sheet.note(cap.line_of("engagements"), _("An engagement stands in this cap twice."))
    for slug in cap["engagements"]:
        if slug not in engagements:
            sheet.note(
                cap.line_of("engagements"), _("There is no engagement “%(slug)s” in this file.") % {"slug": slug}
            )
            continue
        for table in engagements[slug].get("rates") or ():
            if table.get("currency", "USD") != cap.get("currency", "USD"):
                sheet.note(
                    cap.line_of("currency"),
                    _("The rates of “%(slug)s” are in another currency than this cap.") % {"slug": slug},
                )
                break


def _check_order(sheet: Sheet, dated: Record) -> None:
    if dated.get("to") and dated.get("from") and dated["to"] < dated["from"]:
        sheet.note(dated.line_of("to"), _("This ends before it starts."))
