"""Writes a checked catalogue to the tables. Called by ``engagements.catalogue.load`` inside its transaction."""

from datetime import date, timedelta

from django.utils.translation import gettext as _

from engagements.catalogue import rows
from engagements.catalogue.problems import CatalogueError, Problem
from engagements.catalogue.sheet import Record
from engagements.catalogue.syncing import Sync, Tally
from engagements.models import (
    Cap,
    CappedEngagement,
    Engagement,
    EngagementName,
    EngagementType,
    EvidenceRequirement,
    EvidenceTemplate,
    Invitation,
    MarketCountry,
    PartnerCriterion,
    Rate,
    ResourceLink,
    TypeTerms,
)
from mci_portal.accounts.models import Partner


def apply(catalogue: Record, today: date) -> Tally:
    """Make the tables say what ``catalogue`` says. What left the file goes, or ends where it is referred to.

    Raises CatalogueError when a name still belongs to an engagement that ended.
    """
    tally = Tally()
    types = [rows.of_type(position, one) for position, one in enumerate(catalogue["types"])]
    type_sync = Sync(EngagementType.objects.all(), ("code",), types, tally)
    type_sync.write()
    _sync(TypeTerms.objects.all(), ("type_id", "valid_from"), rows.of_terms(catalogue["types"]), tally)
    _sync(MarketCountry.objects.all(), ("country", "valid_from"), rows.of_markets(catalogue["markets"]), tally)
    engagements = _apply_engagements(catalogue["engagements"], today, tally)
    type_sync.let_go()  # only now: an engagement that left may have been the last of its type
    pairs = [(engagements[record["slug"]], record) for record in catalogue["engagements"]]
    _apply_parts(pairs, today, tally)
    _invite(pairs, tally)
    _apply_caps(catalogue, engagements, yesterday=today - timedelta(days=1), tally=tally)
    return tally


def _sync(existing, key, wanted, tally, retire=None):
    sync = Sync(existing, key, wanted, tally)
    sync.let_go(retire)
    return sync.write()


def _apply_engagements(records: list[Record], today: date, tally: Tally) -> dict[str, Engagement]:
    sync = Sync(Engagement.objects.all(), ("slug",), [rows.of_engagement(one) for one in records], tally)
    # one that running claims refer to takes no new customers from today on, and stays.
    sync.let_go(lambda one: _pull_to(one, "last_claim_on", today - timedelta(days=1)))
    _make_room_for_names(records)
    engagements = {slug: one for (slug,), one in sync.write().items()}
    renamed = [(one.slug, before["name"], today) for one, before in sync.changes if "name" in before]
    listed = [
        (record["slug"], former["name"], former.get("until"))
        for record in records
        for former in record.get("formerly") or ()
    ]
    _keep_names(engagements, renamed + listed, tally)
    return engagements


def _make_room_for_names(records: list[Record]) -> None:
    """Let engagements exchange their names although each name is unique at every moment."""
    by_name = {record["name"]: record for record in records}
    slugs = {record["slug"] for record in records}
    problems = []
    for holder in Engagement.objects.filter(name__in=by_name):
        record = by_name[holder.name]
        if holder.slug == record["slug"]:
            continue
        if holder.slug in slugs:
            Engagement.objects.filter(pk=holder.pk).update(name=f"~{holder.slug}")
        else:
            sentence = _("The name “%(name)s” still belongs to the ended engagement “%(slug)s”.") % {
                "name": holder.name,
                "slug": holder.slug,
            }
            problems.append(Problem(record.line_of("name"), sentence))
    if problems:
        raise CatalogueError(problems)


def _keep_names(engagements: dict[str, Engagement], names: list[tuple], tally: Tally) -> None:
    """R-033: a name once borne is history; it is added here and never taken away."""
    known = set(EngagementName.objects.values_list("engagement_id", "name"))
    for slug, name, until_on in names:
        engagement = engagements[slug]
        if (engagement.pk, name) not in known:
            known.add((engagement.pk, name))
            EngagementName.objects.create(engagement=engagement, name=name, until_on=until_on)
            tally.add(EngagementName, "created")


def _apply_parts(pairs: list[tuple[Engagement, Record]], today: date, tally: Tally) -> None:
    """Rates, criteria, links, evidence and templates of the engagements in the file; those of ended ones stay."""
    yesterday = today - timedelta(days=1)
    mine = {"engagement__in": [engagement.pk for engagement, _ in pairs]}
    _sync(
        Rate.objects.filter(**mine),
        ("engagement_id", "market", "valid_from"),
        [row for pair in pairs for row in rows.of_rates(*pair)],
        tally,
        lambda one: _pull_to(one, "valid_to", max(yesterday, one.valid_from)),
    )
    criteria = [row for pair in pairs for row in rows.of_criteria(*pair)]
    _sync(PartnerCriterion.objects.filter(**mine), ("engagement_id", "title"), criteria, tally)
    links = [row for pair in pairs for row in rows.of_links(*pair)]
    _sync(ResourceLink.objects.filter(**mine), ("engagement_id", "label"), links, tally)
    requirements = _sync(
        EvidenceRequirement.objects.filter(**mine),
        ("engagement_id", "kind", "label"),
        [row for pair in pairs for row in rows.of_evidence(*pair)],
        tally,
        lambda one: _end_requirement(one, today),
    )
    templates = [
        row
        for engagement, record in pairs
        for one in record.get("evidence") or ()
        for row in rows.of_templates(requirements[engagement.pk, one["kind"], rows.label_of(one)], one)
    ]
    _sync(
        EvidenceTemplate.objects.filter(requirement__in=[one.pk for one in requirements.values()]),
        ("requirement_id", "version"),
        templates,
        tally,
        lambda one: _pull_to(one, "refused_from", max(today, one.valid_from)),
    )


def _apply_caps(catalogue: Record, engagements: dict[str, Engagement], yesterday: date, tally: Tally) -> None:
    """R-255. A pot that left the file ends, and stays for the claims that were counted towards it."""
    caps = _sync(
        Cap.objects.all(),
        ("code",),
        rows.of_caps(catalogue),
        tally,
        lambda one: _pull_to(one, "valid_to", max(yesterday, one.valid_from)),
    )
    members = [
        {"cap_id": caps[one["code"],].pk, "engagement_id": engagements[slug].pk}
        for one in catalogue.get("caps") or ()
        for slug in one["engagements"]
    ]
    mine = CappedEngagement.objects.filter(cap__in=[cap.pk for cap in caps.values()])
    _sync(mine, ("cap_id", "engagement_id"), members, tally)


def _invite(pairs: list[tuple[Engagement, Record]], tally: Tally) -> None:
    """R-031. Invitations are only added: operators give some out by hand.

    A partner that is not in the portal yet is invited by the next run after it arrived.
    """
    wanted = {pga_id for _, record in pairs for pga_id in record.get("invited") or ()}
    partners = {partner.pga_id: partner for partner in Partner.objects.filter(pga_id__in=wanted)}
    known = set(Invitation.objects.values_list("engagement_id", "partner_id"))
    for engagement, record in pairs:
        for pga_id in record.get("invited") or ():
            partner = partners.get(pga_id)
            if partner and (engagement.pk, partner.pk) not in known:
                Invitation.objects.create(engagement=engagement, partner=partner)
                tally.add(Invitation, "created")


def _end_requirement(one: EvidenceRequirement, today: date) -> bool:
    """Uploads refer to it: it is asked for no more, but stays for them."""
    if one.ended_on is not None:
        return False
    one.ended_on, one.required = today, False
    one.save(update_fields=["ended_on", "required"])
    return True


def _pull_to(one, column: str, day: date) -> bool:
    """Bring the end of a row forward to ``day``; False when it ended by then already."""
    current = getattr(one, column)
    if current is not None and current <= day:
        return False
    setattr(one, column, day)
    one.save(update_fields=[column])
    return True
