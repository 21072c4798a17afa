"""Everything the reviewer's view of one claim shows, in a fixed number of queries."""

from dataclasses import dataclass
from datetime import datetime

from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _

from claims import association as ground
from claims import completeness, deadlines, details, guards, lifecycle, opt_outs, preview
from claims.actions import Action
from claims.associations import workload_names
from claims.models import Claim, ClaimEvent, Document, Issue, RejectionReason, Survey, SurveyKind
from claims.models import Kind as ClaimKind
from claims.move import Move
from claims.presentation import timeline
from claims.statuses import Status
from claims.surveys import QUESTIONS
from mci_portal.accounts.actors import Actor, Kind
from mci_portal.common.templatetags.ui import day


@dataclass(frozen=True)
class Evidence:
    """One requirement with what was handed in for it."""

    item: completeness.Item
    documents: list[dict]
    answers: list[tuple[str, str]]


def load(claim: Claim, by: Actor, now: datetime) -> dict:
    """The context of the reviewer's page; internal notes are part of it, so it is for Microsoft's people only."""
    items = completeness.checklist(claim)
    issues = list(claim.issues.select_related("requirement", "answered_by"))
    status = lifecycle.effective_status(claim, now)
    return {
        "claim": claim,
        "status": status,
        "status_label": Status(status).label,
        "pairs": [*details.published(claim), *details.added(claim, now)],
        "evidence": _evidence(claim, items),
        "opens_documents": _opens_documents(claim, by),
        "issues": issues,
        "comments": _comments(claim),
        "nodes": timeline(claim, status, items, _open_request(issues)),
        "lines": [_line(event) for event in claim.events.order_by("-seq")],
        "offers": _offers(claim, by, now),
        "review_by": claim.dispute_review_due_at or claim.review_due_at,
        "association": _association(claim, by),
        "is_with_microsoft": status in (Status.SUBMITTED, Status.UNDER_REVIEW),
    }


def _association(claim: Claim, by: Actor) -> dict | None:
    """What an association claims, who competes with it, and whether the partner has given it up (R-198, T37)."""
    if claim.kind != ClaimKind.CPOR:
        return None
    rivals = list(ground.rivals(claim).select_related("partner").order_by("number"))
    row = claim.association
    asked = ClaimEvent.objects.filter(claim=claim, action=Action.ASK_TO_REJECT).order_by("-seq").first()
    pairs = [(_("Products"), ", ".join(workload_names(row)))]
    if row.subscription_id:
        pairs.append((_("Subscription ID"), str(row.subscription_id)))
    if row.solution_seller or row.isv_product:
        pairs += [(_("Name of the solution seller"), row.solution_seller), (_("ISV product name"), row.isv_product)]
    if claim.submitted_at and claim.status == Status.SUBMITTED:
        start_by = deadlines.business_days_after(claim.submitted_at, deadlines.CPOR_START_DAYS)
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


def _offers(claim: Claim, by: Actor, now: datetime) -> dict[str, lifecycle.Offer]:
    """A lead reviewer who approves an association arbitrates by it: what holds the workload does not refuse him."""
    offers = lifecycle.available(claim, by, now)
    approve = offers.get(Action.APPROVE)
    if approve and approve.refusal and claim.kind == ClaimKind.CPOR and by.lead:
        alone = guards.reviewer_is_independent(Move(claim, Action.APPROVE, by, now))
        offers[Action.APPROVE.value] = lifecycle.Offer(Action.APPROVE, alone or "")
    return offers


def _evidence(claim: Claim, items: list[completeness.Item]) -> list[Evidence]:
    documents: dict[int, list[dict]] = {}
    for document in Document.objects.filter(claim=claim, removed_at=None).order_by("name", "id"):
        documents.setdefault(document.requirement_id, []).append(_document(claim, document))
    surveys = {survey.kind: survey for survey in Survey.objects.filter(claim=claim, completed_at__isnull=False)}
    return [
        Evidence(
            item,
            documents.get(item.requirement.pk, []),
            _answers(surveys.get(item.requirement.kind)),
        )
        for item in items
    ]


def _document(claim: Claim, document: Document) -> dict:
    place = (claim.number, document.pk)
    return {
        "name": document.name,
        "size": filesizeformat(document.size),
        "version": document.version,
        "uploaded_at": document.uploaded_at,
        "sha256": document.sha256,
        "download_url": reverse("claims:download", args=place),
        "preview_url": reverse("review:document", args=place) if document.content_type in preview.SHOWN else "",
    }


def _opens_documents(claim: Claim, by: Actor) -> bool:
    """What ``scope.get_document`` will say, so that the page draws no links into a refusal."""
    return by.kind is not Kind.REVIEWER or by.lead or claim.reviewer_id == by.user_id


def _answers(survey: Survey | None) -> list[tuple[str, str]]:
    if survey is None:
        return []
    words = {"yes": _("Yes"), "no": _("No")}
    answered: list[tuple[str, str]] = [(_("Completed by"), survey.completed_by)]
    for question in QUESTIONS[SurveyKind(survey.kind)]:
        given = survey.answers.get(question.code, "")
        answered.append((str(question.text), words.get(str(given), str(given))))
    return answered


def _comments(claim: Claim) -> list[dict]:
    return [
        {
            "author": comment.author_name,
            "role": _("Reviewer") if comment.by_microsoft else _("Partner"),
            "at": comment.written_at,
            "text": comment.text,
            "internal": comment.internal,
        }
        for comment in claim.comments.all()
    ]


def _open_request(issues: list[Issue]) -> list[Issue]:
    """The issues of the newest action request, the steps that the status line shows."""
    newest = max((issue.raised_at for issue in issues), default=None)
    return [issue for issue in issues if issue.raised_at == newest]


def _line(event: ClaimEvent) -> dict:
    moved = event.to_status if event.to_status != event.from_status else ""
    reasons = [RejectionReason(code).label for code in event.data.get("reasons", ()) if code in RejectionReason.values]
    return {
        "action": Action(event.action).label if event.action in Action.values else event.action,
        "who": event.actor_name,
        "at": event.at,
        "reasons": ", ".join(map(str, reasons)),
        "note": event.note,
        "internal": event.internal,
        "status": moved,
        "status_label": Status(moved).label if moved else "",
    }
