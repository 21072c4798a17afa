"""Finance viewers and auditors (R-012): what each reads, and that neither changes anything."""

import pytest
from django.db import IntegrityError, transaction

from claims import lifecycle
from claims.actions import Action
from claims.models import Claim
from claims.statuses import Status as S
from engagements.models import Cap
from mci_portal.accounts import microsoft
from mci_portal.accounts.actors import KIND_OF
from mci_portal.accounts.models import Invitation, MicrosoftRole, RoleChange, User
from mci_portal.common.clock import database_now
from mci_portal.common.errors import Conflict
from tests.factories import claim_in
from tests.people.conftest import NOW
from tests.people.test_invitations import TYPED, link

pytestmark = pytest.mark.django_db
FINANCE, AUDITOR = MicrosoftRole.FINANCE, MicrosoftRole.AUDITOR


@pytest.fixture
def approved(ana) -> Claim:
    return claim_in(S.APPROVED)


def menu(client) -> list[str]:
    return [entry.label for entry in client.get("/account/").context["shell"].menu]


def test_every_microsoft_role_says_what_kind_of_actor_it_makes():
    """A role nobody thought of must not act as a reviewer."""
    assert {role.value for role in KIND_OF} == set(MicrosoftRole.values)


@pytest.mark.parametrize(
    ("who", "start", "entries"),
    [
        ("fay", "/incentives/earnings/", ["Earnings", "Caps", "Insights"]),
        (
            "arthur",
            "/operator/",
            ["MCI engagements", "Customer claims", "Earnings", "Review queue", "Operator console", "Insights"],
        ),
    ],
)
def test_each_starts_where_he_reads_and_the_menu_offers_what_opens(cast, client, who, start, entries):
    client.force_login(getattr(cast, who))
    assert client.get("/")["Location"] == start
    assert menu(client) == entries
    addresses = [entry.url for entry in client.get("/account/").context["shell"].menu]
    assert [client.get(address).status_code for address in addresses] == [200] * len(entries)


def test_finance_viewer_reads_an_earning_without_a_way_into_the_claim(fay, client, approved):
    client.force_login(fay)
    earnings = client.get("/incentives/earnings/").content.decode()
    page = client.get(f"/incentives/earnings/{approved.number}/").content.decode()
    claim_address = f"/incentives/claims/{approved.number}/"
    assert [(str(approved.number) in text, claim_address in text) for text in (earnings, page)] == [(True, False)] * 2
    assert client.get(claim_address).status_code == 403
    assert client.get(f"/review/{approved.number}/").status_code == 403


def test_finance_viewers_insights_are_the_money_and_lead_into_no_list(fay, client, approved):
    client.force_login(fay)
    for part in ("", "?part=status", "?part=money"):
        page = client.get(f"/operator/insights/{part}")
        assert [figure.code for figure in page.context["figures"]] == ["earnings"]
        assert not page.context["figures"][0].empty
        assert "/incentives/claims/" not in page.content.decode()
    assert client.get("/operator/insights/table.csv?table=earnings").status_code == 200
    assert client.get("/operator/insights/table.csv?table=open").status_code == 400


def test_finance_viewer_sees_a_cap_and_cannot_change_it(fay, client):
    cap = Cap.objects.create(code="pot", name="Pot", scope="global", amount=5_000, valid_from="2020-01-01")
    client.force_login(fay)
    page = client.get("/operator/catalogue/caps/pot/").content.decode()
    assert ("Save" in page, " disabled" in page) == (False, True)
    assert client.post("/operator/catalogue/caps/pot/", {"amount": "9"}).status_code == 403
    cap.refresh_from_db()
    assert cap.amount == 5_000


def test_auditor_reads_which_documents_there_are_and_opens_none(arthur, rita, client, walk_to_documents):
    claim, document = walk_to_documents
    client.force_login(arthur)
    for address in (f"/incentives/claims/{claim.number}/", f"/review/{claim.number}/"):
        page = client.get(address).content.decode()
        assert document.name in page
        assert f"/documents/{document.pk}/" not in page
    answer = client.get(f"/incentives/claims/{claim.number}/documents/{document.pk}/")
    assert answer.status_code == 403
    assert "Auditors see which documents there are" in answer.content.decode()


@pytest.fixture
def walk_to_documents(ana):
    claim = claim_in(S.SUBMITTED)
    return claim, claim.documents.filter(removed_at=None).first()


@pytest.mark.parametrize("who", ["fay", "arthur"])
def test_neither_may_do_anything_to_a_claim(cast, who):
    """The domain says so too, whatever page would ask."""
    claim = claim_in(S.SUBMITTED)
    by = cast.actor(who)
    assert lifecycle.available(claim, by, database_now()) == {}
    assert [action for action in Action if lifecycle.permitted(claim, action, by)] == []


def test_auditor_who_sends_a_form_reads_why_nothing_happened(arthur, client, approved):
    client.force_login(arthur)
    answer = client.post(f"/incentives/claims/{approved.number}/do/cancel/")
    assert answer.status_code == 403
    assert "Your role reads along and changes nothing." in answer.content.decode()


@pytest.mark.parametrize("who", ["fay", "arthur"])
def test_the_own_account_stays_in_the_own_hands(cast, client, who):
    user = getattr(cast, who)
    user.set_password("a long road to Redmond")
    user.save()
    client.force_login(user)
    new = "a longer road to Toronto"
    typed = {"old_password": "a long road to Redmond", "new_password1": new, "new_password2": new}
    assert client.post("/account/password/", typed).status_code == 302
    assert client.post("/sign-out/").status_code == 302


@pytest.mark.parametrize("address", ["/operator/people/", "/operator/catalogue/", "/operator/markets/", "/review/"])
def test_auditors_pages_offer_no_form_that_would_be_refused(arthur, client, address):
    client.force_login(arthur)
    page = client.get(address).content.decode()
    forms = [part.split(">")[0] for part in page.split("<form")[1:] if 'method="post"' in part.split(">")[0]]
    assert [form for form in forms if "/language/" not in form and "/sign-out/" not in form] == []


def test_auditor_reads_every_change_of_a_role(arthur, olga, rita, act, client):
    """R-008, R-010, R-012"""
    microsoft.change_role(act(olga), rita, FINANCE, NOW)
    client.force_login(arthur)
    rows = client.get("/operator/role-changes/").context["rows"]
    assert [(row.user, row.what, row.role) for row in rows] == [
        (rita, "granted", "finance"),
        (rita, "revoked", "reviewer"),
    ]
    assert client.get("/operator/role-changes/?q=nobody").context["rows"] == []


@pytest.mark.parametrize("role", [FINANCE, AUDITOR])
def test_operator_invites_each_of_them(olga, client, role):
    client.force_login(olga)
    assert client.post("/operator/people/add/", {"email": "new@microsoft.example", "role": role}).status_code == 302
    client.logout()
    assert client.post(link(Invitation.objects.get()), TYPED).status_code == 302
    user = User.objects.get(email="new@microsoft.example")
    assert (user.microsoft_role, RoleChange.objects.get(user=user).role) == (role, role)


def test_database_takes_no_invitation_to_be_an_operator(olga):
    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.create(
            email="x@microsoft.example",
            role=MicrosoftRole.OPERATOR,
            nonce="n",
            digest="d",
            invited_by=olga,
            invited_at=NOW,
            expires_at=NOW,
        )


def test_reviewer_who_becomes_an_auditor_gives_his_claims_back(olga, rita, client):
    claim = claim_in(S.UNDER_REVIEW)
    assert claim.reviewer == rita
    client.force_login(olga)
    assert client.post(f"/operator/people/{rita.pk}/", {"do": "role", "role": "auditor"}).status_code == 302
    claim.refresh_from_db()
    rita.refresh_from_db()
    assert (claim.status, claim.reviewer, rita.microsoft_role) == (S.SUBMITTED, None, "auditor")


def test_reviewer_who_becomes_a_lead_keeps_them(olga, rita, client):
    claim = claim_in(S.UNDER_REVIEW)
    client.force_login(olga)
    client.post(f"/operator/people/{rita.pk}/", {"do": "role", "role": "lead_reviewer"})
    claim.refresh_from_db()
    assert (claim.status, claim.reviewer) == (S.UNDER_REVIEW, rita)


def test_auditor_is_not_nominated_straight_to_operator(olga, arthur, act):
    with pytest.raises(Conflict):
        microsoft.nominate(act(olga), arthur, MicrosoftRole.OPERATOR, NOW)


def test_what_an_account_may_ends_with_its_role(olga, arthur, act, client):
    client.force_login(arthur)
    assert client.get("/operator/mail/").status_code == 200
    microsoft.change_role(act(olga), arthur, FINANCE, NOW)
    assert client.get("/operator/mail/").status_code == 403
    assert User.objects.get(pk=arthur.pk).microsoft_role == FINANCE
