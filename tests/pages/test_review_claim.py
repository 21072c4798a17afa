"""The reviewer's view of one claim: what it shows, who decides, what a decision does (R-191 to R-199, F04)."""

import re

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims import review
from claims.models import Claim, Comment, Earning, Issue
from claims.statuses import Status as S
from engagements.models import EvidenceRequirement
from mci_portal.accounts.actors import actor_for
from tests.factories import EngagementFactory, MembershipFactory, Walk, claim_in
from tests.pages.reviewing import address, text

pytestmark = pytest.mark.django_db


def status_of(claim: Claim) -> str:
    return Claim.objects.get(pk=claim.pk).status


def checks(claim: Claim, verdict: str = "meets", **more) -> dict:
    required = EvidenceRequirement.objects.filter(engagement_id=claim.engagement_id)
    return {f"check-{one.pk}": verdict for one in required} | {"version": claim.version, "text": ""} | more


def issue_lines(claim: Claim, *lines: dict, **more) -> dict:
    sent = {"issues-TOTAL_FORMS": 3, "issues-INITIAL_FORMS": 0, "version": claim.version} | more
    for number in range(3):
        line = {"kind": "", "requirement": "", "severity": "must", "text": ""} | dict(enumerate(lines)).get(number, {})
        sent |= {f"issues-{number}-{name}": value for name, value in line.items()}
    return sent


REASON = {"reasons": ["insufficient_poe"], "text": "The report does not name the workshop."}
LINE = {"kind": "dates", "text": "The invoice bears no date."}


# --- what it shows --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "status"),
    [("rita", 200), ("ravi", 200), ("lena", 200), ("olga", 200), ("ana", 403), ("omar", 404)],
)
def test_page_is_for_microsoft_people_only(client, cast, taken, name, status):
    """Reliability section 6: 403 for the claim's partner, 404 for another one, and not a word of the claim for both."""
    client.force_login(getattr(cast, name))
    answer = client.get(address(taken))
    assert answer.status_code == status
    assert (taken.customer.name in text(answer)) == (status == 200)


def test_page_of_a_number_that_is_none_is_not_found(signed_in):
    assert signed_in.get("/review/9999999/").status_code == 404


def test_page_shows_details_evidence_answers_and_history(signed_in, taken, rita):
    page = text(signed_in.get(address(taken)))
    for word in (
        "Workshop Details",
        taken.customer_email,
        "invoice.pdf",
        "report.pdf",
        "SHA-256",
        "Did the engagement take place? Yes",
        f"taken by {rita.name}",
        "Start review Under review Rita Rossi",
        "Submit claim Submitted Ana Silva",
    ):
        assert word in page
    assert "start_review" not in re.sub(r"/do/start_review/", "", page)


@pytest.mark.parametrize("name", ["ravi", "lena", "olga"])
def test_nobody_but_the_assigned_reviewer_gets_a_decision_panel(client, cast, taken, name):
    """R-191; the lead may release."""
    client.force_login(getattr(cast, name))
    page = client.get(address(taken)).content.decode()
    assert ">Approve</button>" not in page
    assert ">Reject</button>" not in page
    assert (">Release</button>" in page) == (name != "ravi")


def test_assigned_reviewer_gets_all_four_buttons(signed_in, taken):
    page = signed_in.get(address(taken)).content.decode()
    for label in ("Approve", "Reject", "Request action", "Release"):
        assert f">{label}</button>" in page


def test_unassigned_reviewer_sees_names_of_documents_but_no_way_into_them(client, cast, taken):
    """Reliability section 6: documents are for the assigned reviewer."""
    client.force_login(cast.ravi)
    page = client.get(address(taken)).content.decode()
    assert "invoice.pdf" in page
    assert "<iframe" not in page
    assert "/documents/" not in page


def test_internal_note_shows_here_and_never_on_the_partners_page(client, cast, taken):
    """R-178, reliability section 6: the reviewer of the claim writes, the others read."""
    sent = {"text": "Looks odd to me.", "internal": "1"}
    client.force_login(cast.ravi)
    assert client.post(address(taken, "comments/"), sent).status_code == 403
    client.force_login(cast.rita)
    answer = client.post(address(taken, "comments/"), sent)
    assert (answer.status_code, answer.url) == (302, address(taken))
    client.force_login(cast.ravi)
    page = client.get(address(taken)).content.decode()
    assert "Looks odd to me." in page
    assert '<li class="internal">' in page
    client.force_login(cast.ana)
    assert "Looks odd to me." not in client.get(f"/incentives/claims/{taken.number}/").content.decode()


def test_comment_to_the_partner_is_for_the_assigned_reviewer(client, cast, taken):
    """R-178, reliability section 6."""
    client.force_login(cast.ravi)
    assert client.post(address(taken, "comments/"), {"text": "Hello"}).status_code == 403
    client.force_login(cast.rita)
    assert client.post(address(taken, "comments/"), {"text": "Hello"}).status_code == 302
    assert list(Comment.objects.values_list("text", "internal", "author_name")) == [("Hello", False, "Rita Rossi")]


def test_empty_comment_is_sent_back(signed_in, taken):
    answer = signed_in.post(address(taken, "comments/"), {"text": "  "})
    assert answer.status_code == 422
    assert not Comment.objects.exists()


def test_issues_show_with_their_answers(signed_in, ana, rita):
    """R-193."""
    claim = claim_in(S.ACTION_REQUIRED, reviewer=rita)
    assert "No answer yet." in text(signed_in.get(address(claim)))
    walk = Walk(claim, by=actor_for(ana))
    walk.answer_issues(claim.updated_at)
    page = text(signed_in.get(address(claim)))
    assert "Missing or old dates Must be fixed" in page
    assert "Answer The date is on page 2. Ana Silva" in page


def test_statements_are_the_same_for_one_and_for_many_documents(signed_in, taken, ana):
    """House rule: a fixed number of queries."""

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert signed_in.get(address(taken)).status_code == 200
        return len(queries)

    before = count()
    for number in range(20):
        review.comment(taken, actor_for(ana), f"Comment {number}")
    assert count() == before
    assert before <= 22


# --- approve --------------------------------------------------------------------------------------------------------


def test_approve_pays_the_amount_and_tells(signed_in, taken):
    """T18, R-199."""
    answer = signed_in.post(address(taken, "approve/"), checks(taken, text="Well done."))
    assert (answer.status_code, answer.url) == (302, address(taken))
    told = [str(message) for message in get_messages(answer.wsgi_request)]
    assert told == [f"Claim {taken.number} is now “Approved”. The partner was told."]
    assert status_of(taken) == S.APPROVED
    assert Earning.objects.get().amount == taken.amount
    assert taken.events.order_by("-seq").first().note == "Well done."


def test_approve_without_a_word_on_each_required_document_is_sent_back(signed_in, taken):
    """T18: every required item accepted; nothing typed is lost."""
    sent = {"version": taken.version, "text": "Well done."}
    answer = signed_in.post(address(taken, "approve/"), sent)
    assert answer.status_code == 422
    assert text(answer).count("Say whether this document meets the requirement.") >= 4
    assert "Well done." in text(answer)
    assert status_of(taken) == S.UNDER_REVIEW


def test_approve_of_what_fails_a_requirement_is_sent_back(signed_in, taken):
    """T18."""
    answer = signed_in.post(address(taken, "approve/"), checks(taken, "fails"))
    assert answer.status_code == 422
    assert "What does not meet the requirement cannot be approved." in text(answer)
    assert status_of(taken) == S.UNDER_REVIEW


def test_approve_without_a_rate_is_refused_with_the_reason(signed_in, taken):
    """R-250: the button says so before the click."""
    claim = taken
    Claim.objects.filter(pk=claim.pk).update(amount=None)
    page = signed_in.get(address(claim)).content.decode()
    assert 'aria-disabled="true" aria-describedby="approve-refusal">Approve</button>' in page
    answer = signed_in.post(address(claim, "approve/"), checks(claim))
    assert answer.status_code == 409
    assert "No rate was in force" in text(answer)


# --- reject ---------------------------------------------------------------------------------------------------------


def test_reject_tells_reasons_and_text(signed_in, taken):
    """T19, R-194."""
    answer = signed_in.post(address(taken, "reject/"), REASON | {"version": taken.version})
    assert answer.status_code == 302
    assert status_of(taken) == S.REJECTED
    page = text(signed_in.get(address(taken)))
    assert "Reject Rejected Rita Rossi" in page
    assert "Reasons: Insufficient PoE The report does not name the workshop." in page


@pytest.mark.parametrize("sent", [{"text": "Why."}, {"reasons": ["insufficient_poe"], "text": " "}, {"reasons": ["x"]}])
def test_reject_without_reason_or_text_is_sent_back(signed_in, taken, sent):
    """R-194: at least one reason from the list, and a text."""
    answer = signed_in.post(address(taken, "reject/"), sent | {"version": taken.version})
    assert answer.status_code == 422
    assert status_of(taken) == S.UNDER_REVIEW


def test_rejection_of_the_second_round_is_final(client, cast):
    """T29; the page says so before the click."""
    claim = claim_in(S.UNDER_REVIEW, round=2)
    client.force_login(cast.ravi)
    assert "This decision is final" in text(client.get(address(claim)))
    assert client.post(address(claim, "reject/"), REASON | {"version": claim.version}).status_code == 302
    assert status_of(claim) == S.REJECTED_FINAL


# --- request action -------------------------------------------------------------------------------------------------


def test_request_action_lists_the_issues(signed_in, taken):
    """T20, R-193."""
    invoice = EvidenceRequirement.objects.get(engagement_id=taken.engagement_id, kind="invoice")
    sent = issue_lines(taken, LINE | {"requirement": invoice.pk}, {"kind": "other", "severity": "should", "text": "B"})
    answer = signed_in.post(address(taken, "request-action/"), sent)
    assert (answer.status_code, answer.url) == (302, address(taken))
    assert status_of(taken) == S.ACTION_REQUIRED
    assert list(Issue.objects.values_list("kind", "requirement", "severity", "text")) == [
        ("dates", invoice.pk, "must", "The invoice bears no date."),
        ("other", None, "should", "B"),
    ]


def test_request_action_without_an_issue_is_sent_back(signed_in, taken):
    """R-193: at least one."""
    answer = signed_in.post(address(taken, "request-action/"), issue_lines(taken))
    assert answer.status_code == 422
    assert "List at least one issue for the partner to resolve." in text(answer)


def test_half_filled_issue_is_sent_back_as_it_was_typed(signed_in, taken):
    answer = signed_in.post(address(taken, "request-action/"), issue_lines(taken, LINE, {"text": "No kind chosen"}))
    assert answer.status_code == 422
    assert "The invoice bears no date." in text(answer)
    assert "No kind chosen" in text(answer)
    assert status_of(taken) == S.UNDER_REVIEW


def test_issue_about_a_document_of_another_engagement_is_sent_back(signed_in, taken):
    """A04."""
    foreign = EngagementFactory().evidence.first()
    answer = signed_in.post(address(taken, "request-action/"), issue_lines(taken, LINE | {"requirement": foreign.pk}))
    assert answer.status_code == 422
    assert not Issue.objects.exists()


@pytest.mark.parametrize("total", ["", "x", "-1", "100000"])
def test_spoiled_form_count_is_sent_back(signed_in, taken, total):
    sent = issue_lines(taken, LINE) | {"issues-TOTAL_FORMS": total}
    answer = signed_in.post(address(taken, "request-action/"), sent)
    assert answer.status_code == 422
    assert status_of(taken) == S.UNDER_REVIEW


# --- who and when ---------------------------------------------------------------------------------------------------


def decisions(claim: Claim) -> dict[str, dict]:
    return {
        "approve/": checks(claim),
        "reject/": REASON | {"version": claim.version},
        "request-action/": issue_lines(claim, LINE),
    }


@pytest.mark.parametrize("part", ["approve/", "reject/", "request-action/"])
@pytest.mark.parametrize(("name", "status"), [("ravi", 403), ("lena", 403), ("olga", 403), ("ana", 403), ("omar", 404)])
def test_only_the_assigned_reviewer_decides(client, cast, taken, name, status, part):
    """R-191, reliability section 6: refused, and nothing written."""
    client.force_login(getattr(cast, name))
    assert client.post(address(taken, part), decisions(taken)[part]).status_code == status
    assert Claim.objects.get(pk=taken.pk).version == taken.version


@pytest.mark.parametrize("part", ["approve/", "reject/", "request-action/", "comments/"])
def test_who_did_not_take_the_claim_is_told_so_before_his_form_is_read(client, cast, taken, part):
    """An empty post of the wrong reviewer is no bad input (422) but not his to send (403)."""
    client.force_login(cast.ravi)
    assert client.post(address(taken, part), {}).status_code == 403


@pytest.mark.parametrize("part", ["approve/", "reject/", "request-action/"])
def test_decision_on_an_old_page_is_refused_and_keeps_what_was_typed(signed_in, taken, ana, part):
    """F04: 409, the claim as it is now, the text still there, and sent again it counts."""
    sent = decisions(taken)[part] | ({"text": "Typed long"} if part != "request-action/" else {})
    review.comment(taken, actor_for(ana), "One more thing.")
    answer = signed_in.post(address(taken, part), sent)
    page = text(answer)
    assert answer.status_code == 409
    assert "This claim changed while the page was open." in page
    assert "One more thing." in page
    assert ("Typed long" if part != "request-action/" else LINE["text"]) in page
    assert status_of(taken) == S.UNDER_REVIEW
    versions = set(re.findall(r'name="version" value="(\d+)"', answer.content.decode()))
    assert versions == {str(Claim.objects.get(pk=taken.pk).version)}
    assert signed_in.post(address(taken, part), sent | {"version": versions.pop()}).status_code == 302


@pytest.mark.parametrize("part", ["approve/", "reject/", "request-action/"])
def test_decision_without_a_version_never_counts(signed_in, taken, part):
    """F04: who does not say what he saw has not seen it."""
    sent = {name: value for name, value in decisions(taken)[part].items() if name != "version"}
    assert signed_in.post(address(taken, part), sent).status_code in (409, 422)
    assert status_of(taken) == S.UNDER_REVIEW


@pytest.mark.parametrize("part", ["approve/", "reject/", "request-action/"])
def test_second_decision_is_refused_and_shows_what_was_not_sent(signed_in, taken, part):
    """State machine: a decided claim is decided; the text that was typed is still on the page."""
    sent = decisions(taken)[part] | ({"text": "Typed long"} if part != "request-action/" else {})
    review.approve(taken, actor_for(taken.reviewer))
    answer = signed_in.post(address(taken, part), sent)
    assert answer.status_code == 409
    assert "What you wrote was not sent" in text(answer)
    assert ("Typed long" if part != "request-action/" else LINE["text"]) in text(answer)
    assert status_of(taken) == S.APPROVED


@pytest.mark.parametrize("part", ["approve/", "reject/", "request-action/"])
def test_reviewer_who_joined_the_company_since_cannot_decide(signed_in, taken, rita, contoso, part):
    """R-197: greyed with the reason, and refused."""
    MembershipFactory(user=rita, partner=contoso)
    page = signed_in.get(address(taken)).content.decode()
    assert page.count('aria-disabled="true"') == 3
    answer = signed_in.post(address(taken, part), decisions(taken)[part])
    assert answer.status_code == 409
    assert "You belong to this partner" in text(answer)
    assert status_of(taken) == S.UNDER_REVIEW


def test_start_review_is_greyed_with_the_reason_for_the_first_decider(client, cast):
    """R-196."""
    claim = claim_in(S.SUBMITTED, round=2)
    client.force_login(cast.rita)
    page = client.get(address(claim)).content.decode()
    assert 'aria-disabled="true" aria-describedby="start-refusal">Start review</button>' in page
    assert "You rejected this claim, so another reviewer must decide the dispute." in page


@pytest.mark.parametrize("part", ["approve/", "reject/", "request-action/", "comments/"])
def test_decisions_are_posts(signed_in, taken, part):
    """GET never writes."""
    assert signed_in.get(address(taken, part)).status_code == 405


@pytest.mark.parametrize(
    ("status", "round"),
    [(S.SUBMITTED, 1), (S.ACTION_REQUIRED, 1), (S.APPROVED, 1), (S.REJECTED, 1), (S.DISPUTED, 2), (S.REJECTED_FINAL, 2),
     (S.CONSENT_RECEIVED, 1), (S.CUSTOMER_CLAIMED, 1), (S.CONSENT_DECLINED, 1), (S.CANCELED, 1)],
)  # fmt: skip
def test_page_of_every_other_status_draws_and_offers_no_decision(signed_in, status, round):
    claim = claim_in(status, round=round)
    answer = signed_in.get(address(claim))
    assert answer.status_code == 200
    assert ">Approve</button>" not in answer.content.decode()
