"""What follows a move, as rows in the same transaction. Never the network, never a further move.

``set_*`` functions change columns of the claim before it is saved; the others write further rows after it.
"""

from datetime import datetime
from typing import Any

from django.conf import settings

from claims import deadlines, earnings, recipients
from claims.models import (
    Claim,
    Comment,
    ConsentRequest,
    Issue,
    OptOutLink,
    Survey,
    SurveyKind,
    SurveyLink,
)
from claims.models import consent as consent_model
from claims.move import Move
from mci_portal.accounts.actors import Actor, Kind
from mci_portal.accounts.addressees import language_of
from mci_portal.common import tokens
from mci_portal.outbox import post as outbox

# --- columns of the claim -------------------------------------------------------------------------------------------


def set_consent_clock(move: Move) -> None:
    """T01: the 30 days run from here, whatever is sent when (R-111, C-24)."""
    move.claim.consent_due_at = deadlines.due(move.now, move.claim.consent_days)


def set_consent_sent(move: Move) -> None:
    move.claim.consent_sent_at = move.claim.consent_sent_at or move.now
    move.claim.deal_size = move.data.get("deal_size")


def set_consented(move: Move) -> None:
    """T06: first submit and review are counted from consent; the rate of this day is kept (R-118, R-047)."""
    claim = move.claim
    claim.consented_at = move.now
    claim.voucher = move.by.user  # nobody's where the customer clicked himself
    # The language he chose on the page is the one for all that follows, such as the survey.
    claim.customer_language = move.data.get("record", {}).get("language") or claim.customer_language
    claim.submit_due_at = deadlines.due(move.now, claim.submit_days)
    claim.review_due_at = deadlines.due(move.now, claim.review_days)
    earnings.fix_rate(claim, move.now)
    if missing := earnings.missing_at(claim, move.now):
        move.data["event"] = {**move.data.get("event", {}), "not_yet_eligible": missing}


def set_submitted(move: Move) -> None:
    claim = move.claim
    claim.submitted_at = move.now
    claim.first_submitted_at = claim.first_submitted_at or move.now


def set_dispute_submitted(move: Move) -> None:
    """T25: the review of the dispute gets its date here, once (R-209)."""
    set_submitted(move)
    move.claim.dispute_submitted_at = move.now
    move.claim.dispute_review_due_at = deadlines.due(move.now, move.claim.dispute_review_days)


def set_reviewer(move: Move) -> None:
    move.claim.reviewer = move.by.user


def set_assignee(move: Move) -> None:
    move.claim.reviewer = move.data["assignee"]


def set_owner(move: Move) -> None:
    """``owner`` takes the claim over, or whoever does this himself; nobody stands in for himself."""
    claim = move.claim
    claim.owner = move.data.get("owner") or move.by.user
    if claim.stand_in_id == claim.owner_id:
        claim.stand_in = None


def set_stand_in(move: Move) -> None:
    """``stand_in`` is a member, or None for nobody."""
    move.claim.stand_in = move.data.get("stand_in")


def clear_reviewer(move: Move) -> None:
    move.claim.reviewer = None


def set_action_due(move: Move) -> None:
    """T20: the partner has until the review date, and never less than the floor (C-09)."""
    move.claim.action_due_at = deadlines.action_due(move.claim, move.now, settings.PARTNER_ACTION_MIN_DAYS)


def set_rejected(move: Move) -> None:
    """T19: the dispute clock is set once and never moved (R-206)."""
    claim = move.claim
    claim.rejected_at = move.now
    claim.first_decider = move.by.user
    claim.dispute_due_at = deadlines.due(move.now, claim.dispute_days)


def set_disputed(move: Move) -> None:
    move.claim.round = 2
    move.claim.disputed_at = move.now


def set_contacts(move: Move) -> None:
    """T05: take over the contact fields that the form changed."""
    for name, value in move.data.get("contacts", {}).items():
        setattr(move.claim, name, value)
    if "customer_email" in move.data.get("contacts", {}):
        move.claim.bounced_at = None


def set_bounced(move: Move) -> None:
    move.claim.bounced_at = move.now


# --- messages -------------------------------------------------------------------------------------------------------


def tell(move: Move, kind: str, **fields) -> None:
    """One message of ``kind`` about this move to whom ``AUDIENCE`` says; deduplicated by claim, kind and version."""
    claim = move.claim
    audience = AUDIENCE[kind]
    to_email, to_name = {
        "partner": (claim.partner_email, claim.partner_name),
        "customer": (claim.customer_email, claim.customer_name),
        "reviewer": ("", ""),
    }[audience]
    to_email = fields.pop("to_email", "" if kind in PORTAL_ONLY else to_email)
    defaults: dict[str, Any] = {
        "to_email": to_email,
        "to_name": to_name,
        "language": _language(move, audience, to_email),
        "topic": claim.topic,
        "partner_id": claim.partner_id,
        "location_id": claim.location_id,
        "context": {"from": move.from_status, **move.data.get("mail", {})},
        "dedup_key": f"{claim.topic}:{kind}:v{move.seq}",
    }
    outbox.post(kind, audience=audience, now=move.now, **(defaults | fields))
    if audience == "partner" and claim.stand_in_id:
        recipients.copy_to_stand_ins([claim.pk], move.now)


def _language(move: Move, audience: str, to_email: str) -> str:
    """The recipient's (R-014). A notice that nobody mails is worded for each who reads it."""
    if audience == "customer":
        # Whoever answers in another language than he was asked in gets his receipt in that one.
        return move.data.get("record", {}).get("language") or move.claim.customer_language
    return language_of(to_email, move.claim.owner_id) if to_email else "en"


AUDIENCE = {
    "E01": "customer",
    "E02": "customer",
    "E03": "customer",
    "E04": "partner",
    "E05": "partner",
    "E06": "partner",
    "E07": "partner",
    "E08": "customer",
    "E09": "partner",
    "E10": "partner",
    "E11": "partner",
    "E12": "reviewer",
    "E13": "partner",
    "E14": "partner",
    "E15": "partner",
    "E16": "partner",
    "E19": "partner",
    "E20": "partner",
    "E22": "customer",
    "E17": "customer",
    "N01": "partner",  # added or claimed
    "N03": "partner",  # the request left
    "N32": "partner",  # a draft for use or consume
    "N35": "reviewer",  # the customer opted out
    "N37": "reviewer",  # the partner asks to reject his own claim
    "N38": "customer",  # an association ended without him
    "N10": "partner",  # canceled
    "N16": "partner",  # review started
    "N24": "partner",  # reopened for dispute
    "N40": "partner",  # the customer named another contact, or an acceptance is held
    "N41": "reviewer",  # a claim came in
    "N42": "partner",  # the earning was adjusted, which is no move of the claim (``adjustments``)
}
PORTAL_ONLY = frozenset({"N16", "N35", "N37", "N41"})

# --- links ----------------------------------------------------------------------------------------------------------


def void_links(move: Move, kinds: tuple[str, ...]) -> int:
    """Void the claim's live links of these kinds, and the mails that carry them and have not left; returns how many."""
    nonces: list[str] = []
    if "consent" in kinds:
        nonces += _void(ConsentRequest.objects.filter(claim=move.claim), move)
    if "opt_out" in kinds:
        nonces += _void(OptOutLink.objects.filter(claim=move.claim), move)
    surveys = [kind for kind in kinds if kind in SurveyKind.values]
    if surveys:
        nonces += _void(SurveyLink.objects.filter(survey__claim=move.claim, survey__kind__in=surveys), move)
    if nonces:
        outbox.void(token_nonces=nonces)
    return len(nonces)


def _void(links, move: Move) -> list[str]:
    live = links.filter(voided_at=None, used_at=None)
    nonces = list(live.values_list("nonce", flat=True))
    live.update(voided_at=move.now)
    return nonces


def send_consent_link(move: Move) -> None:
    """T03, T04: a new link for the customer, the older one voided (Q6); it ends with the consent clock (TK08).

    ``remind`` says whether he may be reminded by himself (E02); where nobody says, it stays as it was.
    """
    void_links(move, ("consent",))
    claim = move.claim
    last = ConsentRequest.objects.filter(claim=claim).order_by("-id").values_list("remind", flat=True).first()
    request = new_consent_request(claim, move.by, move.now)
    request.remind = move.data.get("remind", bool(last))
    request.save()
    tell(move, "E01", token_purpose=consent_model.PURPOSE, token_nonce=request.nonce)


def new_consent_request(claim: Claim, by: Actor, now: datetime) -> ConsentRequest:
    """Unsaved: to the customer's present contact, open until the consent clock ends."""
    nonce = tokens.new_nonce()
    return ConsentRequest(
        claim=claim,
        partner_id=claim.partner_id,
        nonce=nonce,
        digest=tokens.digest(tokens.value(consent_model.PURPOSE, nonce)),
        to_name=claim.customer_name,
        to_email=claim.customer_email,
        language=claim.customer_language,
        created_by=by.user,
        created_at=now,
        expires_at=claim.consent_due_at,
    )


def send_customer_survey(move: Move) -> None:
    _send_survey(move, SurveyKind.CUSTOMER, "E08", move.claim.customer_name, move.claim.customer_email)


def send_partner_survey(move: Move) -> None:
    """R-160: to the partner contact of the claim, or to another address of the company that the form gave."""
    name = move.data.get("to_name") or move.claim.partner_name
    _send_survey(move, SurveyKind.PARTNER, "E09", name, move.data.get("to_email") or move.claim.partner_email)


def _send_survey(move: Move, kind: str, mail: str, to_name: str, to_email: str) -> None:
    claim = move.claim
    void_links(move, (kind,))
    survey, _created = Survey.objects.get_or_create(claim=claim, kind=kind, defaults={"partner_id": claim.partner_id})
    survey.sent_at = move.now
    survey.save(update_fields=("sent_at",))
    nonce = tokens.new_nonce()
    SurveyLink.objects.create(
        survey=survey,
        partner_id=claim.partner_id,
        nonce=nonce,
        digest=tokens.digest(tokens.value(kind, nonce)),
        to_name=to_name,
        to_email=to_email,
        created_by=move.by.user,
        created_at=move.now,
        expires_at=claim.due_at,
    )
    tell(move, mail, token_purpose=kind, token_nonce=nonce, to_email=to_email, to_name=to_name)


def void_links_of_changed_contacts(move: Move) -> None:
    """R-164: a changed address makes the links mailed to the old one worthless; the partner is told (E20)."""
    kinds: tuple[str, ...] = ()
    if move.data.get("customer_changed"):
        kinds += ("consent", "opt_out", SurveyKind.CUSTOMER)
    if move.data.get("partner_changed"):
        kinds += (SurveyKind.PARTNER,)
    if void_links(move, kinds):
        tell(move, "E20")


# --- the customer's and the surveys' answers ------------------------------------------------------------------------


def record_answer(move: Move) -> None:
    """R-121: who answered, when, from where, to which text. ``data["record"]`` holds the columns to write."""
    request: ConsentRequest = move.data["request"]
    keep_recorded(move)
    for name, value in move.data["record"].items():
        setattr(request, name, value)
    request.recorded = move.data.get("recorded")
    request.held = {}  # what was held is said by the columns now, or counts no more
    request.used_at = move.now
    request.save()


def keep_recorded(move: Move) -> None:
    """Section 22: the evidence of an answer that was entered on the customer's behalf."""
    if recorded := move.data.get("recorded"):
        recorded.recorded_at = move.now
        recorded.save()


def keep_held_answer(move: Move) -> None:
    """T06: what the customer said waits on his request until Microsoft has settled it."""
    request: ConsentRequest = move.data["request"]
    request.held_at, request.held = move.now, move.data.get("held", {})
    request.save(update_fields=("held_at", "held"))


def keep_proposed_contact(move: Move) -> None:
    """R-123: the person who got the request by mistake may name the right one; nothing is decided by it."""
    request: ConsentRequest = move.data["request"]
    request.proposed_name, request.proposed_email = move.data["name"], move.data["email"]
    request.save(update_fields=("proposed_name", "proposed_email"))


def complete_survey(move: Move) -> None:
    kind = SurveyKind.CUSTOMER if move.action == "complete_customer_survey" else SurveyKind.PARTNER
    survey, _created = Survey.objects.get_or_create(
        claim=move.claim, kind=kind, defaults={"partner_id": move.claim.partner_id}
    )
    survey.completed_at = move.now
    survey.completed_by = move.by.name
    survey.answers = move.data["answers"]
    survey.save()
    SurveyLink.objects.filter(survey=survey, voided_at=None, used_at=None).update(used_at=move.now)


# --- evidence, words, decisions -------------------------------------------------------------------------------------


def add_document(move: Move) -> None:
    document = move.data["document"]
    document.claim, document.partner_id = move.claim, move.claim.partner_id
    document.uploaded_by, document.uploaded_at = move.by.user, move.now
    document.save()


def remove_document(move: Move) -> None:
    document = move.data["document"]
    document.removed_by, document.removed_at = move.by.user, move.now
    document.save(update_fields=("removed_by", "removed_at"))


def add_comment(move: Move) -> None:
    """A comment both sides read, or with T40's ``write_note`` a note for Microsoft's side only."""
    Comment.objects.create(
        claim=move.claim,
        partner_id=move.claim.partner_id,
        author=move.by.user,
        author_name=move.by.name,
        by_microsoft=move.by.kind is not Kind.PARTNER,
        internal=move.action == "write_note",
        text=move.data["text"],
        written_at=move.now,
    )


def add_issues(move: Move) -> None:
    Issue.objects.bulk_create(
        Issue(claim=move.claim, partner_id=move.claim.partner_id, raised_by=move.by.user, raised_at=move.now, **fields)
        for fields in move.data["issues"]
    )


def answer_issue(move: Move) -> None:
    issue = move.data["issue"]
    issue.answer, issue.answered_by, issue.answered_at = move.data["text"], move.by.user, move.now
    issue.save(update_fields=("answer", "answered_by", "answered_at"))


def create_earning(move: Move) -> None:
    earnings.create_earning(move.claim, move.now)
