"""The consent receipt as mails attach it, to the customer and to the partner alike (R-121)."""

from django.utils.translation import gettext as _

from claims import receipts
from claims.mails.moments import moment
from claims.models import Claim, ConsentRequest
from mci_portal.outbox.rendering import Attachment


def answered_request(claim: Claim) -> ConsentRequest | None:
    """The request that was answered; a claim has one at most."""
    return claim.consent_requests.exclude(decision="").first()


def facts(request: ConsentRequest | None) -> tuple[tuple[str, str], ...]:
    """Who answered and when."""
    if request is None:
        return ()
    return (
        (_("Answered by"), f"{request.typed_name}, {request.to_email}"),
        (_("Answered on"), moment(request.used_at)),
    )


def attachments(claim: Claim, request: ConsentRequest | None) -> tuple[Attachment, ...]:
    if request is None:
        return ()
    return (Attachment(f"consent-receipt-{claim.number}.pdf", receipts.receipt_pdf(request), "application/pdf"),)
