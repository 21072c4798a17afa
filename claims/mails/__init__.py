"""The words of every message about a claim (requirements section 20). ``claims.apps`` registers them."""

from dataclasses import replace

from django.utils.translation import gettext as _

from claims.effects import AUDIENCE
from claims.mails import adjusting, asking, associating, deadlines, progress, reviewing  # noqa: F401 - they fill the table of writers
from claims.mails.digest import digest
from claims.mails.subjects import subject
from claims.mails.superseded import superseded
from claims.mails.unpayable import cannot_be_paid
from claims.mails.writers import WRITERS
from claims.models import Claim
from claims.recipients import STAND_IN
from mci_portal.outbox.letter import as_mail
from mci_portal.outbox.models import Message
from mci_portal.outbox.rendering import Mail, register

DIGEST = "E12"


def write(message: Message) -> Mail | None:
    """The mail that ``message`` stands for, or None when it has lost its purpose."""
    claim = claim_of(message)
    letter = WRITERS[message.kind](message, claim)
    if letter is not None and message.context.get(STAND_IN):
        letter = replace(letter, footer=_("You get this mail because you are the stand-in of this claim's owner."))
    return None if letter is None else as_mail(subject(message.kind, claim, message.context), letter, message)


def claim_of(message: Message) -> Claim:
    """The claim that the message's topic names, with all that a mail may name of it, in one query."""
    return Claim.objects.select_related("partner", "location", "customer", "engagement").get(
        number=int(message.topic.removeprefix("claim:"))
    )


def register_all() -> None:
    """Tell the outbox who writes which kind. Called once, when the app is ready."""
    register(*sorted(AUDIENCE.keys() - {DIGEST}))(write)
    register(DIGEST)(digest)
    register("E18")(cannot_be_paid)
    register("E21")(superseded)
