"""Signing in and what may be read without it: sessions, the audit of access, secret addresses (R-243, R-270, R-275)."""

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mci_portal.accounts.models.people import Partner, User


class AuditEvent(models.Model):
    """One line of the audit of sign-ins, refusals and what leaves the portal (reliability 11.12), append-only too."""

    class What(models.TextChoices):
        SIGNED_IN = "signed_in", _("Signed in")
        SIGN_IN_FAILED = "sign_in_failed", _("Sign-in failed")
        SIGNED_OUT = "signed_out", _("Signed out")
        CONFIRMED = "confirmed", _("Password confirmed")
        CONFIRMATION_FAILED = "confirm_failed", _("Wrong password to confirm")
        PASSWORD_CHANGED = "password", _("Password changed")
        RESET_ASKED = "reset_asked", _("Asked for a new password")
        ACCOUNT_CHANGED = "account", _("Account changed")
        PAYEE_CHANGED = "payee", _("Payee profile changed")
        DOWNLOADED = "downloaded", _("Document opened")
        EXPORTED = "exported", _("Exported")
        DENIED = "denied", _("Refused")
        PERSONAL_EXPORTED = "person_exported", _("Personal data exported")
        PERSONAL_ERASED = "person_erased", _("Personal data erased")

    what = models.CharField(max_length=16, choices=What.choices)
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=150, blank=True)  # this and the next as they were then
    role = models.CharField(max_length=80, blank=True)  # as ``Actor.role``
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    address = models.GenericIPAddressField(null=True, blank=True)
    about = models.CharField(max_length=300, blank=True)  # such as an address of the portal
    before = models.JSONField(default=dict, blank=True)
    after = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("what", "-id"), name="audit_by_kind"),
            models.Index(fields=("address", "-at"), condition=Q(what="sign_in_failed"), name="audit_guesses"),
        )

    def __str__(self) -> str:
        return f"{self.what} {self.name}"


class CalendarFeed(models.Model):
    """The secret address under which a calendar program fetches the deadlines of ``user``; no row, no address.

    The address's secret is derived from ``nonce`` (see ``common.tokens``); a renewed one makes the old one worthless.
    """

    PURPOSE = "calendar"

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="calendar_feed")
    nonce = models.CharField(max_length=60, unique=True)
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    fetched_at = models.DateTimeField(null=True, blank=True)  # the last time with this address

    def __str__(self) -> str:
        return f"calendar of {self.user_id}"


class AddressCheck(models.Model):
    """A mailed link that proves that ``user`` reads mail at ``email``: for notifications (R-243), or a new password.
    That may be asked for at an address that has no account, so without ``user``."""

    class Purpose(models.TextChoices):
        ADDRESS = "address"
        PASSWORD = "new-password"  # noqa: S105

    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    purpose = models.CharField(max_length=12, choices=Purpose.choices, default="address", db_default="address")
    email = models.CharField(max_length=254)
    nonce = models.CharField(max_length=60, unique=True)
    digest = models.CharField(max_length=64, unique=True)
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    voided_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = (
            models.Index(fields=("user", "-asked_at"), name="address_checks_of_user"),
            models.Index(fields=("email", "-asked_at"), name="address_checks_of_address"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True) | Q(voided_at__isnull=True), name="address_is_confirmed_or_void"
            ),
            models.UniqueConstraint(
                fields=("user", "purpose"),
                condition=Q(confirmed_at__isnull=True, voided_at__isnull=True),
                name="one_open_address_check_each",
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=False) | Q(purpose="new-password"), name="address_check_has_its_user"
            ),
        )

    def __str__(self) -> str:
        return f"{self.email} of {self.user}"

    def is_open(self, now) -> bool:
        """True while the link counts at ``now``."""
        return self.confirmed_at is None and self.voided_at is None and now < self.expires_at


class Session(AbstractBaseSession):
    """Django's, with whose it is: so one statement reads the session, its user and his roles (``accounts.sessions``).

    ``user`` only says where to look. Who is signed in is what the signed data say.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="+")

    @classmethod
    def get_session_store_class(cls) -> type:
        from mci_portal.accounts.sessions import SessionStore

        return SessionStore
