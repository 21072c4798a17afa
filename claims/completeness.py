"""What the engagement asks for and what is already there: the claim page's check marks and Submit's condition."""

from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from claims.models import Claim, Document, Survey
from engagements.models import EvidenceKind, EvidenceRequirement
from mci_portal.common.languages import said


@dataclass(frozen=True)
class Item:
    """One required or optional piece of evidence. ``todo`` says in words what is left to do."""

    requirement: EvidenceRequirement
    done: bool

    @property
    def todo(self) -> str:
        if self.requirement.kind == EvidenceKind.CUSTOMER_SURVEY:
            return _("Customer survey complete")
        if self.requirement.kind == EvidenceKind.PARTNER_SURVEY:
            return _("Partner survey complete")
        return _("Upload {document}").format(document=said(self.requirement.label))

    @property
    def missing(self) -> bool:
        return self.requirement.required and not self.done


def checklist(claim: Claim) -> list[Item]:
    """Every evidence requirement of the claim's engagement in order, each with whether it is met (R-157, C-11).

    Three queries, whatever the number of requirements.
    """
    handed_in = set(Document.objects.filter(claim=claim, removed_at=None).values_list("requirement_id", flat=True))
    answered = set(Survey.objects.filter(claim=claim, completed_at__isnull=False).values_list("kind", flat=True))
    return [
        Item(requirement, requirement.kind in answered if requirement.is_survey else requirement.pk in handed_in)
        for requirement in EvidenceRequirement.objects.filter(
            Q(ended_on=None) | Q(pk__in=handed_in), engagement_id=claim.engagement_id
        )
    ]


def missing(claim: Claim) -> list[Item]:
    """The required pieces that are not there yet (R-167)."""
    return [item for item in checklist(claim) if item.missing]
