"""One factory per table that claims stand on. Facts are filler unless a test says otherwise; none makes a claim."""

import uuid
from datetime import UTC, date, datetime

import factory
from factory.django import DjangoModelFactory

from customers.models import Customer
from eligibility.models import Enrolment, EnrolmentStatus, PayeeProfile, PayeeStatus
from engagements.models import Area, Engagement, EngagementType, EvidenceKind, EvidenceRequirement, PartnerRole, Rate
from mci_portal.accounts.models import Location, Membership, MicrosoftRole, Partner, Role, User

PASSWORD = "Demo-portal-2021"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)

# Requirements section 19: consent, first submit, review, dispute, review of the dispute.
DAYS = {
    "assessment": ("Assessment", 30, 60, 90, 30, 30),
    "workshop": ("Workshop", 30, 90, 120, 30, 30),
    "project-small": ("Small project", 30, 120, 150, 30, 30),
    "project-medium": ("Medium project", 30, 200, 230, 30, 30),
    "project-large": ("Large project", 30, 260, 290, 30, 30),
}
FOUR_OF_2021 = (EvidenceKind.INVOICE, EvidenceKind.REPORT, EvidenceKind.CUSTOMER_SURVEY, EvidenceKind.PARTNER_SURVEY)
AMOUNTS = {"A": 5000, "B": 3000, "C": 2000}


class PartnerFactory(DjangoModelFactory):
    class Meta:
        model = Partner

    pga_id = factory.Sequence(lambda n: f"{5600000 + n}")
    name = factory.Sequence(lambda n: f"Partner {n}")
    legal_name = factory.LazyAttribute(lambda row: f"{row.name}, Inc.")
    mail_domain = factory.LazyAttribute(lambda row: f"{row.name.split()[0].lower()}{row.pga_id}.example")
    created_at = LONG_AGO


class LocationFactory(DjangoModelFactory):
    class Meta:
        model = Location

    partner = factory.SubFactory(PartnerFactory)
    code = factory.Sequence(lambda n: f"{6600000 + n}")
    name = factory.Sequence(lambda n: f"Location {n}")
    country = "US"


class EnrolmentFactory(DjangoModelFactory):
    class Meta:
        model = Enrolment

    location = factory.SubFactory(LocationFactory)
    status = EnrolmentStatus.ENROLLED
    since_on = date(2021, 7, 1)


class PayeeProfileFactory(DjangoModelFactory):
    """A complete profile, so that submitting needs no acknowledgement (T15)."""

    class Meta:
        model = PayeeProfile

    location = factory.SubFactory(LocationFactory)
    bank_status = tax_status = PayeeStatus.APPROVED
    masked_iban = "US•• •••• 4711"
    account_holder = "Accounts payable"


class UserFactory(DjangoModelFactory):
    """``UserFactory(email=..., name=...)``; the password is everybody's ``PASSWORD``."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"User {n}")
    email = factory.Sequence(lambda n: f"user{n}@nowhere.example")
    date_joined = LONG_AGO
    password = factory.django.Password(PASSWORD)


class ReviewerFactory(UserFactory):
    email = factory.Sequence(lambda n: f"reviewer{n}@microsoft.example")
    microsoft_role = MicrosoftRole.REVIEWER


class MembershipFactory(DjangoModelFactory):
    """Incentives admin of the whole account; name a ``location`` to narrow it."""

    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    partner = factory.SubFactory(PartnerFactory)
    role = Role.INCENTIVES_ADMIN
    created_at = LONG_AGO


class CustomerFactory(DjangoModelFactory):
    class Meta:
        model = Customer

    tenant_id = factory.LazyFunction(uuid.uuid4)
    name = factory.Sequence(lambda n: f"Customer {n}")
    domain = factory.Sequence(lambda n: f"customer{n}.example")
    country = "US"
    seats = 1000
    sector = "commercial"
    checked_at = created_at = LONG_AGO


class EngagementFactory(DjangoModelFactory):
    """An active build-intent workshop with its rates and the four pieces of evidence of 2021.

    ``type`` may be a code of ``DAYS``; ``evidence=()`` asks for nothing, ``rates={}`` pays nowhere.
    """

    class Meta:
        model = Engagement
        skip_postgeneration_save = True

    slug = factory.Sequence(lambda n: f"workshop-{n}")
    name = factory.Sequence(lambda n: f"Workshop {n}")
    area = Area.MODERN_WORK_AND_SECURITY
    role = PartnerRole.BUILD_INTENT
    type = "workshop"
    starts_on = date(2021, 7, 1)
    id_types = ["domain", "tenant_id", "tpid"]

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        if isinstance(kwargs["type"], str):
            kwargs["type"] = engagement_type(kwargs["type"])
        return super()._create(model_class, *args, **kwargs)

    @factory.post_generation
    def evidence(self, create, kinds, optional=(), **_kwargs) -> None:
        """``evidence=("invoice",), evidence__optional=("customer_survey",)`` for another set."""
        kinds = FOUR_OF_2021 if kinds is None else kinds
        EvidenceRequirement.objects.bulk_create(
            EvidenceRequirement(
                engagement=self,
                kind=kind,
                label=EvidenceKind(kind).label,
                position=position,
                required=position < len(kinds),
            )
            for position, kind in enumerate((*kinds, *optional))
        )

    @factory.post_generation
    def rates(self, create, amounts, **kwargs) -> None:
        """``rates={"A": 100}`` for other amounts, ``rates={}`` for none at all."""
        Rate.objects.bulk_create(
            Rate(engagement=self, market=market, amount=amount, valid_from=date(2020, 1, 1))
            for market, amount in (AMOUNTS if amounts is None else amounts).items()
        )


class AssociationEngagementFactory(EngagementFactory):
    """Use or consume: one proof, no rates, no type."""

    slug = factory.Sequence(lambda n: f"usage-{n}")
    name = factory.Sequence(lambda n: f"Usage {n}")
    role = PartnerRole.USE_OR_CONSUME
    is_cpor = True
    type = None
    exclusive = False
    pay = Engagement.Pay.FORMULA

    @classmethod
    def _after_postgeneration(cls, instance, create, results=None):
        instance.evidence.exclude(kind=EvidenceKind.POE).delete()
        EvidenceRequirement.objects.get_or_create(
            engagement=instance, kind=EvidenceKind.POE, defaults={"label": EvidenceKind.POE.label}
        )
        Rate.objects.filter(engagement=instance).delete()


def engagement_type(code: str = "workshop") -> EngagementType:
    """The type with this code and the day counts of section 19."""
    name, consent, submit, review, dispute, dispute_review = DAYS[code]
    found = EngagementType.objects.filter(code=code).first()
    return found or EngagementType.objects.create(
        code=code,
        name=name,
        position=list(DAYS).index(code),
        consent_days=consent,
        submit_days=submit,
        review_days=review,
        dispute_days=dispute,
        dispute_review_days=dispute_review,
    )
