"""A session brings its user and his roles along (``accounts.sessions``); whatever changed about him counts at once."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mci_portal.accounts import tasks
from mci_portal.accounts.models import Role, Session, User
from tests.rows import MembershipFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client, ana):
    client.force_login(ana)
    return client


@pytest.fixture
def client_of_ben(ben):
    client = Client()
    client.force_login(ben)
    return client


def _actor(client):
    answer = client.get("/account/")
    return answer.wsgi_request.actor if answer.status_code == 200 else None


def _statements(client) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        client.get("/incentives/statuses/")
    return [query["sql"] for query in captured.captured_queries]


def test_session_user_and_roles_are_one_statement(signed_in, ana):
    MembershipFactory(user=ana, partner=ana.memberships.get().partner, role=Role.ACCOUNT_ADMIN)
    assert len(_statements(signed_in)) == 1


def test_actor_is_the_one_of_the_tables(signed_in, ana, contoso):
    actor = _actor(signed_in)
    assert (actor.user, actor.partner) == (ana, contoso)
    assert actor.roles == frozenset(ana.memberships.values_list("role", flat=True))
    assert {field: getattr(actor.user, field) for field in ("email", "name", "hidden_notes", "date_joined")} == {
        field: getattr(ana, field) for field in ("email", "name", "hidden_notes", "date_joined")
    }


def test_row_of_the_session_says_whose_it_is(signed_in, ana):
    assert Session.objects.get().user == ana


def test_session_without_a_user_belongs_to_nobody(client):
    session = client.session
    session["partner"] = 1
    session.save()
    assert Session.objects.get().user is None
    client.cookies["sessionid"] = session.session_key
    assert client.get("/account/").status_code == 302


def test_role_taken_away_is_gone_with_the_next_page(signed_in, ana):
    ana.memberships.all().delete()
    assert (_actor(signed_in).partner, _actor(signed_in).roles) == (None, frozenset())


def test_who_is_switched_off_is_nobody_at_once(signed_in, ana):
    User.objects.filter(pk=ana.pk).update(is_active=False)
    assert _actor(signed_in) is None


def test_other_password_ends_the_session(signed_in, ana):
    ana.set_password("another one entirely")
    ana.save()
    assert _actor(signed_in) is None
    assert not Session.objects.exists()


def test_session_of_a_deleted_row_is_over(signed_in):
    Session.objects.all().delete()
    assert _actor(signed_in) is None


def test_row_that_names_somebody_else_signs_nobody_in(signed_in, ana, ben):
    """The signed data decide; the column only says where to look."""
    Session.objects.update(user=ben)
    assert _actor(signed_in).user == ana


def test_key_that_was_changed_keeps_who_is_signed_in(signed_in, ana, settings):
    """Django's way: what was signed with the key before counts until it is dropped from the list."""
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "k" * 50
    assert _actor(signed_in).user == ana


def test_sessions_that_are_over_are_removed_and_those_that_run_stay(signed_in, client_of_ben):
    Session.objects.filter(user__email__startswith="ben@").update(expire_date=timezone.now() - timedelta(seconds=1))
    tasks.tidy_sessions()
    assert [str(session.user.email) for session in Session.objects.all()] == ["ana@contoso.example"]
