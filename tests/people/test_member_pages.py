"""The pages of members, invitations and requests for a role, as their readers use them (R-001, R-007 to R-011)."""

import pytest

from claims.models import Claim
from claims.statuses import Status as S
from mci_portal.accounts import invitations, requests
from mci_portal.accounts.models import Invitation, Membership, Role, RoleRequest
from mci_portal.common.clock import database_now
from tests.factories import claim_in
from tests.people.conftest import NOW
from tests.rows import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db
MEMBERS = "/incentives/members/"


@pytest.fixture
def as_grace(client, grace):
    client.force_login(grace)
    return client


@pytest.fixture
def asked(nina, grace, act) -> RoleRequest:
    return requests.ask(act(nina), Role.INCENTIVES_USER, "I run workshops.", NOW)


def test_list_shows_the_own_company_with_roles_and_places(as_grace, cast, nina, gerda):
    page = as_grace.get(MEMBERS).content.decode()
    for shown in ("Ana Silva", "Incentives admin, whole account", "Incentives user, Redmond", "Nina New", "none"):
        assert shown in page
    for foreign in ("Omar", "Gerda", "fabrikam", "Amsterdam"):
        assert foreign not in page


def test_list_shows_no_roles_of_another_partner(as_grace, ben, fabrikam, amsterdam):
    """R-011: a colleague who also works for Fabrikam."""
    MembershipFactory(user=ben, partner=fabrikam, role=Role.INCENTIVES_USER, location=amsterdam)
    pages = as_grace.get(MEMBERS).content.decode() + as_grace.get(f"{MEMBERS}{ben.pk}/").content.decode()
    assert ["Redmond" in pages, "Amsterdam" in pages] == [True, False]


def test_list_takes_the_same_number_of_queries_for_one_and_for_many(
    as_grace, contoso, ben, django_assert_num_queries, django_assert_max_num_queries
):
    with django_assert_max_num_queries(9) as few:
        as_grace.get(MEMBERS)
    for _number in range(12):
        MembershipFactory(partner=contoso, role=Role.INCENTIVES_USER)
    with django_assert_num_queries(len(few)):
        as_grace.get(MEMBERS)


def test_search_finds_by_name_or_address(as_grace, cast):
    page = as_grace.get(f"{MEMBERS}?q=smith").content.decode()
    assert ["Ben Smith" in page, "Ana Silva" in page] == [True, False]
    part = as_grace.get(f"{MEMBERS}?q=BEN@", headers={"HX-Request": "true", "HX-Target": "rows"}).content.decode()
    assert [part.lstrip().startswith('<div id="rows">'), "Ben Smith" in part] == [True, True]


ADDRESSES = ("", "invite/", "{ben}/", "{ben}/revoke/{grant}/", "{ben}/remove/", "requests/{asked}/")


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("who", ["ana", "ben", "omar", "rita", "olga"])
def test_pages_are_for_the_admins(client, cast, asked, address, who):
    """R-010: 403 that names who can help, and writes nothing."""
    client.force_login(getattr(cast, who))
    url = MEMBERS + address.format(ben=cast.ben.pk, grant=cast.ben.memberships.get().pk, asked=asked.pk)
    assert [client.get(url).status_code, client.post(url, {"decision": "decline"}).status_code] == [
        403,
        403 if address else 405,
    ]
    assert (Membership.objects.filter(user=cast.ben).count(), RoleRequest.objects.get().decision) == (1, "")


@pytest.mark.parametrize("address", ADDRESSES[2:])
def test_admin_of_another_company_finds_nothing(client, cast, gerda, asked, address):
    """G1: the same answer as for what never was."""
    client.force_login(gerda)
    url = MEMBERS + address.format(ben=cast.ben.pk, grant=cast.ben.memberships.get().pk, asked=asked.pk)
    assert [client.get(url).status_code, client.post(url, {"decision": "decline"}).status_code] == [404, 404]


def test_grant_of_one_member_is_not_revoked_under_the_name_of_another(as_grace, cast):
    grant = cast.tom.memberships.get()
    assert as_grace.post(f"{MEMBERS}{cast.ben.pk}/revoke/{grant.pk}/").status_code == 404


def test_role_for_one_location_is_given(as_grace, nina, redmond, act):
    answer = as_grace.post(f"{MEMBERS}{nina.pk}/", {"role": "incentives_user", "where": "6612001"})
    assert (answer.status_code, answer["Location"]) == (302, f"{MEMBERS}{nina.pk}/")
    page = as_grace.get(answer["Location"]).content.decode()
    assert ["Nina New has a new role." in page, "Granted" in page, act(nina).user_of == {redmond.pk}] == [True] * 3


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"role": "incentives_user", "where": ""}, 422),
        ({"role": "incentives_user", "where": "6612004"}, 422),
        ({"role": "account_admin", "where": "6612001"}, 422),
        ({"role": "operator", "where": "account"}, 422),
        ({"where": "account"}, 422),
    ],
)
def test_what_cannot_be_given_is_refused(as_grace, nina, redmond, amsterdam, sent, status):
    """Nothing chosen, a foreign location, an admin role for one location, a Microsoft role."""
    assert as_grace.post(f"{MEMBERS}{nina.pk}/", sent).status_code == status
    assert nina.memberships.count() == 0


def test_account_admin_is_not_offered_admin_roles(client, aki, nina):
    client.force_login(aki)
    assert "Global admin" not in client.get(f"{MEMBERS}{nina.pk}/").content.decode()
    assert client.post(f"{MEMBERS}{nina.pk}/", {"role": "account_admin", "where": "account"}).status_code == 422


def test_role_held_already_answers_409_with_the_reason(as_grace, ben, redmond):
    answer = as_grace.post(f"{MEMBERS}{ben.pk}/", {"role": "incentives_user", "where": "6612001"})
    assert (answer.status_code, "has this role there already" in answer.content.decode()) == (409, True)


def test_revoked_role_closes_the_pages_at_once(as_grace, client, ben, django_user_model):
    grant = ben.memberships.get()
    url = f"{MEMBERS}{ben.pk}/revoke/{grant.pk}/"
    assert "These roles end at once" in as_grace.get(url).content.decode()
    assert as_grace.post(url)["Location"] == MEMBERS
    client.force_login(ben)
    assert client.get("/incentives/claims/").status_code == 403


def test_member_with_open_claims_leaves_after_a_successor_is_chosen(as_grace, cast):
    """Hand-over: no claim without an owner."""
    claim = claim_in(S.CONSENT_RECEIVED, by=cast.ben)
    url = f"{MEMBERS}{cast.ben.pk}/remove/"
    page = as_grace.get(url).content.decode()
    assert ["1 open claim needs a new owner" in page, "Ana Silva, ana@" in page, "Tom Tremblay" in page] == [
        True,
        True,
        False,
    ]
    assert as_grace.post(url, {}).status_code == 422
    assert as_grace.post(url, {"successor": cast.omar.pk}).status_code == 422
    assert (Claim.objects.get(pk=claim.pk).owner, cast.ben.memberships.count()) == (cast.ben, 1)
    answer = as_grace.post(url, {"successor": cast.ana.pk}, follow=True)
    assert "1 claim has a new owner." in answer.content.decode()
    assert (Claim.objects.get(pk=claim.pk).owner, cast.ben.memberships.count()) == (cast.ana, 0)


def test_nobody_to_take_over_means_nobody_leaves(as_grace, cast):
    claim_in(S.CONSENT_RECEIVED, by=cast.ana)
    for user in (cast.ben, cast.tom):
        user.memberships.all().delete()
    url = f"{MEMBERS}{cast.ana.pk}/remove/"
    assert "Nobody else has an incentives role" in as_grace.get(url).content.decode()
    assert as_grace.post(url, {}).status_code == 422
    assert cast.ana.memberships.count() == 1


def test_last_global_admin_sees_why_he_stays(as_grace, grace):
    page = as_grace.get(f"{MEMBERS}{grace.pk}/").content.decode()
    assert "This is the last Global admin of the company." in page
    assert as_grace.post(f"{MEMBERS}{grace.pk}/revoke/{grace.memberships.get().pk}/").status_code == 409


def test_member_without_role_has_nothing_to_remove(as_grace, nina):
    assert as_grace.get(f"{MEMBERS}{nina.pk}/remove/").status_code == 404


def test_invitation_is_sent_listed_and_withdrawn(as_grace, redmond):
    sent = {"email": "Nora@Contoso.example", "role": "incentives_user", "where": "6612001"}
    assert as_grace.post(f"{MEMBERS}invite/", sent)["Location"] == MEMBERS
    row = Invitation.objects.get()
    assert (row.email, row.location) == ("nora@contoso.example", redmond)
    assert "nora@contoso.example" in as_grace.get(MEMBERS).content.decode()
    assert as_grace.post(f"{MEMBERS}invitations/{row.pk}/withdraw/").status_code == 302
    assert as_grace.post(f"{MEMBERS}invitations/{row.pk}/withdraw/").status_code == 409
    assert "Open invitations" not in as_grace.get(MEMBERS).content.decode()


def test_address_of_another_company_is_refused_with_what_was_typed(as_grace, redmond):
    sent = {"email": "nora@evil.example", "role": "incentives_user", "where": "6612001"}
    answer = as_grace.post(f"{MEMBERS}invite/", sent)
    page = answer.content.decode()
    assert (answer.status_code, "ending in @contoso.example" in page, 'value="nora@evil.example"' in page) == (
        422,
        True,
        True,
    )


def test_invitation_of_another_company_is_unknown(client, gerda, grace, act):
    row = invitations.invite(act(grace), "nora@contoso.example", Role.INCENTIVES_USER, None, database_now())
    client.force_login(gerda)
    assert client.post(f"{MEMBERS}invitations/{row.pk}/withdraw/").status_code == 404


def test_somebody_without_role_asks_from_the_page_that_refused_him(client, nina, grace):
    """R-001"""
    client.force_login(nina)
    page = client.get("/incentives/claims/")
    assert (page.status_code, 'action="/ask-for-a-role/"' in page.content.decode()) == (403, True)
    answer = client.post("/ask-for-a-role/", {"role": "incentives_user", "reason": "Workshops"}, follow=True)
    assert "Your request is with your admins" in answer.content.decode()
    assert (RoleRequest.objects.get().user, RoleRequest.objects.get().reason) == (nina, "Workshops")
    assert "Your request for a role is with your admins." in client.get("/incentives/claims/").content.decode()
    assert client.post("/ask-for-a-role/", {"role": "incentives_user"}).status_code == 409


@pytest.mark.parametrize("role", ["global_admin", "operator", ""])
def test_other_roles_cannot_be_asked_for(client, nina, role):
    client.force_login(nina)
    assert client.post("/ask-for-a-role/", {"role": role}).status_code == 422
    assert RoleRequest.objects.count() == 0


def test_stranger_has_nobody_to_ask(client, rita, contoso):
    for user in (rita, UserFactory(email="x@elsewhere.example")):
        client.force_login(user)
        assert client.get("/ask-for-a-role/").status_code == 404
        assert "/ask-for-a-role/" not in client.get("/incentives/members/").content.decode()


def test_admin_grants_a_request_for_one_location(as_grace, asked, nina, redmond, act):
    url = f"{MEMBERS}requests/{asked.pk}/"
    assert "I run workshops." in as_grace.get(MEMBERS).content.decode()
    assert as_grace.post(url, {"decision": "grant", "where": ""}).status_code == 422
    assert as_grace.post(url, {"decision": "grant", "where": "6612001"}).status_code == 302
    assert act(nina).user_of == {redmond.pk}
    assert as_grace.post(url, {"decision": "grant", "where": "account"}).status_code == 409


def test_admin_declines_a_request(as_grace, asked, nina):
    url = f"{MEMBERS}requests/{asked.pk}/"
    assert as_grace.post(url, {"decision": "decline", "answer": "Not now."}).status_code == 302
    asked.refresh_from_db()
    assert (asked.decision, asked.answer, nina.memberships.count()) == ("declined", "Not now.", 0)


def test_admin_without_incentives_role_is_shown_the_way(as_grace):
    """R-001: the incentives pages stay closed to him, his own are linked."""
    page = as_grace.get("/incentives/claims/")
    assert (page.status_code, f'href="{MEMBERS}"' in page.content.decode()) == (403, True)


def test_admins_to_ask_are_those_who_can_answer(client, cast, grace, aki):
    """R-010: nobody is sent to a closed account."""
    aki.is_active = False
    aki.save()
    client.force_login(cast.ben)
    page = client.get("/admins/").content.decode()
    assert [grace.name in page, aki.name in page] == [True, False]
