"""Sign-ins, refusals, exports and opened documents are written down: who, as what, from where (R-270, 11.12)."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from claims.models import ClaimEvent, Document
from claims.statuses import Status as S
from mci_portal.accounts import audit, roles
from mci_portal.accounts.models import AuditEvent, Role, RoleChange
from tests.factories import claim_in
from tests.rows import MembershipFactory, UserFactory

What = AuditEvent.What
EVENTS = "/operator/events/"
EMAIL = "ana@contoso.example"


def lines(*whats: str) -> list[tuple]:
    return list(AuditEvent.objects.filter(what__in=whats).order_by("id").values_list("what", "name", "role", "address"))


def test_sign_in_and_out_are_written_down(ana_with_password, sign_in, client):
    sign_in(EMAIL, ip="192.0.2.7")
    client.post("/sign-out/", REMOTE_ADDR="192.0.2.8")
    assert lines(What.SIGNED_IN, What.SIGNED_OUT) == [
        ("signed_in", "Ana Silva", "incentives_admin", "192.0.2.7"),
        ("signed_out", "Ana Silva", "incentives_admin", "192.0.2.8"),
    ]


def test_failed_sign_in_names_the_account_and_nothing_that_was_typed(ana_with_password, sign_in):
    sign_in(EMAIL, "my secret in the wrong place")
    sign_in("my-secret-in-the-wrong-field@contoso.example", "wrong")
    assert lines(What.SIGN_IN_FAILED) == [
        ("sign_in_failed", "Ana Silva", "", "192.0.2.7"),
        ("sign_in_failed", "", "", "192.0.2.7"),
    ]
    assert "secret" not in str(list(AuditEvent.objects.values()))


def test_closed_account_that_tries_is_a_failed_sign_in(ana_with_password, sign_in):
    ana_with_password.is_active = False
    ana_with_password.save()
    sign_in(EMAIL)
    assert lines(What.SIGN_IN_FAILED, What.SIGNED_IN) == [("sign_in_failed", "Ana Silva", "", "192.0.2.7")]


@pytest.mark.parametrize("who", ["ben", "omar"])
def test_refusal_is_written_down(cast, client, who):
    """Of the own company 403, of another one 404: both are somebody at the wrong door."""
    claim = claim_in(S.CONSENT_RECEIVED, by=cast.ana)
    client.force_login(getattr(cast, who))
    address = {"ben": "/incentives/members/", "omar": f"/incentives/claims/{claim.number}/"}[who]
    answer = client.get(address, REMOTE_ADDR="192.0.2.9")
    row = AuditEvent.objects.get(what=What.DENIED)
    assert (row.user, row.about) == (getattr(cast, who), f"{answer.status_code} GET {address}")
    assert row.address == "192.0.2.9"


def test_page_that_never_was_is_no_refusal(ana, client):
    client.force_login(ana)
    assert client.get("/nosuchpage/").status_code == 404
    assert lines(What.DENIED) == []


def test_thousand_knocks_leave_twenty_lines(ben, client):
    client.force_login(ben)
    for _knock in range(30):
        client.get("/operator/")
    assert len(lines(What.DENIED)) == 20


@pytest.mark.safe_methods_may_write
def test_export_and_opened_document_are_written_down(cast, client):
    claim = claim_in(S.UNDER_REVIEW, by=cast.ana)
    client.force_login(cast.ana)
    b"".join(client.get("/incentives/claims/export.csv?q=coho").streaming_content)
    client.get(f"/incentives/claims/{claim.number}/history.csv")
    document = Document.objects.filter(claim=claim).first()
    client.head(f"/incentives/claims/{claim.number}/documents/{document.pk}/")
    assert list(AuditEvent.objects.filter(what=What.EXPORTED).order_by("id").values_list("about", "partner")) == [
        ("/incentives/claims/export.csv?q=coho", cast.contoso.pk),
        (f"/incentives/claims/{claim.number}/history.csv", cast.contoso.pk),
    ]


def test_change_of_a_role_tells_as_what_and_from_where(contoso, ben, client):
    grace = UserFactory(email="grace@contoso.example", name="Grace Hall")
    MembershipFactory(user=grace, partner=contoso, role=Role.GLOBAL_ADMIN)
    client.force_login(grace)
    sent = {"role": "account_admin", "where": "account"}
    assert client.post(f"/incentives/members/{ben.pk}/", sent, REMOTE_ADDR="2001:db8::1").status_code == 302
    row = RoleChange.objects.get()
    assert (row.what, row.by, row.by_role, row.address) == ("granted", grace, "global_admin", "2001:db8::1")


def test_line_of_a_claims_history_tells_as_what_and_from_where(cast, client):
    claim = claim_in(S.CONSENT_RECEIVED, by=cast.ben)
    client.force_login(cast.ben)
    client.post(f"/incentives/claims/{claim.number}/do/cancel/", {"version": claim.version}, REMOTE_ADDR="192.0.2.10")
    row = ClaimEvent.objects.filter(claim=claim).last()
    assert (row.to_status, row.actor_role, row.address) == (S.CANCELED, "incentives_user", "192.0.2.10")


@pytest.mark.parametrize("change", ["update", "delete", "truncate"])
def test_audit_is_append_only(ana, change):
    audit.record(What.SIGNED_IN, roles.Actor(kind=roles.Kind.PARTNER, name="Ana", user=ana))
    rows = AuditEvent.objects.all()
    tries = {
        "update": lambda cursor: rows.update(name="Nobody"),
        "delete": lambda cursor: rows._raw_delete(rows.db),
        "truncate": lambda cursor: cursor.execute("TRUNCATE accounts_auditevent"),
    }
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET LOCAL portal.refuse_truncate = 'on'")
        with pytest.raises(IntegrityError), transaction.atomic():
            tries[change](cursor)


def test_page_shows_and_finds(olga, ana_with_password, sign_in, client):
    sign_in(EMAIL, "wrong", using=Client())
    client.force_login(olga)
    page = client.get(EVENTS).content.decode()
    assert [words in page for words in ("Sign-in failed", "Ana Silva", "192.0.2.7")] == [True] * 3
    for query, found in (("?q=ana", 1), ("?q=192.0.2", 1), ("?q=nobody", 0), ("?tab=refused", 0), ("?tab=sign-ins", 2)):
        assert (query, len(client.get(EVENTS + query).context["rows"])) == (query, found)


@pytest.mark.parametrize(("who", "status"), [("olga", 200), ("arthur", 200), ("rita", 403), ("fay", 403), ("ana", 403)])
def test_audit_is_for_operators_and_auditors(cast, client, who, status):
    client.force_login(getattr(cast, who))
    assert client.get(EVENTS).status_code == status
