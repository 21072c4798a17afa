"""A lead reviewer or operator gives a claim to a reviewer who may decide it (R-012, R-196, R-197)."""

import pytest
from django.test import Client

from claims import lifecycle
from claims.actions import Action
from claims.models import Claim
from claims.statuses import Status as S
from tests.factories import MembershipFactory, claim_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_broken")]


def visitor(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def url(claim: Claim) -> str:
    return f"/review/{claim.number}/assign/"


@pytest.mark.parametrize("who", ["lena", "olga"])
@pytest.mark.parametrize("status", [S.SUBMITTED, S.UNDER_REVIEW])
def test_claim_is_given_to_another_reviewer(cast, who, status):
    claim, client = claim_in(status), visitor(getattr(cast, who))
    assert "Assign to a reviewer" in client.get(f"/review/{claim.number}/").content.decode()
    assert client.get(url(claim)).status_code == 200
    assert client.post(url(claim), {"reviewer": cast.ravi.pk}).status_code == 302
    claim.refresh_from_db()
    assert (claim.status, claim.reviewer) == (S.UNDER_REVIEW, cast.ravi)
    line = claim.events.last()
    assert (line.action, line.actor, line.note) == ("assign", getattr(cast, who), "Ravi Rao")
    assert lifecycle.permitted(claim, Action.REJECT, cast.actor("ravi"))
    assert not lifecycle.permitted(claim, Action.REJECT, cast.actor("rita"))


def test_only_who_may_decide_is_offered(cast):
    """Not who has it, belongs to the partner, entered the acceptance or rejected the claim before; no operator."""
    claim = claim_in(S.UNDER_REVIEW, round=2)
    client = visitor(cast.olga)

    def offered() -> set[str]:
        return {user.name for user in client.get(url(claim)).context["form"].fields["reviewer"].queryset}

    assert offered() == {"Lena Lind"}  # Ravi has it, Rita rejected it
    MembershipFactory(user=cast.lena, partner=cast.contoso)
    assert offered() == set()
    for user in (cast.rita, cast.ravi, cast.lena, cast.olga, cast.ana):
        assert client.post(url(claim), {"reviewer": user.pk}).status_code == 422
        with pytest.raises(lifecycle.Refused, match="Choose another one"):
            lifecycle.perform(claim, Action.ASSIGN, cast.actor("olga"), assignee=user)
    claim.refresh_from_db()
    assert claim.reviewer == cast.ravi


@pytest.mark.parametrize("sent", ["", "x", "0", "9" * 30])
def test_nobody_chosen_is_told_at_the_field(cast, sent):
    answer = visitor(cast.lena).post(url(claim_in(S.SUBMITTED)), {"reviewer": sent})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["reviewer"]


@pytest.mark.parametrize("status", [S.CONSENT_RECEIVED, S.APPROVED])
def test_what_is_not_in_review_is_given_to_nobody(cast, status):
    assert visitor(cast.lena).post(url(claim_in(status)), {"reviewer": cast.ravi.pk}).status_code == 409


@pytest.mark.parametrize("who", ["rita", "arthur", "ana"])
def test_nobody_else_assigns(cast, who):
    claim = claim_in(S.SUBMITTED)
    assert visitor(getattr(cast, who)).post(url(claim), {"reviewer": cast.ravi.pk}).status_code == 403
