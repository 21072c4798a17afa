"""What is done on the claim page: submit, comment, answer, cancel, dispute, send a survey (reliability F01 to F12)."""

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages

from claims import review
from claims.models import Claim, SurveyLink
from claims.statuses import Status as S
from mci_portal.accounts.actors import actor_for
from mci_portal.common.clock import database_now
from tests.factories import Walk, claim_in
from tests.pages.htmx import assert_swap_equals_reload, headers

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client, ana):
    client.force_login(ana)
    return client


def address(claim: Claim, part: str = "") -> str:
    return f"/incentives/claims/{claim.number}/{part}"


def status_of(claim: Claim) -> str:
    return Claim.objects.get(pk=claim.pk).status


@pytest.fixture
def complete(ana) -> Claim:
    """A claim with everything there."""
    walk = Walk(claim_in(S.CONSENT_RECEIVED), by=actor_for(ana))
    walk.hand_in(database_now())
    return Claim.objects.get(pk=walk.claim.pk)


# --- submit ---------------------------------------------------------------------------------------------------------


def test_submit_a_complete_claim_hands_it_in_with_its_comment(signed_in, complete):
    """T15, R-166: one click, and what stood in the box is not lost."""
    sent = {"text": "See page 3.", "version": complete.version}
    answer = signed_in.post(address(complete, "submit/"), sent)
    assert (answer.status_code, answer.url) == (302, address(complete))
    assert [str(message) for message in get_messages(answer.wsgi_request)] == ["The claim was submitted."]
    assert status_of(complete) == S.SUBMITTED
    assert [comment.text for comment in complete.comments.all()] == ["See page 3."]


def test_submit_an_incomplete_claim_is_refused_with_what_is_missing(signed_in):
    """F02, F03: the text that was typed stays in the box."""
    claim = claim_in(S.CONSENT_RECEIVED)
    answer = signed_in.post(address(claim, "submit/"), {"text": "Ready, I think."})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Still missing: Upload Invoice; Upload Findings and recommendations document;" in page
    assert 'role="alert"' in page
    assert "Ready, I think." in page
    assert claim.comments.count() == 0
    assert status_of(claim) == S.CONSENT_RECEIVED


@pytest.mark.parametrize("status", [S.CUSTOMER_CLAIMED, S.AWAITING_CONSENT, S.SUBMITTED, S.CANCELED, S.APPROVED])
def test_submit_from_another_place_is_refused(signed_in, status):
    """F01, F06, T15"""
    claim = claim_in(status)
    answer = signed_in.post(address(claim, "submit/"), {})
    assert answer.status_code == 409
    assert f"is not possible while the claim is “{status.label}”" in answer.content.decode()
    assert status_of(claim) == status


def test_submit_after_the_deadline_is_refused_although_the_sweep_is_late(signed_in, ana):
    """R-169"""
    now = database_now() - timedelta(days=90, hours=1)
    walk = Walk(claim_in(S.CONSENT_RECEIVED, now=now), by=actor_for(ana))
    walk.hand_in(now)
    answer = signed_in.post(address(walk.claim, "submit/"), {})
    assert answer.status_code == 409
    assert "Not submitted expired" in answer.content.decode()
    assert status_of(walk.claim) == S.CONSENT_RECEIVED


def test_submit_from_a_stale_page_is_refused_and_can_be_repeated(signed_in, ana, complete):
    """F04: the fresh page, nothing lost, nothing half done."""
    stale = complete.version
    review.comment(complete, actor_for(ana), "Meanwhile.")
    answer = signed_in.post(address(complete, "submit/"), {"text": "From the old page.", "version": stale})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "changed while the page was open" in page
    assert "From the old page." in page
    assert "Meanwhile." in page
    assert f'name="version" value="{stale + 1}"' in page
    assert complete.comments.count() == 1
    again = signed_in.post(address(complete, "submit/"), {"text": "From the old page.", "version": stale + 1})
    assert again.status_code == 302
    assert status_of(complete) == S.SUBMITTED


def test_submit_twice_has_one_effect(signed_in, complete):
    """F05"""
    signed_in.post(address(complete, "submit/"), {"version": complete.version})
    second = signed_in.post(address(complete, "submit/"), {"version": complete.version})
    assert second.status_code == 409
    assert complete.events.filter(action="submit").count() == 1


def test_submit_without_payee_profile_needs_the_tick(signed_in, complete):
    """T15"""
    complete.location.payee.delete()
    refused = signed_in.post(address(complete, "submit/"), {"text": "Please."})
    assert refused.status_code == 422
    assert "Tick the box to submit without a complete payee profile." in refused.content.decode()
    assert "Please." in refused.content.decode()
    assert status_of(complete) == S.CONSENT_RECEIVED
    assert signed_in.post(address(complete, "submit/"), {"acknowledged": "on"}).status_code == 302
    assert status_of(complete) == S.SUBMITTED


def test_submit_after_answering_every_issue_hands_the_claim_back(signed_in):
    """R-172, T21"""
    claim = claim_in(S.ACTION_REQUIRED)
    assert signed_in.post(address(claim, "submit/"), {}).status_code == 409
    issue = claim.issues.get()
    assert signed_in.post(address(claim, f"issues/{issue.pk}/"), {"answer": "Page 2."}).status_code == 302
    assert signed_in.post(address(claim, "submit/"), {}).status_code == 302
    assert status_of(claim) == S.SUBMITTED


# --- answers and comments -------------------------------------------------------------------------------------------


def test_answer_without_text_is_asked_for_again(signed_in):
    claim = claim_in(S.ACTION_REQUIRED)
    answer = signed_in.post(address(claim, f"issues/{claim.issues.get().pk}/"), {"answer": "  "})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()


def test_answer_twice_is_refused(signed_in):
    """F05, R-193"""
    claim = claim_in(S.ACTION_REQUIRED)
    issue = claim.issues.get()
    signed_in.post(address(claim, f"issues/{issue.pk}/"), {"answer": "First."})
    assert signed_in.post(address(claim, f"issues/{issue.pk}/"), {"answer": "Second."}).status_code == 409
    issue.refresh_from_db()
    assert issue.answer == "First."


def test_answer_to_the_issue_of_another_claim_is_not_there(signed_in):
    mine, other = claim_in(S.ACTION_REQUIRED), claim_in(S.ACTION_REQUIRED)
    answer = signed_in.post(address(mine, f"issues/{other.issues.get().pk}/"), {"answer": "Hello."})
    assert answer.status_code == 404


@pytest.mark.parametrize(("text", "status"), [("", 422), ("\u200b", 422), ("a" * 4001, 422), ("a" * 4000, 302)])
def test_comment_of_each_length_is_taken_or_asked_for_again(signed_in, text, status):
    """B02, B04"""
    claim = claim_in(S.CONSENT_RECEIVED)
    assert signed_in.post(address(claim, "comments/"), {"text": text}).status_code == status
    assert claim.comments.count() == (status == 302)


def test_comment_on_a_closed_claim_is_refused_and_kept_in_the_answer(signed_in):
    claim = claim_in(S.CANCELED)
    answer = signed_in.post(address(claim, "comments/"), {"text": "Too late?"})
    assert answer.status_code == 409
    assert claim.comments.count() == 0


def test_forged_fields_are_ignored(signed_in):
    """D06"""
    claim = claim_in(S.CONSENT_RECEIVED)
    sent = {"text": "x", "status": "approved", "amount": "9", "partner_id": "1", "internal": "on", "by_microsoft": "on"}
    signed_in.post(address(claim, "comments/"), sent)
    comment = claim.comments.get()
    assert (comment.internal, comment.by_microsoft, status_of(claim)) == (False, False, S.CONSENT_RECEIVED)


# --- bare actions ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [S.CUSTOMER_CLAIMED, S.AWAITING_CONSENT, S.CONSENT_RECEIVED])
def test_cancel_asks_first_and_then_cancels(signed_in, status):
    """R-175, T10, T11, T12"""
    claim = claim_in(status)
    question = signed_in.get(address(claim, "do/cancel/"))
    assert question.status_code == 200
    assert "cannot be opened again" in question.content.decode()
    assert status_of(claim) == status
    assert signed_in.post(address(claim, "do/cancel/")).url == address(claim)
    assert status_of(claim) == S.CANCELED


@pytest.mark.parametrize("status", [S.SUBMITTED, S.ACTION_REQUIRED, S.REJECTED, S.CANCELED])
def test_cancel_after_the_first_submission_is_refused(signed_in, status):
    """F06, R-175"""
    claim = claim_in(status)
    assert signed_in.get(address(claim, "do/cancel/")).status_code == 409
    answer = signed_in.post(address(claim, "do/cancel/"))
    assert answer.status_code == 409
    assert f"is not possible while the claim is “{status.label}”" in answer.content.decode()
    assert status_of(claim) == status


def test_dispute_reopens_a_rejected_claim_once(signed_in):
    """R-176, R-205, F07"""
    claim = claim_in(S.REJECTED)
    assert signed_in.post(address(claim, "do/dispute/")).status_code == 302
    assert status_of(claim) == S.DISPUTED
    assert "Upload proof of execution" in signed_in.get(address(claim)).content.decode()
    assert signed_in.post(address(claim, "do/dispute/")).status_code == 409
    assert signed_in.post(address(claim_in(S.REJECTED_FINAL), "do/dispute/")).status_code == 409


def test_dispute_without_argument_cannot_be_submitted_but_with_one_it_can(signed_in):
    """R-207, T25: the argument may come along with the submission."""
    claim = claim_in(S.DISPUTED)
    assert signed_in.post(address(claim, "submit/"), {}).status_code == 409
    assert signed_in.post(address(claim, "submit/"), {"text": "It is on page 1."}).status_code == 302
    assert status_of(claim) == S.SUBMITTED


def test_dispute_of_an_expired_claim_is_refused(signed_in):
    """F08"""
    assert signed_in.post(address(claim_in(S.DISPUTED_EXPIRED), "do/dispute/")).status_code == 409


def test_customer_survey_is_sent_and_re_sent(signed_in):
    """R-161, R-163: the older link is void then."""
    claim = claim_in(S.CONSENT_RECEIVED)
    for live in range(2):
        assert signed_in.post(address(claim, "do/send_customer_survey/")).status_code == 302
        links = SurveyLink.objects.filter(survey__claim=claim)
        assert (links.count(), links.filter(voided_at=None).count()) == (live + 1, 1)
    page = signed_in.get(address(claim)).content.decode()
    assert "Re-send Customer Survey" in page
    assert "Sent" in page


@pytest.mark.parametrize("action", ["submit", "approve", "reject", "expire", "accept", "upload", "nonsense"])
def test_action_that_is_not_bare_is_not_there(signed_in, action):
    claim = claim_in(S.CONSENT_RECEIVED)
    assert signed_in.post(address(claim, f"do/{action}/")).status_code == 404


def test_bare_action_by_get_is_no_method(signed_in):
    claim = claim_in(S.CONSENT_RECEIVED)
    assert signed_in.get(address(claim, "do/send_customer_survey/")).status_code == 405


def test_reviewer_takes_a_claim_and_goes_on_where_he_came_from(client, rita):
    """T16; ``next`` never leads away from this site (H05)."""
    client.force_login(rita)
    claim = claim_in(S.SUBMITTED)
    answer = client.post(address(claim, "do/start_review/"), {"next": f"/review/{claim.number}/"})
    assert answer.url == f"/review/{claim.number}/"
    assert status_of(claim) == S.UNDER_REVIEW
    away = client.post(address(claim, "do/release/"), {"next": "//evil.example/"})
    assert away.url == address(claim)


def test_bare_action_of_the_other_side_is_refused(client, ana, rita):
    """F12: a partner takes no claim under review, a reviewer cancels none."""
    submitted, editing = claim_in(S.SUBMITTED), claim_in(S.CONSENT_RECEIVED)
    client.force_login(ana)
    assert client.post(address(submitted, "do/start_review/")).status_code == 403
    client.force_login(rita)
    assert client.post(address(editing, "do/cancel/")).status_code == 403
    assert (status_of(submitted), status_of(editing)) == (S.SUBMITTED, S.CONSENT_RECEIVED)


# --- who ------------------------------------------------------------------------------------------------------------

POSTS = ["submit/", "comments/", "contacts/", "do/cancel/", "do/send_customer_survey/", "issues/1/"]


@pytest.mark.parametrize("part", POSTS)
@pytest.mark.parametrize(("name", "expected"), [("omar", 404), ("ben", 403), ("rita", 403), ("olga", 403)])
def test_post_by_somebody_without_the_right_changes_nothing(client, cast, part, name, expected):
    """Foreign 404, own company elsewhere and Microsoft 403, and never a 422 before that."""
    claim = claim_in(S.CONSENT_RECEIVED, location=cast.toronto)
    before = claim.events.count()
    client.force_login(getattr(cast, name))
    answer = client.post(address(claim, part), {"text": "x", "version": "not a number"})
    assert answer.status_code == expected
    assert claim.events.count() == before


# --- htmx -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "part", "sent"),
    [
        (S.CONSENT_RECEIVED, "comments/", {"text": "Hello."}),
        (S.CONSENT_RECEIVED, "do/send_customer_survey/", {}),
        (S.CONSENT_RECEIVED, "do/cancel/", {}),
        (S.REJECTED, "do/dispute/", {}),
        (S.DISPUTED, "submit/", {"text": "It is on page 1."}),
    ],
)
def test_htmx_answer_applied_to_the_page_equals_a_fresh_load(signed_in, status, part, sent):
    claim = claim_in(status)
    assert_swap_equals_reload(signed_in, address(claim), (address(claim, part), sent))


def test_htmx_submission_and_answer_equal_a_fresh_load(signed_in, complete):
    assert_swap_equals_reload(signed_in, address(complete), (address(complete, "submit/"), {}))
    asked = claim_in(S.ACTION_REQUIRED)
    issue = asked.issues.get()
    assert_swap_equals_reload(signed_in, address(asked), (address(asked, f"issues/{issue.pk}/"), {"answer": "Yes."}))


def test_htmx_refusal_redraws_the_claim_with_its_reason(signed_in):
    claim = claim_in(S.CONSENT_RECEIVED)
    answer = signed_in.post(address(claim, "submit/"), {"text": "Kept."}, headers=headers("claim"))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert page.startswith('<div id="claim">')
    assert "<html" not in page
    assert "Kept." in page
    assert 'class="error-summary"' in page


def test_htmx_question_before_canceling_is_a_dialog(signed_in):
    claim = claim_in(S.CONSENT_RECEIVED)
    answer = signed_in.get(address(claim, "do/cancel/"), headers=headers("dialogs"))
    assert answer.content.decode().startswith('<div id="dialogs"><dialog class="dialog"')
    assert "HX-Request" in answer["Vary"]
    assert "HX-Target" in answer["Vary"]
    assert answer["Cache-Control"] == "no-store"
