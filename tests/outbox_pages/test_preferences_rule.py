"""Which mail leaves at once, waits for the digest, or stays in the portal (R-242, R-243, R-245)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail as locmem

from claims.effects import AUDIENCE
from mci_portal.common.models import Heartbeat
from mci_portal.outbox import delivery, digests, kinds, notices, rendering, tasks
from mci_portal.outbox.models import Digest, MailPreference, Message
from mci_portal.outbox.rendering import Mail
from tests.rows import UserFactory

NOW = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)  # a Wednesday
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ALL_OFF = ["incentives:transactional", "incentives:promotional", "review:transactional"]


@pytest.fixture(autouse=True)
def _plain_words(monkeypatch):
    """Every kind can be written without a claim, and one of each category is at hand."""
    monkeypatch.setitem(kinds.KINDS, "X09", (kinds.Category.PROMOTIONAL, kinds.Workspace.INCENTIVES))
    monkeypatch.setitem(kinds.KINDS, "X08", (kinds.Category.RECOMMENDED, kinds.Workspace.INCENTIVES))
    for kind in ("E04", "E06", "E12", "E13", "N41", "X08", "X09", "P01", "E03"):
        monkeypatch.setitem(rendering._renderers, kind, lambda message: Mail(f"Words {message.dedup_key}", "t", "<p>"))


@pytest.fixture
def mailed(cast, tell):
    """``mailed("E04", "a")``: a queued mail to Ana about Redmond, due at NOW."""

    def put(kind: str, key: str = "a", **fields) -> Message:
        where = {"partner_id": cast.contoso.pk, "location_id": cast.redmond.pk, "topic": "claim:1000001"}
        when = {"created_at": NOW - HOUR, "next_at": NOW - HOUR}
        to = {"audience": "partner", "to_email": "Ana@contoso.example"}
        return tell(key, kind=kind, **(where | when | to | fields))

    return put


def wish(user, **fields) -> MailPreference:
    return MailPreference.objects.update_or_create(user=user, defaults=fields)[0]


def outcome(message: Message) -> tuple[str, str]:
    message.refresh_from_db()
    return message.status, message.held_back


def test_every_kind_that_goes_to_partners_and_reviewers_is_classed():
    to_us = {kind for kind, audience in AUDIENCE.items() if audience != "customer"}
    assert to_us <= set(kinds.KINDS)
    customers = {kind for kind, audience in AUDIENCE.items() if audience == "customer"}
    assert customers & set(kinds.KINDS) == set()
    written = {kind for kind in rendering._renderers if not kind.startswith("X")} - customers
    assert written == {kind for kind in kinds.KINDS if not kind.startswith("X")} | {"E18", "E21"}


SENT, OUT, WAITS = ("sent", ""), ("portal", "opted_out"), ("portal", "digest")


@pytest.mark.parametrize(
    ("kind", "audience", "untouched", "muted", "digest"),
    [
        ("E06", "partner", SENT, SENT, SENT),  # mandatory
        ("E13", "partner", SENT, SENT, SENT),
        ("X08", "partner", SENT, SENT, SENT),  # recommended
        ("E04", "partner", SENT, OUT, WAITS),  # transactional
        ("X09", "partner", SENT, OUT, SENT),  # promotional
        ("P01", "partner", SENT, SENT, SENT),  # of the account
        ("E12", "reviewer", SENT, OUT, WAITS),
        ("X01", "partner", SENT, SENT, SENT),  # a kind that the table does not know
        ("E03", "customer", SENT, SENT, SENT),  # to an address that happens to have an account
    ],
)
def test_matrix_of_opt_outs(cast, mailed, kind, audience, untouched, muted, digest):
    """R-242: promotional and transactional e-mail only; new users are opted in to all."""
    fields = {"partner_id": None, "location_id": None} if kind == "P01" else {}
    found = []
    for name, chosen in (("n", None), ("m", {"muted": ALL_OFF}), ("d", {"muted": [], "digest": Digest.DAILY})):
        if chosen:
            wish(cast.ana, **chosen)
        message = mailed(kind, name, audience=audience, **fields)
        delivery.deliver(NOW)
        found.append(outcome(message))
    assert found == [untouched, muted, digest]


def test_mail_that_the_portal_does_not_show_is_never_held_back(cast, mailed):
    wish(cast.ana, muted=ALL_OFF)
    message = mailed("E04", partner_id=None)
    delivery.deliver(NOW)
    assert outcome(message) == SENT


def test_one_workspace_is_switched_off_and_the_other_stays(cast, mailed):
    wish(cast.ana, muted=["review:transactional"])
    here, there = mailed("E04", "here"), mailed("E12", "there", audience="reviewer")
    delivery.deliver(NOW)
    assert (outcome(here), outcome(there)) == (SENT, OUT)


def test_suppressed_mail_stays_in_the_portal_and_in_the_log_with_its_reason(cast, mailed, client):
    wish(cast.ana, muted=ALL_OFF)
    message = mailed("E04")
    delivery.deliver(NOW)
    assert locmem.outbox == []
    assert [row.pk for row in notices.of_actor(cast.actor("ana"))] == [message.pk]
    client.force_login(cast.olga)
    assert "does not want mail of this category" in client.get(f"/operator/mail/{message.pk}/").content.decode()


def test_preference_counts_at_the_moment_of_sending(cast, mailed):
    message = mailed("E04")
    wish(cast.ana, muted=ALL_OFF)
    delivery.deliver(NOW)
    assert outcome(message) == OUT


def test_preferences_of_a_whole_batch_take_one_query(cast, mailed, django_assert_num_queries):
    """Leases, the sign of life and its end, take (in a transaction), preferences, one for all that is held back."""
    people = [UserFactory() for _ in range(20)]
    for user in people:
        wish(user, muted=ALL_OFF)
        mailed("E04", f"m{user.pk}", to_email=user.email)
    with django_assert_num_queries(8):
        delivery.deliver(NOW)
    assert Message.objects.filter(held_back="opted_out").count() == 20


def test_verified_address_gets_the_mail_and_the_log_says_so(cast, mailed):
    wish(cast.ana, notification_email="team@contoso.example")
    message, link = mailed("E13"), mailed("E13", "with a link", token_nonce="n", token_purpose="survey")
    delivery.deliver(NOW)
    message.refresh_from_db()
    assert message.sent_to == "team@contoso.example"
    link.refresh_from_db()
    assert link.sent_to == "Ana@contoso.example"  # a link proves who reads at the address it was written to
    assert sorted(mail.to[0] for mail in locmem.outbox) == ["Ana@contoso.example", "team@contoso.example"]


def test_mail_is_written_in_the_language_of_the_preferences(cast, mailed, monkeypatch):
    seen = []

    def note(message):
        seen.append(message.language)
        return Mail("s", "t", "<p>")

    monkeypatch.setitem(rendering._renderers, "E13", note)
    cast.ana.language = "nl"
    cast.ana.save()
    mailed("E13", "a")
    delivery.deliver(NOW)
    wish(cast.ana, language="sv")
    mailed("E13", "b")
    delivery.deliver(NOW)
    assert seen == ["nl", "sv"]


# --- the digest -------------------------------------------------------------------------------------------------------


def held(mailed, *keys: str, **fields) -> list[Message]:
    made = [mailed("E04", key, **fields) for key in keys]
    delivery.deliver(NOW)
    return made


def digest_mails() -> list[Message]:
    return list(Message.objects.filter(kind="D01").order_by("pk"))


def test_digest_tells_what_was_held_back_once_a_day_at_the_users_hour(cast, mailed):
    wish(cast.ana, digest=Digest.DAILY, digest_hour=18)
    held(mailed, "a", "b")
    at = NOW.replace(hour=18)
    assert digests.queue(at - HOUR) == 0
    assert [digests.queue(at), digests.queue(at), digests.queue(at + HOUR)] == [1, 0, 0]
    delivery.deliver(at)
    (mail,) = locmem.outbox
    assert (mail.subject, mail.to) == ("2 notifications for you", ["Ana Silva <ana@contoso.example>"])
    html = mail.alternatives[0][0]
    for words in ("March 4, 2026: Words a", "March 4, 2026: Words b", "/action-center/?tab=notifications"):
        assert words in mail.body
        assert words in html
    (digest,) = digest_mails()
    assert digest.status == "sent"
    assert set(Message.objects.filter(digest=digest).values_list("dedup_key", flat=True)) == {"a", "b"}


def test_next_digest_tells_only_what_is_new(cast, mailed):
    wish(cast.ana, digest=Digest.DAILY, digest_hour=9)
    held(mailed, "a")
    assert digests.queue(NOW + DAY) == 1
    mailed("E04", "b", created_at=NOW + DAY, next_at=NOW + DAY)
    delivery.deliver(NOW + DAY)
    assert digests.queue(NOW + 2 * DAY) == 1
    first, second = (
        list(Message.objects.filter(digest=row).values_list("dedup_key", flat=True)) for row in digest_mails()
    )
    assert (first, second) == (["a"], ["b"])


@pytest.mark.parametrize(
    ("zone", "hour", "after"),
    [("UTC", 12, 2), ("America/Los_Angeles", 8, 6), ("Asia/Kolkata", 8, 16.5), ("Mars/Olympus", 12, 2)],
)
def test_hour_is_that_of_the_users_own_clock(cast, mailed, zone, hour, after):
    """NOW is 02:00 in Los Angeles and 15:30 in Kolkata; an unknown zone counts as the portal's."""
    cast.ana.time_zone = zone
    cast.ana.save()
    wish(cast.ana, digest=Digest.DAILY, digest_hour=hour)
    held(mailed, "a")
    assert digests.queue(NOW + timedelta(hours=after) - timedelta(minutes=1)) == 0
    assert digests.queue(NOW + timedelta(hours=after)) == 1


def test_weekly_digest_comes_on_monday_and_late_after_an_outage(cast, mailed):
    wish(cast.ana, digest=Digest.WEEKLY, digest_hour=8)
    held(mailed, "a")
    monday = datetime(2026, 3, 9, 8, tzinfo=UTC)
    assert digests.queue(monday - HOUR) == 0
    assert [digests.queue(monday + DAY), digests.queue(monday + 2 * DAY)] == [1, 0]


def test_digest_that_was_switched_off_is_sent_a_last_time_at_once(cast, mailed):
    wish(cast.ana, digest=Digest.WEEKLY)
    held(mailed, "a")
    wish(cast.ana, digest=Digest.NONE)
    assert digests.queue(NOW) == 1


def test_closed_account_gets_no_digest(cast, mailed):
    wish(cast.ana, digest=Digest.DAILY)
    held(mailed, "a")
    cast.ana.is_active = False
    cast.ana.save()
    assert digests.queue(NOW + DAY) == 0


def test_everybody_gets_his_own(cast, mailed):
    for user in (cast.ana, cast.ben):
        wish(user, digest=Digest.DAILY, digest_hour=8)
    held(mailed, "a")
    held(mailed, "b", to_email=cast.ben.email)
    assert digests.queue(NOW + DAY) == 2
    for digest in digest_mails():
        (line,) = Message.objects.filter(digest=digest)
        assert line.to_email.lower() == digest.to_email


def test_long_digest_counts_the_rest(cast, mailed, monkeypatch):
    monkeypatch.setattr(digests, "LONGEST", 2)
    wish(cast.ana, digest=Digest.DAILY, digest_hour=8)
    held(mailed, "a", "b", "c", "d")
    digests.queue(NOW + DAY)
    mail = rendering.render(digest_mails()[0])
    assert (mail.subject, "Words b" in mail.text, "Words c" in mail.text) == ("4 notifications for you", True, False)
    assert "and 2 more" in mail.text


def test_digest_shows_in_nobodys_list(cast, mailed):
    wish(cast.ana, digest=Digest.DAILY, digest_hour=8)
    held(mailed, "a")
    digests.queue(NOW + DAY)
    for who in ("ana", "rita"):
        assert not notices.of_actor(cast.actor(who)).filter(kind="D01").exists()


def test_job_queues_and_leaves_a_heartbeat(cast, mailed):
    wish(cast.ana, digest=Digest.DAILY)
    held(mailed, "a")
    tasks.queue_digests()
    assert (len(digest_mails()), Heartbeat.objects.filter(name="queue-digests").count()) == (1, 1)
