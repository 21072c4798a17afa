"""Mails about use or consume: the draft, the customer's notice with his way out, and how an association ended."""

from django.utils.translation import gettext as _

from claims import opt_outs
from claims.associations import workload_names
from claims.mails import addresses, receipt
from claims.mails.moments import moment
from claims.mails.progress import about, open_claim, why_you
from claims.mails.writers import writes
from claims.models import Claim, OptOutLink
from mci_portal.outbox.letter import Letter
from mci_portal.outbox.models import Message


def products(claim: Claim) -> tuple[tuple[str, str], ...]:
    """The fact that every mail about an association names."""
    return ((_("Products"), ", ".join(workload_names(claim.association))),)


@writes("N32")
def draft_created(message: Message, claim: Claim) -> Letter:
    """T32: nothing was handed in yet."""
    return Letter(
        says=(
            _("The claim is a draft. Upload the proof of execution, tick the acknowledgements and submit it."),
            _("The customer is told when you submit, and may opt out."),
        ),
        facts=(*about(claim), *products(claim)),
        button=open_claim(claim),
        footer=why_you(),
    )


@writes("E17")
def association_notice(message: Message, claim: Claim) -> Letter | None:
    """T34, C-22: what the partner claims, and how to end it. None once this link is dead."""
    links = OptOutLink.objects.filter(claim=claim, nonce=message.token_nonce, voided_at=None, used_at=None)
    if not links.exists():
        return None
    says, then, out = opt_outs.words(claim)
    return Letter(
        says=(says, then, out),
        facts=(
            (_("Partner"), claim.partner.legal_name),
            *products(claim),
            (_("Contact person"), f"{claim.partner_name}, {claim.partner_email}"),
        ),
        closing=(opt_outs.until_when(claim),),
        button=(_("Read more, or opt out"), addresses.opt_out_link()),
        footer=_not_an_account(),
    )


@writes("N38")
def association_ended(message: Message, claim: Claim) -> Letter:
    """T38, T39: to the customer, who need not do anything."""
    return Letter(
        says=(
            _("{partner} is no longer recorded as your partner for the products below.").format(
                partner=claim.partner.legal_name
            ),
            _("Links in earlier mails no longer work. There is nothing for you to do."),
        ),
        facts=((_("Partner"), claim.partner.legal_name), *products(claim)),
        footer=_not_an_account(),
    )


@writes("N35")
def opted_out_under_review(message: Message, claim: Claim) -> Letter:
    """T35: to Microsoft's side, in the portal only."""
    return _to_reviewers(claim, _("The customer has opted out. The claim is closed; there is nothing to review."))


@writes("N37")
def asks_to_reject(message: Message, claim: Claim) -> Letter:
    """T37: to Microsoft's side, in the portal only."""
    return _to_reviewers(
        claim,
        _("The partner asks to reject this claim. A reviewer has to confirm it."),
        (_("The partner writes"), message.context.get("text", "")),
    )


def _to_reviewers(claim: Claim, says: str, *facts: tuple[str, str]) -> Letter:
    return Letter(
        says=(says,),
        facts=(*about(claim), (_("Partner"), claim.partner.name), *facts),
        button=(_("Open claim {number}").format(number=claim.number), addresses.review_page(claim)),
    )


def opt_out_receipt(message: Message, claim: Claim) -> Letter:
    """T35, T36: E03 of an association."""
    link = OptOutLink.objects.filter(claim=claim, used_at__isnull=False).first()
    return Letter(
        says=(
            _("You have opted out. {partner} is not recorded as your partner for the products below.").format(
                partner=claim.partner.legal_name
            ),
            *receipt.entered_by_microsoft(message.context),
            _("There is nothing more for you to do."),
        ),
        facts=((_("Partner"), claim.partner.legal_name), *products(claim), *_who(link)),
        footer=_not_an_account(),
    )


def opt_out_told(message: Message, claim: Claim) -> Letter:
    """T35, T36: E05 of an association; the reason only where the customer shares it (R-122)."""
    link = OptOutLink.objects.filter(claim=claim, used_at__isnull=False).first()
    reason = message.context.get("reason", "")
    return Letter(
        says=(
            _("{customer} has opted out of the association. The claim is closed.").format(customer=claim.customer.name),
            *receipt.entered_by_microsoft(message.context),
            _("Please respect the answer. It cannot be disputed, and nothing is paid for this claim any more."),
        ),
        facts=(
            *about(claim),
            *products(claim),
            *_who(link),
            *(((_("Reason the customer gave"), reason),) if reason else ()),
        ),
        button=open_claim(claim),
        footer=why_you(),
    )


def _who(link: OptOutLink | None) -> tuple[tuple[str, str], ...]:
    if link is None:
        return ()
    return (
        (_("Answered by"), f"{link.typed_name}, {link.to_email}"),
        (_("Answered on"), moment(link.used_at)),
    )


def association_approved(message: Message, claim: Claim) -> Letter:
    """T18, T28: E14 of an association. Approved is not yet paid (R-227)."""
    text = message.context.get("text", "")
    return Letter(
        says=(
            _("Your claim is approved. You are recorded as the customer's partner for the products below."),
            opt_outs.payment_words(claim),
        ),
        facts=(*about(claim), *products(claim), *(((_("The reviewer writes"), text),) if text else ())),
        closing=(opt_outs.until_when(claim),),
        button=open_claim(claim),
        footer=why_you(),
    )


def association_over(message: Message, claim: Claim) -> Letter:
    """T38, T39: E16 of an association that was approved; T31 comes with the reviewers' own words."""
    text = message.context.get("text", "")
    if message.context.get("why") == "arbitration":
        says = _("Another partner claims the same of this customer, and Microsoft has decided for that claim.")
    else:
        says = _("You have ended the association with this customer.")
    return Letter(
        says=(says, _("This is final. There is nothing more to do for this claim.")),
        facts=(*about(claim), *products(claim), *(((_("Reason"), text),) if text else ())),
        button=open_claim(claim),
        footer=why_you(),
    )


def _not_an_account() -> str:
    return _("You need no account. Was this mail meant for somebody else? Then please ignore it, or tell the contact.")
