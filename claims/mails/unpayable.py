"""E18: a location cannot be paid, and these of its claims wait for it. To its Incentives admins."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from claims import unpayable
from claims.mails import addresses
from eligibility.models import PayeeProfile, PayeeStatus
from mci_portal.accounts.models import Location
from mci_portal.common.templatetags.ui import money
from mci_portal.outbox.letter import Letter, as_mail
from mci_portal.outbox.models import Message
from mci_portal.outbox.rendering import Mail

NAMED = 20


def cannot_be_paid(message: Message) -> Mail | None:
    """None when the profile was mended, or no claim waits any more, before the mail left."""
    places = Location.objects.filter(unpayable.cannot_be_paid(), pk=message.context["location"])
    location = places.select_related("payee").first()
    claims = list(unpayable.claims_of(location.pk).select_related("customer")[: NAMED + 1]) if location else []
    if location is None or not claims:
        return None
    left = len(claims) > NAMED
    items = [_named(claim) for claim in claims[:NAMED]] + ([_("… and more")] if left else [])
    letter = Letter(
        says=(
            ngettext(
                "{place} has a claim on its way to payment, but its payout and tax profile is not complete.",
                "{place} has claims on their way to payment, but its payout and tax profile is not complete.",
                len(claims),
            ).format(place=location.name),
            _("Nothing is paid until bank and tax data are approved. Validation takes up to 48 hours."),
        ),
        facts=(
            (_("Location"), str(location)),
            (_("Bank profile"), _status(location, "bank_status")),
            (_("Tax profile"), _status(location, "tax_status")),
        ),
        list_title=_("Claims that wait for it"),
        items=tuple(items),
        button=(_("Open payout and tax profile"), addresses.payee_page(location)),
        footer=_("You get this mail because you are Incentives admin of this location."),
    )
    subject = _("{place} cannot be paid: payout and tax profile incomplete").format(place=location.name)
    return as_mail(subject, letter, message)


def _named(claim) -> str:
    amount = f", {money(claim.amount, claim.currency)}" if claim.amount is not None else ""
    return f"{claim.number}: {claim.customer.name}{amount}"


def _status(location: Location, column: str) -> str:
    profile: PayeeProfile | None = getattr(location, "payee", None)
    return str(PayeeStatus(getattr(profile, column) if profile else PayeeStatus.MISSING).label)
