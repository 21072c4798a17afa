"""The sweep against ``perform``: the same rows, however the clock's word is carried out (R-271, G5, P11)."""

import logging
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, transaction
from django.test import override_settings

from claims import sweeps, tasks
from claims.actions import Action
from claims.effects import AUDIENCE, PORTAL_ONLY
from claims.lifecycle import effective_status, perform
from claims.models import Claim, ClaimEvent, ConsentRequest, Kind, SurveyKind
from claims.statuses import EDITABLE
from claims.statuses import Status as S
from claims.transitions import CLOCK_ROWS
from mci_portal.accounts.actors import CLOCK, Actor, actor_for
from mci_portal.common import jobs
from mci_portal.common.clock import database_now
from mci_portal.common.models import Heartbeat
from mci_portal.outbox.models import Message
from tests.factories import EngagementFactory, claim_in

pytestmark = [pytest.mark.django_db, pytest.mark.server]

NOW = datetime(2026, 7, 1, 9, tzinfo=UTC)
TABLES = {
    "claims_claim": ("id",),
    "claims_claimevent": ("claim_id", "seq"),
    "claims_consentrequest": ("id",),
    "claims_optoutlink": ("id",),
    "claims_survey": ("id",),
    "claims_surveylink": ("id",),
    "claims_earning": ("id",),
    "outbox_message": ("dedup_key",),
}
# Random or counted by the database, so never the same twice.
NOT_COMPARED = {"claims_claimevent": {"id"}, "outbox_message": {"id", "message_id"}}


def _rows(table: str) -> list[dict]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} ORDER BY {', '.join(TABLES[table])}")
        names = [column.name for column in cursor.description]
        left_out = NOT_COMPARED.get(table, set())
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return [{name: value for name, value in row.items() if name not in left_out} for row in rows]


def _after(change) -> dict[str, list[dict]]:
    """The tables as ``change`` leaves them, and everything as it was again."""
    with transaction.atomic():
        change()
        found = {table: _rows(table) for table in TABLES}
        transaction.set_rollback(True)
    return found


def _with_links(claim: Claim) -> None:
    """Links and queued mails for the expiry to void: replaced ones, answered ones and open ones."""
    later = claim.updated_at + timedelta(hours=1)
    if claim.status == S.AWAITING_CONSENT:
        perform(claim, Action.RESEND_CONSENT, _partner(claim), later)
    if claim.status in EDITABLE:
        for action in (Action.SEND_CUSTOMER_SURVEY, Action.SEND_PARTNER_SURVEY, Action.SEND_CUSTOMER_SURVEY):
            perform(claim, action, _partner(claim), later)


def _partner(claim: Claim) -> Actor:
    return actor_for(claim.created_by)


CASES = [(row, source) for row in CLOCK_ROWS for source in row.sources]


@pytest.mark.parametrize(("row", "source"), CASES, ids=[f"{row.number}-{source}" for row, source in CASES])
def test_sweep_for_every_row_of_the_clock_leaves_the_rows_that_perform_leaves(row, source):
    """House 2: bulk expiry is generated from the table and leaves what ``perform`` leaves."""
    engagement = EngagementFactory(evidence=("invoice",), evidence__optional=SurveyKind.values)
    if row.kind == Kind.CPOR:
        claim = claim_in(source, kind=Kind.CPOR, round=row.round, now=NOW)
    else:
        claim = claim_in(source, round=row.round, engagement=engagement, now=NOW)
        _with_links(claim)
    claim.refresh_from_db()
    moment = claim.due_at + timedelta(hours=7)

    by_perform = _after(lambda: perform(claim, Action.EXPIRE, CLOCK, moment))
    by_sweep = _after(lambda: sweeps.sweep(moment))

    (swept,) = by_sweep["claims_claim"]
    further = moment + timedelta(days=30) if row.target == S.REJECTED else None  # T23: the dispute's clock
    assert (swept["status"], swept["due_at"]) == (row.target, further)
    assert swept["closed_at"] == (None if further else moment)
    if row.voids:
        assert {link["voided_at"] for name in ("claims_consentrequest", "claims_surveylink") for link in by_sweep[name]}
        assert any(mail["status"] == "void" for mail in by_sweep["outbox_message"])
    for table in TABLES:
        assert by_sweep[table] == by_perform[table], table


def test_every_row_of_the_clock_is_of_the_kind_the_sweep_can_carry_out():
    """A clock row with column changes goes claim by claim through ``perform``; guards would hold the clock up."""
    for row in CLOCK_ROWS:
        assert (row.guards, row.effects) == ((), ()), row.number
        assert bool(row.sets) == (row.number in ("T23", "T31"))
        assert row.target is not None
        assert set(row.voids) <= {"consent", *SurveyKind.values}
        assert not PORTAL_ONLY & set(row.mails)
        assert {AUDIENCE[kind] for kind in row.mails} <= {"partner", "customer"}


def test_sweep_of_a_silent_partner_rejects_and_starts_the_dispute_clock():
    """T23, C-23: silence on use or consume is a rejection that may be disputed; T31: the second time it is final."""
    first, second = (claim_in(S.ACTION_REQUIRED, kind=Kind.CPOR, round=round, now=NOW) for round in (1, 2))
    build_intent = claim_in(S.ACTION_REQUIRED, now=NOW)
    moment = max(first.due_at, build_intent.due_at)
    assert {(one.number, one.target) for one in sweeps.overdue(moment)} == {
        (first.number, S.REJECTED),
        (second.number, S.REJECTED_FINAL),
        (build_intent.number, S.POST_SUBMISSION_EXPIRED),
    }
    assert sweeps.sweep(moment) == 3
    first.refresh_from_db()
    assert (first.status, first.rejected_at, first.due_at) == (S.REJECTED, moment, moment + timedelta(days=30))
    assert first.events.last().data == {"reasons": ["no_response"]}
    assert Message.objects.filter(kind__in=("E15", "E16"), context__reasons=["no_response"]).count() == 2


def test_sweep_voids_links_and_the_mails_that_carry_them(cast):
    claim = claim_in(S.AWAITING_CONSENT, now=NOW)
    sweeps.sweep(claim.due_at)
    request = ConsentRequest.objects.get(claim=claim)
    assert request.voided_at == claim.due_at
    assert Message.objects.get(token_nonce=request.nonce).status == "void"
    assert set(Message.objects.filter(status="queued", kind__in=("E07", "E22")).values_list("kind", "to_email")) == {
        ("E07", claim.partner_email),
        ("E22", claim.customer_email),
    }


def test_sweep_one_second_early_changes_nothing_and_at_the_instant_expires():
    """DL16, DL15."""
    claim = claim_in(S.CONSENT_RECEIVED, now=NOW)
    assert sweeps.sweep(claim.due_at - timedelta(seconds=1)) == 0
    assert Claim.objects.get(pk=claim.pk).status == S.CONSENT_RECEIVED
    assert sweeps.sweep(claim.due_at) == 1
    assert Claim.objects.get(pk=claim.pk).status == S.NOT_SUBMITTED_EXPIRED


def test_sweep_twice_is_sweep_once():
    """P11, acceptance check 10."""
    claim = claim_in(S.REJECTED, now=NOW)
    moment = claim.due_at + timedelta(days=3)
    assert effective_status(claim, moment) == S.DISPUTED_EXPIRED
    assert sweeps.sweep(moment) == 1
    once = {table: _rows(table) for table in TABLES}
    assert sweeps.sweep(moment + timedelta(minutes=1)) == 0
    assert {table: _rows(table) for table in TABLES} == once


@pytest.mark.parametrize("status", [S.SUBMITTED, S.UNDER_REVIEW])
@pytest.mark.parametrize("round", [1, 2])
def test_sweep_never_touches_what_microsoft_holds(status, round):
    """P12, C-09: a claim does not expire while the reviewer has it."""
    claim = claim_in(status, round=round, now=NOW)
    assert sweeps.sweep(NOW + timedelta(days=1000)) == 0
    assert Claim.objects.get(pk=claim.pk).version == claim.version


def test_sweep_in_chunks_expires_all_and_names_the_longest_overdue_first():
    engagement = EngagementFactory()
    claims = [claim_in(S.CUSTOMER_CLAIMED, engagement=engagement, now=NOW + timedelta(days=day)) for day in (2, 0, 1)]
    moment = NOW + timedelta(days=40)
    expected = [claims[1].number, claims[2].number, claims[0].number]
    assert [one.number for one in sweeps.overdue(moment)] == expected
    assert sweeps.sweep(moment, chunk=2) == 3
    assert list(sweeps.overdue(moment)) == []
    history = ClaimEvent.objects.filter(action="expire").order_by("-id")
    assert history.first().claim.number == expected[-1]


def test_sweep_without_a_moment_uses_the_database_clock():
    claim_in(S.CUSTOMER_CLAIMED, now=database_now() - timedelta(days=30))
    running = claim_in(S.CUSTOMER_CLAIMED, now=database_now() - timedelta(days=29, hours=23))
    assert sweeps.sweep() == 1
    assert Claim.objects.get(pk=running.pk).status == S.CUSTOMER_CLAIMED


def test_sweep_with_a_claim_the_database_refuses_expires_the_others(caplog):
    """One poisoned row holds up nobody else."""
    good, bad = (claim_in(S.CUSTOMER_CLAIMED, now=NOW) for _ in range(2))
    # A history line that stands where the expiry's line belongs.
    ClaimEvent.objects.create(
        claim=bad, partner=bad.partner, seq=2, action="comment", to_status=bad.status, actor_name="x", at=NOW
    )
    with caplog.at_level(logging.CRITICAL + 1, logger="claims.sweeps"):
        assert sweeps.sweep(NOW + timedelta(days=31)) == 1
    assert Claim.objects.get(pk=good.pk).status == S.CONSENT_EXPIRED
    assert Claim.objects.get(pk=bad.pk).status == S.CUSTOMER_CLAIMED


def test_enforce_deadlines_leaves_a_heartbeat_and_stands_still_when_the_clock_jumped(monkeypatch):
    """Reliability 11.3: the brake."""
    claim_in(S.CUSTOMER_CLAIMED, now=database_now() - timedelta(days=31))
    now = database_now()
    monkeypatch.setattr(jobs, "machine_time", lambda: ("boot", 1000.0))
    jobs.beat("enforce-deadlines", now - timedelta(hours=3))
    tasks.enforce_deadlines()
    assert Claim.objects.filter(status=S.CONSENT_EXPIRED).count() == 0
    assert Heartbeat.objects.get().beat_at == now - timedelta(hours=3)
    jobs.release("enforce-deadlines")
    tasks.enforce_deadlines()
    assert Claim.objects.filter(status=S.CONSENT_EXPIRED).count() == 1
    assert Heartbeat.objects.get(name="enforce-deadlines").beat_at >= now


def test_enforce_deadlines_command_at_a_moment_expires_and_dry_run_only_tells(capsys):
    claim = claim_in(S.CUSTOMER_CLAIMED, now=NOW)
    call_command("enforce_deadlines", "--at", "2026-07-31T09:00:00Z", "--dry-run")
    assert capsys.readouterr().out == (
        f"{claim.number}  due 2026-07-31T09:00:00+00:00  Customer claimed -> Customer consent expired\n"
        "1 claims would expire.\n"
    )
    assert Claim.objects.get().status == S.CUSTOMER_CLAIMED
    call_command("enforce_deadlines", "--at", "2026-07-31T09:00:00")
    assert capsys.readouterr().out == "1 claims expired.\n"
    assert Claim.objects.get().status == S.CONSENT_EXPIRED


def test_enforce_deadlines_command_with_a_moment_in_production_refuses():
    with override_settings(HARDENED=True), pytest.raises(CommandError, match="in production"):
        call_command("enforce_deadlines", "--at", "2026-07-31T09:00:00Z")
    with pytest.raises(CommandError, match="is not a moment"):
        call_command("enforce_deadlines", "--at", "tomorrow")
