"""What the local directory knows of a customer's subscription, and why one cannot be claimed (R-229, R-230)."""

from datetime import date

from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from customers.identity import IdType, normalise
from customers.models import Customer, DirectoryTenant, Subscription


def find_subscription(subscription_id: str) -> Subscription | None:
    """The subscription of a normalised ID, or None where the directory does not know it. One query."""
    return Subscription.objects.select_related("tenant").filter(subscription_id=subscription_id).first()


def check_subscription(customer: Customer, value: str, today: date) -> Subscription:
    """Return the customer's Dynamics 365 or Power Platform subscription, if it can be claimed on ``today``.

    Raises ValidationError with the sentence that fits (R-229); nothing is told of another customer's subscription.
    """
    value = normalise(IdType.SUBSCRIPTION, value)
    found = find_subscription(value)
    if found is None:
        raise ValidationError(_why_unknown(value))
    if not _belongs(found.tenant, customer):
        raise ValidationError(_("This subscription belongs to another customer than the ID above."))
    if found.family == Subscription.Family.OTHER:
        raise ValidationError(
            _(
                "This is neither a Dynamics 365 nor a Power Platform subscription. Enter the ID of the subscription "
                "that your work is about."
            )
        )
    if found.channel == Subscription.Channel.CSP:
        raise ValidationError(
            _(
                "The customer bought this subscription through a Cloud Solution Provider (CSP). Only subscriptions "
                "bought from Microsoft itself can be claimed here."
            )
        )
    if found.provisioned_on is None or found.provisioned_on > today:
        raise ValidationError(
            _(
                "This subscription has not been provisioned yet. Claim it when it has been; until it is known here can "
                "take up to 7 days."
            )
        )
    if found.ends_on is not None and found.ends_on < today:
        raise ValidationError(
            _(
                "This subscription ended on {day}. Enter the ID of the one that replaced it: that is a claim of its "
                "own."
            ).format(day=date_format(found.ends_on, pgettext("date format", "F j, Y")))
        )
    return found


def _belongs(tenant: DirectoryTenant, customer: Customer) -> bool:
    """A customer who is known by his TPID alone has all the tenants that share it."""
    if customer.tenant_id is not None:
        return tenant.tenant_id == customer.tenant_id
    return tenant.tpid is not None and tenant.tpid == customer.tpid


def _why_unknown(value: str) -> str:
    if DirectoryTenant.objects.filter(tenant_id=value).exists():
        return _(
            "This is the ID of a tenant and not of a subscription. You find the subscription ID among the customer's "
            "subscriptions in the Microsoft 365 admin center."
        )
    if DirectoryTenant.objects.filter(subscription_ids__contains=[value]).exists():
        return _("This is an Azure subscription. Enter the ID of a Dynamics 365 or Power Platform subscription.")
    return _(
        "No subscription with this ID is known. Check it for typing errors. A newly provisioned subscription can take "
        "up to 7 days to appear."
    )
