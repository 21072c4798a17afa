"""E12: what waits for the reviewers, in one mail and not one per claim."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from claims.mails import addresses
from claims.models import Claim
from claims.statuses import Status
from mci_portal.outbox.letter import Letter, as_mail
from mci_portal.outbox.models import Message
from mci_portal.outbox.rendering import Mail


def digest(message: Message) -> Mail | None:
    """The number of claims in the queue when the mail leaves; None when the queue is empty by then."""
    waiting = Claim.objects.filter(status=Status.SUBMITTED).count()
    if not waiting:
        return None
    title = ngettext("{count} claim waits for review", "{count} claims wait for review", waiting).format(count=waiting)
    letter = Letter(
        says=(
            ngettext(
                "{count} submitted claim waits for a reviewer.",
                "{count} submitted claims wait for a reviewer.",
                waiting,
            ).format(count=waiting),
            _("Open the queue and take the one with the nearest review date first."),
        ),
        button=(_("Open the review queue"), addresses.review_queue()),
        footer=_("You get this summary because you review claims."),
    )
    return as_mail(title, letter, message)
