"""What the Summary page shows, who may see an engagement, and which template is in force."""

from datetime import date
from decimal import Decimal

import pytest

from engagements.models import Engagement, EvidenceTemplate, Invitation, PartnerCriterion
from engagements.queries import matching, summary, visible_to
from engagements.templates_in_force import current_template, open_file, refusal
from mci_portal.accounts.models import Partner
from tests.engagements.small_catalogue import TODAY, load_text

pytestmark = pytest.mark.django_db


@pytest.fixture
def workshop(tmp_path) -> Engagement:
    load_text(tmp_path)
    return Engagement.objects.get(slug="first-workshop")


def partner(pga_id: str) -> Partner:
    return Partner.objects.create(pga_id=pga_id, name=pga_id, legal_name=pga_id, mail_domain="contoso.example")


def test_summary_shows_todays_rates_of_all_markets(workshop):
    """R-043."""
    lines = summary(workshop, TODAY).rates
    assert [(line.market, line.amount, line.next_from) for line in lines] == [
        ("A", Decimal(5000), None),
        ("B", None, None),
        ("C", Decimal(1000), None),
    ]


def test_summary_announces_the_next_rates(workshop):
    """R-047."""
    lines = summary(workshop, date(2022, 10, 31)).rates
    assert [(line.market, line.amount, line.next_amount, line.next_from) for line in lines] == [
        ("A", Decimal(4000), Decimal(5000), date(2022, 11, 1)),
        ("B", Decimal(2000), None, date(2022, 11, 1)),
        ("C", None, Decimal(1000), date(2022, 11, 1)),
    ]


def test_summary_of_an_upcoming_engagement_shows_its_first_rates(workshop):
    assert [line.amount for line in summary(workshop, date(2021, 1, 1)).rates] == [4000, 2000, None]


def test_summary_shows_evidence_with_the_template_in_force(workshop):
    """R-044, R-048."""
    requirement = workshop.evidence.get(kind="invoice")
    old = requirement.templates.get()
    old.refused_from = date(2026, 12, 1)
    old.save()
    new = EvidenceTemplate.objects.create(requirement=requirement, version="2", file="x", valid_from=TODAY)
    lines = summary(workshop, TODAY).evidence
    assert [(line.requirement.kind, line.template, line.superseded) for line in lines] == [
        ("invoice", new, old),
        ("customer_survey", None, None),
    ]


def test_summary_leaves_out_what_ended(workshop):
    workshop.evidence.filter(kind="invoice").update(ended_on=TODAY)
    PartnerCriterion.objects.create(engagement=workshop, title="Old", any_of=["x"], valid_to=date(2023, 9, 30))
    shown = summary(workshop, TODAY)
    assert [line.requirement.kind for line in shown.evidence] == ["customer_survey"]
    assert [one.title for one in shown.criteria] == ["Membership"]


def test_summary_takes_a_fixed_number_of_queries(workshop, django_assert_num_queries):
    for number in range(20):
        PartnerCriterion.objects.create(engagement=workshop, title=f"T{number}", any_of=["x"])
        EvidenceTemplate.objects.create(
            requirement=workshop.evidence.first(), version=str(number), file="x", valid_from=TODAY
        )
    engagement = Engagement.objects.get(pk=workshop.pk)
    with django_assert_num_queries(8):
        summary(engagement, TODAY)


def test_engagement_by_invitation_is_unknown_to_the_uninvited(workshop):
    """R-031."""
    Engagement.objects.filter(pk=workshop.pk).update(visibility="invitation")
    guest, stranger = partner("5512008"), partner("5512001")
    Invitation.objects.create(engagement=workshop, partner=guest)
    seen = {who: set(visible_to(who).values_list("slug", flat=True)) for who in (guest.pk, stranger.pk, None)}
    assert seen == {
        guest.pk: {"first-workshop", "second-deal"},
        stranger.pk: {"second-deal"},
        None: {"first-workshop", "second-deal"},
    }


@pytest.mark.parametrize(("query", "found"), [("first work", 1), ("Ancient", 1), ("", 2), ("nothing", 0), ("%", 0)])
def test_search_finds_present_and_former_names(workshop, query, found):
    """R-032, R-033."""
    workshop.former_names.create(name="Ancient Workshop")
    assert Engagement.objects.filter(matching(query)).count() == found


def test_template_is_refused_from_its_cut_off_day(workshop):
    """R-048: by the day of submission, whatever the day of the claim."""
    template = workshop.evidence.get(kind="invoice").templates.get()
    template.refused_from = date(2022, 11, 1)
    assert refusal(template, date(2022, 10, 31)) is None
    assert refusal(template, date(2022, 11, 1)) == (
        "Template version 2021-07 is not accepted since Nov. 1, 2022. Use the current version."
    )


def test_current_template_is_none_before_the_first_and_after_a_refusal(workshop):
    requirement = workshop.evidence.get(kind="invoice")
    requirement.templates.update(refused_from=date(2022, 11, 1))
    assert current_template(requirement, date(2021, 6, 30)) is None
    assert current_template(requirement, date(2022, 11, 1)) is None
    assert current_template(requirement, date(2022, 10, 31)).version == "2021-07"


def test_file_of_a_template_stays_in_its_folder():
    assert open_file(EvidenceTemplate(file="../catalogue.yaml")) is None
