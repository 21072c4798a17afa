"""A customer's contact is told what is held of him, is forgotten at his wish, and by itself after years (R-276)."""

import json
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from claims import contacts, invariants, personal
from claims.models import Claim, ClaimEvent, ConsentRequest, Survey
from claims.statuses import Status as S
from mci_portal.accounts.actors import actor_for
from mci_portal.accounts.models import AuditEvent
from mci_portal.common.clock import database_now
from mci_portal.outbox import delivery
from mci_portal.outbox.models import Message
from tests.factories import claim_in

pytestmark = pytest.mark.django_db
PAGE = "/operator/personal-data/"


def everything() -> str:
    """All rows of all tables, as text: nobody hides in a column that a test forgot."""
    with connection.cursor() as cursor:
        tables = [name for name in connection.introspection.table_names(cursor) if name != "django_session"]
        parts = (f"SELECT coalesce(string_agg(t::text, '|'), '') FROM \"{name}\" t" for name in tables)
        cursor.execute(" UNION ALL ".join(parts))
        return "\n".join(text for (text,) in cursor.fetchall())


@pytest.fixture
def approved(cast) -> Claim:
    """Consented, surveyed and approved, with all its mails sent."""
    claim = claim_in(S.APPROVED)
    delivery.drain()
    return claim


def test_forgotten_person_is_nowhere_and_the_record_stays(approved, cast):
    email, name = approved.customer_email, approved.customer_name
    before = list(ClaimEvent.objects.filter(claim=approved).values_list("seq", "action", "to_status", "at"))
    assert email in everything()
    assert personal.forget(email, actor_for(cast.olga)) == 1
    left = everything()
    assert [word for word in (email, name) if word in left] == []
    approved.refresh_from_db()
    assert (approved.status, approved.customer_name, approved.amount is not None) == (S.APPROVED, "Erased", True)
    request = ConsentRequest.objects.get(claim=approved)
    assert (request.decision, request.typed_name, request.ip_address) == ("accepted", "Erased", None)
    assert request.text_shown
    assert list(ClaimEvent.objects.filter(claim=approved).values_list("seq", "action", "to_status", "at")) == before
    # Files that other tests left behind become orphans in a run of more than an hour.
    found = [line for line in invariants.violations(database_now()) if "belongs to no document" not in line[2]]
    assert found == []


def test_nothing_is_forgotten_while_a_claim_runs(cast):
    claim = claim_in(S.CONSENT_RECEIVED)
    with pytest.raises(personal.Conflict) as refusal:
        personal.forget(claim.customer_email, actor_for(cast.olga))
    assert str(claim.number) in refusal.value.sentence
    assert claim.customer_email in everything()


@pytest.mark.parametrize("who", ["ana", "rita", "lena", "arthur", "fay"])
def test_only_operators_forget(approved, cast, who):
    with pytest.raises(personal.PermissionDenied):
        personal.forget(approved.customer_email, actor_for(getattr(cast, who)))


def test_former_contact_is_forgotten_and_the_present_one_stays(cast):
    claim = claim_in(S.AWAITING_CONSENT)
    former = claim.customer_email
    later = {"customer_name": "Lea Later", "customer_email": f"lea@{claim.customer.domain}"}
    contacts.change(claim, actor_for(cast.ana), later)
    Claim.objects.filter(pk=claim.pk).update(status=S.CANCELED, closed_at=database_now(), due_at=None)
    delivery.drain()
    personal.forget(former, actor_for(cast.olga))
    left = everything()
    assert [former in left, later["customer_email"] in left] == [False, True]


def test_contacts_of_claims_closed_long_ago_are_forgotten_by_themselves(approved, settings):
    email = approved.customer_email
    running = claim_in(S.CONSENT_RECEIVED)
    settings.CONTACT_RETENTION_DAYS = 30
    assert personal.forget_old(database_now()) == 0
    later = database_now() + timedelta(days=31)
    assert [personal.forget_old(later), personal.forget_old(later)] == [1, 0]
    left = everything()
    assert [email in left, running.customer_email in left] == [False, True]


def test_history_forgets_a_person_and_nothing_else(approved):
    """R-270: also inside such a transaction nobody rewrites what happened."""
    line = ClaimEvent.objects.filter(claim=approved).order_by("seq")[1:2].values("pk")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL portal.forget_person = 'on'")
    changes = ({"action": "nothing"}, {"actor_name": "Somebody"}, {"note": "another"}, {"to_status": "canceled"})
    for change in changes:
        with pytest.raises(DatabaseError), transaction.atomic():
            ClaimEvent.objects.filter(pk__in=line).update(**change)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL portal.forget_person = ''")
    with pytest.raises(DatabaseError), transaction.atomic():
        ClaimEvent.objects.filter(pk__in=line).update(actor_name="Erased")


def test_operator_looks_exports_and_erases_on_the_page(approved, olga, client):
    client.force_login(olga)
    email = approved.customer_email
    page = client.post(PAGE, {"email": email.upper(), "do": "look"}).content.decode()
    assert [str(approved.number) in page, "Erase for good" in page] == [True, True]
    answer = client.post(PAGE, {"email": email, "do": "export"})
    held = json.loads(answer.content)
    assert answer["Content-Disposition"] == 'attachment; filename="personal-data.json"'
    assert [held["claims"][0]["number"], held["consent"][0]["decision"]] == [approved.number, "accepted"]
    assert {kind: bool(rows) for kind, rows in held.items()} == {
        "email": True, "claims": True, "consent": True, "opt_outs": False, "surveys": True, "mails": True,
        "history": True,
    }  # fmt: skip
    assert client.post(PAGE, {"email": email, "do": "erase"})["Location"] == PAGE
    assert "Nothing is held of this address." in client.post(PAGE, {"email": email}).content.decode()
    rows = AuditEvent.objects.filter(what__startswith="person").order_by("id")
    assert list(rows.values_list("what", "user")) == [("person_exported", olga.pk), ("person_erased", olga.pk)]
    assert email not in str(list(rows.values()))


def test_running_claim_answers_409_on_the_page(olga, client):
    claim = claim_in(S.CONSENT_RECEIVED)
    client.force_login(olga)
    answer = client.post(PAGE, {"email": claim.customer_email, "do": "erase"})
    assert (answer.status_code, "still runs" in answer.content.decode()) == (409, True)


@pytest.mark.parametrize(
    ("sent", "status"), [({"email": "no address"}, 422), ({"email": "a@b.example", "do": "x"}, 404)]
)
def test_what_makes_no_sense_is_refused(olga, client, sent, status):
    client.force_login(olga)
    assert client.post(PAGE, sent).status_code == status


def test_customer_is_told_what_his_data_serve(client):
    page = client.get("/privacy/").content.decode()
    assert ["to ask you for your agreement" in page, "5 years" in page] == [True, True]


def test_survey_of_the_forgotten_keeps_its_figures(approved, olga):
    survey = Survey.objects.get(claim=approved, kind="customer_survey")
    personal.forget(approved.customer_email, actor_for(olga))
    answers = survey.answers
    survey.refresh_from_db()
    assert (survey.completed_by, survey.answers) == ("Erased", answers)
    assert Message.objects.filter(to_email=approved.customer_email).count() == 0
