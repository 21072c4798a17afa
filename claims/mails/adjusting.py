"""The mail to the partner about an adjustment of what a claim earned (R-254)."""

from django.utils.translation import gettext as _

from claims.adjustments import total
from claims.mails.progress import about, open_claim, why_you
from claims.mails.writers import writes
from claims.models import Adjustment, Claim
from mci_portal.common.templatetags.ui import money
from mci_portal.outbox.letter import Letter
from mci_portal.outbox.models import Message


@writes("N42")
def adjusted(message: Message, claim: Claim) -> Letter:
    """The sum is that after this adjustment, whatever followed before the mail left."""
    made = Adjustment.objects.select_related("earning").get(pk=message.context["adjustment"])
    earning = made.earning
    until_then = Adjustment.objects.filter(earning=earning, pk__lte=made.pk)
    return Letter(
        says=(
            _("Microsoft has adjusted what this claim earned."),
            _("The payment of the claim leads to the earning and all its adjustments."),
        ),
        facts=(
            *about(claim),
            (_("Adjustment"), money(made.amount, earning.currency)),
            (_("Reason"), made.get_reason_display()),
            (_("Microsoft writes"), made.text),
            (_("Earned with all adjustments"), money(total(earning.amount, until_then), earning.currency)),
        ),
        button=open_claim(claim),
        footer=why_you(),
    )
