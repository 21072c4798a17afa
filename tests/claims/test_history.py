"""The database itself refuses to rewrite history, earnings and answers, and to mix partners (G20, 11.1, P21)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from claims.models import Claim, ClaimEvent, Comment, ConsentRequest, Document, Earning, Issue, Survey, SurveyLink
from claims.statuses import Status as S
from tests.claims.moves import PLACES
from tests.factories import EngagementFactory, claim_in

pytestmark = [pytest.mark.django_db, pytest.mark.server]

NOW = datetime(2026, 7, 1, 9, tzinfo=UTC)


def _refused(match: str, change) -> None:
    with pytest.raises(IntegrityError, match=match), transaction.atomic():
        change()


def _sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(("status", "round"), PLACES, ids=[f"{status}-{round}" for status, round in PLACES])
def test_history_of_a_claim_anywhere_is_a_chain_from_its_beginning(status, round):
    """P03, P04, P25, I2."""
    claim = claim_in(status, round=round, engagement=EngagementFactory(evidence=("invoice",)), now=NOW)
    lines = list(claim.events.all())
    assert [line.seq for line in lines] == list(range(1, claim.version + 1))
    assert [line.from_status for line in lines] == ["", *(line.to_status for line in lines[:-1])]
    assert lines[-1].to_status == status
    assert [line.at for line in lines] == sorted(line.at for line in lines)
    assert all(line.actor_name and line.partner_id == claim.partner_id for line in lines)


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: lines.update(note="never said"),
        lambda lines: lines.update(at=NOW),
        lambda lines: lines.delete(),
        lambda lines: _sql("UPDATE claims_claimevent SET internal = true"),
        lambda lines: _sql("DELETE FROM claims_claimevent"),
    ],
    ids=["note", "time", "delete", "sql update", "sql delete"],
)
def test_history_line_once_written_cannot_be_changed(change):
    """R-270."""
    claim = claim_in(S.CUSTOMER_CLAIMED, now=NOW)
    _refused("history is append-only", lambda: change(ClaimEvent.objects.filter(claim=claim)))
    assert claim.events.count() == 1


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ("claims_claimevent", "history is append-only"),
        ("claims_earning", "an earning is never deleted"),
        ("claims_consentrequest", "an answer of a customer is kept"),
    ],
)
def test_table_that_keeps_records_cannot_be_emptied(table, reason):
    """Between tests Django empties its test database; that exception is taken back here."""
    claim_in(S.APPROVED, engagement=EngagementFactory(evidence=()), now=NOW)
    connection.check_constraints()
    with transaction.atomic():
        _sql("SET LOCAL portal.refuse_truncate = 'on'")
        _refused(reason, lambda: _sql(f"TRUNCATE {table} CASCADE"))


def test_earning_keeps_its_amount_and_stays():
    """R-250, G3: the way of its payment goes on, the sum is final."""
    claim = claim_in(S.APPROVED, now=NOW)
    earning = Earning.objects.filter(claim=claim)
    final = "only the way of its payment may change"
    _refused(final, lambda: earning.update(amount=1))
    _refused(final, lambda: earning.update(currency="EUR"))
    _refused(final, lambda: earning.update(claim_id=claim.pk + 1))
    _refused("an earning is never deleted", earning.delete)
    assert earning.update(state="sent", payment_id="P-1") == 1


def test_consent_answer_is_final_and_an_open_request_is_not():
    """R-121, I9."""
    claim = claim_in(S.CONSENT_RECEIVED, now=NOW)
    request = ConsentRequest.objects.filter(claim=claim)
    final = "an answer of a customer is final"
    _refused(final, lambda: request.update(decision="declined"))
    _refused(final, lambda: request.update(typed_name="Somebody Else"))
    _refused(final, lambda: request.update(text_shown=""))
    _refused(final, lambda: request.update(used_at=NOW + timedelta(days=1)))
    _refused("an answer of a customer is kept", request.delete)
    waiting = claim_in(S.AWAITING_CONSENT, now=NOW)
    assert ConsentRequest.objects.filter(claim=waiting).update(voided_at=NOW) == 1


def _line(claim: Claim, partner) -> None:
    ClaimEvent.objects.create(claim=claim, partner=partner, seq=99, action="x", to_status=claim.status, at=NOW)


def _earning(claim: Claim, partner) -> None:
    Earning.objects.create(
        claim=claim, partner=partner, amount=1, currency="USD", market="A", estimated_payment_on=NOW, created_at=NOW
    )


MIXED = {
    "claim": lambda claim, partner: Claim.objects.filter(pk=claim.pk).update(partner=partner),
    "claimevent": _line,
    "comment": lambda claim, partner: Comment.objects.update(partner=partner),
    "consentrequest": lambda claim, partner: ConsentRequest.objects.filter(decision="").update(partner=partner),
    "document": lambda claim, partner: Document.objects.update(partner=partner),
    "earning": _earning,
    "issue": lambda claim, partner: Issue.objects.update(partner=partner),
    "survey": lambda claim, partner: Survey.objects.update(partner=partner),
    "surveylink": lambda claim, partner: SurveyLink.objects.update(partner=partner),
}


@pytest.mark.parametrize("table", MIXED)
def test_row_of_one_partner_cannot_hang_on_another_partners_row(table, fabrikam):
    """I11, P21: not even a mistake in the program can store it."""
    if table == "consentrequest":
        claim = claim_in(S.AWAITING_CONSENT, now=NOW)
    else:
        claim = claim_in(S.ACTION_REQUIRED, round=2, now=NOW)
    connection.check_constraints()

    def mix() -> None:
        MIXED[table](claim, fabrikam)
        connection.check_constraints()

    _refused("same_partner", mix)
