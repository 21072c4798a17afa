"""Each mail is written in the language of who gets it, whichever way it was posted (R-014, section 20)."""

import re
from datetime import timedelta

import pytest
from django.utils import translation

from claims import reminders, sweeps
from claims.models import Claim, SurveyKind
from claims.statuses import Status as S
from mci_portal.accounts.addressees import language_of
from mci_portal.accounts.models import User
from mci_portal.common import tokens
from mci_portal.outbox import rendering
from mci_portal.outbox.models import Message
from tests.claims.mailing import NOW, send_survey
from tests.claims.test_mails import ALL
from tests.factories import claim_in
from tests.rows import UserFactory

pytestmark = pytest.mark.django_db


def speaks(user: User, language: str) -> None:
    User.objects.filter(pk=user.pk).update(language=language)


def languages_of(claim: Claim) -> set[tuple[str, str]]:
    mailed = Message.objects.filter(topic=claim.topic).exclude(to_email="")
    return set(mailed.values_list("audience", "language"))


@pytest.mark.parametrize("language", ["en", "nl", "sv"])
@pytest.mark.parametrize(
    ("claim_kind", "kind", "status", "then"),
    [case[:4] for case in ALL],
    ids=[f"{case[0]}-{case[1]}-{case[2].value}" for case in ALL],
)
def test_every_kind_can_be_written_in_every_language_with_links_that_work(
    claim_kind, kind, status, then, language, settings
):
    """Text and HTML carry the same links, no placeholder stays open, and the HTML names its language."""
    claim = claim_in(status, kind=claim_kind, round=1 if claim_kind == "cpor" else None, now=NOW)
    if then:
        then(claim)
    message = Message.objects.filter(kind=kind).order_by("-id")[0]
    message.language = language
    mail = rendering.render(message)
    text, html = (rendering.with_token(words, message) for words in (mail.text, mail.html))
    assert f'<html lang="{language}">' in html
    links = set(re.findall(r"https?://[^\s\"<]+", text))
    assert set(re.findall(r'href="([^"]+)"', html)) == links
    assert [link for link in links if not link.startswith(f"{settings.BASE_URL}/")] == []
    assert tokens.PLACEHOLDER not in text + html
    assert re.findall(r"[{}]|%\(\w+\)s", mail.subject + mail.text) == []
    assert "" not in (mail.subject.strip(), mail.text.strip())


# --- which language that is -------------------------------------------------------------------------------------------


def test_partners_mail_is_in_the_language_of_the_address_else_of_the_owner(ana):
    claim = claim_in(S.AWAITING_CONSENT, now=NOW)
    owner = claim.owner
    speaks(owner, "sv")
    assert language_of(claim.partner_email, owner.pk) == "sv"
    UserFactory(email=claim.partner_email.lower(), language="nl")
    assert language_of(claim.partner_email.upper(), owner.pk) == "nl"
    assert language_of("nobody@elsewhere.example", None) == "en"


def test_customer_and_partner_are_told_of_one_move_each_in_his_language(ana):
    speaks(ana, "sv")
    claim = claim_in(S.AWAITING_CONSENT, now=NOW, by=ana)
    Claim.objects.filter(pk=claim.pk).update(customer_language="nl", owner=ana)
    assert sweeps.sweep(claim.consent_due_at) == 1
    told = Message.objects.filter(topic=claim.topic, kind__in=("E07", "E22"))
    assert set(told.values_list("kind", "language")) == {("E07", "sv"), ("E22", "nl")}


def test_set_based_and_single_expiry_choose_the_same_language(ana):
    """What the sweep writes in one statement is what ``effects.tell`` writes."""
    speaks(ana, "nl")
    for contact in (None, "sv"):
        claim = claim_in(S.AWAITING_CONSENT, now=NOW, by=ana)
        if contact:
            UserFactory(email=claim.partner_email.lower(), language=contact)
        sweeps.sweep(claim.consent_due_at)
        claim.refresh_from_db()
        swept = Message.objects.get(topic=claim.topic, kind="E07").language
        assert swept == language_of(claim.partner_email, claim.owner_id) == (contact or "nl")


def test_reminder_is_in_the_language_of_the_partner_contact(ana):
    claim = claim_in(S.CONSENT_RECEIVED, now=NOW)
    UserFactory(email=claim.partner_email.lower(), language="nl")
    assert reminders.remind(claim.due_at - timedelta(days=6)) >= 1
    reminded = Message.objects.filter(kind="E06", topic=claim.topic, to_email__iexact=claim.partner_email)
    assert list(reminded.values_list("language", flat=True)) == ["nl"]


def test_survey_to_a_colleague_is_in_his_own_language(ana):
    claim = claim_in(S.CONSENT_RECEIVED, now=NOW)
    UserFactory(email=claim.partner_email.lower(), language="sv")
    send_survey(claim, SurveyKind.PARTNER)
    assert Message.objects.get(topic=claim.topic, kind="E09").language == "sv"


def test_reviewers_digest_is_in_each_reviewers_language(rita, ravi):
    speaks(rita, "nl")
    speaks(ravi, "sv")
    claim_in(S.SUBMITTED, now=NOW)
    reminders.remind(NOW)
    told = dict(Message.objects.filter(kind="E12").values_list("to_email", "language"))
    assert (told[rita.email], told[ravi.email]) == ("nl", "sv")


def test_language_of_who_acts_does_not_reach_the_mail(ana):
    """The customer's request goes out in his language though a Dutch partner sends it."""
    with translation.override("nl"):
        claim = claim_in(S.AWAITING_CONSENT, now=NOW)
        message = Message.objects.get(topic=claim.topic, kind="E01")
        mail = rendering.render(message)
    assert message.language == "en"
    assert f"{claim.partner.legal_name} asks for your agreement" in mail.text
