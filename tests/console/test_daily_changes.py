"""Single changes of the catalogue: dated, refused where they would rewrite the past, and written down (R-277)."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, connection, transaction

from engagements.catalogue import load
from engagements.console import caps, dates, export, invitations, markets, rates, templates, uploads
from engagements.models import Cap, CatalogueChange, Engagement, EvidenceTemplate, Invitation, MarketCountry, Rate
from engagements.rates import market_of, rate_on
from engagements.templates_in_force import current_template, refusal
from mci_portal.accounts.actors import actor_for
from tests.rows import EngagementFactory

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
TODAY = NOW.date()
TOMORROW = TODAY + timedelta(days=1)
pytestmark = pytest.mark.django_db
AMOUNTS = {"A": Decimal(6000), "B": None, "C": Decimal("1200.50")}


def written() -> list[tuple]:
    rows = CatalogueChange.objects.order_by("id")
    return [(row.by_name, row.action, row.table, row.what, row.before, row.after) for row in rows]


@pytest.mark.parametrize(
    ("on", "paid"),
    [(date(2022, 10, 31), 4000), (TODAY, 5000), (date(2026, 12, 31), 5000), (date(2027, 1, 1), 6000)],
)
def test_rate_goes_by_the_day_of_consent(by, first, on, paid):
    """R-047: the day before the change still has the old rate, the past ones stay."""
    rates.add(by, first, date(2027, 1, 1), AMOUNTS, NOW)
    assert rate_on(first, "A", on).amount == paid


def test_new_rates_end_the_former_ones_the_day_before(by, first):
    rates.add(by, first, date(2027, 1, 1), AMOUNTS, NOW)
    ends = set(Rate.objects.filter(engagement=first, valid_from=date(2022, 11, 1)).values_list("valid_to", flat=True))
    assert ends == {date(2026, 12, 31)}
    assert rate_on(first, "B", date(2027, 1, 1)) is None
    assert sorted(one[1] for one in written()) == ["created"] * 3 + ["ended"] * 3
    assert written()[0][0] == "Olga Novak"


def test_rates_between_two_versions_end_before_the_later_one(by, first):
    rates.add(by, first, date(2027, 6, 1), AMOUNTS, NOW)
    rates.add(by, first, date(2027, 1, 1), {**AMOUNTS, "A": Decimal(1)}, NOW)
    found = Rate.objects.filter(engagement=first, market="A").order_by("valid_from")
    assert [(row.valid_from, row.valid_to) for row in found][1:] == [
        (date(2022, 11, 1), date(2026, 12, 31)),
        (date(2027, 1, 1), date(2027, 5, 31)),
        (date(2027, 6, 1), None),
    ]


@pytest.mark.parametrize("day", [TODAY, TODAY - timedelta(days=400)])
def test_past_rates_are_never_edited(by, first, day):
    with pytest.raises(ValidationError, match="after today"):
        rates.add(by, first, day, AMOUNTS, NOW)
    assert written() == []


def test_second_version_of_a_day_is_refused(by, first):
    rates.add(by, first, TOMORROW, AMOUNTS, NOW)
    with pytest.raises(ValidationError, match="already"):
        rates.add(by, first, TOMORROW, AMOUNTS, NOW)
    assert len(written()) == 6


def test_first_day_that_has_begun_stays(by, first):
    with pytest.raises(ValidationError, match="has started"):
        dates.change(by, first, NOW, starts_on=TOMORROW, ends_on=None, last_claim_on=None)


@pytest.mark.parametrize("name", ["ends_on", "last_claim_on"])
def test_last_day_may_not_lie_in_the_past(by, first, name):
    days = {"starts_on": first.starts_on, "ends_on": None, "last_claim_on": None, name: TODAY - timedelta(days=1)}
    with pytest.raises(ValidationError, match="today or a later day"):
        dates.change(by, first, NOW, **days)


def test_last_day_to_claim_is_set_and_written_down(by, first):
    """R-034"""
    dates.change(by, first, NOW, starts_on=first.starts_on, ends_on=None, last_claim_on=date(2026, 12, 31))
    assert written() == [
        (
            "Olga Novak",
            "ended",
            "engagement",
            "First Workshop",
            {"last_claim_on": None},
            {"last_claim_on": "2026-12-31"},
        )
    ]


def test_unchanged_days_write_nothing(by, first):
    dates.change(by, first, NOW, starts_on=first.starts_on, ends_on=None, last_claim_on=None)
    assert written() == []


def test_partner_is_invited_and_taken_off_again(by, contoso):
    """R-031"""
    secret = EngagementFactory(visibility=Engagement.Visibility.INVITATION)
    invitations.invite(by, secret, contoso.pga_id, NOW)
    with pytest.raises(ValidationError, match="already"):
        invitations.invite(by, secret, contoso.pga_id, NOW)
    invitations.withdraw(by, Invitation.objects.get(), NOW)
    assert [(one[1], one[2], one[3]) for one in written()] == [
        ("created", "invitation", "Contoso Consulting (5512001)"),
        ("removed", "invitation", "Contoso Consulting (5512001)"),
    ]


def test_unknown_partner_and_listed_engagement_take_no_invitation(by, first):
    with pytest.raises(ValidationError, match="Every partner"):
        invitations.invite(by, first, "5512001", NOW)
    secret = EngagementFactory(visibility=Engagement.Visibility.INVITATION)
    with pytest.raises(ValidationError, match="no partner"):
        invitations.invite(by, secret, "9999999", NOW)


def test_country_changes_its_market_on_the_day(by, loaded):
    """C-28"""
    markets.assign(by, "SG", "A", date(2027, 1, 1), NOW)
    assert [market_of("SG", day) for day in (date(2026, 12, 31), date(2027, 1, 1))] == ["B", "A"]
    with pytest.raises(ValidationError, match="already"):
        markets.assign(by, "SG", "C", date(2027, 1, 1), NOW)
    with pytest.raises(ValidationError, match="after today"):
        markets.assign(by, "SG", "C", TODAY, NOW)
    assert MarketCountry.objects.filter(country="SG").count() == 2


def test_new_template_version_refuses_the_former_from_its_day_on(by, first, template_folder):
    """R-048: by the day of submission."""
    invoice = first.evidence.get(kind="invoice")
    old = invoice.templates.get()
    day = date(2027, 2, 1)
    new = templates.add(
        by, invoice, b"a form", "xlsx", NOW, version="2027-01", valid_from=date(2027, 1, 1), refused_from=day
    )
    old.refresh_from_db()
    assert [current_template(invoice, on) for on in (date(2026, 12, 31), date(2027, 1, 1))] == [old, new]
    assert [bool(refusal(old, on)) for on in (date(2027, 1, 31), day)] == [False, True]
    assert (template_folder / new.file).read_bytes() == b"a form"
    assert {(one[1], one[2]) for one in written()} == {("created", "evidencetemplate"), ("ended", "evidencetemplate")}


def test_partner_downloads_what_the_operator_handed_in_from_any_machine(by, first, template_folder, client, ana):
    """The file is in the storage and not beside the code, which every machine has to itself."""
    days = {"valid_from": TODAY, "refused_from": TOMORROW}
    new = templates.add(by, first.evidence.get(kind="invoice"), b"a form", "xlsx", NOW, version="2027-01", **days)
    assert [one.name for one in template_folder.iterdir()] == [new.file]
    client.force_login(ana)
    address = f"/incentives/engagements/{first.slug}/templates/{new.pk}/"
    answer = client.get(address)
    assert (answer.status_code, b"".join(answer.streaming_content)) == (200, b"a form")
    (template_folder / new.file).unlink()
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    "days",
    [
        {"valid_from": TODAY - timedelta(days=1), "refused_from": date(2027, 2, 1)},
        {"valid_from": date(2027, 1, 1), "refused_from": date(2027, 1, 1)},
        {"valid_from": TODAY, "refused_from": TODAY},
    ],
)
def test_template_days_out_of_order_are_refused(by, first, template_folder, days):
    with pytest.raises(ValidationError):
        templates.add(by, first.evidence.get(kind="invoice"), b"x", "xlsx", NOW, version="v2", **days)
    assert (EvidenceTemplate.objects.count(), list(template_folder.iterdir())) == (1, [])


def test_survey_has_no_template(by, first, template_folder):
    days = {"valid_from": TODAY, "refused_from": date(2027, 2, 1)}
    with pytest.raises(ValidationError, match="no form"):
        templates.add(by, first.evidence.get(kind="customer_survey"), b"x", "xlsx", NOW, version="v2", **days)


def test_cap_is_changed_and_written_down(by, first):
    """R-255"""
    cap = Cap.objects.create(code="pot", name="Pot", scope="global", amount=100, valid_from=date(2026, 7, 1))
    caps.change(by, cap, NOW, amount=Decimal(80), valid_to=None)
    assert [(one[2], one[4], one[5]) for one in written()] == [("cap", {"amount": "100.00"}, {"amount": "80.00"})]
    with pytest.raises(ValidationError):
        caps.change(by, cap, NOW, amount=Decimal(0), valid_to=None)


def test_export_after_daily_changes_still_loads_unchanged(by, first, contoso, tmp_path, template_folder):
    rates.add(by, first, date(2027, 1, 1), AMOUNTS, NOW, source="Letter of today")
    markets.assign(by, "SG", "A", date(2027, 1, 1), NOW)
    invoice = first.evidence.get(kind="invoice")
    days = {"valid_from": date(2027, 1, 1), "refused_from": date(2027, 2, 1)}
    templates.add(by, invoice, b"x", "xlsx", NOW, version="2027-01", changes="New logo", **days)
    dates.change(by, first, NOW, starts_on=first.starts_on, ends_on=date(2028, 1, 1), last_claim_on=None)
    first.visibility = Engagement.Visibility.INVITATION
    first.save()
    invitations.invite(by, first, contoso.pga_id, NOW)
    text = export.as_yaml()
    (tmp_path / "export.yaml").write_text(text, encoding="utf-8")
    assert load(tmp_path / "export.yaml", TODAY).idle
    assert uploads.rehearse(text.encode(), TODAY) == []


@pytest.mark.parametrize("name", ["ana", "rita", "lena"])
def test_others_change_nothing(cast, first, name):
    """R-012"""
    actor = actor_for(getattr(cast, name))
    with pytest.raises(PermissionDenied):
        rates.add(actor, first, TOMORROW, AMOUNTS, NOW)
    with pytest.raises(PermissionDenied):
        markets.assign(actor, "SG", "A", TOMORROW, NOW)
    assert Rate.objects.filter(valid_from=TOMORROW).count() == 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE engagements_cataloguechange SET by_name = 'Nobody'",
        "DELETE FROM engagements_cataloguechange",
        "SET CONSTRAINTS ALL IMMEDIATE; SET LOCAL portal.refuse_truncate = 'on'; TRUNCATE engagements_cataloguechange",
    ],
)
def test_audit_is_append_only(by, loaded, statement):
    markets.assign(by, "SG", "A", TOMORROW, NOW)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert [one[0] for one in written()] == ["Olga Novak"]
