"""THE TABLE: the whole life cycle of a claim (requirements section 18). Everything else is derived from it.

``lifecycle.perform`` carries a row out, ``lifecycle.available`` draws the buttons, ``sweeps`` turns the clock's
rows into SQL, ``print_lifecycle`` prints it. A row without target leaves the status as it is (T40).
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from claims import association_effects as cpor
from claims import association_guards as ag
from claims import desk_effects as desk
from claims import effects as do
from claims import guards as g
from claims.actions import Action as A
from claims.assignment import assignee_may_decide
from claims.move import Move
from claims.statuses import EDITABLE, OPEN
from claims.statuses import Status as S


class Who(StrEnum):
    """Who may do it. ``lifecycle`` knows how to tell."""

    PARTNER = "partner"  # an incentives role on the claim's location
    CUSTOMER = "customer"  # the bearer of the claim's link
    CUSTOMER_OR_LEAD = "customer_or_lead"  # a lead reviewer or operator on his behalf, with evidence (section 22)
    CLOCK = "clock"
    REVIEWER = "reviewer"  # any reviewer
    ASSIGNED = "assigned"  # the reviewer who took the claim
    ASSIGNED_OR_LEAD = "assigned_or_lead"
    PARTNER_OR_COLLEAGUE = "partner_or_colleague"  # a colleague comes by mailed link, without account
    PARTNER_OR_ASSIGNED = "partner_or_assigned"
    SUBMITTER = "submitter"  # hands associations in: an incentives role, or only the admin's (CPOR_USERS_SUBMIT, C-18)
    INCENTIVES_ADMIN = "incentives_admin"  # of the claim's location
    LEAD = "lead"  # lead reviewer or program operator
    PARTNER_ADMIN = "partner_admin"  # gives roles at the partner, or is Incentives admin of the claim's location


Guard = Callable[[Move], str | None]
Effect = Callable[[Move], None]


@dataclass(frozen=True)
class Row:
    number: str
    action: A
    sources: tuple[str, ...]  # empty: the claim begins here
    target: S | None
    who: Who
    guards: tuple[Guard, ...] = ()
    sets: tuple[Effect, ...] = ()
    effects: tuple[Effect, ...] = ()
    voids: tuple[str, ...] = ()
    mails: tuple[str, ...] = ()
    round: int | None = None  # only in this round
    kind: str | None = None  # only for this kind of claim
    note: object = ""

    def applies_to(self, claim) -> bool:
        """True when the row starts where the claim is."""
        return claim.status in self.sources and self.round in (None, claim.round) and self.is_for(claim)

    def is_for(self, claim) -> bool:
        """True when the row speaks of claims of this kind."""
        return self.kind in (None, claim.kind)


SURVEY_LINKS = ("customer_survey", "partner_survey")
BEGIN: tuple[str, ...] = ()
EDIT = tuple(sorted(EDITABLE))
ANY_OPEN = tuple(sorted(OPEN))
HANDED_OUT = tuple(sorted(OPEN - {S.DRAFT}))
BI, CPOR = "build_intent", "cpor"
# What every submission needs of its documents and surveys.
COMPLETE = (g.evidence_complete, g.documents_checked, g.templates_current)

TABLE: tuple[Row, ...] = (
    # The customer is added or claimed, and asked.
    Row("T01", A.ADD_CUSTOMER, BEGIN, S.CUSTOMER_CLAIMED, Who.PARTNER, sets=(do.set_consent_clock,), mails=("N01",)),
    Row("T02", A.CLAIM_CUSTOMER, BEGIN, S.CUSTOMER_CLAIMED, Who.PARTNER, sets=(do.set_consent_clock,), mails=("N01",)),
    Row("T03", A.SEND_CONSENT, (S.CUSTOMER_CLAIMED,), S.AWAITING_CONSENT, Who.PARTNER,
        guards=(g.address_works, g.deal_size_is_given), sets=(do.set_consent_sent,), effects=(do.send_consent_link,),
        mails=("N03",)),
    Row("T04", A.RESEND_CONSENT, (S.AWAITING_CONSENT,), S.AWAITING_CONSENT, Who.PARTNER,
        guards=(g.address_works, g.resend_not_too_often), effects=(do.send_consent_link,)),
    Row("T05", A.EDIT_CONTACTS, (S.CUSTOMER_CLAIMED, S.AWAITING_CONSENT, *EDIT), None, Who.PARTNER,
        guards=(g.customer_contact_unlocked,), sets=(do.set_contacts,), effects=(do.void_links_of_changed_contacts,)),
    Row("T06", A.ACCEPT, (S.AWAITING_CONSENT,), S.CONSENT_RECEIVED, Who.CUSTOMER_OR_LEAD, guards=(g.link_is_live,),
        sets=(do.set_consented,), effects=(do.record_answer,), mails=("E03", "E04")),
    Row("T07", A.DECLINE, (S.AWAITING_CONSENT,), S.CONSENT_DECLINED, Who.CUSTOMER_OR_LEAD, guards=(g.link_is_live,),
        effects=(do.record_answer,), mails=("E03", "E05")),
    Row("T08", A.EXPIRE, (S.CUSTOMER_CLAIMED,), S.CONSENT_EXPIRED, Who.CLOCK, mails=("E07",), note=_("never asked")),
    Row("T09", A.EXPIRE, (S.AWAITING_CONSENT,), S.CONSENT_EXPIRED, Who.CLOCK, voids=("consent",),
        mails=("E07", "E22"), note=_("no answer")),
    Row("T10", A.CANCEL, (S.CUSTOMER_CLAIMED,), S.CANCELED, Who.PARTNER, mails=("N10",)),
    Row("T11", A.CANCEL, (S.AWAITING_CONSENT,), S.CANCELED, Who.PARTNER, voids=("consent",), mails=("N10", "E22")),
    Row("T12", A.CANCEL, (S.CONSENT_RECEIVED,), S.CANCELED, Who.PARTNER, guards=(g.never_submitted,),
        voids=SURVEY_LINKS, mails=("N10", "E22")),
    Row("T13", A.WITHDRAW, (S.CONSENT_RECEIVED,), S.CONSENT_REJECTED, Who.CUSTOMER_OR_LEAD, kind=BI,
        voids=SURVEY_LINKS, guards=(g.withdrawal_is_offered, g.never_submitted, g.acceptance_is_on_record),
        effects=(do.keep_recorded,), mails=("E03", "E05")),
    Row("T14", A.EXPIRE, (S.CONSENT_RECEIVED,), S.NOT_SUBMITTED_EXPIRED, Who.CLOCK, voids=SURVEY_LINKS,
        mails=("E07",), note=_("not submitted in time")),
    # The partner hands in, a reviewer decides.
    Row("T15", A.SUBMIT, (S.CONSENT_RECEIVED,), S.SUBMITTED, Who.PARTNER, kind=BI,
        guards=(*COMPLETE, g.payee_profile_acknowledged), sets=(do.set_submitted,),
        mails=("E11", "N41")),
    Row("T16", A.START_REVIEW, (S.SUBMITTED,), S.UNDER_REVIEW, Who.REVIEWER, guards=(g.reviewer_is_independent,),
        sets=(do.set_reviewer,), effects=(desk.first_look,), mails=("N16",)),
    Row("T17", A.RELEASE, (S.UNDER_REVIEW,), S.SUBMITTED, Who.ASSIGNED_OR_LEAD, sets=(do.clear_reviewer,)),
    Row("T16", A.ASSIGN, (S.SUBMITTED,), S.UNDER_REVIEW, Who.LEAD, guards=(assignee_may_decide,),
        sets=(do.set_assignee,), mails=("N16",)),
    Row("T17", A.ASSIGN, (S.UNDER_REVIEW,), S.UNDER_REVIEW, Who.LEAD, guards=(assignee_may_decide,),
        sets=(do.set_assignee,), note=_("to another reviewer")),
    Row("T18", A.APPROVE, (S.UNDER_REVIEW,), S.APPROVED, Who.ASSIGNED, round=1, mails=("E14",), kind=BI,
        guards=(g.reviewer_is_independent, g.rate_is_fixed, g.large_amount_is_countersigned),
        effects=(do.create_earning, desk.clear_desk)),
    Row("T18", A.APPROVE, (S.UNDER_REVIEW,), S.APPROVED, Who.ASSIGNED, round=1, mails=("E14",), kind=CPOR,
        guards=(g.reviewer_is_independent, ag.workload_is_free), effects=(desk.clear_desk,)),
    Row("T19", A.REJECT, (S.UNDER_REVIEW,), S.REJECTED, Who.ASSIGNED, round=1, mails=("E15",),
        guards=(g.reviewer_is_independent, g.reasons_given), sets=(do.set_rejected,), effects=(desk.clear_desk,)),
    Row("T20", A.REQUEST_ACTION, (S.UNDER_REVIEW,), S.ACTION_REQUIRED, Who.ASSIGNED, mails=("E13",),
        guards=(g.reviewer_is_independent, g.issues_listed), sets=(do.set_action_due,),
        effects=(do.add_issues, desk.clear_desk)),
    Row("T21", A.SUBMIT, (S.ACTION_REQUIRED,), S.SUBMITTED, Who.PARTNER, sets=(do.set_submitted,), kind=BI,
        guards=(g.issues_answered, *COMPLETE), mails=("N41",)),
    Row("T21", A.SUBMIT, (S.ACTION_REQUIRED,), S.SUBMITTED, Who.SUBMITTER, sets=(cpor.set_association_submitted,),
        kind=CPOR, guards=(g.issues_answered, *COMPLETE),
        effects=(cpor.send_opt_out_link,), mails=("N41",)),
    Row("T22", A.EXPIRE, (S.ACTION_REQUIRED,), S.POST_SUBMISSION_EXPIRED, Who.CLOCK, round=1, voids=SURVEY_LINKS,
        kind=BI, mails=("E07",), note=_("requests not resolved in time")),
    Row("T23", A.EXPIRE, (S.ACTION_REQUIRED,), S.REJECTED, Who.CLOCK, round=1, kind=CPOR, mails=("E15",),
        sets=(cpor.set_rejected_for_silence,), note=_("requests not resolved in time")),
    # The dispute and its second round.
    Row("T24", A.DISPUTE, (S.REJECTED,), S.DISPUTED, Who.PARTNER, guards=(g.never_disputed,), kind=BI,
        sets=(do.set_disputed,), mails=("N24",)),
    Row("T24", A.DISPUTE, (S.REJECTED,), S.DISPUTED, Who.INCENTIVES_ADMIN, guards=(g.never_disputed,), kind=CPOR,
        sets=(do.set_disputed,), note=_("submitted in the same step")),
    Row("T25", A.SUBMIT, (S.DISPUTED,), S.SUBMITTED, Who.PARTNER, kind=BI,
        guards=(g.dispute_is_argued, *COMPLETE), sets=(do.set_dispute_submitted,),
        mails=("E11", "N41")),
    Row("T25", A.SUBMIT, (S.DISPUTED,), S.SUBMITTED, Who.SUBMITTER, kind=CPOR,
        guards=(g.dispute_is_argued, *COMPLETE), sets=(cpor.set_association_dispute,),
        effects=(cpor.send_opt_out_link,), mails=("E11", "N41")),
    Row("T26", A.EXPIRE, (S.REJECTED,), S.DISPUTED_EXPIRED, Who.CLOCK, mails=("E07",), note=_("not disputed in time")),
    Row("T27", A.EXPIRE, (S.DISPUTED,), S.DISPUTED_EXPIRED, Who.CLOCK, voids=SURVEY_LINKS, mails=("E07",),
        note=_("dispute not submitted in time")),
    Row("T28", A.APPROVE, (S.UNDER_REVIEW,), S.APPROVED, Who.ASSIGNED, round=2, mails=("E14",), kind=BI,
        guards=(g.reviewer_is_independent, g.rate_is_fixed, g.large_amount_is_countersigned),
        effects=(do.create_earning, desk.clear_desk)),
    Row("T28", A.APPROVE, (S.UNDER_REVIEW,), S.APPROVED, Who.ASSIGNED, round=2, mails=("E14",), kind=CPOR,
        guards=(g.reviewer_is_independent, ag.workload_is_free), effects=(desk.clear_desk,)),
    Row("T29", A.REJECT, (S.UNDER_REVIEW,), S.REJECTED_FINAL, Who.ASSIGNED, round=2, mails=("E16",),
        guards=(g.reviewer_is_independent, g.reasons_given), effects=(desk.clear_desk,)),
    Row("T30", A.EXPIRE, (S.ACTION_REQUIRED,), S.POST_SUBMISSION_EXPIRED, Who.CLOCK, round=2, voids=SURVEY_LINKS,
        kind=BI, mails=("E07",), note=_("requests not resolved in time")),
    Row("T31", A.EXPIRE, (S.ACTION_REQUIRED,), S.REJECTED_FINAL, Who.CLOCK, round=2, kind=CPOR, mails=("E16",),
        sets=(cpor.set_rejected_for_silence,), note=_("requests not resolved in time")),
    # Use or consume: the partner is associated with a customer who uses a product, and the customer may say no.
    Row("T32", A.ASSOCIATE, BEGIN, S.DRAFT, Who.PARTNER, kind=CPOR, effects=(cpor.open_association,), mails=("N32",)),
    Row("T33", A.CANCEL, (S.DRAFT,), S.CANCELED, Who.PARTNER, kind=CPOR),
    Row("T34", A.SUBMIT, (S.DRAFT,), S.SUBMITTED, Who.SUBMITTER, kind=CPOR,
        guards=(*COMPLETE, ag.acknowledged), sets=(cpor.set_association_submitted,),
        effects=(cpor.send_opt_out_link,), mails=("E11", "N41")),
    Row("T35", A.OPT_OUT, (S.SUBMITTED, S.UNDER_REVIEW, S.ACTION_REQUIRED), S.CONSENT_REJECTED,
        Who.CUSTOMER_OR_LEAD, kind=CPOR, guards=(g.opt_out_is_open,), effects=(cpor.record_opt_out,),
        mails=("E03", "E05", "N35")),
    Row("T36", A.OPT_OUT, (S.APPROVED,), S.CONSENT_REJECTED, Who.CUSTOMER_OR_LEAD, kind=CPOR,
        guards=(g.opt_out_is_open,), effects=(cpor.record_opt_out,), mails=("E03", "E05")),
    Row("T37", A.CONFIRM_REJECTION, (S.SUBMITTED, S.UNDER_REVIEW), S.REJECTED, Who.REVIEWER, round=1, kind=CPOR,
        guards=(g.reviewer_is_independent, ag.partner_asked_to_reject), sets=(do.set_rejected,),
        effects=(desk.clear_desk,), mails=("E15",)),
    Row("T38", A.DISASSOCIATE, (S.APPROVED,), S.REJECTED_FINAL, Who.INCENTIVES_ADMIN, kind=CPOR,
        guards=(g.reason_given,), effects=(cpor.end_association,), voids=("opt_out",), mails=("E16", "N38")),
    Row("T39", A.END_ASSOCIATION, (S.APPROVED,), S.REJECTED_FINAL, Who.LEAD, kind=CPOR, voids=("opt_out",),
        guards=(ag.somebody_competes, g.reason_given), effects=(cpor.end_association,), mails=("E16", "N38")),
    # What leaves the status as it is.
    Row("T40", A.PROPOSE_CONTACT, (S.AWAITING_CONSENT,), None, Who.CUSTOMER, guards=(g.link_is_live,),
        effects=(do.keep_proposed_contact,), mails=("N40",)),
    Row("T40", A.HOLD_ACCEPTANCE, (S.AWAITING_CONSENT,), None, Who.CUSTOMER, guards=(g.link_is_live,),
        effects=(do.keep_held_answer,), mails=("N40", "N41")),
    Row("T40", A.REFUSE_ACCEPTANCE, (S.AWAITING_CONSENT,), None, Who.LEAD,
        guards=(g.acceptance_is_held, g.reason_given), voids=("consent",), mails=("N40", "E22")),
    Row("T40", A.NOTE_BOUNCE, HANDED_OUT, None, Who.CLOCK, sets=(do.set_bounced,), mails=("E19",)),
    Row("T40", A.UPLOAD, EDIT, None, Who.PARTNER, effects=(do.add_document,)),
    Row("T40", A.REMOVE_DOCUMENT, EDIT, None, Who.PARTNER, guards=(g.document_is_removable,),
        effects=(do.remove_document,)),
    Row("T40", A.EDIT_ASSOCIATION, (S.DRAFT, S.ACTION_REQUIRED), None, Who.PARTNER, kind=CPOR,
        sets=(cpor.set_location,), effects=(cpor.change_association,)),
    Row("T40", A.ASK_TO_REJECT, (S.SUBMITTED, S.UNDER_REVIEW), None, Who.SUBMITTER, round=1, kind=CPOR,
        guards=(ag.not_asked_to_reject, g.reason_given), mails=("N37",)),
    Row("T40", A.SEND_CUSTOMER_SURVEY, EDIT, None, Who.PARTNER, kind=BI, effects=(do.send_customer_survey,),
        guards=(g.customer_survey_open, g.address_works, g.customer_survey_not_too_often)),
    Row("T40", A.SEND_PARTNER_SURVEY, EDIT, None, Who.PARTNER, kind=BI, effects=(do.send_partner_survey,),
        guards=(g.partner_survey_open, g.partner_survey_not_too_often)),
    Row("T40", A.COMPLETE_CUSTOMER_SURVEY, EDIT, None, Who.CUSTOMER, kind=BI, guards=(g.customer_survey_open,),
        effects=(do.complete_survey,), mails=("E10",)),
    Row("T40", A.COMPLETE_PARTNER_SURVEY, EDIT, None, Who.PARTNER_OR_COLLEAGUE, kind=BI,
        guards=(g.partner_survey_open,), effects=(do.complete_survey,), mails=("E10",)),
    Row("T40", A.ANSWER_ISSUE, (S.ACTION_REQUIRED,), None, Who.PARTNER, guards=(g.issue_is_open,),
        effects=(do.answer_issue,)),
    Row("T40", A.COMMENT, ANY_OPEN, None, Who.PARTNER_OR_ASSIGNED, effects=(do.add_comment,)),
    Row("T40", A.WRITE_NOTE, HANDED_OUT, None, Who.ASSIGNED, effects=(do.add_comment,)),
    Row("T40", A.COUNTERSIGN, (S.UNDER_REVIEW,), None, Who.REVIEWER, kind=BI,
        guards=(g.reviewer_is_independent, g.amount_needs_two, g.another_one_decides, g.not_countersigned_yet)),
    Row("T40", A.HAND_OVER, tuple(sorted(OPEN)), None, Who.PARTNER_ADMIN, guards=(g.new_owner_works_there,),
        sets=(do.set_owner,)),
    Row("T40", A.SET_STAND_IN, ANY_OPEN, None, Who.PARTNER, guards=(g.stand_in_works_there,),
        sets=(do.set_stand_in,)),
)  # fmt: skip

ROWS: dict[A, tuple[Row, ...]] = {action: tuple(row for row in TABLE if row.action is action) for action in A}
CLOCK_ROWS = ROWS[A.EXPIRE]


def row_for(claim, action: A) -> Row | None:
    """The row that carries ``action`` out where the claim is now, or None when there is none."""
    return next((row for row in ROWS[action] if row.applies_to(claim)), None)
