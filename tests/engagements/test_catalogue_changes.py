"""Loading a changed catalogue: only what differs is written, history stays, what is referred to ends."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.core.management import call_command

from claims.models import Claim
from customers.models import Customer
from engagements.availability import Availability, availability
from engagements.catalogue import CatalogueError
from engagements.models import (
    Engagement,
    EngagementName,
    EngagementType,
    EvidenceRequirement,
    Invitation,
    Rate,
    ResourceLink,
)
from mci_portal.accounts.models import Location, Partner
from tests.engagements.small_catalogue import TEXT, TODAY, load_text

pytestmark = pytest.mark.django_db

WITHOUT_SECOND = TEXT[: TEXT.index("  - slug: second-deal")]
NOW = datetime(2026, 11, 1, tzinfo=UTC)


def contoso() -> Partner:
    return Partner.objects.create(
        pga_id="5512001", name="Contoso", legal_name="Contoso Ltd", mail_domain="contoso.example"
    )


def claim_on(engagement: Engagement) -> Claim:
    """The smallest row that refers to an engagement."""
    partner = contoso()
    location = Location.objects.create(partner=partner, code="1000001", name="Redmond", country="US")
    return Claim.objects.create(
        kind="cpor",
        status="draft",
        name="Kept",
        partner=partner,
        location=location,
        engagement=engagement,
        customer=Customer.objects.create(name="Northwind Traders", tpid="1234567", created_at=NOW, checked_at=NOW),
        id_type="domain",
        id_value="northwindtraders.example",
        customer_name="Nora",
        customer_email="nora@northwindtraders.example",
        partner_name="Ana",
        partner_email="ana@contoso.example",
        consent_days=30,
        submit_days=90,
        review_days=120,
        dispute_days=30,
        dispute_review_days=30,
        created_at=NOW,
        updated_at=NOW,
    )


def test_first_load_creates_and_second_leaves_unchanged(tmp_path):
    first, second = load_text(tmp_path), load_text(tmp_path)
    assert (first.of(Engagement), first.of(Rate)) == ({"created": 2}, {"created": 5})
    assert (second.of(Engagement), second.of(Rate)) == ({"unchanged": 2}, {"unchanged": 5})
    assert (first.idle, second.idle) == (False, True)


def test_command_prints_a_summary(tmp_path, capsys):
    path = tmp_path / "catalogue.yaml"
    path.write_text(TEXT, encoding="utf-8")
    call_command("load_catalogue", str(path))
    assert "engagements: 2 created, 0 changed, 0 unchanged, 0 ended, 0 removed" in capsys.readouterr().out


def test_changed_value_changes_that_row_alone(tmp_path):
    load_text(tmp_path)
    tally = load_text(tmp_path, ("A: 5000", "A: 5200.50"))
    assert tally.of(Rate) == {"changed": 1, "unchanged": 4}
    assert Rate.objects.get(market="A", valid_from=date(2022, 11, 1)).amount == Decimal("5200.50")


def test_key_taken_out_falls_back_to_its_default(tmp_path):
    load_text(tmp_path, ("    role: transact", "    role: transact\n    summary: Words.\n    ends_on: 2030-01-01"))
    load_text(tmp_path)
    second = Engagement.objects.get(slug="second-deal")
    assert (second.summary, second.ends_on) == ("", None)


def test_renamed_engagement_keeps_its_row_and_its_former_name(tmp_path):
    """R-033."""
    load_text(tmp_path)
    before = Engagement.objects.get(slug="first-workshop").pk
    load_text(tmp_path, ("name: First Workshop", "name: New Workshop"))
    load_text(tmp_path, ("name: First Workshop", "name: New Workshop"))
    engagement = Engagement.objects.get(slug="first-workshop")
    assert (engagement.pk, engagement.name) == (before, "New Workshop")
    assert list(EngagementName.objects.values_list("name", "until_on")) == [("First Workshop", TODAY)]


def test_engagements_can_exchange_their_names(tmp_path):
    load_text(tmp_path)
    changes = ("name: First Workshop", "name: ~"), ("name: Second Deal", "name: First Workshop"), ("~", "Second Deal")
    load_text(tmp_path, *changes)
    assert dict(Engagement.objects.values_list("slug", "name")) == {
        "first-workshop": "Second Deal",
        "second-deal": "First Workshop",
    }


def test_engagement_nobody_refers_to_vanishes_with_its_line(tmp_path):
    load_text(tmp_path)
    tally = load_text(tmp_path, text=WITHOUT_SECOND)
    assert tally.of(Engagement) == {"unchanged": 1, "removed": 1}
    assert list(Engagement.objects.values_list("slug", flat=True)) == ["first-workshop"]


def test_engagement_with_a_claim_ends_instead_of_vanishing(tmp_path):
    """R-034: it takes no new customers, the running claim stays."""
    load_text(tmp_path)
    claim = claim_on(Engagement.objects.get(slug="second-deal"))
    first, again = load_text(tmp_path, text=WITHOUT_SECOND), load_text(tmp_path, text=WITHOUT_SECOND)
    claim.refresh_from_db()
    assert first.of(Engagement) == {"unchanged": 1, "ended": 1}
    assert again.idle is True
    assert availability(claim.engagement, TODAY) is Availability.EXPIRED


def test_ended_engagement_keeps_its_rates_and_type(tmp_path):
    load_text(tmp_path)
    claim = claim_on(Engagement.objects.get(slug="first-workshop"))
    only_second = TEXT[: TEXT.index("  - slug: first-workshop")] + TEXT[TEXT.index("  - slug: second-deal") :]
    load_text(tmp_path, ("code: workshop, name: Workshop", "code: other, name: Other"), text=only_second)
    assert Rate.objects.filter(engagement=claim.engagement).count() == 5
    assert set(EngagementType.objects.values_list("code", flat=True)) == {"workshop", "other"}


def test_name_of_an_ended_engagement_is_not_given_away(tmp_path):
    load_text(tmp_path)
    claim_on(Engagement.objects.get(slug="second-deal"))
    with pytest.raises(CatalogueError) as caught:
        load_text(tmp_path, ("slug: second-deal", "slug: third-deal"))
    assert "still belongs to the ended engagement “second-deal”" in caught.value.problems[0].sentence
    assert set(Engagement.objects.values_list("slug", flat=True)) == {"first-workshop", "second-deal"}


def test_returned_engagement_is_open_again(tmp_path):
    load_text(tmp_path)
    claim_on(Engagement.objects.get(slug="second-deal"))
    load_text(tmp_path, text=WITHOUT_SECOND)
    load_text(tmp_path)
    assert availability(Engagement.objects.get(slug="second-deal"), TODAY) is Availability.ACTIVE


def test_requirement_with_an_upload_ends_instead_of_vanishing(tmp_path):
    """Running claims refer to it; new ones are not asked for it."""
    load_text(tmp_path)
    requirement = EvidenceRequirement.objects.get(kind="invoice")
    uploaded_for(requirement)
    start, end = TEXT.index("      - kind: invoice"), TEXT.index("      - {kind: customer_survey}")
    tally = load_text(tmp_path, text=TEXT[:start] + TEXT[end:])
    requirement.refresh_from_db()
    assert (requirement.ended_on, requirement.required) == (TODAY, False)
    assert tally.of(EvidenceRequirement) == {"changed": 1, "ended": 1}  # the survey moved up
    assert requirement.templates.count() == 1


def uploaded_for(requirement: EvidenceRequirement) -> None:
    from claims.models import Document
    from mci_portal.accounts.models import User

    claim = claim_on(requirement.engagement)
    Document.objects.create(
        claim=claim,
        partner=claim.partner,
        requirement=requirement,
        key="k",
        name="invoice.pdf",
        content_type="application/pdf",
        size=1,
        sha256="0" * 64,
        uploaded_by=User.objects.create_user("ana@contoso.example", name="Ana"),
        uploaded_at=NOW,
    )


def test_link_that_left_is_removed(tmp_path):
    load_text(tmp_path)
    link = '    links:\n      - {label: Guide, url: "https://learn.microsoft.com/"}\n'
    tally = load_text(tmp_path, (link, ""))
    assert (tally.of(ResourceLink), ResourceLink.objects.count()) == ({"removed": 1}, 0)


def test_invitation_given_by_hand_outlives_a_load(tmp_path):
    """R-031."""
    load_text(tmp_path)
    invitation = Invitation.objects.create(engagement=Engagement.objects.get(slug="second-deal"), partner=contoso())
    load_text(tmp_path)
    assert list(Invitation.objects.all()) == [invitation]
