"""What one mail says, written once; its text and its HTML are both drawn from it by ``templates/mail``."""

import unicodedata
from dataclasses import dataclass

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import get_language

from mci_portal.outbox.models import Message
from mci_portal.outbox.rendering import Attachment, Mail

LONGEST_SUBJECT = 150


@dataclass(frozen=True)
class Letter:
    """``facts`` are pairs of label and value; ``button`` is a pair of words and address."""

    says: tuple[str, ...]
    facts: tuple[tuple[str, str], ...] = ()
    list_title: str = ""
    items: tuple[str, ...] = ()
    closing: tuple[str, ...] = ()
    button: tuple[str, str] | None = None
    footer: str = ""
    attachments: tuple[Attachment, ...] = ()


def one_line(text: str) -> str:
    """``text`` as a subject may carry it: one line, no control characters, at most 150 characters (B08)."""
    visible = "".join(" " if unicodedata.category(char) in ("Cc", "Zl", "Zp") else char for char in text)
    line = " ".join(visible.split())
    return line if len(line) <= LONGEST_SUBJECT else f"{line[: LONGEST_SUBJECT - 1].rstrip()}…"


def as_mail(subject: str, letter: Letter, message: Message) -> Mail:
    """Text and HTML of ``letter`` to the recipient of ``message``."""
    subject = one_line(subject)
    context = {
        "letter": letter,
        "subject": subject,
        "to_name": one_line(message.to_name),
        "product": settings.PRODUCT_NAME,
        "language": get_language() or "en",
    }
    return Mail(
        subject=subject,
        text=str(render_to_string("mail/frame.txt", context)).strip() + "\n",
        html=str(render_to_string("mail/frame.html", context)),
        attachments=letter.attachments,
    )
