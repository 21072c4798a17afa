"""The consent mail as the customer would get it, for the partner to look at before it is sent (R-114).

The words are those of the mail itself; only the link is left out, because there is none yet.
"""

from dataclasses import dataclass

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from claims.mails.asking import request_letter
from claims.mails.subjects import subject
from claims.models import Claim
from mci_portal.outbox.letter import as_mail
from mci_portal.outbox.models import Message


@dataclass(frozen=True)
class Preview:
    sender: str
    to: str
    subject: str
    text: str


def preview(claim: Claim) -> Preview:
    """Sender, recipient, subject and text in the customer's language; no working link is in it."""
    message = Message(kind="E01", to_name=claim.customer_name, to_email=claim.customer_email)
    with translation.override(claim.customer_language):
        link = _("(here stands the customer's personal link)")
        mail = as_mail(subject("E01", claim), request_letter(claim, link), message)
    return Preview(settings.DEFAULT_FROM_EMAIL, f"{message.to_name} <{message.to_email}>", mail.subject, mail.text)
