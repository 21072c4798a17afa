"""The reviewer's desk: next claim, drafts, checklist, what is new, saved replies (R-190, R-191, R-196, R-197)."""

import re
from datetime import timedelta

import pytest

from claims import desk, lifecycle, review
from claims.actions import Action
from claims.models import Claim, ReviewCheck, ReviewDraft, ReviewMark
from claims.statuses import Status as S
from engagements.models import EvidenceRequirement
from mci_portal.accounts.actors import actor_for
from mci_portal.common.clock import database_now
from tests.factories import EngagementFactory, MembershipFactory, Walk, claim_in
from tests.pages.htmx import headers
from tests.pages.reviewing import address, first_requirement, numbers, text

pytestmark = pytest.mark.django_db
NEXT = "/review/next/"
DAY = timedelta(days=1)
REASON = {"reasons": ["insufficient_poe"], "text": "It does not name the workshop."}


# --- the queue ------------------------------------------------------------------------------------------------------


def test_queue_sorts_by_age_engagement_and_round(signed_in, cast):
    now = database_now()
    alpha, beta = EngagementFactory(name="Alpha", type="assessment"), EngagementFactory(name="Beta", type="workshop")
    old = claim_in(S.SUBMITTED, engagement=beta, now=now - 9 * DAY).number
    young = claim_in(S.SUBMITTED, engagement=beta, now=now - 2 * DAY).number
    dispute = claim_in(S.SUBMITTED, engagement=alpha, round=2, reviewer=cast.ravi, now=now - DAY).number
    found = {sort: numbers(signed_in.get(f"/review/?sort={sort}")) for sort in ("age", "-age", "engagement", "-round")}
    assert found == {
        "age": [dispute, young, old],
        "-age": [old, young, dispute],
        "engagement": [dispute, old, young],
        "-round": [dispute, old, young],
    }
    assert signed_in.get("/review/?sort=partner").status_code == 400


def test_queue_is_filtered_and_its_tabs_count_what_is_left(signed_in, cast):
    alpha = EngagementFactory(name="Alpha", slug="alpha")
    mine = claim_in(S.SUBMITTED, engagement=alpha)
    usage = claim_in(S.SUBMITTED, kind="cpor")
    dispute = claim_in(S.SUBMITTED, round=2, reviewer=cast.ravi)
    for query, left in (
        ("engagement=alpha", [mine.number]),
        ("kind=cpor", [usage.number]),
        ("round=2", [dispute.number]),
        ("assigned=me", []),
    ):
        answer = signed_in.get(f"/review/?{query}")
        assert numbers(answer) == left
        assert f"Unassigned ({len(left)})" in text(answer)
    assert signed_in.get("/review/?round=3").status_code == 400


# --- next claim -----------------------------------------------------------------------------------------------------


def test_next_claim_is_the_first_of_the_order_shown(signed_in, rita):
    """R-190, T16: and the order stays the reviewer's on the claim's page."""
    now = database_now()
    urgent = claim_in(S.SUBMITTED, now=now - 5 * DAY, engagement=EngagementFactory(type="assessment"))
    newest = claim_in(S.SUBMITTED, now=now - DAY, engagement=EngagementFactory(type="workshop"))
    last = claim_in(S.SUBMITTED, now=now - 2 * DAY, engagement=EngagementFactory(type="workshop"))
    answer = signed_in.post(f"{NEXT}?sort=age")
    assert (answer.status_code, answer.url) == (302, address(newest))
    newest.refresh_from_db()
    assert (newest.status, newest.reviewer) == (S.UNDER_REVIEW, rita)
    page = signed_in.get(address(newest)).content.decode()
    onward = re.search(r'action="(/review/next/[^"]*)"', page)[1].replace("&amp;", "&")
    assert signed_in.post(onward).url == address(last)
    assert signed_in.post(NEXT).url == address(urgent)


def test_next_claim_skips_what_this_reviewer_may_not_decide(client, cast, fabrikam):
    """R-196, R-197: neither the dispute of his own rejection nor a claim of his own company."""
    dispute = claim_in(S.SUBMITTED, round=2, reviewer=cast.rita, now=database_now() - 9 * DAY)
    MembershipFactory(user=cast.rita, partner=fabrikam)
    claim_in(S.SUBMITTED, partner=fabrikam, location=cast.amsterdam, now=database_now() - 8 * DAY)
    open_to_all = claim_in(S.SUBMITTED)
    client.force_login(cast.rita)
    assert client.post(NEXT).url == address(open_to_all)
    assert client.post(NEXT).url.startswith("/review/?")
    assert Claim.objects.filter(status=S.SUBMITTED).count() == 2
    client.force_login(cast.ravi)
    assert client.post(NEXT).url == address(dispute)


def test_next_claim_stays_within_the_filter_and_says_when_there_is_none(signed_in):
    claim_in(S.SUBMITTED)
    answer = signed_in.post(f"{NEXT}?round=2", follow=True)
    assert "No claim waits for you here." in text(answer)
    assert not Claim.objects.filter(status=S.UNDER_REVIEW).exists()


@pytest.mark.parametrize("name", ["olga", "ana"])
def test_next_claim_is_for_reviewers(client, cast, name):
    claim_in(S.SUBMITTED)
    client.force_login(getattr(cast, name))
    assert client.post(NEXT).status_code == 403


def test_keys_can_be_switched_off(signed_in):
    """WCAG 2.1.4: for this reviewer on every page, until switched on again; the buttons stay."""
    assert "data-shortcuts" in signed_in.get("/review/").content.decode()
    answer = signed_in.post("/review/keys/", {"on": "0", "next": "/review/?tab=mine"})
    assert answer.url == "/review/?tab=mine"
    page = signed_in.get("/review/").content.decode()
    assert ("data-shortcuts" in page, "aria-keyshortcuts" in page, "Next claim" in page) == (False, False, True)
    assert signed_in.post("/review/keys/", {"on": "1", "next": "//evil.example"}).url == "/review/"
    assert "data-shortcuts" in signed_in.get("/review/").content.decode()


# --- drafts ---------------------------------------------------------------------------------------------------------


def test_draft_is_there_on_return_and_gone_after_the_decision(signed_in, taken):
    sent = {"part": "reject", "version": taken.version} | REASON | {"csrfmiddlewaretoken": "x", "extra": "y"}
    assert signed_in.post(address(taken, "draft/"), sent).status_code == 302
    page = signed_in.get(address(taken)).content.decode()
    assert REASON["text"] in page
    assert re.search(r'value="insufficient_poe"[^>]*checked', page)
    assert "Draft saved" in text(signed_in.get(address(taken)))
    assert ReviewDraft.objects.get().fields == {"reasons": ["insufficient_poe"], "text": [REASON["text"]]}
    assert Claim.objects.get(pk=taken.pk).version == taken.version
    assert signed_in.post(address(taken, "reject/"), REASON | {"version": taken.version}).status_code == 302
    assert not ReviewDraft.objects.exists()


def test_issues_come_back_and_can_be_sent(signed_in, taken):
    """What was restored counts as typed."""
    lines = {"issues-1-kind": "dates", "issues-1-severity": "should", "issues-1-text": "No date."}
    signed_in.post(address(taken, "draft/"), {"part": "issues", "version": taken.version} | lines)
    page = signed_in.get(address(taken)).content.decode()
    assert "No date." in page
    assert re.search(r'value="dates" selected', page)
    counts = {name: re.search(rf'name="{name}" value="(\d+)"', page)[1] for name in COUNTS}
    untouched = {f"issues-{number}-severity": "must" for number in (0, 2)}  # as a browser sends them
    sent = {"version": taken.version} | lines | counts | untouched
    answer = signed_in.post(address(taken, "request-action/"), sent)
    assert answer.status_code == 302
    assert list(taken.issues.values_list("kind", "text")) == [("dates", "No date.")]


COUNTS = ("issues-TOTAL_FORMS", "issues-INITIAL_FORMS")


def test_draft_older_than_the_claim_says_what_changed(signed_in, taken, ana):
    signed_in.post(address(taken, "draft/"), {"part": "reject", "version": taken.version, "text": "Why"})
    words = "The claim changed since you wrote this"
    assert words not in text(signed_in.get(address(taken)))
    review.comment(taken, actor_for(ana), "Look again, please.")
    page = text(signed_in.get(address(taken)))
    assert f"{words} Comment Ana Silva" in page
    assert "Why" in page


def test_draft_of_one_reviewer_is_not_shown_to_another(client, cast, taken):
    """Not even to the one who has the claim after him."""
    client.force_login(cast.rita)
    assert client.post(address(taken, "draft/"), {"part": "note", "text": "Odd."}).status_code == 302
    assert "Odd." in client.get(address(taken)).content.decode()
    lifecycle.perform(taken, Action.ASSIGN, actor_for(cast.lena), assignee=cast.ravi)
    client.force_login(cast.ravi)
    assert "Odd." not in client.get(address(taken)).content.decode()


@pytest.mark.parametrize(("name", "status"), [("ravi", 403), ("olga", 403), ("ana", 403)])
def test_decision_is_drafted_by_the_assigned_reviewer_only(client, cast, taken, name, status):
    client.force_login(getattr(cast, name))
    assert client.post(address(taken, "draft/"), {"part": "reject", "text": "x"}).status_code == status
    assert not ReviewDraft.objects.exists()


def test_draft_that_arrives_after_the_decision_is_refused(signed_in, taken):
    signed_in.post(address(taken, "reject/"), REASON | {"version": taken.version})
    assert signed_in.post(address(taken, "draft/"), {"part": "reject", "text": "late"}).status_code == 409
    assert not ReviewDraft.objects.exists()


@pytest.mark.parametrize("sent", [{"part": "other"}, {"part": "reject", "text": "x" * 60_001}])
def test_spoiled_draft_is_refused(signed_in, taken, sent):
    assert signed_in.post(address(taken, "draft/"), sent).status_code == 400


def test_htmx_gets_the_line_that_says_it_is_saved(signed_in, taken):
    sent = {"part": "reject", "version": taken.version, "text": "a\x00b"}
    answer = signed_in.post(address(taken, "draft/"), sent, headers=headers("saved-reject"))
    assert answer.content.decode().startswith('<span id="saved-reject"')
    assert ReviewDraft.objects.get().fields == {"text": ["ab"]}


def test_note_that_was_sent_leaves_no_draft(signed_in, taken):
    signed_in.post(address(taken, "draft/"), {"part": "note", "text": "Half"})
    signed_in.post(address(taken, "comments/"), {"text": "Half a note", "internal": "1"})
    assert not ReviewDraft.objects.exists()


# --- the checklist --------------------------------------------------------------------------------------------------


def test_checklist_outlives_the_decision_and_the_second_round_reads_it(client, cast):
    """R-196: another reviewer decides the dispute, and sees what the first one found."""
    walk = Walk(claim_in(S.UNDER_REVIEW, reviewer=cast.rita), by=actor_for(cast.ana))
    key = first_requirement(walk.claim).pk
    client.force_login(cast.rita)
    sent = {"part": "approve", "version": walk.claim.version, f"check-{key}": "fails", f"note-{key}": "No stamp"}
    client.post(address(walk.claim, "draft/"), sent)
    page = client.get(address(walk.claim)).content.decode()
    assert re.search(rf'name="check-{key}" value="fails"[^>]*checked', page)
    assert "No stamp" in page
    client.post(address(walk.claim, "reject/"), REASON | {"version": walk.claim.version})
    walk.claim.refresh_from_db()
    now = database_now()
    walk.dispute(now)
    walk.argue(now)
    walk.submit(now)
    walk.second_reviewer = actor_for(cast.ravi)
    walk.start_again(now)
    client.force_login(cast.ravi)
    second = client.get(address(walk.claim)).content.decode()
    assert "First review Does not meet No stamp Rita Rossi" in text(client.get(address(walk.claim)))
    assert not re.search(rf'name="check-{key}" value="fails"[^>]*checked', second)
    client.post(address(walk.claim, "draft/"), {"part": "approve", f"check-{key}": "meets"})
    found = ReviewCheck.objects.order_by("round").values_list("round", "verdict", "by__name")
    assert list(found) == [(1, "fails", "Rita Rossi"), (2, "meets", "Ravi Rao")]


def test_approval_keeps_the_checklist_that_led_to_it(signed_in, taken):
    required = EvidenceRequirement.objects.filter(engagement_id=taken.engagement_id, required=True)
    sent = {f"check-{one.pk}": "meets" for one in required} | {"version": taken.version, "text": ""}
    assert signed_in.post(address(taken, "approve/"), sent).status_code == 302
    assert ReviewCheck.objects.filter(claim=taken, verdict="meets").count() == len(required)


def test_unchanged_check_keeps_who_found_it_and_when(rita, lena, taken):
    """A colleague who saves the form again has not found it himself."""
    key, now = first_requirement(taken).pk, database_now()
    desk.keep_checks(taken, actor_for(rita), {key: ("meets", "")}, now)
    desk.keep_checks(taken, actor_for(lena), {key: ("meets", "")}, now + DAY)
    assert ReviewCheck.objects.values_list("by", "checked_at").get() == (rita.pk, now)


# --- what is new ----------------------------------------------------------------------------------------------------


def test_new_things_carry_a_badge_until_marked_as_seen(signed_in, taken, ana):
    """Own doings are no news; GET alone marks nothing."""
    review.comment(taken, actor_for(taken.reviewer), "Mine", internal=True)
    assert "since you last looked" not in text(signed_in.get(address(taken)))
    taken.refresh_from_db()
    review.comment(taken, actor_for(ana), "Hers")
    for _look in range(2):
        page = text(signed_in.get(address(taken)))
        assert "1 thing happened since you last looked." in page
        assert re.search(r"Ana Silva Partner New .{0,60} Hers", page)
    assert text(signed_in.get("/review/?tab=mine")).count(f"{taken.number} New") == 1
    taken.refresh_from_db()
    assert signed_in.post(address(taken, "seen/"), {"version": taken.version}).status_code == 302
    assert "since you last looked" not in text(signed_in.get(address(taken)))
    assert f"{taken.number} New" not in text(signed_in.get("/review/?tab=mine"))


def test_what_came_after_the_page_was_loaded_stays_new(signed_in, taken, ana):
    version = taken.version
    review.comment(taken, actor_for(ana), "Just now")
    signed_in.post(address(taken, "seen/"), {"version": version})
    assert "1 thing happened" in text(signed_in.get(address(taken)))


def test_resubmission_shows_what_is_new_to_the_reviewer_who_asked(signed_in, cast):
    """R-193: new documents and answers since his request, also after he takes the claim again."""
    walk = Walk(claim_in(S.ACTION_REQUIRED, reviewer=cast.rita), by=actor_for(cast.ana), reviewer=actor_for(cast.rita))
    now = database_now()
    walk.upload(EvidenceRequirement.objects.get(engagement=walk.claim.engagement_id, kind="invoice"), now, "new.pdf")
    walk.answer_issues(now)
    walk.submit(now)
    assert f"{walk.claim.number} New" in text(signed_in.get("/review/"))
    walk.start(now)
    page = text(signed_in.get(address(walk.claim)))
    assert re.search(r"new.pdf New", page)
    assert "Answer New The date is on page 2." in page
    assert len(re.findall(r"report.pdf New", page)) == 0


def test_leaving_by_next_claim_marks_as_seen(signed_in, taken, ana):
    review.comment(taken, actor_for(ana), "Hers")
    taken.refresh_from_db()
    signed_in.post(NEXT, {"leave": taken.number, "version": taken.version})
    assert ReviewMark.objects.get().seq == taken.version


# --- documents ------------------------------------------------------------------------------------------------------


def test_documents_are_read_one_after_the_other(signed_in, taken):
    """The open one stands beside the checklist; the links lead on, and HTMX brings the same part."""
    first = signed_in.get(address(taken))
    viewer = first.context["viewer"]
    assert (viewer["number"], viewer["previous_url"], first.content.decode().count("<iframe")) == (1, "", 1)
    second = signed_in.get(viewer["next_url"])
    assert second.context["viewer"]["number"] == 2
    assert second.context["viewer"]["document"]["name"] != viewer["document"]["name"]
    part = signed_in.get(viewer["next_url"], headers=headers("viewer")).content.decode()
    assert part.startswith('<div id="viewer"')
    assert part.strip() in second.content.decode()
    assert signed_in.get(address(taken, "?document=nonsense")).context["viewer"]["number"] == 1
