"""The consent receipt as mails attach it, to the customer and to the partner alike (R-121)."""

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

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


def entered_by_microsoft(context: dict) -> tuple[str, ...]:
    """What a mail adds where the customer did not click himself (section 22), or Microsoft had to look first (T06)."""
    if name := context.get("recorded_by"):
        on = date_format(date.fromisoformat(context["recorded_on"]), pgettext("date format", "F j, Y"))
        return (
            _(
                "{name} of Microsoft recorded this answer on the customer's behalf, as it was given on {day}: "
                "{channel}. If that is wrong, please write to Microsoft."
            ).format(name=name, day=on, channel=context["recorded_channel"]),
        )
    if context.get("released_by"):
        return (_("Microsoft has checked the point that held the acceptance, and released it."),)
    return ()


def attachments(claim: Claim, request: ConsentRequest | None) -> tuple[Attachment, ...]:
    if request is None:
        return ()
    return (Attachment(f"consent-receipt-{claim.number}.pdf", receipts.receipt_pdf(request), "application/pdf"),)
