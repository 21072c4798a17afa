"""Each invariant holds in a world that was walked into, and notices when it is broken by force (reliability 3)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import F

from claims.invariants import INVARIANTS, violations
from claims.models import Claim, Comment, Document, Earning, ListKey, Tally
from claims.statuses import Status as S
from mci_portal.accounts.models import User
from mci_portal.outbox.models import Message
from tests.claims.moves import CPOR_PLACES, PLACES
from tests.factories import EngagementFactory, LocationFactory, PartnerFactory, claim_in

pytestmark = [pytest.mark.django_db, pytest.mark.server]

NOW = datetime(2026, 7, 1, 9, tzinfo=UTC)


@pytest.fixture
def world(settings, tmp_path) -> list[Claim]:
    """A claim in every place, all mail delivered, files in a store of their own."""
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    }
    engagement = EngagementFactory(evidence=("invoice",))
    claims = [claim_in(status, round=round, engagement=engagement, now=NOW) for status, round in PLACES]
    Message.objects.filter(status="queued").update(status="sent", sent_at=NOW)
    return claims


def _force(statement: str) -> None:
    """Run SQL that the triggers would refuse, as the owner of the tables could."""
    connection.check_constraints()
    tables = ("claims_claimevent", "claims_earning", "claims_consentrequest")
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(statement)


def _foreign_comment() -> None:
    connection.check_constraints()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE claims_comment DROP CONSTRAINT comment_claim_of_same_partner")
    Comment.objects.filter(pk=Comment.objects.first().pk).update(partner=PartnerFactory())


def _unchecked(constraint: str, **changes) -> None:
    connection.check_constraints()
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE outbox_message DROP CONSTRAINT {constraint}")
    Message.objects.filter(kind="E04").update(**changes)


def _of(status: str):
    return Claim.objects.filter(status=status)


BROKEN = {
    "I1 version": ({"I1"}, lambda: _of(S.SUBMITTED).update(version=99)),
    "I1 status": ({"I1"}, lambda: _of(S.CONSENT_EXPIRED).update(status=S.CANCELED)),
    "I2 gap": (
        {"I1", "I2", "I4"},
        lambda: _force("UPDATE claims_claimevent SET seq = seq + 1 WHERE action = 'approve'"),
    ),
    "I2 wrong link": (
        {"I2"},
        lambda: _force("UPDATE claims_claimevent SET from_status = 'submitted' WHERE action = 'dispute'"),
    ),
    "I2 no beginning": (
        {"I1", "I2"},
        lambda: _force("DELETE FROM claims_claimevent WHERE seq = 1 AND from_status = ''"),
    ),
    "I3": ({"I3"}, lambda: _of(S.REJECTED).update(due_at=NOW - timedelta(minutes=6))),
    "I4": ({"I4"}, lambda: Message.objects.filter(kind="E04").delete()),
    "I5 queued": (
        {"I5"},
        lambda: Message.objects.filter(kind="E14").update(
            status="queued", sent_at=None, next_at=NOW - timedelta(minutes=11)
        ),
    ),
    "I5 leased": (
        {"I5"},
        lambda: Message.objects.filter(kind="E14").update(
            status="sending", sent_at=None, lease_until=NOW - timedelta(minutes=6)
        ),
    ),
    "I6": ({"I2", "I6"}, lambda: _force("UPDATE claims_claimevent SET from_status = 'approved' WHERE seq = 2")),
    "I7 missing": ({"I7"}, lambda: _force("DELETE FROM claims_earning")),
    "I7 too much": (
        {"I7", "I8"},
        lambda: Earning.objects.create(
            claim=_of(S.CUSTOMER_CLAIMED).get(),
            partner=_of(S.CUSTOMER_CLAIMED).get().partner,
            amount=1,
            currency="USD",
            market="A",
            estimated_payment_on=NOW,
            created_at=NOW,
        ),
    ),
    "I8 amount": ({"I8"}, lambda: _force("UPDATE claims_earning SET amount = amount + 1")),
    "I8 currency": ({"I8"}, lambda: _force("UPDATE claims_earning SET currency = 'EUR'")),
    "I9": ({"I9"}, lambda: _force("UPDATE claims_consentrequest SET used_at = expires_at WHERE decision <> ''")),
    "I10": (
        {"I10"},
        lambda: _force("UPDATE claims_consentrequest SET decision = 'declined' WHERE decision = 'accepted'"),
    ),
    "I11": ({"I11"}, _foreign_comment),
    "I12": (
        {"I12"},
        lambda: _force("UPDATE claims_claimevent SET at = at + interval '2160 hours' WHERE action = 'submit'"),
    ),
    "I13 moment": ({"I13"}, lambda: _unchecked("sent_has_its_time", sent_at=None)),
    "I13 name": ({"I13"}, lambda: Message.objects.filter(kind="E04").update(message_id=F("dedup_key"))),
    "I17 old name": ({"I17"}, lambda: ListKey.objects.filter(claim__status=S.DISPUTED).update(customer="Before")),
    "I17 unknown": ({"I17"}, lambda: ListKey.objects.filter(claim__status=S.DISPUTED).delete()),
    "I18": ({"I18"}, lambda: Tally.objects.update(claims=F("claims") + 1)),
    "I16 no role": ({"I16"}, lambda: _of(S.SUBMITTED).first().owner.memberships.all().delete()),
    "I16 not there": ({"I16"}, lambda: _move_grants(_of(S.DISPUTED).get())),
    "I16 not active": ({"I16"}, lambda: _owners().update(is_active=False)),
    "I16 nobody": ({"I16"}, lambda: _of(S.REJECTED).update(owner=None)),
    "I14 missing": ({"I14"}, lambda: default_storage.delete(Document.objects.first().key)),
    "I14 other content": ({"I14"}, lambda: _overwrite(Document.objects.first().key)),
    "I14 orphan": ({"I14"}, lambda: default_storage.save("evidence/orphan", ContentFile(b"x"))),
}


def _owners():
    return User.objects.filter(pk__in=Claim.objects.values("owner"))


def _move_grants(claim: Claim) -> None:
    """The owner works at another location of the company than the claim's."""
    elsewhere = LocationFactory(partner=claim.partner)
    claim.owner.memberships.update(location=elsewhere, role="incentives_user")


def _overwrite(key: str) -> None:
    default_storage.delete(key)
    default_storage.save(key, ContentFile(b"something else"))


def test_world_that_was_walked_into_breaks_no_invariant(world):
    assert list(violations(NOW)) == []
    assert len(Claim.objects.values("status").distinct()) == 17
    assert len(Claim.objects.all()) == len(PLACES)


def test_world_of_associations_breaks_no_invariant_and_a_lost_opt_out_is_noticed():
    """I6, I7 and I10 read differently for use or consume."""
    for status, round in CPOR_PLACES:
        if status != S.DISPUTED_EXPIRED:
            claim_in(status, kind="cpor", round=round, now=NOW)
    Message.objects.filter(status="queued").update(status="sent", sent_at=NOW)
    found = [line for line in violations(NOW) if line[0] != "I14"]
    assert found == []
    _force("ALTER TABLE claims_optoutlink DISABLE TRIGGER USER; UPDATE claims_optoutlink SET used_at = NULL")
    number = Claim.objects.get(status=S.CONSENT_REJECTED).number
    assert [line for line in violations(NOW) if line[0] != "I14"] == [
        (
            "I10",
            "exactly the associations that the customer ended have his opt-out on record, his own or one with evidence",
            f"{number} consent_rejected",
        )
    ]


def test_broken_world_is_noticed(world):
    """One world, broken in one way after the other, mended in between."""
    for what, (codes, break_it) in BROKEN.items():
        with transaction.atomic():
            break_it()
            # Stored just now by the real clock, a file is an hour old in the far future only.
            moment = NOW + timedelta(days=36500) if "orphan" in what else NOW
            found = {code for code, _sentence, _row in violations(moment)}
            transaction.set_rollback(True)
        assert found - ({"I3"} if "orphan" in what else set()) == codes, what


def test_every_invariant_has_a_world_that_breaks_it():
    assert {what.split()[0] for what in BROKEN} == {one.code for one in INVARIANTS} | {"I14"}


def test_check_invariants_command_prints_each_violation_and_exits_1(world, capsys):
    Message.objects.update(status="void", sent_at=None)
    Claim.objects.filter(due_at__isnull=False).update(due_at=datetime(2999, 1, 1, tzinfo=UTC))
    call_command("check_invariants")
    assert capsys.readouterr().out == f"All {len(INVARIANTS) + 1} invariants hold.\n"
    Claim.objects.filter(status=S.SUBMITTED, round=1).update(version=99)
    with pytest.raises(SystemExit) as exit:
        call_command("check_invariants")
    assert exit.value.code == 1
    first, last = capsys.readouterr().out.splitlines()
    number = Claim.objects.get(status=S.SUBMITTED, round=1).number
    assert first.startswith("I1  a claim's status and version are those of its newest history line: " + str(number))
    assert last == "1 violations."
