"""Who acts, for whom and where: users, partners, locations, and the roles of members (R-007 to R-012)."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
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
