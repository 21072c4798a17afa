"""What each mail says (requirements section 20), that its link works, and when it is not sent at all."""

import re
from urllib.parse import urlsplit

import pytest
from django.core import mail as locmem
from django.db.models import F

from claims import consent, mails
from claims.effects import AUDIENCE
from claims.mails.subjects import SUBJECTS, subject
from claims.models import Claim, ConsentRequest, Document, SurveyKind
from claims.receipts import receipt_pdf
from claims.statuses import Status as S
from mci_portal.common import tokens
from mci_portal.outbox import delivery, rendering
from mci_portal.outbox.letter import LONGEST_SUBJECT, one_line
from mci_portal.outbox.models import Message, Status
from tests.claims.mailing import (
    NOW,
    add,
    adjust,
    ask_to_reject,
    bounce,
    change_contact,
    expire_unanswered,
    hold,
    remind_customer,
    row,
    send_survey,
    written,
)
from tests.factories import CustomerFactory, EngagementFactory, claim_in, contacts_of, live_request

pytestmark = pytest.mark.django_db

# contract.md, "Addresses": where a mail may lead.
CONTRACT = re.compile(
    r"/incentives/claims/\d{7}/(consent/)?"
    r"|/incentives/engagements/[-\w]+/customers/"
    r"|/(consent|survey|opt-out)/[-\w]{43}/"
    r"|/incentives/earnings/\d{7}/"
    r"|/review/(\d{7}/)?"
)


# kind, the status that brings it, what happens then, and words that must be in it (section 20).
CASES = [
    ("N01", S.CUSTOMER_CLAIMED, None, ["April 1, 2026, 09:15 UTC", "ask"]),
    ("N03", S.AWAITING_CONSENT, None, ["Consent needed by", "was mailed to", "only after"]),
    ("E01", S.AWAITING_CONSENT, None, ["agreement", "Pat Partner", "hands in proof", "no account", "Why Microsoft"]),
    ("E02", S.AWAITING_CONSENT, remind_customer, ["reminder", "Please answer by", "no account"]),
    ("E03", S.CONSENT_RECEIVED, None, ["You agreed", "If you change your mind", "receipt"]),
    ("E03", S.CONSENT_DECLINED, None, ["You declined", "no disadvantage"]),
    ("E04", S.CONSENT_RECEIVED, None, ["March 2, 2026, 09:15 UTC", "May 31, 2026", "June 30, 2026", "Upload Invoice"]),
    ("E05", S.CONSENT_DECLINED, None, ["declined", "cannot be disputed"]),
    ("E06", S.CONSENT_RECEIVED, lambda claim: add(claim, "E06", context={"days": 7}), ["7 days are left", "Invoice"]),
    ("E07", S.CONSENT_EXPIRED, None, ["did not answer", "new claim"]),
    ("E08", S.CONSENT_RECEIVED, lambda claim: send_survey(claim, SurveyKind.CUSTOMER), ["5 minutes", "Go to survey"]),
    ("E09", S.CONSENT_RECEIVED, lambda claim: send_survey(claim, SurveyKind.PARTNER), ["Only answers through this"]),
    ("E10", S.SUBMITTED, None, ["survey of this claim is complete", "Customer Survey"]),
    ("E11", S.SUBMITTED, None, ["Review expected by", "SHA-256"]),
    ("E12", S.SUBMITTED, lambda claim: add(claim, "E12", topic=""), ["1 submitted claim"]),
    ("E13", S.ACTION_REQUIRED, None, ["Missing or old dates: The invoice bears no date.", "Answer and submit by"]),
    ("E14", S.APPROVED, None, ["2,000.00 USD", "April 2026", "/incentives/earnings/"]),
    ("E15", S.REJECTED, None, ["Insufficient PoE", "does not name the workshop", "April 1, 2026, 09:15 UTC"]),
    ("E16", S.REJECTED_FINAL, None, ["final", "Insufficient PoE", "does not name the workshop"]),
    ("E19", S.AWAITING_CONSENT, bounce, ["carla@", "correct the customer contact"]),
    ("E20", S.AWAITING_CONSENT, change_contact, ["Re-send email for customer consent"]),
    ("E22", S.CONSENT_EXPIRED, None, ["is over", "nothing for you to do"]),
    ("N10", S.CANCELED, None, ["was canceled"]),
    ("N16", S.UNDER_REVIEW, None, ["has started"]),
    ("N24", S.DISPUTED, None, ["open again", "Submit the dispute by"]),
    ("N40", S.AWAITING_CONSENT, hold, ["wants to accept"]),
    ("N41", S.SUBMITTED, None, ["A claim was submitted"]),
    ("N42", S.APPROVED, adjust, ["-500.00 USD", "Policy Exception", "Two days less.", "1,500.00 USD"]),
]
# The same of use or consume.
ASSOCIATIONS = [
    ("N32", S.DRAFT, None, ["draft", "acknowledgements", "Exchange Online, Microsoft Teams"]),
    ("E11", S.SUBMITTED, None, ["Review expected by", "March 20, 2026", "SHA-256"]),
    ("E17", S.SUBMITTED, None, ["Exchange Online", "opt out", "5 business days", "no account"]),
    ("N35", S.CONSENT_REJECTED, None, ["has opted out"]),
    ("N37", S.SUBMITTED, ask_to_reject, ["asks to reject", "wrong role"]),
    ("E03", S.CONSENT_REJECTED, None, ["You have opted out", "Carla Customer"]),
    ("E05", S.CONSENT_REJECTED, None, ["has opted out", "We do it alone.", "cannot be disputed"]),
    ("E13", S.ACTION_REQUIRED, None, ["the claim is rejected", "March 20, 2026"]),
    ("E14", S.APPROVED, None, ["does not mean eligible for payment", "March 9, 2026"]),
    ("E15", S.REJECTED, expire_unanswered, ["No partner response"]),
    ("E16", S.REJECTED_FINAL, None, ["You have ended the association", "no longer work for them"]),
    ("N38", S.REJECTED_FINAL, None, ["no longer recorded"]),
]


def test_every_kind_has_its_case():
    assert {case[0] for case in CASES + ASSOCIATIONS} == set(AUDIENCE)
    assert set(SUBJECTS) | {mails.DIGEST} == set(AUDIENCE)


ALL = [("build_intent", *case) for case in CASES] + [("cpor", *case) for case in ASSOCIATIONS]


@pytest.mark.parametrize(
    ("claim_kind", "kind", "status", "then", "words"), ALL, ids=[f"{c[0]}-{c[1]}-{c[2].value}" for c in ALL]
)
def test_mail_says_what_it_must_in_text_and_html_with_a_working_link(claim_kind, kind, status, then, words, settings):
    """Section 20, check 12 of section 23."""
    claim = claim_in(status, kind=claim_kind, round=1 if claim_kind == "cpor" else None, now=NOW)
    if then:
        then(claim)
    message = Message.objects.filter(kind=kind).order_by("-id")[0]
    letter = rendering.render(message)
    text = rendering.with_token(letter.text, message)
    html = rendering.with_token(letter.html, message)

    assert [word for word in words if word not in letter.text] == []
    unescaped = html.replace("&#x27;", "'").replace("&quot;", '"').replace("&amp;", "&")
    assert [word for word in words if word not in unescaped] == []
    assert tokens.PLACEHOLDER not in text + html
    links = re.findall(r"https?://[^\s\"<]+", text)
    assert sorted(set(re.findall(r'href="([^"]+)"', html))) == sorted(set(links))
    assert all(link.startswith(f"{settings.BASE_URL}/") for link in links)
    assert [link for link in links if not CONTRACT.fullmatch(urlsplit(link).path)] == []
    assert bool(links) == (kind not in ("E03", "E22", "N38"))
    assert "\n" not in letter.subject
    assert 0 < len(letter.subject) <= LONGEST_SUBJECT
    for message.language in ("en", "nl", "sv"):
        assert _is_clean(rendering.render(message), message.language)


def _is_clean(letter: rendering.Mail, language: str) -> bool:
    """No hole where nothing is listed, no second dot after "Inc.", nothing left to fill in, and its language said."""
    words = letter.subject + letter.text
    return f'lang="{language}"' in letter.html and not any(flaw in words for flaw in ("\n\n\n", "..", "{", "%("))


def test_link_in_the_mail_is_the_one_that_opens_the_request():
    """TK13: the row finds its way back from the secret in the mail."""
    claim = claim_in(S.AWAITING_CONSENT, now=NOW)
    message = row(claim, "E01")
    text = rendering.with_token(rendering.render(message).text, message)
    (token,) = re.findall(r"/consent/([-\w]+)/", text)
    assert consent.find(token) == live_request(claim)


def test_delivered_mail_keeps_no_secret_in_its_row():
    claim = claim_in(S.AWAITING_CONSENT, now=NOW)
    delivery.deliver(NOW)
    message = row(claim, "E01")
    secret = tokens.value(message.token_purpose, message.token_nonce)
    (sent,) = [mail for mail in locmem.outbox if mail.extra_headers["Message-ID"] == message.message_id]
    assert message.status == Status.SENT
    assert secret in sent.body
    assert secret not in f"{message.subject}{message.text}{message.html}{message.context}{message.token_nonce}"


# --- the customer learns nothing that is not his business -------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "status", "then"),
    [
        ("E01", S.AWAITING_CONSENT, None),
        ("E02", S.AWAITING_CONSENT, remind_customer),
        ("E03", S.CONSENT_RECEIVED, None),
        ("E08", S.CONSENT_RECEIVED, lambda claim: send_survey(claim, SurveyKind.CUSTOMER)),
        ("E22", S.CONSENT_EXPIRED, None),
    ],
)
def test_mail_to_the_customer_shows_no_amount_no_claim_and_no_other_partner(kind, status, then, amsterdam):
    """TK15."""
    engagement, customer = EngagementFactory(exclusive=False), CustomerFactory()
    claim_in(S.AWAITING_CONSENT, location=amsterdam, engagement=engagement, customer=customer, now=NOW)
    claim = claim_in(status, engagement=engagement, customer=customer, name="Secret plan", now=NOW)
    if then:
        then(claim)
    mail = written(claim, kind)
    told = f"{mail.subject}{mail.text}{mail.html}"
    for hidden in ("Fabrikam", "USD", "000.00", str(claim.number), "Secret plan"):
        assert hidden not in told
    assert claim.partner.legal_name in mail.text
    assert "Pat Partner" in mail.text


# --- what depends on the case -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "via", "words"),
    [
        (S.CONSENT_EXPIRED, S.CUSTOMER_CLAIMED, "never asked"),
        (S.CONSENT_EXPIRED, S.AWAITING_CONSENT, "did not answer"),
        (S.NOT_SUBMITTED_EXPIRED, S.CONSENT_RECEIVED, "counts as a refused claim"),
        (S.POST_SUBMISSION_EXPIRED, S.ACTION_REQUIRED, "requests were not resolved in time"),
        (S.DISPUTED_EXPIRED, S.REJECTED, "The rejection was not disputed in time"),
        (S.DISPUTED_EXPIRED, S.DISPUTED, "opened, but not submitted"),
    ],
)
def test_expiry_mail_says_which_deadline_passed_and_that_a_new_claim_may_be_made(status, via, words):
    """C-02: and it is no use to dispute."""
    claim = claim_in(status, via=via, now=NOW)
    mail = written(claim, "E07")
    assert words in mail.text
    assert "new claim" in mail.text
    assert f"/incentives/engagements/{claim.engagement.slug}/customers/" in mail.text


@pytest.mark.parametrize("shared", [True, False])
def test_reason_of_the_customer_reaches_the_partner_only_when_shared(shared):
    """R-122."""
    request = live_request(claim_in(S.AWAITING_CONSENT, now=NOW))
    given = consent.Answer(
        "declined", "Carla Customer", "192.0.2.1", "a browser", "en", reason="No budget this year", reason_shared=shared
    )
    mail = written(consent.answer(request, given, NOW), "E05")
    assert ("No budget this year" in mail.text, "No budget this year" in mail.html) == (shared, shared)


@pytest.mark.parametrize(
    ("withdrawal", "words"), [(True, "choose to withdraw"), (False, "please write to Pat Partner")]
)
def test_receipt_says_how_to_withdraw(withdrawal, words):
    """E03, T13."""
    claim = claim_in(S.CONSENT_RECEIVED, engagement=EngagementFactory(withdrawal=withdrawal), now=NOW)
    assert words in written(claim, "E03").text


@pytest.mark.parametrize(
    ("via", "words"), [(S.AWAITING_CONSENT, "taken back its request"), (S.CONSENT_RECEIVED, "has canceled")]
)
def test_closing_note_says_what_happened(via, words):
    assert words in written(claim_in(S.CANCELED, via=via, now=NOW), "E22").text


def test_named_contact_reaches_the_partner():
    """R-123."""
    claim = claim_in(S.AWAITING_CONSENT, now=NOW)
    consent.propose_contact(live_request(claim), "Dan Right", "dan@right.example", "Carla Customer", NOW)
    mail = written(claim, "N40")
    assert "Dan Right, dan@right.example" in mail.text


@pytest.mark.parametrize("round", [1, 2])
def test_submission_receipt_names_each_file_with_its_checksum_and_the_review_date(round):
    """E11, T15, T25."""
    claim = claim_in(S.SUBMITTED, round=round, now=NOW)
    mail = written(claim, "E11")
    files = Document.objects.filter(claim=claim)
    assert files.count() == 2
    assert [file.name for file in files if f"{file.name} (SHA-256 {file.sha256})" not in mail.text] == []
    expected = claim.review_due_at if round == 1 else claim.dispute_review_due_at
    assert f"Review expected by: {expected:%B} {expected.day}, {expected:%Y, %H:%M} UTC" in mail.text
    assert ("dispute was submitted" in mail.text) == (round == 2)


def test_mails_without_context_find_their_facts_in_the_claim():
    """Older rows, or rows of the set-based sweep, hold only where the claim came from."""
    for kind, status, words in [
        ("E13", S.ACTION_REQUIRED, "The invoice bears no date."),
        ("E15", S.REJECTED, "Insufficient PoE"),
        ("E16", S.REJECTED_FINAL, "Insufficient PoE"),
    ]:
        claim = claim_in(status, now=NOW)
        Message.objects.filter(topic=claim.topic).update(context={})
        assert words in written(claim, kind).text


@pytest.mark.parametrize("kind", ["E14", "N41", "N40", "E19", "E22", "E03", "E05", "E10", "E11", "E07", "N01"])
def test_mail_without_context_can_still_be_written(kind):
    claim = claim_in(S.APPROVED, now=NOW)
    assert rendering.render(add(claim, kind, context={})) is not None


# --- hostile words ----------------------------------------------------------------------------------------------------


def test_text_that_looks_like_a_template_or_like_html_stays_text():
    """B06, B07."""
    nasty = '<script>alert(1)</script> {{7*7}} {% debug %} ${7*7} {0} {number} %n%s "><img src=x onerror=1>'
    claim = claim_in(S.AWAITING_CONSENT, customer=CustomerFactory(name=nasty), now=NOW)
    Claim.objects.filter(pk=claim.pk).update(partner_name=nasty[:150], customer_name=nasty[:150])
    request = live_request(claim)
    given = consent.Answer("declined", nasty[:150], "192.0.2.1", nasty, "en", reason=nasty, reason_shared=True)
    mail = written(consent.answer(request, given, NOW), "E05")
    assert nasty in mail.text
    assert "{{7*7}} {% debug %} ${7*7}" in mail.html
    assert "{{7*7}}" in mail.subject
    assert ("<script" in mail.html, "<img" in mail.html) == (False, False)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("ACME\r\nBcc: x@y.example", "ACME Bcc: x@y.example"),
        ("a\x00b\u2028c\td", "a b c d"),
        ("  wide   space ", "wide space"),
        ("x" * 200, "x" * 149 + "…"),
    ],
)
def test_subject_is_one_short_line(text, line):
    """B08."""
    assert one_line(text) == line


def test_subject_asks_nothing_of_the_database(django_assert_num_queries):
    """The Action Center lists many: one query for their claims is all."""
    made = claim_in(S.APPROVED, now=NOW)
    claim = Claim.objects.select_related("partner", "customer", "engagement").get(pk=made.pk)
    with django_assert_num_queries(0):
        titles = {kind: subject(kind, claim, {}) for kind in SUBJECTS}
    assert titles["E14"] == f"Claim {claim.number} for {claim.customer.name} is approved"


def test_mail_is_written_in_a_fixed_number_of_queries(django_assert_max_num_queries):
    """G8: 10,000 mails in 5 minutes."""
    claim = claim_in(S.SUBMITTED, now=NOW)
    message = row(claim, "E11")
    with django_assert_max_num_queries(3):
        rendering.render(message)


# --- the receipt ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (S.CONSENT_RECEIVED, "E03"),
        (S.CONSENT_RECEIVED, "E04"),
        (S.CONSENT_DECLINED, "E03"),
        (S.CONSENT_DECLINED, "E05"),
    ],
)
def test_both_sides_get_the_same_receipt(status, kind):
    """R-121."""
    claim = claim_in(status, now=NOW)
    request = ConsentRequest.objects.exclude(decision="").get(claim=claim)
    (attached,) = written(claim, kind).attachments
    assert (attached.name, attached.content_type) == (f"consent-receipt-{claim.number}.pdf", "application/pdf")
    assert attached.content[:5] == b"%PDF-"
    assert attached.content == receipt_pdf(request)


def test_receipt_mail_leaves_with_its_file():
    claim = claim_in(S.CONSENT_RECEIVED, now=NOW)
    Message.objects.filter(topic=claim.topic).exclude(kind="E03").update(status=Status.VOID)
    assert delivery.deliver(NOW) == 1
    (sent,) = locmem.outbox
    assert [name for name, _content, _type in sent.attachments] == [f"consent-receipt-{claim.number}.pdf"]


def test_cast_addresses_are_those_of_the_claim():
    """The partner's mails go to the partner contact, the customer's to the customer contact."""
    claim = claim_in(S.CONSENT_RECEIVED, now=NOW)
    contacts = contacts_of(claim.partner, claim.customer)
    told = set(Message.objects.filter(topic=claim.topic).values_list("audience", "to_email"))
    assert told == {("partner", contacts.partner_email), ("customer", contacts.customer_email)}
    assert not Message.objects.filter(topic=claim.topic, created_at__lt=F("next_at")).exists()
