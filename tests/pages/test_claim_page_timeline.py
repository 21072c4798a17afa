"""The status line of the claim page says where the claim is, in every place of the life cycle (R-153)."""

import pytest

from claims import completeness
from claims.presentation import NEXT_ACTION, next_action, timeline
from claims.statuses import OPEN, WITH_MICROSOFT
from claims.statuses import Status as S
from mci_portal.accounts.actors import actor_for
from mci_portal.common.clock import database_now
from tests.factories import Walk, claim_in

LINES = {
    (S.CUSTOMER_CLAIMED, 1): "Customer consent:current Editing:todo Submitted:todo Under review:todo Approved:todo",
    (S.AWAITING_CONSENT, 1): "Customer consent:current Editing:todo Submitted:todo Under review:todo Approved:todo",
    (S.CONSENT_RECEIVED, 1): "Editing:current Submitted:todo Under review:todo Approved:todo",
    (S.CONSENT_DECLINED, 1): "Customer consent declined:failed",
    (S.CONSENT_EXPIRED, 1): "Customer consent:ended Customer consent expired:ended",
    (S.CANCELED, 1): "Editing:ended Canceled:ended",
    (S.NOT_SUBMITTED_EXPIRED, 1): "Editing:ended Not submitted expired:ended",
    (S.SUBMITTED, 1): "Editing:done Submitted:current Under review:todo Approved:todo",
    (S.UNDER_REVIEW, 1): "Editing:done Submitted:done Under review:current Approved:todo",
    (S.ACTION_REQUIRED, 1): "Editing:done Submitted:done Under review:warning Approved:todo",
    (S.POST_SUBMISSION_EXPIRED, 1): "Editing:done Submitted:done Under review:done Post submission expired:ended",
    (S.APPROVED, 1): "Editing:done Submitted:done Under review:done Approved:done",
    (S.REJECTED, 1): "Editing:done Submitted:done Under review:done Rejected:failed",
    (S.DISPUTED_EXPIRED, 1): "Editing:done Submitted:done Under review:done Rejected:failed Disputed expired:ended",
    (S.DISPUTED, 2): "Editing:done Submitted:done Under review:done Rejected:failed "
    "Disputed:current Submitted:todo Under review:todo Approved:todo",
    (S.SUBMITTED, 2): "Editing:done Submitted:done Under review:done Rejected:failed "
    "Disputed:done Submitted:current Under review:todo Approved:todo",
    (S.UNDER_REVIEW, 2): "Editing:done Submitted:done Under review:done Rejected:failed "
    "Disputed:done Submitted:done Under review:current Approved:todo",
    (S.APPROVED, 2): "Editing:done Submitted:done Under review:done Rejected:failed "
    "Disputed:done Submitted:done Under review:done Approved:done",
    (S.REJECTED_FINAL, 2): "Editing:done Submitted:done Under review:done Rejected:failed "
    "Disputed:done Submitted:done Under review:done Rejected final:failed",
    (S.DISPUTED_EXPIRED, 2): "Editing:done Submitted:done Under review:done Rejected:failed "
    "Disputed:ended Disputed expired:ended",
}


def line(claim) -> list[dict]:
    return timeline(claim, claim.status, completeness.checklist(claim), claim.issues.all())


@pytest.mark.django_db
@pytest.mark.parametrize(("place", "expected"), LINES.items(), ids=str)
def test_timeline_in_every_place_of_the_life_cycle_shows_the_way(place, expected):
    status, turn = place
    claim = claim_in(status, round=turn)
    assert " ".join(f"{node['label']}:{node['state']}" for node in line(claim)) == expected


@pytest.mark.django_db
def test_timeline_while_editing_lists_the_evidence_with_its_marks(ana):
    """The sub-steps of the guides' picture."""
    claim = claim_in(S.CONSENT_RECEIVED)
    Walk(claim, by=actor_for(ana)).upload(claim.engagement.evidence.get(kind="invoice"), database_now())
    assert [(step["label"], step["done"]) for step in line(claim)[0]["steps"]] == [
        ("Upload Invoice", True),
        ("Upload Findings and recommendations document", False),
        ("Customer survey complete", False),
        ("Partner survey complete", False),
    ]


def test_next_action_is_named_exactly_where_the_partner_has_the_ball():
    """One map for lists and page (ui-spec section 7)."""
    assert set(NEXT_ACTION) == OPEN - WITH_MICROSOFT
    assert next_action(S.SUBMITTED) is None
    assert next_action(S.REJECTED) == "dispute"
