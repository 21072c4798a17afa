"""Template versions: what counts is the day of submission (R-048, C-11), and who is told of a new one (E21)."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.utils import timezone

from claims import evidence, lifecycle, review, superseded
from claims.lifecycle import Refused
from claims.models import Document
from claims.queries import attention
from claims.statuses import Status as S
from engagements.models import Engagement, EvidenceRequirement, EvidenceTemplate
from mci_portal.accounts.actors import actor_for
from mci_portal.common.clock import database_now
from mci_portal.outbox.models import Message
from mci_portal.outbox.rendering import render
from tests.factories import EngagementFactory, Walk, claim_in
from tests.files.documents import pdf

pytestmark = pytest.mark.django_db
CUT_OFF = date(2022, 11, 1)
BEFORE = datetime(2022, 10, 20, 9, tzinfo=UTC)
LAST = datetime(2022, 10, 31, 23, 59, 59, tzinfo=UTC)
FIRST = datetime(2022, 11, 1, tzinfo=UTC)


@pytest.fixture
def workshop(db) -> Engagement:
    return EngagementFactory(evidence=("report",))


@pytest.fixture
def report(workshop) -> EvidenceRequirement:
    return workshop.evidence.get()


@pytest.fixture
def old(report) -> EvidenceTemplate:
    return version(report, "2021-07", date(2021, 7, 1), CUT_OFF)


@pytest.fixture
def new(report) -> EvidenceTemplate:
    return version(report, "2022-10", date(2022, 10, 1))


def version(requirement, name: str, valid_from: date, refused_from: date | None = None) -> EvidenceTemplate:
    return EvidenceTemplate.objects.create(
        requirement=requirement,
        version=name,
        file="viva-poe-2022-10.docx",
        valid_from=valid_from,
        refused_from=refused_from,
    )


def upload(claim, requirement, template=None, now=BEFORE, name="report.pdf") -> Document:
    by = actor_for(claim.owner)
    return evidence.upload(claim, requirement, ContentFile(pdf(name)), name, by, now, template=template)


@pytest.mark.parametrize(("at", "accepted"), [(LAST, True), (FIRST, False)], ids=["last day", "first day"])
def test_day_of_submission_decides_whatever_the_day_of_claim_consent_and_upload(
    workshop, report, old, new, at, accepted
):
    claim = claim_in(S.CONSENT_RECEIVED, engagement=workshop, now=BEFORE)
    upload(claim, report, old)
    by = actor_for(claim.owner)
    if accepted:
        assert review.submit(claim, by, at).status == S.SUBMITTED
        return
    with pytest.raises(Refused) as refusal:
        review.submit(claim, by, at)
    wanted = (
        "Replace “report.pdf”: Template version 2021-07 is not accepted since Nov. 1, 2022. Use the current version."
    )
    assert refusal.value.sentence == wanted
    claim.refresh_from_db()
    assert lifecycle.available(claim, by, at)["submit"].refusal == wanted


def test_replacing_the_document_opens_the_way(workshop, report, old, new):
    claim = claim_in(S.CONSENT_RECEIVED, engagement=workshop, now=BEFORE)
    document = upload(claim, report, old)
    by = actor_for(claim.owner)
    evidence.remove(claim, document, by, FIRST)
    assert upload(claim, report, now=FIRST, name="again.pdf").template == new
    assert review.submit(claim, by, FIRST).status == S.SUBMITTED


def test_what_was_handed_in_before_stays_valid_in_review(workshop, report, old, new):
    """Only a new submission is judged anew."""
    claim = claim_in(S.CONSENT_RECEIVED, engagement=workshop, now=BEFORE)
    upload(claim, report, old)
    walk = Walk(claim, by=actor_for(claim.owner))
    walk.submit(LAST)
    walk.start(FIRST)
    walk.approve(FIRST)
    assert walk.claim.status == S.APPROVED


@pytest.mark.parametrize("status", [S.ACTION_REQUIRED, S.DISPUTED])
def test_second_submission_is_judged_by_its_own_day(workshop, report, old, new, status):
    """T21, T25."""
    claim = claim_in(S.CONSENT_RECEIVED, engagement=workshop, now=BEFORE)
    upload(claim, report, old)
    walk = Walk(claim, by=actor_for(claim.owner))
    walk.submit(LAST)
    walk.start(LAST)
    if status == S.ACTION_REQUIRED:
        walk.request_action(LAST)
        walk.answer_issues(FIRST)
    else:
        walk.reject(LAST)
        walk.dispute(LAST)
        walk.argue(FIRST)
    with pytest.raises(Refused, match="2021-07"):
        walk.submit(FIRST)


def test_upload_takes_the_current_version_unless_told_otherwise(workshop, report, old, new):
    claim = claim_in(S.CONSENT_RECEIVED, engagement=workshop, now=BEFORE)
    assert upload(claim, report).template == new
    assert upload(claim, report, old, name="b.pdf").template == old
    with pytest.raises(ValidationError, match="2021-07 is not accepted"):
        upload(claim, report, old, now=FIRST, name="c.pdf")


def test_requirement_without_a_form_has_no_version(workshop, report):
    claim = claim_in(S.CONSENT_RECEIVED, engagement=workshop, now=BEFORE)
    assert upload(claim, report).template is None
    assert review.submit(claim, actor_for(claim.owner), FIRST).status == S.SUBMITTED


def test_version_of_another_document_is_refused(workshop, report, new):
    other = EngagementFactory(evidence=("poe",)).evidence.get()
    foreign = version(other, "2022-10", date(2022, 10, 1))
    claim = claim_in(S.CONSENT_RECEIVED, engagement=workshop, now=BEFORE)
    with pytest.raises(Refused):
        upload(claim, report, foreign)


# --- pages -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def today() -> date:
    return database_now().date()


@pytest.fixture
def replaced(report, today) -> tuple[EvidenceTemplate, EvidenceTemplate]:
    """An old version that is refused since today, and the current one."""
    return (
        version(report, "old", today - timedelta(days=300), today),
        version(report, "now", today - timedelta(days=30)),
    )


def on_old(claim, replaced) -> Document:
    """A document that was filled in on the old version while that was accepted."""
    return upload(claim, replaced[0].requirement, replaced[0], timezone.now() - timedelta(days=1))


@pytest.fixture
def claim(workshop, redmond):
    return claim_in(S.CONSENT_RECEIVED, engagement=workshop, location=redmond, now=database_now() - timedelta(days=2))


def test_upload_page_asks_for_the_version_and_marks_the_current_one(client, claim, report, replaced, ana):
    client.force_login(ana)
    url = f"/incentives/claims/{claim.number}/documents/{report.pk}/upload/"
    options = re.findall(r"<option value=\"(\d+)\"( selected)?>([^<]*)</option>", client.get(url).content.decode())
    old, new = replaced
    assert options == [
        (str(new.pk), " selected", "now (current)"),
        (str(old.pk), "", "old (not accepted any more)"),
    ]
    sent = {"files": SimpleUploadedFile("report.pdf", pdf(), "application/pdf"), "template": str(old.pk)}
    refused = client.post(url, sent)
    assert refused.status_code == 422
    assert "Template version old is not accepted since" in refused.content.decode()
    assert f'<option value="{old.pk}" selected>' in refused.content.decode()
    sent = {"files": SimpleUploadedFile("report.pdf", pdf(), "application/pdf"), "template": str(new.pk)}
    assert client.post(url, sent).status_code == 302
    assert Document.objects.get().template == new
    assert client.post(url, sent | {"template": "9"}).status_code in (404, 422)


def test_upload_page_without_a_form_asks_nothing(client, claim, report, ana):
    client.force_login(ana)
    page = client.get(f"/incentives/claims/{claim.number}/documents/{report.pk}/upload/").content.decode()
    assert "<select" not in page


def test_claim_page_shows_the_version_refuses_and_offers_the_current_one(client, claim, replaced, ana):
    on_old(claim, replaced)
    client.force_login(ana)
    page = client.get(f"/incentives/claims/{claim.number}/").content.decode()
    assert "template old" in page
    current = f"/incentives/engagements/{claim.engagement.slug}/templates/{replaced[1].pk}/"
    assert f'<li><a href="{current}">Replace report.pdf: fill in the current template</a></li>' in page
    answer = client.post(f"/incentives/claims/{claim.number}/submit/", {"version": claim.version + 1, "text": ""})
    assert answer.status_code == 409
    assert "Template version old is not accepted since" in answer.content.decode()
    assert client.get(current).status_code == 200


def test_attention_lists_the_claim(claim, replaced, cast):
    now = database_now()
    assert [item.todo for item in attention.items(cast.actor("ana"), now).rows] == []
    on_old(claim, replaced)
    (item,) = attention.items(cast.actor("ana"), now).rows
    assert (item.todo, item.number) == (attention.Todo.TEMPLATE_SUPERSEDED, claim.number)
    assert attention.count(cast.actor("ana"), now) == 1


def test_operator_sees_the_touched_claims_and_tells_the_partners_once(client, claim, replaced, olga, workshop, cast):
    on_old(claim, replaced)
    handed_in = claim_in(S.CONSENT_RECEIVED, engagement=workshop, now=database_now() - timedelta(days=2))
    on_old(handed_in, replaced)
    review.submit(handed_in, actor_for(handed_in.owner), database_now() - timedelta(days=1))
    client.force_login(olga)
    page = client.get("/operator/templates/").content.decode()
    assert re.findall(r">(\d{7})</a>", page) == [str(claim.number)]
    for _ in range(2):
        assert client.post("/operator/templates/").status_code == 302
    (message,) = Message.objects.filter(kind="E21")
    assert (message.to_email, message.partner_id, message.location_id) == (
        claim.partner_email,
        claim.partner_id,
        claim.location_id,
    )
    mail = render(message)
    assert mail.subject == f"A template of {workshop.name} was replaced"
    for words in (mail.text, mail.html):
        assert str(claim.number) in words
        assert str(handed_in.number) not in words
        assert "Version old of the template" in words


@pytest.mark.parametrize("name", ["ana", "rita"])
def test_others_do_not_see_the_operators_list(client, cast, name):
    client.force_login(getattr(cast, name))
    assert client.get("/operator/templates/").status_code == 403


def test_command_tells_and_a_second_run_tells_nobody(claim, replaced, capsys):
    on_old(claim, replaced)
    call_command("tell_superseded")
    call_command("tell_superseded")
    assert capsys.readouterr().out.count("1 mails queued") == 1
    assert Message.objects.filter(kind="E21").count() == 1


def test_mail_about_claims_that_were_fixed_meanwhile_is_not_sent(claim, replaced):
    on_old(claim, replaced)
    assert superseded.tell(database_now()) == 1
    walk = Walk(claim, by=actor_for(claim.owner))
    walk.cancel(database_now())
    assert render(Message.objects.get(kind="E21")) is None
