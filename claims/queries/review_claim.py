"""Everything the reviewer's view of one claim shows, in a fixed number of queries."""

from dataclasses import dataclass
from datetime import date, datetime

from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from claims import association as ground
from claims import completeness, consent, deadlines, desk, details, guards, lifecycle, on_behalf, opt_outs, preview
from claims.actions import Action
from claims.associations import what_is_claimed
from claims.models import (
    Claim,
    ClaimEvent,
    Document,
    Issue,
    ReviewCheck,
    ReviewMark,
    Survey,
    SurveyKind,
)
from claims.models import Kind as ClaimKind
from claims.models.issue import rejection_labels
from claims.move import Move
from claims.presentation import timeline
from claims.queries import scope
from claims.queries.history import note_of
from claims.statuses import Status
from claims.surveys import QUESTIONS
from mci_portal.accounts import whose
from mci_portal.accounts.actors import Actor
from mci_portal.common.templatetags.ui import day


@dataclass(frozen=True)
class Evidence:
    """One requirement with what was handed in for it."""

    item: completeness.Item
    documents: list[dict]
    answers: list[tuple[str, str]]
    new_answers: bool
    first_check: ReviewCheck | None  # what the first round found, for who reviews the second


def load(claim: Claim, by: Actor, now: datetime, document: str = "") -> dict:
    """The context of the reviewer's page; internal notes are part of it, so it is for Microsoft's people only.

    ``document`` is the number of the document to open; without one it is the first.
    """
    items = completeness.checklist(claim)
    issues = list(claim.issues.select_related("requirement", "answered_by"))
    status = lifecycle.effective_status(claim, now)
    read = desk.mark(claim, by)
    since = read.at if read else None
    events = list(claim.events.order_by("-seq"))
    checks = desk.checks(claim)
    evidence = _evidence(claim, items, checks, since)
    opens_documents = not scope.document_refusal(by, claim)
    offers = _offers(claim, by, now)
    return {
        "claim": claim,
        "status": status,
        "status_label": Status(status).label,
        "pairs": [*details.published(claim), *details.added(claim, now)],
        "evidence": evidence,
        "opens_documents": opens_documents,
        "viewer": _viewer(evidence, document) if opens_documents else None,
        "checks": checks.get(claim.round, {}),
        "events": events,
        "read": read,
        "unread": sum(_is_unread(event, read, by) for event in events),
        "issues": [_issue(issue, since) for issue in issues],
        "comments": _comments(claim, by, since),
        "nodes": timeline(claim, status, items, _open_request(issues)),
        "lines": [line(event) | {"new": _is_unread(event, read, by)} for event in events],
        "offers": offers,
        "consent_of": _consent(claim),
        "record_offers": [
            {"label": offer.label, "refusal": offer.refusal, "url": reverse("review:record", args=(claim.number, code))}
            for code, offer in offers.items()
            if code in on_behalf.ACTIONS and not offer.refusal
        ],
        "review_by": claim.dispute_review_due_at or claim.review_due_at,
        "association": _association(claim, by),
        **_around(claim, by.looking_at(claim.partner)),
        "is_with_microsoft": status in (Status.SUBMITTED, Status.UNDER_REVIEW),
    }


def _association(claim: Claim, by: Actor) -> dict | None:
    """What an association claims, who competes with it, and whether the partner has given it up (R-198, T37)."""
    if claim.kind != ClaimKind.CPOR:
        return None
    rivals = list(ground.rivals(claim).select_related("partner").order_by("number"))
    asked = ClaimEvent.objects.filter(claim=claim, action=Action.ASK_TO_REJECT).order_by("-seq").first()
    pairs = what_is_claimed(claim.association)
    if claim.submitted_at and claim.status == Status.SUBMITTED:
        calendar = deadlines.calendar_at(claim.location.country, claim.submitted_at)
        start_by = deadlines.business_days_after(claim.submitted_at, deadlines.CPOR_START_DAYS, calendar)
        pairs.append((_("Start the review by"), day(start_by)))
    pairs.append((_("Payment"), opt_outs.payment_words(claim)))
    return {
        "pairs": pairs,
        "rivals": [
            {
                "number": rival.number,
                "partner": rival.partner.name,
                "status": rival.status,
                "label": rival.get_status_display(),
                "url": reverse("review:claim", args=(rival.number,)),
            }
            for rival in rivals
        ],
        "arbitrates": by.lead and any(rival.status == Status.APPROVED for rival in rivals),
        "asked": asked.note if asked and ground.asked_to_reject(claim) else "",
    }


def _consent(claim: Claim) -> dict:
    """What the customer said that waits for Microsoft, and what Microsoft recorded for him."""
    held = consent.held_acceptance(claim) if claim.status == Status.AWAITING_CONSENT else None
    return {
        "held": held,
        "reasons": [reason.sentence for reason in consent.why_held(held)] if held else [],
        "recorded": list(claim.recorded_answers.order_by("id")) if claim.voucher_id or claim.closed_at else [],
    }


def _offers(claim: Claim, by: Actor, now: datetime) -> dict[str, lifecycle.Offer]:
    """A lead reviewer who approves an association arbitrates by it: what holds the workload does not refuse him."""
    offers = lifecycle.available(claim, by, now)
    approve = offers.get(Action.APPROVE)
    if approve and approve.refusal and claim.kind == ClaimKind.CPOR and by.lead:
        alone = guards.reviewer_is_independent(Move(claim, Action.APPROVE, by, now))
        offers[Action.APPROVE.value] = lifecycle.Offer(Action.APPROVE, alone or "")
    return offers


def _evidence(
    claim: Claim, items: list[completeness.Item], checks: dict[int, dict[int, ReviewCheck]], since: datetime | None
) -> list[Evidence]:
    documents: dict[int, list[dict]] = {}
    for document in Document.objects.filter(claim=claim, removed_at=None).order_by("name", "id"):
        documents.setdefault(document.requirement_id, []).append(_document(claim, document, since))
    surveys = {survey.kind: survey for survey in Survey.objects.filter(claim=claim, completed_at__isnull=False)}
    first = checks.get(1, {}) if claim.round > 1 else {}
    return [
        Evidence(
            item,
            documents.get(item.requirement.pk, []),
            _answers(surveys.get(item.requirement.kind)),
            _is_new(getattr(surveys.get(item.requirement.kind), "completed_at", None), since),
            first.get(item.requirement.pk),
        )
        for item in items
    ]


def _is_new(at: datetime | None, since: datetime | None) -> bool:
    """Nothing is new to who never looked: then everything is."""
    return at is not None and since is not None and at > since


def _is_unread(event: ClaimEvent, read: ReviewMark | None, by: Actor) -> bool:
    return read is not None and event.seq > read.seq and event.actor_id != by.user_id


def _viewer(evidence: list[Evidence], wanted: str) -> dict | None:
    """The document that is open, and those before and after it in the order of the list."""
    documents = [document for part in evidence for document in part.documents]
    if not documents:
        return None
    place = next((place for place, document in enumerate(documents) if str(document["id"]) == wanted), 0)
    return {
        "document": documents[place],
        "number": place + 1,
        "count": len(documents),
        "previous_url": documents[place - 1]["url"] if place else "",
        "next_url": documents[place + 1]["url"] if place + 1 < len(documents) else "",
    }


def _document(claim: Claim, document: Document, since: datetime | None) -> dict:
    place = (claim.number, document.pk)
    return {
        "id": document.pk,
        "url": f"{reverse('review:claim', args=(claim.number,))}?document={document.pk}",
        "new": _is_new(document.uploaded_at, since),
        "name": document.name,
        "size": filesizeformat(document.size),
        "version": document.version,
        "uploaded_at": document.uploaded_at,
        "sha256": document.sha256,
        "download_url": reverse("claims:download", args=place),
        "preview_url": reverse("review:document", args=place) if document.content_type in preview.SHOWN else "",
    }


def _answers(survey: Survey | None) -> list[tuple[str, str]]:
    if survey is None:
        return []
    words = {"yes": _("Yes"), "no": _("No")}
    answered: list[tuple[str, str]] = [(_("Completed by"), survey.completed_by)]
    for question in QUESTIONS[SurveyKind(survey.kind)]:
        given = survey.answers.get(question.code, "")
        if question.kind == "date" and given:
            given = date_format(date.fromisoformat(str(given)), pgettext("date format", "F j, Y"))
        answered.append((str(question.text), words.get(str(given), str(given))))
    return answered


def _issue(issue: Issue, since: datetime | None) -> Issue:
    issue.new = _is_new(issue.answered_at, since)  # type: ignore[attr-defined]  # for the page only
    return issue


def _comments(claim: Claim, by: Actor, since: datetime | None) -> list[dict]:
    return [
        {
            "author": comment.author_name,
            "role": _("Reviewer") if comment.by_microsoft else _("Partner"),
            "at": comment.written_at,
            "text": comment.text,
            "internal": comment.internal,
            "new": comment.author_id != by.user_id and _is_new(comment.written_at, since),
        }
        for comment in claim.comments.all()
    ]


def _open_request(issues: list[Issue]) -> list[Issue]:
    """The issues of the newest action request, the steps that the status line shows."""
    newest = max((issue.raised_at for issue in issues), default=None)
    return [issue for issue in issues if issue.raised_at == newest]


def _around(claim: Claim, by: Actor) -> dict[str, str]:
    """Where the partner's eligibility and customers are, for this engagement; no customers where it takes none."""
    slug = claim.engagement.slug
    customers = whose.url(reverse("customers:list", args=(slug,)), by) if claim.engagement.takes_customers else ""
    return {
        "eligibility_url": whose.url(reverse("engagements:eligibility", args=(slug,)), by),
        "customers_url": customers,
    }


def line(event: ClaimEvent) -> dict:
    """One line of the history in words."""
    moved = event.to_status if event.to_status != event.from_status else ""
    reasons = rejection_labels(event.data.get("reasons", ()), event.at)
    return {
        "action": Action(event.action).label if event.action in Action.values else event.action,
        "who": event.actor_name,
        "at": event.at,
        "reasons": ", ".join(reasons),
        "note": note_of(event),
        "internal": event.internal,
        "status": moved,
        "status_label": Status(moved).label if moved else "",
    }
