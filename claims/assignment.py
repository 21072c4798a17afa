"""Which reviewer may be given a claim (R-012, R-196, R-197). The table's guard and the lead's page ask here."""

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from claims.models import Claim
from claims.move import Move
from mci_portal.accounts.models import MicrosoftRole, User

REVIEWERS = (MicrosoftRole.REVIEWER, MicrosoftRole.LEAD_REVIEWER)


def candidates(claim: Claim) -> QuerySet[User]:
    """Active reviewers who may decide ``claim`` and do not have it yet, by name."""
    taken = {claim.reviewer_id, claim.voucher_id} | ({claim.first_decider_id} if claim.round > 1 else set())
    found = User.objects.filter(microsoft_role__in=REVIEWERS, is_active=True).exclude(pk__in=taken - {None})
    return found.exclude(memberships__partner_id=claim.partner_id).order_by("name", "pk")


def assignee_may_decide(move: Move) -> str | None:
    """A button names nobody yet."""
    assignee: User | None = move.data.get("assignee")
    if "assignee" not in move.data or (assignee and candidates(move.claim).filter(pk=assignee.pk).exists()):
        return None
    return _("This reviewer has the claim already or may not decide it. Choose another one.")
