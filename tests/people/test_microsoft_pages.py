"""The operator's page of Microsoft's people (R-012)."""

import pytest

from claims.statuses import Status as S
from mci_portal.accounts.models import Invitation, MicrosoftRole, Nomination, User
from tests.factories import claim_in
from tests.rows import UserFactory

pytestmark = pytest.mark.django_db
PEOPLE = "/operator/people/"


@pytest.fixture
def oskar(db) -> User:
    return UserFactory(email="oskar@microsoft.example", name="Oskar Olsen", microsoft_role=MicrosoftRole.OPERATOR)


@pytest.fixture
def as_olga(client, olga):
    client.force_login(olga)
    return client


def test_list_shows_microsofts_people_only(as_olga, cast):
    page = as_olga.get(PEOPLE).content.decode()
    assert [name in page for name in ("Rita Rossi", "Lena Lind", "Lead reviewer", "Olga Novak")] == [True] * 4
    assert ["Ana Silva" in page, "Omar" in page] == [False, False]


def test_list_takes_a_fixed_number_of_queries(as_olga, cast, django_assert_num_queries, django_assert_max_num_queries):
    with django_assert_max_num_queries(7) as few:
        as_olga.get(PEOPLE)
    UserFactory.create_batch(12, microsoft_role=MicrosoftRole.REVIEWER)
    with django_assert_num_queries(len(few)):
        as_olga.get(PEOPLE)


@pytest.mark.parametrize("address", ["", "add/", "add-partner-admin/", "{rita}/"])
@pytest.mark.parametrize("who", ["ana", "rita", "lena"])
def test_pages_are_for_operators(client, cast, address, who):
    client.force_login(getattr(cast, who))
    url = PEOPLE + address.format(rita=cast.rita.pk)
    assert [client.get(url).status_code, client.post(url, {"do": "deactivate"}).status_code] == [
        403,
        403 if address else 405,
    ]
    cast.rita.refresh_from_db()
    assert cast.rita.is_active


def test_reviewer_is_invited_and_the_invitation_withdrawn(as_olga):
    sent = {"email": "ray@microsoft.example", "role": "lead_reviewer"}
    assert as_olga.post(f"{PEOPLE}add/", sent)["Location"] == PEOPLE
    row = Invitation.objects.get()
    assert (row.partner, row.role) == (None, "lead_reviewer")
    assert as_olga.post(f"{PEOPLE}invitations/{row.pk}/withdraw/").status_code == 302
    assert as_olga.post(f"{PEOPLE}add/", sent | {"role": "operator"}).status_code == 422


def test_reviewer_is_let_in_by_a_second_operator_on_the_page(as_olga, client, oskar):
    page = as_olga.post(f"{PEOPLE}add/", {"email": "ray@microsoft.example", "role": "reviewer"}, follow=True)
    row = Invitation.objects.get()
    confirm = f"{PEOPLE}invitations/{row.pk}/confirm/"
    told = ("leaves when a second operator confirms it.", "waits for a second operator", confirm)
    assert [words in page.content.decode() for words in told] == [True, True, False]
    assert as_olga.post(confirm).status_code == 403
    client.force_login(oskar)
    assert confirm in client.get(PEOPLE).content.decode()
    assert client.post(confirm)["Location"] == PEOPLE
    assert client.post(confirm).status_code == 409


def test_closed_account_of_a_reviewer_waits_for_a_second_operator(as_olga, rita, oskar):
    url = f"{PEOPLE}{rita.pk}/"
    as_olga.post(url, {"do": "deactivate"})
    assert "It takes effect when a second operator confirms it." in as_olga.get(url).content.decode()
    assert as_olga.post(url, {"do": "reactivate"}).status_code == 302
    rita.refresh_from_db()
    assert (rita.is_active, Nomination.objects.get().role) == (False, MicrosoftRole.REVIEWER)
    assert as_olga.post(url, {"do": "reactivate"}).status_code == 409


def test_first_admin_of_a_partner_is_invited_by_account_id(as_olga, contoso):
    url = f"{PEOPLE}add-partner-admin/"
    assert as_olga.post(url, {"partner": "9999999", "email": "g@contoso.example"}).status_code == 422
    assert as_olga.post(url, {"partner": "5512001", "email": "g@other.example"}).status_code == 422
    assert as_olga.post(url, {"partner": "5512001", "email": "g@contoso.example"}).status_code == 302
    assert (Invitation.objects.get().partner, Invitation.objects.get().role) == (contoso, "global_admin")


def test_operator_needs_a_second_operator_on_the_page(as_olga, client, rita, olga, oskar):
    assert as_olga.post(f"{PEOPLE}{rita.pk}/", {"do": "role", "role": "operator"}).status_code == 302
    row = Nomination.objects.get()
    own = as_olga.get(PEOPLE).content.decode()
    assert ["Rita Rossi is to work in the portal as: Program operator" in own, 'value="confirm"' in own] == [
        True,
        False,
    ]
    confirm = f"{PEOPLE}nominations/{row.pk}/"
    assert as_olga.post(confirm, {"do": "confirm"}).status_code == 403
    client.force_login(oskar)
    assert 'value="confirm"' in client.get(PEOPLE).content.decode()
    assert client.post(confirm, {"do": "confirm"}).status_code == 302
    rita.refresh_from_db()
    assert rita.microsoft_role == MicrosoftRole.OPERATOR
    assert client.post(confirm, {"do": "withdraw"}).status_code == 409


def test_role_is_changed_account_closed_and_opened(as_olga, rita):
    url = f"{PEOPLE}{rita.pk}/"
    assert as_olga.post(url, {"do": "role", "role": "finance"}).status_code == 302
    assert as_olga.post(url, {"do": "role", "role": "finance"}).status_code == 409
    assert as_olga.post(url, {"do": "deactivate"}).status_code == 302
    assert "Account closed" in as_olga.get(url).content.decode()
    assert as_olga.post(url, {"do": "reactivate"}).status_code == 302
    assert as_olga.post(url, {"do": "nonsense"}).status_code == 404
    page = as_olga.get(url).content.decode()
    assert [words in page for words in ("Account deactivated", "Account reactivated", "Granted</b>: Finance")] == [
        True
    ] * 3


def test_claims_under_review_are_announced_and_go_back(as_olga, rita):
    claim = claim_in(S.UNDER_REVIEW)
    url = f"{PEOPLE}{rita.pk}/"
    assert "1 claim under review goes back to the queue." in as_olga.get(url).content.decode()
    page = as_olga.post(url, {"do": "deactivate"}, follow=True).content.decode()
    assert "1 claim is back in the queue." in page
    claim.refresh_from_db()
    assert claim.status == S.SUBMITTED


def test_nobody_changes_himself(as_olga, olga):
    url = f"{PEOPLE}{olga.pk}/"
    assert "Nobody changes his own role." in as_olga.get(url).content.decode()
    assert as_olga.post(url, {"do": "deactivate"}).status_code == 409


def test_member_of_a_partner_is_unknown_here(as_olga, ana):
    assert as_olga.get(f"{PEOPLE}{ana.pk}/").status_code == 404
