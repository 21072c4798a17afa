"""Every action with what it needs, every actor, and the tables before and after: for tests over the whole table."""

import hashlib
import secrets

from django.db import connection

from claims.actions import Action as A
from claims.models import Claim, ConsentRequest, Document, OptOutLink, RecordedAnswer
from claims.statuses import Status as S
from claims.transitions import ROWS, Who
from engagements.models import EvidenceRequirement
from mci_portal.accounts.actors import CLOCK, Actor, colleague, customer
from mci_portal.accounts.models import User
from tests.cast import Cast

# What each word of the table means for a claim of Redmond that Rita has taken (Ravi in the second round). Written
# from the role matrix (requirements 22), not from the code.
MAY = {
    Who.PARTNER: {"ana", "ben"},
    Who.CUSTOMER: {"customer"},
    Who.CUSTOMER_OR_LEAD: {"customer", "lena", "olga"},
    Who.CLOCK: {"clock"},
    Who.REVIEWER: {"rita", "ravi", "lena"},
    Who.ASSIGNED: {"ASSIGNED"},
    Who.ASSIGNED_OR_LEAD: {"ASSIGNED", "lena", "olga"},
    Who.PARTNER_OR_COLLEAGUE: {"ana", "ben", "colleague"},
    Who.PARTNER_OR_ASSIGNED: {"ana", "ben", "ASSIGNED"},
    Who.SUBMITTER: {"ana", "ben"},
    Who.INCENTIVES_ADMIN: {"ana"},
    Who.LEAD: {"lena", "olga"},
    Who.PARTNER_ADMIN: {"ana"},
}
WATCHED = (
    "claims_association",
    "claims_claim",
    "claims_claimevent",
    "claims_comment",
    "claims_consentrequest",
    "claims_document",
    "claims_earning",
    "claims_issue",
    "claims_optoutlink",
    "claims_recordedanswer",
    "claims_survey",
    "claims_surveylink",
    "outbox_message",
)


def actors(cast: Cast) -> dict[str, Actor]:
    """Everybody who may or may not do something, by name."""
    people = {name: cast.actor(name) for name in ("ana", "ben", "tom", "omar", "rita", "ravi", "lena", "olga")}
    others = {"customer": customer("Carla Customer", "carla@x.example"), "colleague": colleague("Pat", "pat@x.example")}
    return people | others | {"clock": CLOCK}


def may(action: A, name: str, claim: Claim, cast: Cast) -> bool:
    """Whether the matrix lets this person ever do this to this claim."""
    rows = [row for row in ROWS[action] if row.kind in (None, claim.kind)]
    if not rows:
        return False
    allowed = MAY[rows[0].who]
    assigned = {cast.rita.pk: "rita", cast.ravi.pk: "ravi", cast.lena.pk: "lena"}.get(claim.reviewer_id)
    return name in allowed or ("ASSIGNED" in allowed and name == assigned)


def data_for(action: A, claim: Claim, by: Actor | None = None) -> dict:
    """What a well-behaved page hands over with the action; for who acts on the customer's behalf with the evidence."""
    if by is not None and by.lead and action in (A.ACCEPT, A.DECLINE, A.WITHDRAW, A.OPT_OUT):
        data = data_for(action, claim)
        return data | {"recorded": _recorded(action, claim, by), "record": data.get("record", {}) | RECORDED}
    request = ConsentRequest.objects.filter(claim=claim).order_by("-id").first()
    record = {"typed_name": "Carla Customer", "ip_address": "192.0.2.1", "text_shown": "The words."}
    document = Document.objects.filter(claim=claim).order_by("removed_at", "-id").first()
    issue = claim.issues.order_by("answered_at", "-id").first()
    return {
        A.ACCEPT: {"request": request, "record": record | {"decision": "accepted"}},
        A.DECLINE: {"request": request, "record": record | {"decision": "declined"}},
        A.PROPOSE_CONTACT: {"request": request, "name": "Dora", "email": "dora@x.example"},
        A.HOLD_ACCEPTANCE: {"request": request, "held": {"record": record | {"decision": "accepted"}, "reasons": []}},
        A.REFUSE_ACCEPTANCE: {"text": "Not with this partner."},
        A.EDIT_CONTACTS: {"contacts": {"customer_title": "CIO"}},
        A.UPLOAD: {"document": _new_document(claim)},
        A.REMOVE_DOCUMENT: {"document": document},
        A.COMPLETE_CUSTOMER_SURVEY: {"answers": {"useful": 4}},
        A.COMPLETE_PARTNER_SURVEY: {"answers": {"readiness": 4}},
        A.WITHDRAW: {"request": request},
        A.OPT_OUT: {"link": OptOutLink.objects.filter(claim=claim).order_by("-id").first(), "record": record},
        A.ASK_TO_REJECT: {"text": "The wrong role."},
        A.DISASSOCIATE: {"text": "No longer our customer."},
        A.END_ASSOCIATION: {"text": "The other proof is better."},
        A.EDIT_ASSOCIATION: {"products": {"workloads": ["teams"]}},
        A.COMMENT: {"text": "A word."},
        A.WRITE_NOTE: {"text": "A note."},
        A.ANSWER_ISSUE: {"issue": issue, "text": "Done."},
        A.ASSIGN: {"assignee": User.objects.filter(email="lena@microsoft.example").first()},
        A.REQUEST_ACTION: {"issues": [{"kind": "dates", "text": "No date."}]},
        A.REJECT: {"reasons": ["insufficient_poe"], "text": "No proof."},
    }.get(action, {})


RECORDED = {"text_version": "recorded", "ip_address": None, "text_shown": ""}


def _recorded(action: A, claim: Claim, by: Actor) -> RecordedAnswer:
    return RecordedAnswer(
        claim=claim,
        partner_id=claim.partner_id,
        action=action,
        given_on=claim.created_at.date(),
        channel="A signed letter",
        key=f"evidence/{secrets.token_hex(20)}",
        name="letter.pdf",
        content_type="application/pdf",
        size=1,
        sha256="0" * 64,
        recorded_by=by.user,
        recorded_by_name=by.name,
    )


def _new_document(claim: Claim) -> Document:
    requirement = EvidenceRequirement.objects.filter(
        engagement_id=claim.engagement_id, kind__in=("invoice", "poe")
    ).first()
    sha256 = hashlib.sha256(secrets.token_bytes(8)).hexdigest()
    key = f"evidence/{secrets.token_hex(20)}"
    facts = {"name": "invoice.pdf", "content_type": "application/pdf", "size": 1}
    return Document(requirement=requirement, key=key, sha256=sha256, **facts)


def snapshot() -> tuple:
    """A fingerprint of every row of every table a move may write (P05)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT "
            + ", ".join(f"(SELECT md5(string_agg(t::text, '|' ORDER BY id)) FROM {table} t)" for table in WATCHED)
        )
        return cursor.fetchone()


# Every place a build-intent claim can stand in, as (status, round).
PLACES = [
    (S.CUSTOMER_CLAIMED, 1),
    (S.AWAITING_CONSENT, 1),
    (S.CONSENT_RECEIVED, 1),
    (S.CONSENT_DECLINED, 1),
    (S.CONSENT_EXPIRED, 1),
    (S.CANCELED, 1),
    (S.NOT_SUBMITTED_EXPIRED, 1),
    (S.SUBMITTED, 1),
    (S.SUBMITTED, 2),
    (S.UNDER_REVIEW, 1),
    (S.UNDER_REVIEW, 2),
    (S.ACTION_REQUIRED, 1),
    (S.ACTION_REQUIRED, 2),
    (S.POST_SUBMISSION_EXPIRED, 1),
    (S.POST_SUBMISSION_EXPIRED, 2),
    (S.APPROVED, 1),
    (S.APPROVED, 2),
    (S.REJECTED, 1),
    (S.DISPUTED, 2),
    (S.DISPUTED_EXPIRED, 1),
    (S.DISPUTED_EXPIRED, 2),
    (S.REJECTED_FINAL, 2),
    (S.CONSENT_REJECTED, 1),
]
# The same for use or consume: Draft, and no statuses of consent.
CPOR_PLACES = [
    (S.DRAFT, 1),
    (S.SUBMITTED, 1),
    (S.SUBMITTED, 2),
    (S.UNDER_REVIEW, 1),
    (S.UNDER_REVIEW, 2),
    (S.ACTION_REQUIRED, 1),
    (S.ACTION_REQUIRED, 2),
    (S.APPROVED, 1),
    (S.APPROVED, 2),
    (S.REJECTED, 1),
    (S.DISPUTED, 2),
    (S.DISPUTED_EXPIRED, 1),
    (S.DISPUTED_EXPIRED, 2),
    (S.REJECTED_FINAL, 1),
    (S.REJECTED_FINAL, 2),
    (S.CONSENT_REJECTED, 1),
    (S.CANCELED, 1),
]
