"""The partners, their locations and people, and what they hold. Made by ``seed_demo``."""

from datetime import date, datetime, timedelta

from eligibility.models import Credential, Enrolment, EnrolmentStatus, PayeeProfile, PayeeStatus
from engagements.availability import fiscal_year_start
from engagements.models import Engagement, Invitation
from mci_portal.accounts.demo import PASSWORD
from mci_portal.accounts.models import Location, Membership, MicrosoftRole, Partner, Role, User
from mci_portal.common.crypto import seal

MEMBERSHIP = ("Microsoft AI Cloud Partner Program membership", "Microsoft Partner Agreement")
MODERN_WORK, SECURITY = "Solutions Partner for Modern Work", "Solutions Partner for Security"
INFRASTRUCTURE, DATA = "Solutions Partner for Infrastructure (Azure)", "Solutions Partner for Data & AI (Azure)"
APPS, BUSINESS = "Solutions Partner for Digital & App Innovation (Azure)", "Solutions Partner for Business Applications"

# key: (account ID, name, what the account holds)
PARTNERS = {
    "contoso": ("5512001", "Contoso Consulting", (*MEMBERSHIP, MODERN_WORK, SECURITY, INFRASTRUCTURE)),
    "fabrikam": ("5512002", "Fabrikam Services", (*MEMBERSHIP, MODERN_WORK, SECURITY)),
    "adatum": ("5512003", "A. Datum Corporation", (*MEMBERSHIP, DATA, "SAP")),
    "treyresearch": ("5512004", "Trey Research", (*MEMBERSHIP, SECURITY)),
    "proseware": ("5512005", "Proseware, Inc.", (*MEMBERSHIP, BUSINESS)),
    "firstup": ("5512006", "First Up Consultants", ()),
    "relecloud": (
        "5512007",
        "Relecloud",
        (*MEMBERSHIP, MODERN_WORK, SECURITY, INFRASTRUCTURE, DATA, APPS, BUSINESS),
    ),
    "litware": ("5512008", "Litware, Inc.", (*MEMBERSHIP, MODERN_WORK, SECURITY, INFRASTRUCTURE)),
}

ENROLLED, APPROVED, EXPIRED = EnrolmentStatus.ENROLLED, PayeeStatus.APPROVED, PayeeStatus.EXPIRED
# (partner, location ID, name, country, enrolment, tax profile)
LOCATIONS = (
    ("contoso", "6612001", "Redmond", "US", ENROLLED, APPROVED),
    ("contoso", "6612002", "Toronto", "CA", ENROLLED, APPROVED),
    ("contoso", "6612003", "Singapore", "SG", ENROLLED, EXPIRED),
    ("fabrikam", "6612004", "Amsterdam", "NL", ENROLLED, APPROVED),
    ("fabrikam", "6612005", "Stockholm", "SE", ENROLLED, APPROVED),
    ("fabrikam", "6612006", "Warsaw", "PL", ENROLLED, APPROVED),
    ("adatum", "6612007", "London", "GB", ENROLLED, APPROVED),
    ("adatum", "6612008", "Dubai", "AE", ENROLLED, APPROVED),
    ("treyresearch", "6612009", "Mumbai", "IN", EnrolmentStatus.VALIDATING, PayeeStatus.PENDING),
    ("proseware", "6612010", "São Paulo", "BR", ENROLLED, APPROVED),
    ("proseware", "6612011", "Santiago", "CL", ENROLLED, APPROVED),
    ("firstup", "6612012", "Sydney", "AU", ENROLLED, APPROVED),
    ("firstup", "6612013", "Auckland", "NZ", ENROLLED, APPROVED),
    ("relecloud", "6612014", "Berlin", "DE", ENROLLED, APPROVED),
    ("relecloud", "6612015", "Zürich", "CH", ENROLLED, APPROVED),
    ("relecloud", "6612016", "Wien", "AT", ENROLLED, APPROVED),
    ("litware", "6612017", "Tokyo", "JP", ENROLLED, APPROVED),
)

# (e-mail, name, partner, role, location ID or None for the whole account)
MEMBERS = (
    ("ana@contoso.example", "Ana Silva", "contoso", Role.INCENTIVES_ADMIN, None),
    ("ben@contoso.example", "Ben Smith", "contoso", Role.INCENTIVES_USER, "6612001"),
    ("grace@contoso.example", "Grace Hall", "contoso", Role.GLOBAL_ADMIN, None),
    ("omar@fabrikam.example", "Omar Bakker", "fabrikam", Role.INCENTIVES_ADMIN, None),
    ("gerda@fabrikam.example", "Gerda Visser", "fabrikam", Role.ACCOUNT_ADMIN, None),
    ("amir@adatum.example", "Amir Khan", "adatum", Role.INCENTIVES_ADMIN, None),
    ("tara@treyresearch.example", "Tara Iyer", "treyresearch", Role.INCENTIVES_ADMIN, None),
    ("paulo@proseware.example", "Paulo Costa", "proseware", Role.INCENTIVES_ADMIN, None),
    ("fiona@firstup.example", "Fiona Reid", "firstup", Role.INCENTIVES_ADMIN, None),
    ("rolf@relecloud.example", "Rolf Weber", "relecloud", Role.INCENTIVES_ADMIN, None),
    ("kenji@litware.example", "Kenji Sato", "litware", Role.INCENTIVES_ADMIN, None),
)
MICROSOFT = (
    ("rita@microsoft.example", "Rita Rossi", MicrosoftRole.REVIEWER),
    ("ravi@microsoft.example", "Ravi Rao", MicrosoftRole.REVIEWER),
    ("lena@microsoft.example", "Lena Lind", MicrosoftRole.LEAD_REVIEWER),
    ("olga@microsoft.example", "Olga Novak", MicrosoftRole.OPERATOR),
    ("oscar@microsoft.example", "Oscar Olsen", MicrosoftRole.OPERATOR),
    ("fay@microsoft.example", "Fay Fischer", MicrosoftRole.FINANCE),
    ("arthur@microsoft.example", "Arthur Adeyemi", MicrosoftRole.AUDITOR),
)
# At Contoso, and without a role yet: he is told whom to ask.
NEWCOMER = ("nina@contoso.example", "Nina Newman")


def make_people(now: datetime) -> None:
    """Write everybody; needs the catalogue for the invitations."""
    since = date(now.year - 3, 7, 1)
    partners = {key: _partner(key, since) for key in PARTNERS}
    locations = {row[1]: _location(partners[row[0]], row, since, now) for row in LOCATIONS}
    for email, name, partner, role, place in MEMBERS:
        user = User.objects.create_user(email, PASSWORD, name=name)
        Membership.objects.create(
            user=user, partner=partners[partner], role=role, location=locations[place] if place else None
        )
    User.objects.create_user(NEWCOMER[0], PASSWORD, name=NEWCOMER[1])
    for email, name, microsoft_role in MICROSOFT:
        is_operator = microsoft_role == MicrosoftRole.OPERATOR
        User.objects.create_user(
            email,
            PASSWORD,
            name=name,
            microsoft_role=microsoft_role,
            is_staff=is_operator,
            is_superuser=is_operator,
        )
    for engagement in Engagement.objects.filter(visibility=Engagement.Visibility.INVITATION):
        Invitation.objects.get_or_create(engagement=engagement, partner=partners["litware"])


def _partner(key: str, since: date) -> Partner:
    pga_id, name, held = PARTNERS[key]
    domain = f"{key}.example"
    partner, _made = Partner.objects.update_or_create(
        pga_id=pga_id,
        defaults={"name": name, "legal_name": name, "mail_domain": domain, "tenant_domain": domain},
    )
    Credential.objects.bulk_create(
        Credential(partner=partner, name=credential, valid_from=since) for credential in held
    )
    return partner


def _location(partner: Partner, row: tuple, since: date, now: datetime) -> Location:
    _key, code, name, country, enrolment, tax = row
    location = Location.objects.create(partner=partner, code=code, name=name, country=country)
    year = fiscal_year_start(now).date()
    Enrolment.objects.create(location=location, status=enrolment, since_on=since, renewed_on=year)
    PayeeProfile.objects.create(
        location=location,
        bank_status=PayeeStatus.APPROVED,
        tax_status=tax,
        account_holder=partner.legal_name,
        sealed_iban=seal("NL91ABNA0417164300"),
        masked_iban="NL91 •••• 4300",
        sealed_bic=seal("ABNANL2A"),
        masked_bic="ABNA••••",
        tax_country=country,
        sealed_tax_id=seal("123456789"),
        masked_tax_id="•••• 6789",
        submitted_at=now - timedelta(days=400),
    )
    return location
