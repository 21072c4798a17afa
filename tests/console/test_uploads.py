"""A catalogue file uploaded by an operator: checked, shown, applied as shown (R-012, R-277)."""

from collections import Counter
from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from engagements.catalogue import SHIPPED, CatalogueError, load
from engagements.console import difference, export, rates, uploads
from engagements.models import CatalogueChange, CatalogueUpload, Engagement, Rate
from mci_portal.common.errors import Conflict
from tests.engagements.small_catalogue import TEXT, line_with
from tests.factories import claim_in

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
TODAY = NOW.date()
pytestmark = pytest.mark.django_db

CHANGES = {
    "nothing": [],
    "rate changed": [("A: 5000", "A: 5500")],
    "rate added": [("{from: 2022-11-01, A: 5000", "{from: 2022-11-01, to: 2026-12-31, A: 5000")],
    "renamed": [("First Workshop", "Best Workshop")],
    "engagement left": [(TEXT[TEXT.index("  - slug: second-deal") :], "")],
    "engagement with all its parts left": [(TEXT[TEXT.index("  - slug: first") : TEXT.index("  - slug: second")], "")],
    "requirement left": [("      - {kind: customer_survey}\n", "")],
    "names exchanged": [("First Workshop", "x"), ("Second Deal", "First Workshop"), ("name: x", "name: Second Deal")],
    "type and market": [("submit_days: 90", "submit_days: 80"), ("B: [SG]", "B: [SG, JP]")],
    "template version": [
        (
            "from: 2021-07-01}\n      - {kind",
            "from: 2021-07-01, refused_from: 2027-02-01}\n"
            "          - {version: 2027-01, file: workshop-invoice-2021-07.xlsx, from: 2027-01-01}\n      - {kind",
        )
    ],
}


def changed(*pairs: tuple[str, str]) -> bytes:
    text = TEXT
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return text.encode()


def totals(entries) -> dict[str, Counter]:
    """Rows by table and outcome as the loader counts them: an end is a change, what is carried along does not count."""
    found: dict[str, Counter] = {}
    for one in entries:
        if not one["carried"]:
            action = "changed" if one["action"] == "ended" else one["action"]
            found.setdefault(one["table"], Counter())[action] += 1
    return found


def tallied(tally) -> dict[str, Counter]:
    tables = {
        "engagement types": "engagementtype",
        "market countries": "marketcountry",
        "engagements": "engagement",
        "engagement names": "engagementname",
        "rates": "rate",
        "partner criteria": "partnercriterion",
        "resource links": "resourcelink",
        "evidence requirements": "evidencerequirement",
        "evidence templates": "evidencetemplate",
        "invitations": "invitation",
        "caps": "cap",
        "capped engagements": "cappedengagement",
    }
    found = {}
    for name, count in tally.counts.items():
        words = Counter({"created": count["created"], "changed": count["changed"] + count["ended"]})
        words["removed"] = count["removed"]
        if +words:
            found[tables[name]] = +words
    return found


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("running", [False, True], ids=["without claims", "with claims"])
def test_preview_counts_what_the_loader_counts(by, loaded, tmp_path, change, running):
    """The preview compares tables, the loader counts as it goes: two ways to one answer."""
    if running:
        claim_in("under_review", engagement=Engagement.objects.get(slug="first-workshop"))
    content = changed(*change)
    entries = uploads.rehearse(content, TODAY)
    (tmp_path / "next.yaml").write_bytes(content)
    assert totals(entries) == tallied(load(tmp_path / "next.yaml", TODAY))


@pytest.mark.parametrize(
    "change", [pairs for pairs in CHANGES.values() if pairs], ids=[k for k, v in CHANGES.items() if v]
)
def test_apply_does_what_the_preview_said_and_says_so_in_the_audit(by, loaded, change):
    upload = uploads.stage(by, "next.yaml", changed(*change), NOW)
    assert uploads.apply(by, upload, NOW) == upload.preview
    said = [(row.action, row.table, row.what, row.before, row.after) for row in CatalogueChange.objects.order_by("id")]
    assert said == [(one["action"], one["table"], one["what"], one["before"], one["after"]) for one in upload.preview]
    assert uploads.rehearse(changed(*change), TODAY) == []


def test_preview_writes_nothing(by, loaded):
    before = list(Rate.objects.values())
    upload = uploads.stage(by, "next.yaml", changed(("A: 5000", "A: 5500")), NOW)
    assert list(Rate.objects.values()) == before
    (entry,) = upload.preview
    assert (entry["before"], entry["after"]) == ({"amount": "5000.00"}, {"amount": "5500.00"})


def test_bad_file_names_its_lines_and_is_not_kept(by, loaded):
    content = changed(("A: 5000", "A: much"), ("role: transact", "role: dance"))
    with pytest.raises(CatalogueError) as refusal:
        uploads.stage(by, "next.yaml", content, NOW)
    assert [one.line for one in refusal.value.problems] == [line_with("A: 5000"), line_with("role: transact")]
    assert CatalogueUpload.objects.count() == 0


@pytest.mark.parametrize(
    ("content", "line"),
    [(b"types: [\n", 2), (b"", 1), (b"types: []\n\xff", 2), (b"[" * 20_000, 1)],
    ids=["no YAML", "empty", "no UTF-8", "nested"],
)
def test_what_is_no_catalogue_is_refused(by, content, line):
    with pytest.raises(CatalogueError) as refusal:
        uploads.stage(by, "next.yaml", content, NOW)
    assert refusal.value.problems[0].line == line


def test_what_only_the_database_refuses_is_a_sentence(by, loaded, monkeypatch):
    """The reader looks at every value; should the database go further, the operator is told and gets no error page."""

    def refuse(*_file) -> None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE engagements_engagement SET slug = repeat('x', 81)")

    monkeypatch.setattr(uploads, "load", refuse)
    with pytest.raises(CatalogueError, match="The database refuses this: value too long"):
        uploads.stage(by, "next.yaml", changed(("A: 5000", "A: 5500")), NOW)


def test_apply_is_all_or_nothing(by, loaded, monkeypatch):
    upload = uploads.stage(by, "next.yaml", changed(("A: 5000", "A: 5500"), ("First Workshop", "Best")), NOW)

    def fail(*_):
        raise RuntimeError("disk full")

    monkeypatch.setattr(CatalogueChange.objects, "bulk_create", fail)
    with pytest.raises(RuntimeError):
        uploads.apply(by, upload, NOW)
    upload.refresh_from_db()
    assert (upload.applied_at, Engagement.objects.filter(name="Best").exists()) == (None, False)
    assert not Rate.objects.filter(amount=5500).exists()


def test_stale_preview_is_refused_until_checked_again(by, loaded):
    upload = uploads.stage(by, "next.yaml", changed(("First Workshop", "Best Workshop")), NOW)
    first = Engagement.objects.get(slug="first-workshop")
    rates.add(by, first, date(2027, 1, 1), {"A": 1, "B": None, "C": 1}, NOW)
    changes = CatalogueChange.objects.count()
    with pytest.raises(Conflict, match="changed since"):
        uploads.apply(by, upload, NOW)
    first.refresh_from_db()
    assert (first.name, CatalogueChange.objects.count()) == ("First Workshop", changes)
    upload = uploads.check_again(by, upload, NOW)
    assert difference.counts(upload.preview)["removed"] == 3  # the file does not know the new rates
    assert uploads.apply(by, upload, NOW) == upload.preview


def test_second_apply_does_nothing(by, loaded):
    upload = uploads.stage(by, "next.yaml", changed(("A: 5000", "A: 5500")), NOW)
    uploads.apply(by, upload, NOW)
    with pytest.raises(Conflict, match="already"):
        uploads.apply(by, upload, NOW)
    assert CatalogueChange.objects.count() == 1


def test_file_put_aside_is_not_applied(by, loaded):
    upload = uploads.stage(by, "next.yaml", changed(("A: 5000", "A: 5500")), NOW)
    uploads.discard(by, upload, NOW)
    with pytest.raises(Conflict):
        uploads.apply(by, upload, NOW)


def test_file_that_changes_nothing_is_not_applied(by, loaded):
    upload = uploads.stage(by, "next.yaml", changed(), NOW)
    with pytest.raises(Conflict, match="changes nothing"):
        uploads.apply(by, upload, NOW)


@pytest.mark.parametrize("name", ["ana", "rita", "lena"])
def test_others_upload_nothing(cast, loaded, name):
    """R-012"""
    with pytest.raises(PermissionDenied):
        uploads.stage(cast.actor(name), "next.yaml", changed(), NOW)


def test_running_claim_keeps_the_ended_engagement(by, loaded):
    """R-034: it takes no new customers from today on."""
    claim_in("under_review", engagement=Engagement.objects.get(slug="first-workshop"))
    text = changed((TEXT[TEXT.index("  - slug: first") : TEXT.index("  - slug: second")], ""))
    (entry,) = uploads.stage(by, "next.yaml", text, NOW).preview
    assert (entry["action"], entry["what"], entry["after"]) == (
        "ended",
        "First Workshop",
        {"last_claim_on": "2026-11-19"},
    )


def test_export_of_the_shipped_catalogue_loads_and_changes_nothing(by, tmp_path):
    load(SHIPPED, TODAY)
    text = export.as_yaml()
    (tmp_path / "export.yaml").write_text(text, encoding="utf-8")
    assert uploads.rehearse(text.encode(), TODAY) == []
    assert load(tmp_path / "export.yaml", TODAY).idle
    assert export.as_yaml() == text


def test_export_into_an_empty_database_makes_the_same_catalogue(tmp_path):
    load(SHIPPED, TODAY)
    text = export.as_yaml()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM engagements_invitation")
    for model in (Rate, Engagement):
        model.objects.all().delete()
    (tmp_path / "export.yaml").write_text(text, encoding="utf-8")
    load(tmp_path / "export.yaml", TODAY)
    assert export.as_yaml() == text
