"""What the seller system knows of an opportunity (R-085); ``settings.OPPORTUNITY_DIRECTORY`` answers."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from customers.models import Opportunity

STAGES = (2, 3)  # in which a customer may be nominated (catalogue section 6)


@dataclass(frozen=True)
class Found:
    """``amount`` is what the seller expects from it, in ``currency``."""

    stage: int
    is_open: bool
    amount: Decimal
    currency: str

    @property
    def is_valid(self) -> bool:
        return self.is_open and self.stage in STAGES


class OpportunityDirectory(Protocol):
    """What a class named by ``settings.OPPORTUNITY_DIRECTORY`` offers; it gets normalised IDs only."""

    def find(self, msx_id: str) -> Found | None:
        """The opportunity, or None where nobody has this ID. Raises DirectoryUnavailable."""


class LocalOpportunities:
    """The default: our own table. One query."""

    def find(self, msx_id: str) -> Found | None:
        row = Opportunity.objects.filter(msx_id=msx_id).first()
        return Found(row.stage, row.is_open, row.amount, row.currency) if row else None


def find_opportunity(msx_id: str) -> Found | None:
    """The opportunity of a normalised MSX opportunity ID, or None."""
    directory: OpportunityDirectory = import_string(settings.OPPORTUNITY_DIRECTORY)()
    return directory.find(msx_id)
