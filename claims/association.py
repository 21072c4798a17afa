"""Which other claims want the same of a customer, and whether the partner gave his own up. Guards and pages ask here.

Reads only; ``associations`` writes.
"""

from django.db.models import QuerySet

from claims.actions import Action
from claims.models import Claim
from claims.statuses import HOLDS_WORKLOAD, Status
from engagements.models import Area


def rivals(claim: Claim, *, approved: bool = False) -> QuerySet[Claim]:
    """Other claims of the same engagement that want the same subscription, or on Modern Work and Security one of the
    same workloads of the same customer (R-198, R-226); ``approved`` = only those that hold it already."""
    others = Claim.objects.filter(engagement_id=claim.engagement_id, kind=claim.kind).exclude(pk=claim.pk)
    others = others.filter(status=Status.APPROVED) if approved else others.filter(status__in=HOLDS_WORKLOAD)
    return same_ground(others, claim)


def same_ground(others: QuerySet[Claim], claim: Claim) -> QuerySet[Claim]:
    """Those of ``others`` that want what ``claim`` wants."""
    wanted = claim.association
    if claim.engagement.area == Area.BUSINESS_APPLICATIONS:
        return others.filter(association__subscription_id=wanted.subscription_id)
    return others.filter(customer_id=claim.customer_id, association__workloads__overlap=wanted.workloads)


def asked_to_reject(claim: Claim) -> bool:
    """True when the partner has asked to reject this submission (T37)."""
    lines = claim.events.filter(action__in=(Action.ASK_TO_REJECT, Action.SUBMIT)).order_by("-seq")
    newest = lines.values_list("action", flat=True).first()
    return newest == Action.ASK_TO_REJECT
