"""FA12: two sessions that wait for each other. The database undoes one of them, and the portal does it again."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from claims.models import Claim
from claims.statuses import Status as S
from mci_portal.common.clock import database_now
from mci_portal.outbox.models import Message
from tests.factories import claim_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.server, pytest.mark.usefixtures("nothing_broken")]

BLOCKED = (
    "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE NOT granted AND datname = current_database()"
)


def _the_other_way_round(claim: Claim, rounds: int, held: threading.Event) -> None:
    """Take the claim's mail first and then the claim, ``rounds`` times, each once the portal waits for the mail."""
    try:
        for _round in range(rounds):
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL deadlock_timeout = '20s'; SET LOCAL lock_timeout = 0")  # the portal finds out
                list(Message.objects.select_for_update().filter(topic=claim.topic))
                held.set()
                until = database_now() + timedelta(seconds=20)
                while cursor.execute(BLOCKED).fetchone() == (0,) and database_now() < until:
                    pass
                Claim.objects.select_for_update().get(pk=claim.pk)
    finally:
        connection.close()


@pytest.mark.parametrize(("rounds", "status", "then"), [(1, 302, S.CANCELED), (3, 302, S.CANCELED), (4, 409, None)])
def test_deadlock_is_retried_three_times_inside_the_request(ana, rounds, status, then):
    claim = claim_in(S.AWAITING_CONSENT, now=database_now())
    client, held = Client(raise_request_exception=False), threading.Event()
    client.force_login(ana)
    with connection.cursor() as cursor:
        cursor.execute("SET deadlock_timeout = '100ms'")
    other = threading.Thread(target=_the_other_way_round, args=(claim, rounds, held))
    other.start()
    assert held.wait(20)
    try:
        answer = client.post(reverse("claims:do", args=[claim.number, "cancel"]))
    finally:
        other.join(30)
        connection.close()
    claim.refresh_from_db()
    assert (answer.status_code, claim.status) == (status, then or S.AWAITING_CONSENT)
    assert claim.events.filter(action="cancel").count() == bool(then)
