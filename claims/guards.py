"""Conditions of a move. Each reads as the condition met and answers None, or the one sentence that refuses it.

The same sentence explains the greyed button and answers the request. Guards read; they never write.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from claims import completeness, countersign, deadlines
from claims.exchange import BASE, in_base
from claims.models import Claim, ConsentRequest, Document, OptOutLink, Scan, SurveyKind, SurveyLink
from claims.move import Move
from eligibility.models import PayeeProfile
from engagements.models import EvidenceKind
from engagements.templates_in_force import refusal
from mci_portal.accounts.actors import grants_at
from mci_portal.common.templatetags.ui import money


def deal_size_is_given(move: Move) -> str | None:
    """R-099: where the engagement asks for it, before the request leaves. A button asks nothing yet."""
    if "deal_size" in move.data and move.claim.engagement.asks_deal_size and not move.data["deal_size"]:
        return _("Enter the estimated deal size.")
    return None


def address_works(move: Move) -> str | None:
    """T03: a request goes only to an address that has not bounced (R-124)."""
    if move.claim.bounced_at:
        return _("Mail to {address} came back. Correct the customer contact first.").format(
            address=move.claim.customer_email
        )
    return None


def resend_not_too_often(move: Move) -> str | None:
    """T04: a few re-sends a day at most."""
    return _too_often(ConsentRequest.objects.filter(claim=move.claim), move.now)


def customer_survey_not_too_often(move: Move) -> str | None:
    """R-163: nobody is mailed more often for a survey than for his consent."""
    return _too_often(SurveyLink.objects.filter(survey__claim=move.claim, survey__kind=SurveyKind.CUSTOMER), move.now)


def partner_survey_not_too_often(move: Move) -> str | None:
    """R-160, R-163."""
    return _too_often(SurveyLink.objects.filter(survey__claim=move.claim, survey__kind=SurveyKind.PARTNER), move.now)


def _too_often(links: QuerySet, now: datetime) -> str | None:
    """The one limit of every mailed link: in any 24 hours the first mail and ``CONSENT_RESENDS_PER_DAY`` more."""
    limit = settings.CONSENT_RESENDS_PER_DAY
    recent = links.filter(created_at__gt=now - timedelta(days=1), created_at__lte=now).count()
    if recent > limit:
        return ngettext(
            "The e-mail was already re-sent {limit} time in the last 24 hours. Try again tomorrow.",
            "The e-mail was already re-sent {limit} times in the last 24 hours. Try again tomorrow.",
            limit,
        ).format(limit=limit)
    return None


def link_is_live(move: Move) -> str | None:
    """T06, T07: the answer comes through the newest link, unused and in time; or Microsoft vouches for it."""
    if move.by.lead and (not move.data or _vouched_for(move)):
        return _vouched_for(move)  # of a button nothing further is asked
    request: ConsentRequest | None = move.data.get("request")
    if request is None or request.claim_id != move.claim.pk:
        return _("An answer needs the link from the e-mail.")
    if request.used_at:
        return _("This request was already answered.")
    if not request.is_live(move.now):
        return _("This link is no longer valid.")
    return None


def _vouched_for(move: Move) -> str | None:
    """Section 22: a lead or operator enters an answer with its evidence, or releases one that was held. A button asks
    nothing yet."""
    if sentence := _belongs_to_partner(move):
        return sentence
    request: ConsentRequest | None = move.data.get("request")
    released = move.data.get("released") and request is not None and request.held_at and request.is_live(move.now)
    if move.data and not move.data.get("recorded") and not released:
        return _("An answer on behalf of the customer needs its evidence.")
    return None


def acceptance_is_held(move: Move) -> str | None:
    """T06: a lead settles what the customer has said and nobody has decided yet."""
    waiting = ConsentRequest.objects.filter(claim=move.claim, voided_at=None, used_at=None, held_at__isnull=False)
    return None if waiting.exists() else _("No acceptance of this claim is held.")


def withdrawal_is_offered(move: Move) -> str | None:
    """T13: only where the engagement allows it (C-08)."""
    if not move.claim.engagement.withdrawal:
        return _("Consent to this engagement cannot be withdrawn here. Please write to the partner.")
    return None


def acceptance_is_on_record(move: Move) -> str | None:
    """T13: only who accepted through the link takes it back, through the same link; or Microsoft vouches for it."""
    if move.by.lead and (not move.data or _vouched_for(move)):
        return _vouched_for(move)  # of a button nothing further is asked
    request: ConsentRequest | None = move.data.get("request")
    if request is None or request.claim_id != move.claim.pk or request.decision != ConsentRequest.Decision.ACCEPTED:
        return _("Consent is withdrawn through the link of the request that was accepted.")
    return None


def opt_out_is_open(move: Move) -> str | None:
    """T35, T36: through the newest link, and after the approval for five business days only (C-22)."""
    link: OptOutLink | None = move.data.get("link")
    if move.by.lead and (sentence := _vouched_for(move)):
        return sentence
    if move.data or not move.by.lead:
        if link is None or link.claim_id != move.claim.pk:
            return _("An answer needs the link from the e-mail.")
        if not link.is_live(move.now):
            return _("This link is no longer valid.")
    if deadlines.is_past(deadlines.opt_out_due(move.claim), move.now):
        return _("The association was approved, and the time to opt out of it is over. Please write to the partner.")
    return None


def reason_given(move: Move) -> str | None:
    """R-228: no association ends without words. A button asks nothing yet."""
    if "text" in move.data and not move.data["text"].strip():
        return _("Give the reason.")
    return None


def never_submitted(move: Move) -> str | None:
    """R-175: Cancel ends with the first submission."""
    if move.claim.first_submitted_at:
        return _("A claim that was submitted can no longer be canceled.")
    return None


def evidence_complete(move: Move) -> str | None:
    """R-167: everything required is there; else the sentence lists what is not."""
    todo = [item.todo for item in completeness.missing(move.claim)]
    if todo:
        return _("Still missing: {list}.").format(list="; ".join(todo))
    return None


def documents_checked(move: Move) -> str | None:
    """FA18: no document that the virus scanner has not let through."""
    live = Document.objects.filter(claim=move.claim, removed_at=None)
    shut = live.exclude(scan=Scan.CLEAN).order_by("-scan", "name", "pk").first()
    return shut.shut_away if shut else None


def templates_current(move: Move) -> str | None:
    """R-048: no document on a version of the form that is refused on the day of submission."""
    on = move.now.date()
    old = (
        Document.objects.filter(claim=move.claim, removed_at=None, template__refused_from__lte=on)
        .select_related("template")
        .order_by("name", "pk")
        .first()
    )
    if old is None:
        return None
    return _("Replace “{document}”: {refusal}").format(document=old.name, refusal=refusal(old.template, on))


def payee_profile_acknowledged(move: Move) -> str | None:
    """T15: submitting without a complete payee profile needs a deliberate yes. A button asks nothing yet."""
    if "acknowledged_payee" not in move.data or move.data["acknowledged_payee"]:
        return None
    if payee_profile_complete(move.claim):
        return None
    return _("The payee profile of this location is not complete. Confirm that you submit all the same.")


def payee_profile_complete(claim: Claim) -> bool:
    """R-051: the claim's location can be paid."""
    profile = PayeeProfile.objects.filter(location_id=claim.location_id).first()
    return bool(profile and profile.complete)


def issues_answered(move: Move) -> str | None:
    """R-172, T21: every issue of the reviewer has its answer."""
    left = move.claim.issues.filter(answered_at=None).count()
    if left:
        return ngettext(
            "{count} issue of the reviewer is still without an answer.",
            "{count} issues of the reviewer are still without an answer.",
            left,
        ).format(count=left)
    return None


def issue_is_open(move: Move) -> str | None:
    """One answer per issue (R-193). A button names none yet."""
    if "issue" not in move.data:
        return None
    issue = move.data["issue"]
    if issue is None or issue.claim_id != move.claim.pk or issue.answered_at:
        return _("This issue was already answered.")
    return None


def dispute_is_argued(move: Move) -> str | None:
    """T25: a justification, or evidence changed since the claim was reopened."""
    claim = move.claim
    changed = (
        claim.comments.filter(by_microsoft=False, written_at__gte=claim.disputed_at).exists()
        or claim.documents.filter(uploaded_at__gte=claim.disputed_at).exists()
        or claim.documents.filter(removed_at__gte=claim.disputed_at).exists()
    )
    if not changed:
        return _("Justify the dispute in a comment, or change the evidence, before you submit it.")
    return None


def never_disputed(move: Move) -> str | None:
    """R-205: a claim may be disputed once."""
    if move.claim.round > 1:
        return _("A claim can be disputed only once.")
    return None


def reviewer_is_independent(move: Move) -> str | None:
    """R-196, R-197: no reviewer of his own partner's claim, none decides the dispute of his own rejection, and none a
    claim whose acceptance he entered himself."""
    user = move.by.user
    if sentence := _belongs_to_partner(move):
        return sentence
    if move.claim.round > 1 and user is not None and move.claim.first_decider_id == user.pk:
        return _("You rejected this claim, so another reviewer must decide the dispute.")
    if user is not None and move.claim.voucher_id == user.pk:
        return _("You entered the customer's acceptance of this claim, so another reviewer must decide it.")
    return None


def _belongs_to_partner(move: Move) -> str | None:
    user = move.by.user
    if user is not None and user.memberships.filter(partner_id=move.claim.partner_id).exists():
        return _("You belong to this partner, so another reviewer must take this claim.")
    return None


def reasons_given(move: Move) -> str | None:
    """R-194: at least one reason and a text. A button asks nothing yet."""
    if "reasons" in move.data and not (move.data["reasons"] and move.data.get("text", "").strip()):
        return _("Choose at least one reason and explain it.")
    return None


def issues_listed(move: Move) -> str | None:
    """R-193: an action request lists at least one issue. A button asks nothing yet."""
    if "issues" in move.data and not move.data["issues"]:
        return _("List at least one issue for the partner to resolve.")
    return None


def rate_is_fixed(move: Move) -> str | None:
    """R-250: an approval pays an amount, so there must be one."""
    if move.claim.amount is None:
        return _("No rate was in force for this location when the customer consented. Ask the program operator.")
    return None


def amount_needs_two(move: Move) -> str | None:
    """T18: four eyes above ``FOUR_EYES_ABOVE`` US dollars, and where nobody knows how many they are."""
    if not countersign.is_needed(move.claim, move.now):
        return _("This amount needs no second reviewer.")
    return None


def another_one_decides(move: Move) -> str | None:
    """T18: who decides does not confirm his own decision."""
    if move.by.user_id == move.claim.reviewer_id:
        return _("You decide this claim yourself, so another reviewer must confirm its amount.")
    return None


def not_countersigned_yet(move: Move) -> str | None:
    if countersign.is_given(move.claim):
        return _("Another reviewer has already confirmed the amount.")
    return None


def large_amount_is_countersigned(move: Move) -> str | None:
    """T18, T28: above the threshold another reviewer has looked since the claim was last handed in."""
    claim = move.claim
    if not countersign.is_needed(claim, move.now) or countersign.is_given(claim):
        return None
    if in_base(claim.amount, claim.currency, move.now.date()) is None:
        return _(
            "There is no exchange rate of this month for {currency}, so another reviewer has to confirm the amount"
            " before you can approve the claim."
        ).format(currency=claim.currency)
    return _("Above {amount} another reviewer has to confirm the amount before you can approve the claim.").format(
        amount=money(settings.FOUR_EYES_ABOVE, BASE)
    )


def customer_survey_open(move: Move) -> str | None:
    """R-163: nothing to send once it is answered."""
    return _survey_open(move, SurveyKind.CUSTOMER)


def partner_survey_open(move: Move) -> str | None:
    return _survey_open(move, SurveyKind.PARTNER)


def _survey_open(move: Move, kind: str) -> str | None:
    complete = Exists(move.claim.surveys.filter(kind=kind, completed_at__isnull=False))
    asked = move.claim.engagement.evidence.filter(kind=kind).annotate(complete=complete).first()
    if asked is None:
        return _("This engagement asks for no such survey.")
    return _("This survey is already complete.") if asked.complete else None


def customer_contact_unlocked(move: Move) -> str | None:
    """R-165: after the customer survey the customer's contact details stay as they are."""
    if not move.data.get("customer_changed"):
        return None
    if customer_contact_locked(move.claim):
        return _("The customer survey is complete, so the customer contact can no longer be changed.")
    return None


def customer_contact_locked(claim: Claim) -> bool:
    return claim.surveys.filter(kind=EvidenceKind.CUSTOMER_SURVEY, completed_at__isnull=False).exists()


def new_owner_works_there(move: Move) -> str | None:
    """R-007: who takes the claim over has an incentives role at its location. A button asks of the actor himself."""
    owner = move.data.get("owner")
    if owner is None:
        works = move.by.works_on_incentives and move.by.works_at(move.claim.location_id)
    else:
        works = grants_at(move.claim.partner_id, move.claim.location_id).filter(user=owner).exists()
    return None if works else _("The new owner needs an incentives role at the location of the claim.")


def stand_in_works_there(move: Move) -> str | None:
    """Who stands in has an incentives role at the claim's location and is not its owner. Nobody is fine too."""
    stand_in, claim = move.data.get("stand_in"), move.claim
    if stand_in is None:
        return None
    if stand_in.pk == claim.owner_id:
        return _("The owner cannot be the stand-in as well.")
    if not grants_at(claim.partner_id, claim.location_id).filter(user=stand_in).exists():
        return _("The stand-in needs an incentives role at the location of the claim.")
    return None


def document_is_removable(move: Move) -> str | None:
    """A button names no document yet; whoever removes one names one of this claim that is still there."""
    if "document" not in move.data:
        return None
    document = move.data["document"]
    if document is None or document.claim_id != move.claim.pk or document.removed_at:
        return _("This document was already removed.")
    return None
