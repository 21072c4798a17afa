"""The catalogue that ships with the portal: every engagement is there, with its dates, rates and evidence."""

from collections import Counter
from datetime import date
from decimal import Decimal

import pytest

from engagements.availability import Availability, availability
from engagements.catalogue import SHIPPED, load
from engagements.models import (
    Cap,
    Engagement,
    EngagementName,
    EngagementType,
    EvidenceTemplate,
    Invitation,
    MarketCountry,
)
from engagements.rates import market_of, rate_on
from engagements.templates_in_force import TEMPLATE_DIR, current_template
from mci_portal.accounts.models import Partner

TODAY = date(2026, 11, 20)
OCTOBER, NOVEMBER = date(2022, 10, 31), date(2022, 11, 1)
WORKSHOPS = {  # name: rates from 1 November 2022 in markets A, B, C
    "Collaborative Apps Workshop": (5000, 3000, 1000),
    "Enable Frontline Workshop": (5000, 3000, 1000),
    "Endpoint Management Workshop": (5000, 3000, 1000),
    "Hybrid Meetings & Rooms Workshop": (5000, 3000, 1000),
    "Microsoft 365 Digital Workforce Workshop": (3500, 2000, 500),
    "Microsoft Viva Workshop": (5000, 3000, 1000),
    "Microsoft Viva Insights Workshop": (5000, 3000, 1000),
    "Modernize Communications Workshop": (5000, 3000, 1000),
    "NextGen Windows Workshop": (5000, 3000, 1000),
    "Microsoft Syntex Workshop": (5000, 3000, 1000),
    "Executive Order 14028 Workshop": (5000, None, None),
    "Sales – Protect and Govern Sensitive Data": (5000, 3000, 1000),
    "Sales – Secure Multi-Cloud Environments": (5000, 3000, 1000),
    "Sales – Mitigate Compliance and Privacy Risks": (5000, 3000, 1000),
    "Sales – Defend Against Threats with SIEM Plus XDR": (6500, 4000, 1500),
    "Usage – Secure Identities and Access": (5000, 3000, 1000),
    "Usage – Defend Against Threats with SIEM Plus XDR": (5000, 3000, 1000),
    "Usage – Mitigate Compliance and Privacy Risks": (5000, 3000, 1000),
    "Usage – Protect and Govern Sensitive Data": (5000, 3000, 1000),
    "Usage – Secure Multi-Cloud Environments": (5000, 3000, 1000),
}
PROJECTS = {
    "XXS": ("project-xs", 2000, 2000, 1000),
    "XS": ("project-xs", 6500, 5200, 3200),
    "S": ("project-small", 15000, 12000, 7500),
    "M": ("project-medium", 35000, 28000, 17500),
    "L": ("project-large", 75000, 60000, 37500),
}


@pytest.fixture(scope="module")
def _loaded(django_db_setup, django_db_blocker):
    """The shipped catalogue, loaded once for this file; taken away again unless somebody else had loaded one."""
    with django_db_blocker.unblock():
        was_empty = not Engagement.objects.exists()
        load(SHIPPED, TODAY)
    yield
    with django_db_blocker.unblock():
        for model in (Cap, Engagement, EngagementType, MarketCountry) if was_empty else ():
            model.objects.all().delete()


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_loaded")]


def rates_on(engagement: Engagement, day: date) -> tuple[Decimal | None, ...]:
    found = (rate_on(engagement, market, day) for market in "ABC")
    return tuple(rate.amount if rate else None for rate in found)


def test_catalogue_holds_every_row():
    """Sections 2 to 5: 20 workshops, 20 transact and use rows, 16 Azure rows, 15 later ones."""
    groups = Counter(
        "workshop"
        if engagement.name in WORKSHOPS
        else "formula"
        if engagement.pay == "formula"
        else "azure"
        if engagement.area == "azure"
        else "later"
        for engagement in Engagement.objects.all()
    )
    assert groups == {"workshop": 20, "formula": 20, "azure": 16, "later": 15}


def test_second_load_changes_nothing():
    assert load(SHIPPED, TODAY).idle is True


@pytest.mark.parametrize("name", WORKSHOPS)
def test_workshop_pays_as_published_from_november_2022(name):
    """R-047: the table of 1 November 2022, n/a where it is not offered."""
    engagement = Engagement.objects.get(name=name)
    assert rates_on(engagement, NOVEMBER) == WORKSHOPS[name]
    assert engagement.type_id == "workshop"
    assert sorted(engagement.id_types) == ["domain", "tenant_id", "tpid"]


@pytest.mark.parametrize("name", WORKSHOPS)
def test_workshop_paid_less_and_not_in_market_c_until_october_2022(name):
    """C-28, acceptance check 7: a consent of 31 October 2022 keeps the old rate, and market C had none."""
    before = rates_on(Engagement.objects.get(name=name), OCTOBER)
    assert before[0] < WORKSHOPS[name][0]
    assert before[2] is None


@pytest.mark.parametrize(
    ("country", "before", "since"),
    [("US", "A", "A"), ("NO", "A", "A"), ("SG", "B", "B"), ("IN", "B", "C"), ("PL", "B", "C"), ("ZA", "B", "C")],
)
def test_market_c_exists_since_november_2022(country, before, since):
    """C-28."""
    assert (market_of(country, OCTOBER), market_of(country, NOVEMBER)) == (before, since)


@pytest.mark.parametrize("size", PROJECTS)
@pytest.mark.parametrize("family", ["Migrate and Modernize", "Innovate – AI apps and analytics"])
def test_project_pays_by_its_band(family, size):
    engagement = Engagement.objects.get(name=f"{family} – project {size}")
    assert (engagement.type_id, *rates_on(engagement, TODAY)) == PROJECTS[size]


def test_assessments_are_paid_by_the_hour_and_nominated_by_opportunity():
    """R-085, R-093."""
    assessments = Engagement.objects.filter(pay="variable")
    assert len(assessments) == 6
    for engagement in assessments:
        assert (engagement.id_types, engagement.hour_options) == (["msx"], [40, 80, 120])
        assert rates_on(engagement, TODAY) == (150, 120, 70)
        assert rate_on(engagement, "A", TODAY).per_hour is True


def test_availability_today_has_all_three_kinds():
    """R-025, R-034."""
    kinds = {engagement.name: availability(engagement, TODAY) for engagement in Engagement.objects.all()}
    assert [name for name, kind in kinds.items() if kind is Availability.EXPIRED] == ["NextGen Windows Workshop"]
    assert sum(kind is Availability.UPCOMING for kind in kinds.values()) == 9
    assert all(kinds[name] is Availability.ACTIVE for name in WORKSHOPS if name != "NextGen Windows Workshop")


def test_types_have_the_published_days_and_a_note_on_the_misprint():
    """Section 19; C-10."""
    days = {
        one.code: (one.consent_days, one.submit_days, one.review_days, one.dispute_days, one.dispute_review_days)
        for one in EngagementType.objects.all()
    }
    assert days == {
        "assessment": (30, 60, 90, 30, 30),
        "workshop": (30, 90, 120, 30, 30),
        "project-xs": (30, 120, 150, 30, 30),
        "project-small": (30, 120, 150, 30, 30),
        "project-medium": (30, 200, 230, 30, 30),
        "project-large": (30, 260, 290, 30, 30),
        "project-xl": (30, 260, 290, 30, 30),
        "project-xxl": (30, 260, 290, 30, 30),
    }
    noted = {one.code for one in EngagementType.objects.all() if "320" in one.note and "310" in one.note}
    assert noted == {"project-large", "project-xl", "project-xxl"}


def test_workshop_asks_for_the_four_pieces_of_evidence():
    """C-11."""
    engagement = Engagement.objects.get(slug="collaborative-apps-workshop")
    assert [(one.label, one.required) for one in engagement.evidence.all()] == [
        ("Invoice", True),
        ("Findings and recommendations document", True),
        ("Customer Survey", True),
        ("Partner Survey", True),
    ]


@pytest.mark.parametrize(
    "slug",
    [
        "endpoint-management-workshop",
        "microsoft-viva-workshop",
        "microsoft-viva-insights-workshop",
        "modernize-communications-workshop",
    ],
)
def test_revised_template_replaces_the_old_one_on_1_october_2022(slug):
    """R-048."""
    requirement = Engagement.objects.get(slug=slug).evidence.get(kind="report")
    versions = [current_template(requirement, date(2022, month, 1)).version for month in (9, 10, 11)]
    assert versions == ["2021-07", "2022-10", "2022-10"]


def test_every_template_file_exists_and_is_small():
    for template in EvidenceTemplate.objects.all():
        assert 500 < (TEMPLATE_DIR / template.file).stat().st_size < 10_000


def test_former_names_are_kept():
    """R-033."""
    assert set(EngagementName.objects.values_list("name", flat=True)) >= {
        "Hybrid Meetings Workshop",
        "Discover Sensitive Data Workshop",
        "Hybrid cloud security workshop",
    }


def test_invitation_waits_for_the_partner_and_comes_with_the_next_load():
    """R-031."""
    by_invitation = Engagement.objects.filter(visibility="invitation").order_by("slug")
    assert list(by_invitation.values_list("slug", flat=True)) == [
        "azure-express-assessment",
        "holistic-business-case-partner-led",
    ]
    assert Invitation.objects.count() == 0
    litware = Partner.objects.create(
        pga_id="5512008", name="Litware, Inc.", legal_name="Litware, Inc.", mail_domain="litware.example"
    )
    load(SHIPPED, TODAY)
    assert set(Invitation.objects.values_list("partner_id", "engagement__slug")) == {
        (litware.pk, "azure-express-assessment"),
        (litware.pk, "holistic-business-case-partner-led"),
    }
