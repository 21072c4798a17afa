"""Mails to the customer: asked for consent, thanked, asked for the survey, told that it is over (TK15).

They name the partner, the engagement and what is asked; never an amount and never another claim.
"""

from django.utils.translation import gettext as _

from claims import consent
from claims.mails import addresses, receipt
from claims.mails.moments import moment
from claims.mails.writers import writes
from claims.models import Claim, ConsentRequest, Kind, SurveyKind, SurveyLink
from claims.statuses import EDITABLE, Status
from mci_portal.outbox.letter import Letter
from mci_portal.outbox.models import Message

MINUTES_FOR_SURVEY = 5


@writes("E01")
def consent_request(message: Message, claim: Claim) -> Letter | None:
    """R-110, R-115, R-119. Nothing is decided by opening the link (R-120)."""
    if not _still_asked(message, claim):
        return None
    return request_letter(claim, addresses.consent_link())


def request_letter(claim: Claim, link: str) -> Letter:
    """The request itself; ``link`` is the customer's own, or in the partner's preview a word that stands for it."""
    asks, what_happens, data, may_decline, may_ask = consent.words(claim)
    return Letter(
        says=(asks, what_happens, data),
        facts=(*_what(claim), (_("Please answer by"), moment(claim.consent_due_at))),
        closing=(may_decline, may_ask, consent.why_microsoft_asks()),
        button=(_("Read and answer the request"), link),
        footer=_not_an_account(),
    )


@writes("E02")
def consent_reminder(message: Message, claim: Claim) -> Letter | None:
    """As E01, short."""
    if not _still_asked(message, claim):
        return None
    asks, _what_happens, _data, may_decline, _may_ask = consent.words(claim)
    return Letter(
        says=(_("This is a reminder of a request you have not answered yet."), asks),
        facts=(*_what(claim), (_("Please answer by"), moment(claim.consent_due_at))),
        closing=(may_decline,),
        button=(_("Read and answer the request"), addresses.consent_link()),
        footer=_not_an_account(),
    )


def _still_asked(message: Message, claim: Claim) -> bool:
    """A link that was voided or used, or a claim that is past asking, makes the request pointless."""
    if claim.status != Status.AWAITING_CONSENT:
        return False
    links = ConsentRequest.objects.filter(claim=claim, voided_at=None, used_at=None)
    return links.filter(nonce=message.token_nonce).exists()


@writes("E03")
def consent_receipt(message: Message, claim: Claim) -> Letter:
    """R-121: what was answered, and how to take it back."""
    from claims.mails import associating  # which stands above this module

    if claim.kind == Kind.CPOR:
        return associating.opt_out_receipt(message, claim)
    partner, engagement = claim.partner.legal_name, claim.engagement.name
    request = receipt.answered_request(claim)
    if message.context.get("from") == Status.CONSENT_RECEIVED:
        says = _("You have withdrawn your agreement with {partner} to “{engagement}”. The engagement ends here.")
        then = _("There is nothing more for you to do.")
    elif request is not None and request.decision == consent.Decision.ACCEPTED:
        says = _("Thank you. You agreed that {partner} runs the engagement “{engagement}” with your company.")
        then = _how_to_withdraw(claim)
    else:
        says = _("You declined the request of {partner} for the engagement “{engagement}”.")
        then = _("The request is closed. Declining has no disadvantage for you, and there is nothing more to do.")
    return Letter(
        says=(
            says.format(partner=partner, engagement=engagement),
            *receipt.entered_by_microsoft(message.context),
            then,
        ),
        facts=(*_what(claim), *receipt.facts(request)),
        closing=(_("The attached receipt is for your files."),) if request else (),
        footer=_not_an_account(),
        attachments=receipt.attachments(claim, request),
    )


def _how_to_withdraw(claim: Claim) -> str:
    if claim.engagement.withdrawal:
        return _(
            "If you change your mind, open the link of the request again before the work is handed in, and choose "
            "to withdraw."
        )
    return _("If you change your mind, please write to {name} at {address}.").format(
        name=claim.partner_name, address=claim.partner_email
    )


@writes("E08")
def customer_survey(message: Message, claim: Claim) -> Letter | None:
    """R-161."""
    if not survey_link_is_live(message, claim, SurveyKind.CUSTOMER):
        return None
    return Letter(
        says=(
            _("{partner} has worked with your company on “{engagement}”. How did it go?").format(
                partner=claim.partner.legal_name, engagement=claim.engagement.name
            ),
            _("The survey takes about {minutes} minutes. Your answers go to {partner} and to Microsoft.").format(
                minutes=MINUTES_FOR_SURVEY, partner=claim.partner.legal_name
            ),
        ),
        facts=(*_what(claim), (_("Please answer by"), moment(claim.due_at))),
        button=(_("Go to survey"), addresses.survey_link()),
        footer=_not_an_account(),
    )


def survey_link_is_live(message: Message, claim: Claim, kind: str) -> bool:
    """True while the mailed survey may still be answered through this link."""
    if claim.status not in EDITABLE:
        return False
    links = SurveyLink.objects.filter(survey__claim=claim, survey__kind=kind, survey__completed_at=None)
    return links.filter(nonce=message.token_nonce, voided_at=None, used_at=None).exists()


@writes("E22")
def request_closed(message: Message, claim: Claim) -> Letter:
    """Nothing to do any more."""
    if claim.status == Status.CONSENT_EXPIRED:
        why = _("The time to answer the request of {partner} for the engagement “{engagement}” is over.")
    elif message.context.get("refused"):
        why = _("Microsoft cannot let your acceptance of the engagement “{engagement}” with {partner} take effect.")
    elif message.context.get("from") == Status.CONSENT_RECEIVED:
        why = _("{partner} has canceled the engagement “{engagement}” that you had agreed to.")
    else:
        why = _("{partner} has taken back its request for the engagement “{engagement}”.")
    return Letter(
        says=(
            why.format(partner=claim.partner.legal_name, engagement=claim.engagement.name),
            _("The request is closed, and links in earlier mails no longer work. There is nothing for you to do."),
        ),
        facts=_what(claim),
        footer=_not_an_account(),
    )


def _what(claim: Claim) -> tuple[tuple[str, str], ...]:
    return (
        (_("Partner"), claim.partner.legal_name),
        (_("Engagement"), claim.engagement.name),
        (_("Contact person"), f"{claim.partner_name}, {claim.partner_email}"),
    )


def _not_an_account() -> str:
    return _("You need no account. Was this mail meant for somebody else? Then please ignore it, or tell the contact.")
