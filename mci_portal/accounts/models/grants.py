"""How roles are given, asked for and taken, and who did it (R-010, R-012, R-270)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mci_portal.accounts.models.people import Location, MicrosoftRole, Partner, Role, User

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
