"""Where a location is paid: who may change it, what is stored, and when it counts (R-009, R-054, R-055).

Called by the payout and tax page and by the jobs.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from eligibility import payee_fields
from eligibility.models import PayeeProfile, PayeeStatus
from mci_portal.accounts.actors import Actor
from mci_portal.accounts.models import Location, Membership, Role, User
from mci_portal.common.crypto import reseal, seal

VALIDATION_TAKES = timedelta(hours=48)
VALIDATION_TAKES_IN_DEMO = timedelta(minutes=1)
LONGEST_NAME = 150
SEALED = ("sealed_iban", "sealed_bic", "sealed_tax_id")


def may_update(location: Location, by: Actor) -> bool:
    """R-009: only an Incentives admin of this location; nobody else changes or sees bank data."""
    return by.partner_id == location.partner_id and by.administers(location.pk)


def update(
    location: Location, by: Actor, now: datetime, *, holder: str, iban: str, bic: str, tax_country: str, tax_id: str
) -> PayeeProfile:
    """Store bank and tax data, sealed, and hand them to validation (R-055: at most 48 hours).

    ``iban`` takes a local account number of 5 to 17 digits where the location's country has no IBAN.
    Raises PermissionDenied for anybody but an Incentives admin of the location, and ValidationError with a
    message for each wrong field, under the names of the arguments.
    """
    if not may_update(location, by):
        raise PermissionDenied(_("Only an Incentives admin of this location can change its payee profile."))
    clean = _checked(location, holder=holder, iban=iban, bic=bic, tax_country=tax_country, tax_id=tax_id)
    with transaction.atomic():
        profile, _created = PayeeProfile.objects.update_or_create(
            location=location,
            defaults={
                "bank_status": PayeeStatus.PENDING,
                "tax_status": PayeeStatus.PENDING,
                "account_holder": clean["holder"],
                "sealed_iban": seal(clean["iban"]),
                "masked_iban": payee_fields.masked_account(clean["iban"]),
                "sealed_bic": seal(clean["bic"]),
                "masked_bic": payee_fields.masked_bic(clean["bic"]),
                "tax_country": clean["tax_country"],
                "sealed_tax_id": seal(clean["tax_id"]),
                "masked_tax_id": payee_fields.masked_tax_id(clean["tax_id"]),
                "submitted_at": now,
                "updated_by": by.user,
            },
        )
    return profile


def validate_pending(now: datetime) -> int:
    """Approve what was handed in long enough ago; returns how many profiles changed. Safe to repeat.

    Stands in for Microsoft's validation, which lies outside the portal: 48 hours, in the demo a minute.
    """
    takes = VALIDATION_TAKES_IN_DEMO if settings.DEMO else VALIDATION_TAKES
    due = PayeeProfile.objects.filter(submitted_at__lte=now - takes)
    with transaction.atomic():
        ids = set(
            due.filter(Q(bank_status=PayeeStatus.PENDING) | Q(tax_status=PayeeStatus.PENDING))
            .select_for_update(skip_locked=True)
            .values_list("pk", flat=True)
        )
        changed = PayeeProfile.objects.filter(pk__in=ids)
        changed.filter(bank_status=PayeeStatus.PENDING).update(bank_status=PayeeStatus.APPROVED)
        changed.filter(tax_status=PayeeStatus.PENDING).update(tax_status=PayeeStatus.APPROVED)
    return len(ids)


def reseal_all() -> int:
    """Seal every profile with the first key of today, after a key was put in front; returns how many there were.

    Raises ``crypto.Unreadable`` at the first one that no present key opens; then nothing was changed.
    """
    with transaction.atomic():
        profiles = list(PayeeProfile.objects.select_for_update().order_by("pk"))
        for profile in profiles:
            for column in SEALED:
                if getattr(profile, column):
                    setattr(profile, column, reseal(getattr(profile, column)))
            profile.save(update_fields=SEALED)
    return len(profiles)


def who_can_update(location: Location) -> list[str]:
    """The names of the Incentives admins who can change this location's profile (R-054), in order."""
    return list(dict.fromkeys(user.name for user in admins_of(location)))


def admins_of(location: Location) -> list[User]:
    """The active Incentives admins of this location, by name, each once. One query."""
    grants = Membership.objects.filter(
        Q(location=None) | Q(location=location),
        partner_id=location.partner_id,
        role=Role.INCENTIVES_ADMIN,
        user__is_active=True,
    )
    return list(dict.fromkeys(grant.user for grant in grants.select_related("user").order_by("user__name", "user_id")))


def _checked(location: Location, **given: str) -> dict[str, str]:
    """The fields in their compact form; every wrong one is reported, not just the first."""
    checks = {
        "holder": _holder,
        "iban": lambda value: payee_fields.account(value, location.country),
        "bic": payee_fields.bic,
        "tax_country": payee_fields.tax_country,
    }
    clean, wrong = {}, {}
    for name, check in checks.items():
        try:
            clean[name] = check(given[name])
        except ValidationError as error:
            wrong[name] = error
    try:
        clean["tax_id"] = payee_fields.tax_id(given["tax_id"], clean.get("tax_country", location.country))
    except ValidationError as error:
        wrong["tax_id"] = error
    if wrong:
        raise ValidationError(wrong)
    return clean


def _holder(value: str) -> str:
    name = " ".join(value.split())
    if not any(character.isalpha() for character in name):
        raise ValidationError(_("Enter the name of the account holder."), code="required")
    if len(name) > LONGEST_NAME:
        raise ValidationError(_("The name has at most 150 characters."), code="too_long")
    return name
