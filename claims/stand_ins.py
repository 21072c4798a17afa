"""The stand-in of a claim: who may be chosen, and choosing him. The claim page calls it."""

from datetime import datetime

from django.db.models import QuerySet

from claims import handover, lifecycle
from claims.actions import Action
from claims.models import Claim
from mci_portal.accounts.actors import Actor, grants_at
from mci_portal.accounts.models import User


def candidates(claim: Claim) -> QuerySet[User]:
    """Active incentives members of the claim's location, its owner left out; by name."""
    there = grants_at(claim.partner_id, claim.location_id).values("user_id")
    return User.objects.filter(pk__in=there).exclude(pk=claim.owner_id).order_by("name", "pk")


def choose(
    claim: Claim, stand_in: User | None, by: Actor, *, now: datetime | None = None, version: int | None = None
) -> Claim:
    """Make ``stand_in`` the one who looks after the claim beside its owner; None = nobody. Unchanged = nothing.

    Raises NotPermitted (403), or Refused (409) for a closed claim, a stale page or somebody who cannot.
    """
    former = claim.stand_in
    if former == stand_in and version in (None, claim.version):
        return claim
    told = {"note": handover.stand_in_note(former, stand_in), "event": handover.stand_in_event(former, stand_in)}
    return lifecycle.perform(claim, Action.SET_STAND_IN, by, now, version=version, stand_in=stand_in, **told)
