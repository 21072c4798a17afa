"""Everything the claim page shows, for whoever looks, in a fixed number of queries. The claim pages call it."""

from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Exists, F, OuterRef
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from claims import details, guards, lifecycle, opt_outs, presentation
from claims.actions import Action
from claims.association import rivals
from claims.associations import what_is_claimed
from claims.completeness import Item
from claims.forms import AnswerForm, HandInForm
from claims.models import Claim, ClaimEvent, Document, Kind, Scan, Survey, SurveyKind, SurveyLink
from claims.models.issue import rejection_labels
from claims.queries import scope
from claims.statuses import BEFORE_CONSENT, HOLDS_WORKLOAD, Status
from engagements.models import EvidenceRequirement, EvidenceTemplate
from engagements.templates_in_force import newest, refusal
from mci_portal.accounts.actors import Actor
from mci_portal.common.clock import database_now
from mci_portal.common.templatetags.ui import day


@dataclass
class Block:
    """One document the engagement asks for, with the form for it and what was handed in."""

    requirement: EvidenceRequirement
    template: EvidenceTemplate | None
    rows: list[dict] = field(default_factory=list)
    flagged: bool = False


def context(
    claim: Claim,
    by: Actor,
    *,
    problem: str = "",
    hand_in: HandInForm | None = None,
    answered: tuple[int, AnswerForm] | None = None,
    focus: int | str = "",
) -> dict:
    """What ``claims/claim.html`` names. ``claim`` comes from ``scope.get``.

    ``problem`` is the sentence that refused what was just tried, ``hand_in`` and ``answered`` (issue id, form) hold
    what was typed then; ``focus`` names the heading that takes the focus: "details",
    "status", "issues", "surveys", "comment", or the id of a requirement.
    """
    now = getattr(claim, "read_at", None) or database_now()
    status = Status(lifecycle.effective_status(claim, now))
    offers = lifecycle.available(claim, by, now)
    requirements = list(claim.engagement.evidence.prefetch_related("templates"))
    documents = list(claim.documents.filter(removed_at=None).select_related("template"))
    surveys = _surveys(claim)
    items = _items(requirements, documents, surveys)
    issues = _open_request(claim, status)
    payee_incomplete = status == Status.CONSENT_RECEIVED and "submit" in offers and not _payee_complete(claim)
    return {
        "claim": claim,
        "crumbs": crumbs(claim, by),
        "status": status,
        "now": now,
        "offers": offers,
        "problem": problem,
        "published": details.published(claim),
        "added": details.added(claim, now),
        "has_evidence": claim.consented_at is not None or claim.kind == Kind.CPOR,
        "missing": [*_missing(items), *_to_replace(claim, requirements, documents, now)] if "submit" in offers else [],
        "blocks": _blocks(
            claim, requirements, documents, issues, now.date(), opens=not scope.document_refusal(by, claim)
        ),
        "surveys": _survey_lines(requirements, surveys),
        "comments": _comments(claim),
        "hand_in": hand_in
        or HandInForm(
            initial={"version": claim.version}, payee_incomplete=payee_incomplete, acknowledges=_acknowledges(claim)
        ),
        "association": association_of(claim) if claim.kind == Kind.CPOR else None,
        "issues": [{"issue": issue, "form": _answer_form(issue, answered)} for issue in issues],
        "consent": _consent(claim, status, offers, now),
        "rejection": _rejection(claim, status),
        "refusal": _refusal(claim, status),
        "payment_month": _payment_month(claim, status),
        "begin_again": status in presentation.BEGIN_AGAIN and not by.is_microsoft,
        "nodes": presentation.timeline(claim, status, items, issues),
        "focus": focus,
    }


def offer(claim: Claim, action: Action, by: Actor) -> lifecycle.Offer:
    """The action as it is open now, for a page that leads up to it; it may still carry a refusal.

    Raises NotPermitted for somebody else's action and Refused where the claim is elsewhere, as ``perform`` will.
    """
    if not lifecycle.permitted(claim, action, by):
        raise lifecycle.NotPermitted
    now = getattr(claim, "read_at", None) or database_now()
    found = lifecycle.available(claim, by, now).get(action)
    if found is None:
        raise lifecycle.Refused(
            _("“{action}” is not possible while the claim is “{status}”.").format(
                action=action.label, status=Status(lifecycle.effective_status(claim, now)).label
            )
        )
    return found


def hand_in_form(claim: Claim, data) -> HandInForm:
    """The form at the foot of this claim, as it was sent."""
    return HandInForm(data, payee_incomplete=payee_is_incomplete(claim), acknowledges=_acknowledges(claim))


def _acknowledges(claim: Claim) -> bool:
    return claim.status == Status.DRAFT


def association_of(claim: Claim) -> dict:
    """What ``claims/parts/association.html`` shows, without naming any other partner (R-198)."""
    row = claim.association
    pairs = what_is_claimed(row)
    if claim.review_due_at and claim.status in (Status.SUBMITTED, Status.UNDER_REVIEW):
        review_by = claim.dispute_review_due_at or claim.review_due_at
        pairs.append((_("Review expected by"), day(review_by)))
    pairs.append((_("Payment"), opt_outs.payment_words(claim)))
    if row.ended_on:
        pairs.append((_("Association ended on"), day(row.ended_on)))
    elif claim.status in HOLDS_WORKLOAD:
        pairs.append((_("Opt-out of the customer"), opt_outs.until_when(claim)))
    competes = claim.status in HOLDS_WORKLOAD and rivals(claim).exists()
    return {"pairs": pairs, "competes": competes}


def payee_is_incomplete(claim: Claim) -> bool:
    """T15: the first submission asks for an acknowledgement."""
    return claim.status == Status.CONSENT_RECEIVED and not _payee_complete(claim)


def _payee_complete(claim: Claim) -> bool:
    return guards.payee_profile_complete(claim)


def crumbs(claim: Claim, by: Actor, page: str = "") -> list[tuple[str, str]]:
    """The way to the claim, and on to a ``page`` of its own below it. The customer is a partner's sixth (R-005)."""
    home = (_("Home"), reverse("accounts:home"))
    here = [(claim.customer.name, reverse("claims:detail", args=[claim.number]))] + ([(page, "")] if page else [])
    if by.is_microsoft:
        return [home, (_("Customer claims"), reverse("claims:list")), *here]
    engagements = reverse("engagements:list")
    return [
        home,
        (_("Incentives"), engagements),
        (_("MCI Engagements"), engagements),
        (claim.engagement.name, reverse("engagements:summary", args=[claim.engagement.slug])),
        (_("Customers"), reverse("customers:list", args=[claim.engagement.slug])),
        *here,
    ]


def _surveys(claim: Claim) -> dict[str, Survey]:
    live = SurveyLink.objects.filter(survey=OuterRef("pk"), voided_at=None, used_at=None)
    return {survey.kind: survey for survey in claim.surveys.annotate(link_works=Exists(live))}


def _items(requirements, documents, surveys) -> list[Item]:
    """As ``completeness.checklist``, from the rows that the page holds anyway."""
    handed_in = {document.requirement_id for document in documents}
    answered = {kind for kind, survey in surveys.items() if survey.completed_at}
    return [Item(one, one.kind in answered if one.is_survey else one.pk in handed_in) for one in requirements]


def _missing(items: list[Item]) -> list[dict]:
    return [
        {
            "text": item.todo,
            "anchor": "#surveys" if item.requirement.is_survey else f"#evidence-{item.requirement.pk}",
        }
        for item in items
        if item.missing
    ]


def _to_replace(claim: Claim, requirements, documents, now: datetime) -> list[dict]:
    """R-048: the documents on a version that is refused today, each with the current form to fill in instead."""
    today, found = now.date(), []
    asked = {one.pk: one for one in requirements}
    for document in documents:
        if document.template is None or not refusal(document.template, today):
            continue
        current = newest(asked[document.requirement_id].templates.all(), today)
        words = _("Replace {document}: fill in the current template").format(document=document.name)
        url = reverse("engagements:template", args=[claim.engagement.slug, current.pk]) if current else ""
        found.append({"text": words, "anchor": url or f"#evidence-{document.requirement_id}"})
    return found


def _blocks(claim, requirements, documents, issues, today: date, *, opens: bool) -> list[Block]:
    flagged = {issue.requirement_id: issue.raised_at for issue in issues if not issue.answered_at}
    blocks = {
        one.pk: Block(one, newest(one.templates.all(), today), flagged=one.pk in flagged)
        for one in requirements
        if not one.is_survey
    }
    for document in documents:
        raised_at = flagged.get(document.requirement_id)
        blocks[document.requirement_id].rows.append(_row(claim, document, raised_at, today, opens))
    # What left the catalogue is asked for no more; it stays where something was handed in for it.
    return [block for block in blocks.values() if block.rows or block.requirement.ended_on is None]


def _row(claim: Claim, document: Document, raised_at: datetime | None, today: date, opens: bool) -> dict:
    return {
        "id": document.pk,
        "name": document.name,
        "url": reverse("claims:download", args=[claim.number, document.pk]) if opens and not document.shut_away else "",
        "type": document.name.rpartition(".")[2].upper(),
        "size": filesizeformat(document.size),
        "at": document.uploaded_at,
        "outdated": raised_at is not None and document.uploaded_at < raised_at,
        "version": document.template.version if document.template else "",
        "shut_away": _scan_words(document),
        "refused": (refusal(document.template, today) or "") if document.template else "",
    }


def _scan_words(document: Document) -> str:
    words: dict[str, str] = {Scan.PENDING: _("Checking for viruses …"), Scan.INFECTED: _("Contains a virus")}
    return words.get(document.scan, "")


def _survey_lines(requirements, surveys: dict[str, Survey]) -> list[dict]:
    asked = {one.kind for one in requirements if one.is_survey}
    return [
        {"kind": kind, "label": kind.label, "survey": surveys.get(kind), "is_partner": kind == SurveyKind.PARTNER}
        for kind in SurveyKind
        if kind in asked
    ]


def _comments(claim: Claim) -> list[dict]:
    """Never the reviewers' own notes (R-178): this page is the partner's, whoever looks at it."""
    return [
        {
            "author": comment.author_name,
            "role": _("Reviewer") if comment.by_microsoft else _("Partner"),
            "at": comment.written_at,
            "text": comment.text,
            "internal": False,
        }
        for comment in claim.comments.filter(internal=False)
    ]


def _open_request(claim: Claim, status: Status) -> list:
    """The issues of the newest action request while it is to be answered."""
    if status != Status.ACTION_REQUIRED:
        return []
    issues = list(claim.issues.select_related("requirement"))
    newest_at = max((issue.raised_at for issue in issues), default=None)
    return [issue for issue in issues if issue.raised_at == newest_at or not issue.answered_at]


def _answer_form(issue, answered: tuple[int, AnswerForm] | None) -> AnswerForm:
    return answered[1] if answered and answered[0] == issue.pk else AnswerForm(issue.pk)


def _consent(claim: Claim, status: Status, offers, now: datetime) -> dict | None:
    """Before the customer's answer: which button, whether a link works, and who was named instead (R-123)."""
    if status not in BEFORE_CONSENT:
        return None
    newest_request = claim.consent_requests.order_by("-created_at", "-id").first()
    proposed = newest_request and newest_request.proposed_email
    return {
        "offer": offers.get("send_consent") or offers.get("resend_consent"),
        "needs_resend": status == Status.AWAITING_CONSENT and not (newest_request and newest_request.is_live(now)),
        "was_held": bool(newest_request and newest_request.held_at),
        "proposed_name": newest_request.proposed_name if newest_request else "",
        "proposed_email": proposed if proposed and proposed != claim.customer_email else "",
    }


def _refusal(claim: Claim, status: Status) -> dict | None:
    """How the customer ended the claim, and why as far as he shares it with the partner (R-122)."""
    if status not in (Status.CONSENT_DECLINED, Status.CONSENT_REJECTED):
        return None
    event = ClaimEvent.objects.filter(claim=claim, to_status=status).order_by("-seq").first()
    if event is None:
        return None
    heading = {
        Action.WITHDRAW: _("The customer has withdrawn the consent"),
        Action.OPT_OUT: _("The customer has opted out of this association"),
    }.get(Action(event.action), _("The customer has declined this engagement"))
    by = event.actor_name
    if recorded_for := event.data.get("on_behalf_of"):
        by = _("{customer}, recorded by {name} of Microsoft").format(customer=recorded_for, name=event.actor_name)
    return {"heading": heading, "at": event.at, "by": by, "reason": event.note}


def _rejection(claim: Claim, status: Status) -> dict | None:
    if status not in (Status.REJECTED, Status.DISPUTED, Status.REJECTED_FINAL):
        return None
    verdicts = ClaimEvent.objects.filter(claim=claim, to_status__in=(Status.REJECTED, Status.REJECTED_FINAL))
    event = verdicts.exclude(from_status=F("to_status")).order_by("-seq").first()
    if event is None:
        return None
    reasons = rejection_labels(event.data.get("reasons", []), event.at)
    return {"reasons": reasons, "text": event.note, "at": event.at, "heading": _heading(event)}


def _heading(event: ClaimEvent) -> str:
    return {
        Action.DISASSOCIATE: _("The association with this customer was ended"),
        Action.END_ASSOCIATION: _("Microsoft decided for another partner's claim"),
        Action.CONFIRM_REJECTION: _("Microsoft rejected this claim, as you asked"),
    }.get(Action(event.action), "")


def _payment_month(claim: Claim, status: Status) -> str:
    if status != Status.APPROVED or not hasattr(claim, "earning"):
        return ""
    return date_format(claim.earning.estimated_payment_on, pgettext("month format", "F Y"))
