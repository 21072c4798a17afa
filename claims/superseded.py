"""Templates that were superseded, and the open claims that are touched by it (R-048, E21).

An operator's page lists them, and after a load of the catalogue the operator (or ``manage.py tell_superseded``)
tells the partners. Nobody is told twice of the same claim and cut-off.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from claims.models import Claim, Document
from claims.statuses import EDITABLE
from engagements.models import EvidenceTemplate
from mci_portal.accounts.addressees import language_of
from mci_portal.outbox import post as outbox
from mci_portal.outbox.models import Message

MAIL = "E21"


@dataclass
class Superseded:
    """One version that is refused from a day on, with the claims whose evidence rests on it."""

    template: EvidenceTemplate
    claims: list[Claim] = field(default_factory=list)


def affected(partner_id: int | None = None) -> list[Superseded]:
    """Every superseded version with the claims that have to replace a document before they submit (again).

    Claims already handed in are judged by the day of their submission and are not among them. Two queries.
    """
    documents = Document.objects.filter(
        removed_at=None, template__refused_from__isnull=False, claim__status__in=EDITABLE
    )
    if partner_id is not None:
        documents = documents.filter(partner_id=partner_id)
    found: dict[int, dict[int, Claim]] = defaultdict(dict)
    for document in documents.select_related(
        "claim__partner", "claim__location", "claim__customer", "claim__engagement"
    ).order_by("claim__number"):
        found[document.template_id][document.claim_id] = document.claim
    templates = EvidenceTemplate.objects.filter(pk__in=found).select_related("requirement__engagement")
    return [
        Superseded(template, list(found[template.pk].values()))
        for template in templates.order_by("refused_from", "requirement__engagement__name", "pk")
    ]


def tell(now: datetime) -> int:
    """E21 to the partner contacts of the affected claims; returns how many mails were queued.

    Nobody is told of the same claim, version and cut-off twice: who comes again hears of further claims only.
    """
    queued = 0
    for one in affected():
        about = f"template:{one.template.pk}:{one.template.refused_from:%Y-%m-%d}"
        told = _told(about)
        by_contact: dict[tuple[str, int], list[Claim]] = defaultdict(list)
        for claim in one.claims:
            if claim.number not in told:
                by_contact[claim.partner_email, claim.location_id].append(claim)
        for claims in by_contact.values():
            _tell(one.template, about, claims, now)
        queued += len(by_contact)
    return queued


def _told(about: str) -> set[int]:
    earlier = Message.objects.filter(kind=MAIL, dedup_key__startswith=f"{about}:").values_list("context", flat=True)
    return {number for context in earlier for number in context["claims"]}


def _tell(template: EvidenceTemplate, about: str, claims: list[Claim], now: datetime) -> None:
    first = claims[0]
    outbox.post(
        MAIL,
        audience="partner",
        dedup_key=f"{about}:{first.number}",
        now=now,
        to_email=first.partner_email,
        to_name=first.partner_name,
        language=language_of(first.partner_email, first.owner_id),
        partner_id=first.partner_id,
        location_id=first.location_id,
        context={"template": template.pk, "claims": [claim.number for claim in claims]},
    )
