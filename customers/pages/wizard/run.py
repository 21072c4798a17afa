"""One run of a wizard: who, for which engagement, with which draft; and what its steps ask for more than once."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.urls import reverse

from claims import intake
from claims.models import Draft
from customers.identity import IdType
from customers.models import Customer
from customers.qualification import unmet
from customers.resolution import other_ids
from eligibility.queries import OfferedLocation, offered_locations
from engagements.models import Engagement
from mci_portal.accounts.actors import Actor
from mci_portal.accounts.models import Location


@dataclass
class Run:
    """``draft`` is None before the first step was taken; ``known`` is the customer to claim, None when adding one."""

    actor: Actor
    engagement: Engagement
    now: datetime
    draft: Draft | None = None
    known: Customer | None = None

    def given(self, step: str) -> dict:
        """What a step's form accepted earlier; empty when it was not taken yet."""
        return self.draft.data.get(step, {}) if self.draft else {}

    @property
    def customer(self) -> Customer | None:
        return self.known or (self.draft.customer if self.draft else None)

    @property
    def varies(self) -> bool:
        """Variable pay: one engagement, and hours (R-093)."""
        return self.engagement.pay == Engagement.Pay.VARIABLE

    @property
    def nominated(self) -> intake.Nominated:
        return intake.Nominated(**self.given("customer"))

    @cached_property
    def offers(self) -> list[OfferedLocation]:
        return offered_locations(self.engagement, self.actor)

    @cached_property
    def location(self) -> Location | None:
        """The chosen location if it may still be chosen."""
        chosen = self.given("details").get("location")
        return next((offer.location for offer in self.offers if offer.selectable and offer.location.pk == chosen), None)

    @cached_property
    def choices(self) -> list[intake.Choice]:
        """Every engagement with what stands against it; a location and a customer are there."""
        return intake.choices(self.actor.partner, self.location, self.customer, self.now, self.nominated)

    @property
    def eligible(self) -> list[intake.Choice]:
        return [choice for choice in self.choices if not choice.reasons]

    @property
    def better_id(self) -> str:
        """R-090: another ID of the same customer that meets the engagement's criteria where the entered one does not;
        "" = none is known."""
        rules, today = self.engagement.customer_rules, self.now.date()
        country = self.location.country if self.location else ""
        if self.known or not unmet(rules, self.customer, country, today):
            return ""
        for id_type, value, facts in other_ids(self.customer):
            if id_type in self.engagement.id_types and not unmet(rules, facts, country, today):
                return f"{IdType(id_type).label} {value}"
        return ""

    @property
    def list_url(self) -> str:
        return reverse("customers:list", args=(self.engagement.slug,))

    def url(self, step: str) -> str:
        """The address of a step; before there is a draft, that of the first one."""
        slug, draft = self.engagement.slug, self.draft
        if self.known:
            here = (slug, self.known.ref)
            return reverse("customers:claim_step", args=(*here, draft.ref, step)) if draft else self._first(*here)
        return reverse("customers:add_step", args=(slug, draft.ref, step)) if draft else self._first(slug)

    def _first(self, *args: str) -> str:
        return reverse("customers:claim" if self.known else "customers:add", args=args)
