"""The promises of every page that a mailed link opens: reliability section 9, TK01 to TK15, by their ids."""

import hashlib
import io
import logging
import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from claims import consent, contacts, lifecycle
from claims.actions import Action
from claims.models import Claim, ClaimEvent, ConsentRequest
from claims.statuses import Status as S
from mci_portal.accounts.actors import CLOCK, actor_for
from mci_portal.common import throttle
from mci_portal.common.clock import database_now
from mci_portal.common.logs import SecretFreeFormatter
from mci_portal.outbox.models import Message
from tests.factories import claim_in, contacts_of
from tests.pages.mailed import NO, YES, consent_link, send_survey

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(cast) -> Claim:
    return claim_in(S.AWAITING_CONSENT)


def everything(claim: Claim) -> tuple:
    """All that could change through a link."""
    claim.refresh_from_db()
    return (
        claim.status,
        claim.version,
        list(ClaimEvent.objects.filter(claim=claim).values_list("seq", flat=True)),
        list(ConsentRequest.objects.filter(claim=claim).values()),
        Message.objects.count(),
    )


def without_secret(body: bytes) -> str:
    """A page without the form secret, which differs on every page."""
    return re.sub(r'(csrf-token" content|csrfmiddlewaretoken" value)="\w+"', "", body.decode())


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_tk01_safe_methods_change_nothing(client, asked, method):
    address = consent_link(asked)
    before = everything(asked)
    for _visit in range(20):
        assert getattr(client, method)(address).status_code in (200, 204)
    assert everything(asked) == before
    assert client.post(address, YES).status_code == 302


def test_tk01_survey_link_survives_visits(client, cast):
    claim = claim_in(S.CONSENT_RECEIVED)
    address = send_survey(claim)
    before = everything(claim)
    assert {client.get(address).status_code, client.head(address).status_code} == {200}
    assert everything(claim) == before


@pytest.mark.parametrize(
    ("left_out", "message"),
    [
        ({"typed_name": ""}, "Your full name: This field is required."),
        ({"typed_name": "\u200b\u3164"}, "Your full name: This field is required."),
        ({"authorised": ""}, "Tick this box"),
        ({"decision": ""}, "Choose Accept or Decline."),
        ({"decision": "perhaps"}, "Choose Accept or Decline."),
    ],
    ids=["no name", "invisible name", "no tick", "no decision", "another decision"],
)
@pytest.mark.parametrize("answer", [YES, NO], ids=["accept", "decline"])
def test_tk02_incomplete_answer_is_422_and_changes_nothing(client, asked, answer, left_out, message):
    before = everything(asked)
    sent = answer | left_out
    reply = client.post(consent_link(asked), {name: value for name, value in sent.items() if value})
    assert reply.status_code == 422
    assert message in reply.content.decode()
    assert everything(asked) == before


def test_tk02_post_without_the_form_secret_is_refused(asked):
    """A stranger's page that posts, with or without the cookie of an earlier visit, decides nothing."""
    strict = Client(enforce_csrf_checks=True)
    address = consent_link(asked)
    assert strict.post(address, YES).status_code == 403
    page = strict.get(address).content.decode()
    assert strict.post(address, YES).status_code == 403
    secret = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]
    foreign = {"headers": {"origin": "https://elsewhere.example"}}
    assert strict.post(address, YES | {"csrfmiddlewaretoken": secret}, **foreign).status_code == 403
    # What browsers send from a page that tells no referrer.
    own = {"headers": {"origin": "null"}}
    assert strict.post(address, YES | {"csrfmiddlewaretoken": "x" * 64}, **own).status_code == 403
    assert strict.post(address, YES | {"csrfmiddlewaretoken": secret}, **own).status_code == 302


def test_tk02_nothing_is_prefilled(client, asked):
    page = client.get(consent_link(asked)).content.decode()
    form = page[page.index("<form") : page.index("</form>")]
    assert "checked" not in form
    assert re.findall(r'<input type="text"[^>]*value=', form) == []
    assert "autofocus" not in form


def test_tk02_typed_name_is_kept_after_422(client, asked):
    page = client.post(consent_link(asked), {"typed_name": "Carla Customer", "decision": "accepted"}).content.decode()
    assert 'value="Carla Customer"' in page


def test_tk03_scanners_before_the_human_leave_one_event(client, asked):
    """The human succeeds all the same."""
    address = consent_link(asked)
    for number in range(60):
        agent = {"user-agent": f"Scanner/{number % 20}", "sec-purpose": "prefetch"}
        visit = client.head if number % 2 else client.get
        assert visit(address, headers=agent, REMOTE_ADDR=f"198.51.100.{number}").status_code == 200
    client.post(address, YES, REMOTE_ADDR="203.0.113.7", headers={"user-agent": "A browser"})
    events = ClaimEvent.objects.filter(claim=asked, actor_kind="customer").values_list("action", "actor_name")
    assert list(events) == [("accept", "Carla Customer")]
    record = ConsentRequest.objects.get(claim=asked)
    assert (record.ip_address, record.user_agent) == ("203.0.113.7", "A browser")


@pytest.mark.parametrize(
    ("answer", "shown", "status"), [(YES, "You accepted", S.CONSENT_RECEIVED), (NO, "You declined", S.CONSENT_DECLINED)]
)
def test_tk04_same_decision_twice_shows_the_record(client, asked, answer, shown, status):
    address = consent_link(asked)
    client.post(address, answer)
    before = everything(asked)
    again = client.post(address, answer, follow=True)
    assert again.status_code == 200
    assert shown in again.content.decode()
    assert everything(asked) == before
    assert before[0] == status
    assert ConsentRequest.objects.exclude(decision="").count() == 1


@pytest.mark.parametrize(("first", "then"), [(YES, NO), (NO, YES)], ids=["accept first", "decline first"])
def test_tk05_opposite_decision_is_409(client, asked, first, then):
    address = consent_link(asked)
    client.post(address, first)
    before = everything(asked)
    refused = client.post(address, then)
    assert refused.status_code == 409
    assert "This request was already answered." in refused.content.decode()
    assert everything(asked) == before


def test_tk06_changed_contact_voids_the_link(client, asked, ana):
    """The page of the old link is neutral: whoever holds it may be the wrong person."""
    old = consent_link(asked)
    by = actor_for(ana)
    contacts.change(asked, by, {"customer_name": "Carl Chief", "customer_email": f"carl@{asked.customer.domain}"})
    for reply in (client.get(old), client.post(old, YES)):
        page = reply.content.decode()
        assert reply.status_code == 410
        for name in (asked.engagement.name, asked.partner.name, asked.customer.name, "carl@"):
            assert name not in page
    consent.ask(asked, by)
    assert client.get(consent_link(asked)).status_code == 200
    assert client.post(consent_link(asked), YES).status_code == 302


def test_tk07_resend_leaves_only_the_newest_link(client, asked, ana):
    consent.ask(asked, actor_for(ana))
    old, new = consent_link(asked, newest=1), consent_link(asked)
    assert client.get(new).status_code == 200
    reply = client.get(old)
    assert (reply.status_code, "newest e-mail" in reply.content.decode()) == (410, True)
    assert client.post(old, YES).status_code == 410
    asked.refresh_from_db()
    assert asked.status == S.AWAITING_CONSENT


def test_tk07_link_voided_after_it_was_looked_up_decides_nothing(asked, ana):
    """The record is read again under the claim's lock, so a stale copy cannot answer."""
    stale = consent.find(consent_link(asked).split("/")[2])
    consent.ask(asked, actor_for(ana))
    given = consent.Answer("accepted", "Carla Customer", None, "", "en")
    with pytest.raises(lifecycle.Refused):
        consent.answer(stale, given)
    asked.refresh_from_db()
    assert asked.status == S.AWAITING_CONSENT
    assert ConsentRequest.objects.filter(claim=asked, voided_at=None, used_at=None).count() == 1


def test_tk08_expired_link_is_410_at_the_very_instant(client, cast):
    """DL15: what ends at T is over at T, and the link never outlives the claim's clock."""
    long_ago = database_now() - timedelta(days=30)
    claim = claim_in(S.AWAITING_CONSENT, now=long_ago)
    assert claim.consent_due_at < database_now()
    assert client.get(consent_link(claim)).status_code == 410
    assert client.post(consent_link(claim), YES).status_code == 410
    record = ConsentRequest.objects.get(claim=claim)
    assert record.expires_at == claim.consent_due_at


@pytest.mark.parametrize(
    ("off", "accepted"),
    [(timedelta(microseconds=-1), True), (timedelta(0), False), (timedelta(microseconds=1), False)],
    ids=["before", "at", "after"],
)
def test_tk08_dl15_answer_counts_until_the_instant(client, asked, off, accepted, monkeypatch):
    moment = asked.consent_due_at + off
    for reader in ("claims.pages.public_consent", "claims.consent", "claims.lifecycle"):
        monkeypatch.setattr(f"{reader}.database_now", lambda: moment)
    address = consent_link(asked)
    assert client.get(address).status_code == (200 if accepted else 410)
    assert client.post(address, YES).status_code == (302 if accepted else 410)
    asked.refresh_from_db()
    assert asked.status == (S.CONSENT_RECEIVED if accepted else S.AWAITING_CONSENT)


def test_tk08_answer_that_waited_past_the_deadline_is_refused(asked):
    """In time when the page looked, too late when the lock came."""
    given = consent.Answer("accepted", "Carla Customer", None, "", "en")
    request = consent.find(consent_link(asked).split("/")[2])
    with pytest.raises(lifecycle.Refused):
        consent.answer(request, given, asked.consent_due_at)


def wrong_tokens(right: str) -> list[str]:
    flipped = right[:-1] + ("A" if right[-1] != "A" else "B")
    return ["x", right[:-1], right[1:], right + "A", right * 40, flipped, right.swapcase(), "%20", "é", "0"]


def test_tk09_wrong_tokens_get_the_page_of_any_unknown_address(client, asked):
    unknown = client.get("/there/is/no/such/page/")
    right = consent_link(asked).split("/")[2]
    for wrong in wrong_tokens(right):
        for kind in ("consent", "survey"):
            reply = client.get(f"/{kind}/{wrong}/")
            assert reply.status_code == 404, wrong
            assert without_secret(reply.content) == without_secret(unknown.content)
        assert client.post(f"/consent/{wrong}/", YES).status_code == 404
        assert client.get(f"/consent/{wrong}/forward/").status_code == 404
        cache.clear()


def test_tk10_links_open_their_own_page_only(client, asked):
    survey = send_survey(claim_in(S.CONSENT_RECEIVED)).split("/")[2]
    token = consent_link(asked).split("/")[2]
    assert [
        client.get(f"/{kind}/{secret}/").status_code for kind in ("consent", "survey") for secret in (token, survey)
    ] == [
        200,
        404,
        404,
        200,
    ]


@pytest.mark.parametrize("action", [Action.CANCEL, Action.EXPIRE])
def test_tk11_link_of_an_ended_claim_is_410(client, ana, asked, action):
    address = consent_link(asked)
    by, at = (actor_for(ana), None) if action is Action.CANCEL else (CLOCK, asked.consent_due_at)
    lifecycle.perform(asked, action, by, at)
    reply = client.get(address)
    assert (reply.status_code, "This request is closed" in reply.content.decode()) == (410, True)
    assert client.post(address, YES).status_code == 410
    assert client.get(f"{address}forward/").status_code == 410


def test_tk12_headers_stand_on_every_answer(client, asked):
    address = consent_link(asked)
    replies = [
        client.get(address),
        client.get(f"{address}forward/"),
        client.post(address, {}),
        client.get("/consent/wrong/"),
        client.put(address),
        client.post(address, YES),
        client.get(address),
        client.post(address, NO),
    ]
    assert [reply.status_code for reply in replies] == [200, 200, 422, 404, 405, 302, 200, 409]
    for reply in replies:
        assert reply["Cache-Control"] == "no-store"
        assert reply["Referrer-Policy"] == "no-referrer"
        assert "noindex" in reply["X-Robots-Tag"]
        assert "frame-ancestors 'none'" in reply["Content-Security-Policy"]


def test_tk12_page_loads_nothing_from_elsewhere_and_needs_no_script(client, asked):
    page = client.get(consent_link(asked)).content.decode()
    loaded = re.findall(r'(?:src|href|action)="([^"]+)"', page)
    assert [address for address in loaded if re.match(r"https?:|//", address)] == []
    assert "hx-" not in page[page.index("<main") : page.index("</main>")]


def test_tk13_only_the_digest_of_the_secret_is_stored(asked):
    token = consent_link(asked).split("/")[2]
    assert len(token) == 43  # 256 bits in base64
    assert ConsentRequest.objects.get(claim=asked).digest == hashlib.sha256(token.encode()).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT count(*) FROM "{table}" AS row WHERE row::text LIKE %s', [f"%{token}%"])
            assert cursor.fetchone() == (0,), table


def test_tk13_log_lines_and_tracebacks_hide_the_secret(client, asked):
    lines = io.StringIO()
    handler = logging.StreamHandler(lines)
    handler.setFormatter(SecretFreeFormatter("%(message)s"))
    logger = logging.getLogger("django.request")
    logger.addHandler(handler)
    try:
        token = consent_link(asked).split("/")[2]
        client.get(f"/consent/{token}x/")
        client.post(f"/consent/{token}/", {})
        try:
            raise ValueError(f"GET /survey/{token}/?language=en failed")
        except ValueError:
            logger.exception("broken")
    finally:
        logger.removeHandler(handler)
    written = lines.getvalue()
    assert token not in written
    assert written.count("/consent/…") == 2
    assert "/survey/…/?language=en failed" in written


def test_tk13_settings_write_logs_without_secrets(settings):
    formatters = {handler["formatter"] for handler in settings.LOGGING["handlers"].values()}
    assert {settings.LOGGING["formatters"][name]["class"] for name in formatters} == {
        "mci_portal.common.logs.SecretFreeFormatter"
    }
    assert settings.LOGGING["loggers"]["django.server"]["propagate"] is False


def test_tk14_sixty_first_miss_of_a_minute_is_429_for_that_address(client, asked):
    for number in range(60):
        kind = "survey" if number % 2 else "consent"
        assert client.get(f"/{kind}/guess-{number}/", REMOTE_ADDR="192.0.2.9").status_code == 404
    slowed = client.get("/consent/guess/", REMOTE_ADDR="192.0.2.9")
    assert (slowed.status_code, slowed["Retry-After"], slowed["Cache-Control"]) == (429, "60", "no-store")
    assert client.get("/consent/guess/", REMOTE_ADDR="192.0.2.10").status_code == 404
    for address in ("192.0.2.9", "192.0.2.10"):
        assert client.get(consent_link(asked), REMOTE_ADDR=address).status_code == 200


def test_tk14_misses_are_forgotten_after_the_minute(client, monkeypatch):
    monkeypatch.setattr(throttle, "MISSES", 1)
    assert [throttle.miss("192.0.2.9") for _ in range(2)] == [False, True]
    cache.clear()  # as the minute's end does
    assert throttle.miss("192.0.2.9") is False


def test_tk14_neighbours_of_one_ipv6_network_count_as_one(monkeypatch):
    monkeypatch.setattr(throttle, "MISSES", 1)
    assert [throttle.miss(address) for address in ("2001:db8::1", "2001:db8::2", "2001:db8:0:1::1")] == [
        False,
        True,
        False,
    ]


def test_tk14_nobody_is_refused_while_the_cache_is_down(client, monkeypatch):
    monkeypatch.setattr(throttle.cache, "incr", lambda key: 1)  # what the forgiving cache answers then
    for _guess in range(70):
        assert client.get("/consent/guess/").status_code == 404


@pytest.mark.parametrize(
    ("proxies", "expected"), [(0, "192.0.2.9"), (1, "198.51.100.2"), (2, "198.51.100.1"), (9, "203.0.113.1")]
)
def test_tk14_forwarded_addresses_count_only_behind_our_own_proxies(rf, settings, proxies, expected):
    settings.TRUSTED_PROXY_COUNT = proxies
    forwarded = {"x-forwarded-for": "203.0.113.1, 198.51.100.1, 198.51.100.2"}
    assert throttle.address_of(rf.get("/", REMOTE_ADDR="192.0.2.9", headers=forwarded)) == expected


def test_address_that_is_none_is_not_recorded(rf):
    assert throttle.address_of(rf.get("/", REMOTE_ADDR="")) is None


def test_tk15_page_names_this_request_and_nothing_else(client, cast, ana):
    other = claim_in(S.CONSENT_RECEIVED)
    claim = claim_in(S.AWAITING_CONSENT, contacts=contacts_of(cast.contoso, other.customer), customer=other.customer)
    page = client.get(consent_link(claim)).content.decode()
    for shown in ("Contoso Consulting", claim.engagement.name, claim.partner_email, "Please answer by"):
        assert shown in page
    amounts = ["5,000", "5000", "USD"]
    for hidden in (other.engagement.name, str(other.number), str(claim.number), claim.name, *amounts):
        assert hidden not in page
