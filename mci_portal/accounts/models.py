"""Who acts: users, partner companies, their locations, and the roles that join them."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields) -> "User":
        """Make a user who signs in with ``email``; it is kept in lower case."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())


class MicrosoftRole(models.TextChoices):
    """R-012. Empty for everybody who works for a partner."""

    REVIEWER = "reviewer", _("Reviewer")
    LEAD_REVIEWER = "lead_reviewer", _("Lead reviewer")
    OPERATOR = "operator", _("Program operator")
    FINANCE = "finance", _("Finance viewer")
    AUDITOR = "auditor", _("Auditor")


class User(AbstractBaseUser, PermissionsMixin):
    email = models.EmailField(_("e-mail"), max_length=254)
    name = models.CharField(_("name"), max_length=150)
    microsoft_role = models.CharField(max_length=20, choices=MicrosoftRole.choices, blank=True)
    language = models.CharField(max_length=10, default="en")
    time_zone = models.CharField(max_length=50, default="UTC")
    job_title = models.CharField(max_length=100, blank=True, default="", db_default="")
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    date_joined = models.DateTimeField(default=timezone.now)
    hidden_notes = models.JSONField(default=list, blank=True)  # information bars this user has dismissed

    objects = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        constraints = (models.UniqueConstraint(Lower("email"), name="one_user_per_email"),)

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name or self.email


class Partner(models.Model):
    """A partner global account. Every row of a partner's work carries its key."""

    pga_id = models.CharField(_("partner global account"), max_length=7, unique=True)
    name = models.CharField(max_length=150)
    legal_name = models.CharField(max_length=200)
    mail_domain = models.CharField(max_length=253)
    tenant_domain = models.CharField(max_length=253, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Location(models.Model):
    """A partner location: what enrols, earns and is paid."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="locations")
    code = models.CharField(_("location ID"), max_length=7, unique=True)
    name = models.CharField(max_length=150)
    country = models.CharField(max_length=2)

    class Meta:
        ordering = ("name",)
        constraints = (models.UniqueConstraint(fields=("partner", "id"), name="location_within_partner"),)

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"


class Role(models.TextChoices):
    """What a member may do for a partner: R-001, R-009, R-010."""

    INCENTIVES_ADMIN = "incentives_admin", _("Incentives admin")
    INCENTIVES_USER = "incentives_user", _("Incentives user")
    ACCOUNT_ADMIN = "account_admin", _("Account admin")
    GLOBAL_ADMIN = "global_admin", _("Global admin")


class Membership(models.Model):
    """One role of one user at one partner: for the whole account, or for one location (R-008)."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="memberships")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    role = models.CharField(max_length=20, choices=Role.choices)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("user", "partner", "role", "location"), name="one_grant_each", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(role__in=("incentives_admin", "incentives_user")) | Q(location__isnull=True),
                name="admin_roles_are_account_wide",
            ),
        )

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()} at {self.location or self.partner}"


MICROSOFT_ROLES = tuple(MicrosoftRole.values)
# Who decides on claims or on the program is let in by two operators; the readers by one (reliability section 6).
GIVEN_BY_TWO = ("reviewer", "lead_reviewer", "operator")
INVITED = ("reviewer", "lead_reviewer", "finance", "auditor")


class RoleChange(models.Model):
    """One line of the audit of roles (R-008, R-010, R-012). A database trigger refuses every later change.
    ``partner`` is empty for a role at Microsoft, ``location`` for one of the whole account."""

    class What(models.TextChoices):
        GRANTED = "granted", _("Granted")
        REVOKED = "revoked", _("Revoked")
        DEACTIVATED = "deactivated", _("Account deactivated")
        REACTIVATED = "reactivated", _("Account reactivated")

    what = models.CharField(max_length=12, choices=What.choices)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    role = models.CharField(max_length=20, choices=[*Role.choices, *MicrosoftRole.choices], blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=150)
    by_role = models.CharField(max_length=80, blank=True, default="", db_default="")  # as ``Actor.role``
    address = models.GenericIPAddressField(null=True, blank=True)  # the IP address it was done from
    at = models.DateTimeField()

    class Meta:
        ordering = ("-at", "-id")
        indexes = (models.Index(fields=("partner", "user", "-at"), name="role_changes_of_member"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(role="", what__in=("deactivated", "reactivated"))
                | Q(partner__isnull=False, role__in=Role.values)
                | Q(partner__isnull=True, location__isnull=True, role__in=MICROSOFT_ROLES),
                name="role_change_names_a_role_of_its_side",
            ),
        )

    def __str__(self) -> str:
        return f"{self.user}: {self.role} {self.what}"


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


class Invitation(models.Model):
    """A mailed link that makes somebody a member of ``partner``, or without a partner one of Microsoft's people.

    The link's secret comes from ``nonce`` (``common.tokens``) and opens once; of a reviewer a second operator confirms.
    """

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    email = models.CharField(max_length=254)
    role = models.CharField(max_length=20, choices=[*Role.choices, *MicrosoftRole.choices])
    nonce = models.CharField(max_length=60, unique=True)
    digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    expires_at = models.DateTimeField()
    voided_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(partner__isnull=False, role__in=("incentives_admin", "incentives_user"))
                | Q(partner__isnull=False, location__isnull=True, role__in=("account_admin", "global_admin"))
                | Q(partner__isnull=True, location__isnull=True, role__in=INVITED),
                name="invitation_offers_a_role_of_its_side",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True, accepted_by__isnull=True)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False, voided_at__isnull=True),
                name="invitation_is_accepted_by_somebody_or_void",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=models.F("invited_by")),
                name="invitation_is_confirmed_by_a_second_operator",
            ),
            models.UniqueConstraint(
                fields=("partner", "email"),
                condition=Q(accepted_at__isnull=True, voided_at__isnull=True),
                name="one_open_invitation_each",
                nulls_distinct=False,
            ),
        )

    def __str__(self) -> str:
        return f"{self.email} as {self.get_role_display()}"

    @property
    def waits(self) -> bool:
        """True until the second operator that this role takes has confirmed it."""
        return self.role in GIVEN_BY_TWO and self.confirmed_by_id is None

    def is_open(self, now) -> bool:
        """True while the link can be taken up at ``now``."""
        return self.accepted_at is None and self.voided_at is None and now < self.expires_at and not self.waits


class RoleRequest(models.Model):
    """Somebody of the company asks its admins for an incentives role (R-001)."""

    class Decision(models.TextChoices):
        GRANTED = "granted", _("Granted")
        DECLINED = "declined", _("Declined")

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=20, choices=[choice for choice in Role.choices if "incentives" in choice[0]])
    reason = models.CharField(max_length=500, blank=True)
    asked_at = models.DateTimeField()
    decision = models.CharField(max_length=10, choices=Decision.choices, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    answer = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(decision="", decided_at__isnull=True, decided_by__isnull=True)
                | (~Q(decision="") & Q(decided_at__isnull=False, decided_by__isnull=False)),
                name="role_request_decided_by_somebody",
            ),
            models.UniqueConstraint(
                fields=("partner", "user"), condition=Q(decision=""), name="one_open_role_request_each"
            ),
        )

    def __str__(self) -> str:
        return f"{self.user} asks for {self.get_role_display()}"


class Nomination(models.Model):
    """One operator wants a colleague to decide as ``role``, or back; it counts when a second one confirms (R-012)."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=20, choices=MicrosoftRole.choices, default="operator", db_default="operator")
    nominated_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    nominated_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True)
                | (~Q(confirmed_by=models.F("nominated_by")) & ~Q(confirmed_by=models.F("user"))),
                name="operator_is_confirmed_by_a_second_one",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, confirmed_by__isnull=True, withdrawn_by__isnull=True)
                | Q(closed_at__isnull=False, confirmed_by__isnull=False, withdrawn_by__isnull=True)
                | Q(closed_at__isnull=False, confirmed_by__isnull=True, withdrawn_by__isnull=False),
                name="nomination_is_confirmed_or_withdrawn",
            ),
            models.CheckConstraint(condition=Q(role__in=GIVEN_BY_TWO), name="nomination_is_for_a_role_given_by_two"),
            models.UniqueConstraint(
                fields=("user",), condition=Q(closed_at__isnull=True), name="one_open_nomination_each"
            ),
        )

    def __str__(self) -> str:
        return f"{self.user} as {self.get_role_display()}"


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
