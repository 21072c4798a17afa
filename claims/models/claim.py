"""The claim: one customer, one engagement, one partner location, from the moment the customer is added.

``status`` is written by ``claims.lifecycle`` and ``claims.sweeps`` alone. The constraints below say what the
rest of the program may rely on.
"""

from datetime import UTC, datetime

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Case, F, Func, Q, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from claims.statuses import BEFORE_CONSENT, HOLDS_CUSTOMER, OPEN, TERMINAL, Status
from customers.identity import IdType
from customers.models import Customer
from engagements.models import Engagement
from mci_portal.accounts.models import Location, Partner, User

DUE_STATUSES = sorted(OPEN - {Status.DRAFT, Status.SUBMITTED, Status.UNDER_REVIEW})
WITHOUT_CONSENT = sorted(
    {Status.DRAFT, Status.CANCELED, Status.CONSENT_DECLINED, Status.CONSENT_EXPIRED} | BEFORE_CONSENT
)
AFTER_SUBMIT = (
    Status.SUBMITTED,
    Status.UNDER_REVIEW,
    Status.ACTION_REQUIRED,
    Status.POST_SUBMISSION_EXPIRED,
    Status.APPROVED,
    Status.REJECTED,
    Status.DISPUTED,
    Status.DISPUTED_EXPIRED,
    Status.REJECTED_FINAL,
)

STANDING = sorted(OPEN | HOLDS_CUSTOMER)

# Until when the round that the claim is in should be reviewed; the order of the reviewers' queue.
REVIEW_BY = Coalesce("dispute_review_due_at", "review_due_at")
IN_REVIEW = Q(status__in=("submitted", "under_review", "action_required"))

# What the Customer claims list is ordered by where a column may be empty or is no order in itself. The indexes hold
# the very same expressions.
NEVER = datetime(9999, 1, 1, tzinfo=UTC)  # sorts claims without a date behind the others
DUE_KEY = Coalesce("due_at", Value(NEVER), output_field=models.DateTimeField())
SUBMITTED_KEY = Coalesce("submitted_at", Value(NEVER), output_field=models.DateTimeField())
AMOUNT_KEY = Coalesce("amount", Value(-1), output_field=models.DecimalField())
PLACE = Case(  # where a status stands in the life cycle, whatever it is called in a language
    *(When(status=code, then=Value(place)) for place, code in enumerate(Status.values)),
    default=Value(99),
    output_field=models.IntegerField(),
)
TURN = Case(  # the partner's next action, in the order in which the life cycle asks for them; then those without one
    When(status="customer_claimed", then=Value(0)),
    When(status="awaiting_consent", then=Value(1)),
    When(status__in=("draft", "consent_received", "action_required", "disputed"), then=Value(2)),
    When(status="rejected", then=Value(3)),
    default=Value(9),
    output_field=models.IntegerField(),
)


class Kind(models.TextChoices):
    BUILD_INTENT = "build_intent", _("Build intent")
    CPOR = "cpor", _("Use or consume")


class NextClaimNumber(Func):
    """Claim numbers come from a database sequence that starts at 1000001."""

    template = "nextval('claims_claim_number_seq')"
    output_field = models.BigIntegerField()


class Claim(models.Model):
    number = models.BigIntegerField(unique=True, db_default=NextClaimNumber())
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.BUILD_INTENT)
    name = models.CharField(_("claim name"), max_length=120)
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+")
    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    previous = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    status = models.CharField(max_length=30, choices=Status.choices)
    version = models.PositiveIntegerField(default=0)  # the seq of the newest event
    round = models.PositiveSmallIntegerField(default=1)  # 2 once disputed

    id_type = models.CharField(max_length=20, choices=IdType.choices)
    id_value = models.CharField(max_length=253)
    customer_title = models.CharField(max_length=100, blank=True)
    customer_name = models.CharField(max_length=150)
    customer_email = models.CharField(max_length=254)
    customer_language = models.CharField(max_length=10, default="en")
    partner_name = models.CharField(max_length=150)
    partner_email = models.CharField(max_length=254)
    mismatch_reason = models.CharField(max_length=500, blank=True)
    bounced_at = models.DateTimeField(null=True, blank=True)  # a mail to the present customer address came back

    # Copied from the engagement's type when the claim is made; the catalogue no longer matters then.
    consent_days = models.PositiveSmallIntegerField()
    submit_days = models.PositiveSmallIntegerField()
    review_days = models.PositiveSmallIntegerField()
    dispute_days = models.PositiveSmallIntegerField()
    dispute_review_days = models.PositiveSmallIntegerField()
    sole = models.BooleanField(default=True)  # once consented, no other partner's claim on the pair may be (C-14)

    created_at = models.DateTimeField()
    consent_due_at = models.DateTimeField(null=True, blank=True)
    consent_sent_at = models.DateTimeField(null=True, blank=True)
    consented_at = models.DateTimeField(null=True, blank=True)
    submit_due_at = models.DateTimeField(null=True, blank=True)
    review_due_at = models.DateTimeField(null=True, blank=True)
    first_submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)  # the newest submission
    action_due_at = models.DateTimeField(null=True, blank=True)
    rejected_at = models.DateTimeField(null=True, blank=True)
    dispute_due_at = models.DateTimeField(null=True, blank=True)
    disputed_at = models.DateTimeField(null=True, blank=True)
    dispute_submitted_at = models.DateTimeField(null=True, blank=True)
    dispute_review_due_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)  # the one live deadline, whichever it is
    updated_at = models.DateTimeField()

    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    owner = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Looks after the claim beside the owner and is told what he is told; never the owner himself.
    stand_in = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reviewer = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Who recorded or released the customer's acceptance for him, and so does not decide the claim.
    voucher = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    first_decider = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    market = models.CharField(max_length=1, blank=True)
    amount = models.DecimalField(
        max_digits=12, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    currency = models.CharField(max_length=3, default="USD")
    hours = models.PositiveSmallIntegerField(null=True, blank=True)
    # What the partner expects to sell, in whole US dollars; fixed when the request for consent leaves.
    deal_size = models.PositiveBigIntegerField(null=True, blank=True)

    search = SearchVectorField(null=True, editable=False)

    class Meta:
        indexes = (
            models.Index(fields=("partner", "-updated_at", "-id"), name="claim_by_partner"),
            models.Index(fields=("partner", "status", "-updated_at", "-id"), name="claim_by_status"),
            models.Index(fields=("partner", "engagement", "-updated_at", "-id"), name="claim_of_engagement"),
            # With all that the engagements list counts by, so that it reads no claim itself.
            models.Index(
                fields=("partner", "engagement", "status"),
                name="claim_counted",
                include=("customer", "location", "kind", "consented_at", "due_at"),
            ),
            models.Index("partner", DUE_KEY, "id", name="claim_by_due"),
            models.Index("partner", SUBMITTED_KEY, "id", name="claim_by_submitted"),
            models.Index("partner", AMOUNT_KEY, "id", name="claim_by_amount"),
            models.Index("partner", PLACE, "id", name="claim_by_place"),
            models.Index("partner", TURN, "id", name="claim_by_turn"),
            # With the status, so that the reviewers' figures of all partners read no claim.
            models.Index(
                fields=("due_at", "id"), condition=Q(due_at__isnull=False), include=("status",), name="claim_due"
            ),
            models.Index(
                fields=("partner", "due_at", "id"), condition=Q(due_at__isnull=False), name="claim_due_by_partner"
            ),
            models.Index(fields=("-updated_at", "-id"), name="claim_by_update"),  # all partners, for Microsoft's people
            # The reviewers' queue: the order of each of its sorts, and what its tabs and filters count by.
            models.Index(
                REVIEW_BY,
                "id",
                condition=IN_REVIEW,
                include=("status", "round", "reviewer", "engagement", "kind"),
                name="claim_review_queue",
            ),
            models.Index(
                fields=("submitted_at", "id"), condition=IN_REVIEW, include=("status",), name="claim_review_age"
            ),
            models.Index("engagement", REVIEW_BY, "id", condition=IN_REVIEW, name="claim_review_engagement"),
            models.Index("round", REVIEW_BY, "id", condition=IN_REVIEW, name="claim_review_round"),
            # What stands in the way of one more claim with a customer, of whatever partner.
            models.Index(
                fields=("customer", "engagement"),
                condition=Q(kind="build_intent", status__in=STANDING),
                name="claim_standing_until",
                include=("partner", "status", "due_at", "round", "closed_at"),
            ),
            models.Index(fields=("voucher",), condition=Q(voucher__isnull=False), name="claim_vouched_for"),
            GinIndex(fields=("search",), name="claim_search"),
        )
        constraints = (
            models.CheckConstraint(condition=Q(status__in=Status.values), name="claim_status_is_known"),
            models.CheckConstraint(
                condition=Q(due_at__isnull=False, status__in=DUE_STATUSES)
                | (Q(due_at__isnull=True) & ~Q(status__in=DUE_STATUSES)),
                name="claim_is_due_exactly_in_statuses_with_a_clock",
            ),
            models.CheckConstraint(
                condition=Q(consented_at__isnull=False, submit_due_at__isnull=False, review_due_at__isnull=False)
                | Q(consented_at__isnull=True, submit_due_at__isnull=True, review_due_at__isnull=True)
                # Nobody consents to an association, so the review of one is counted from its submission.
                | Q(kind="cpor", consented_at__isnull=True, submit_due_at__isnull=True),
                name="claim_clocks_start_with_consent",
            ),
            models.CheckConstraint(
                condition=Q(consented_at__isnull=False) | Q(kind="cpor") | Q(status__in=WITHOUT_CONSENT),
                name="claim_runs_only_with_consent",
            ),
            models.CheckConstraint(
                condition=Q(kind="cpor") | ~Q(status="draft"), name="only_associations_begin_as_drafts"
            ),
            models.CheckConstraint(
                condition=Q(first_submitted_at__isnull=False) | ~Q(status__in=AFTER_SUBMIT),
                name="claim_after_submit_was_submitted",
            ),
            models.CheckConstraint(
                condition=(Q(status__in=sorted(TERMINAL)) & Q(closed_at__isnull=False))
                | (~Q(status__in=sorted(TERMINAL)) & Q(closed_at__isnull=True)),
                name="claim_closed_exactly_in_terminal_statuses",
            ),
            models.CheckConstraint(
                condition=Q(reviewer__isnull=False) | ~Q(status="under_review"), name="claim_under_review_has_reviewer"
            ),
            models.CheckConstraint(
                condition=Q(rejected_at__isnull=False, dispute_due_at__isnull=False)
                | ~Q(status__in=("rejected", "disputed", "disputed_expired")),
                name="claim_rejected_has_dispute_clock",
            ),
            models.CheckConstraint(
                condition=(Q(round=1, disputed_at__isnull=True)) | (Q(round=2, disputed_at__isnull=False)),
                name="claim_second_round_only_after_dispute",
            ),
            models.CheckConstraint(condition=Q(amount__isnull=True) | Q(amount__gte=0), name="claim_amount_positive"),
            models.CheckConstraint(
                condition=Q(consented_at__isnull=True) | Q(consented_at__gte=F("created_at")),
                name="claim_consent_after_creation",
            ),
            models.UniqueConstraint(
                fields=("partner", "engagement", "customer"),
                condition=Q(status__in=sorted(OPEN)) & Q(kind="build_intent"),
                name="one_open_claim_per_partner_customer_engagement",
            ),
            models.UniqueConstraint(
                fields=("engagement", "customer"),
                condition=Q(sole=True, status__in=sorted(HOLDS_CUSTOMER)) & Q(kind="build_intent"),
                name="one_consented_claim_per_customer_engagement",
            ),
            models.CheckConstraint(
                condition=Q(stand_in__isnull=True) | Q(owner__isnull=True) | ~Q(stand_in=F("owner")),
                name="claim_stand_in_is_not_its_owner",
            ),
            models.UniqueConstraint(fields=("partner", "id"), name="claim_within_partner"),
        )

    def __str__(self) -> str:
        return str(self.number)

    @property
    def topic(self) -> str:
        """How messages name this claim."""
        return f"claim:{self.number}"
