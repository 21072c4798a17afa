"""The operator's pages of the catalogue: who enters, what a refusal looks like, what a change sets off (R-012)."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from claims.statuses import Status as S
from eligibility.models import Verdict
from engagements.console import markets, rates
from engagements.models import Cap, CatalogueChange, CatalogueUpload, Engagement, Rate
from engagements.rates import rate_on
from mci_portal.common.clock import database_now
from tests.engagements.small_catalogue import TEXT, line_with
from tests.factories import claim_in
from tests.files.documents import office
from tests.rows import EngagementFactory

pytestmark = pytest.mark.django_db
HOME = "/operator/catalogue/"
FORM = office("docx")
ONE = f"{HOME}engagements/first-workshop/"
PAGES = [
    "/operator/",
    HOME,
    f"{HOME}export.yaml",
    f"{HOME}engagements/",
    ONE,
    f"{ONE}rates/",
    f"{ONE}templates/",
    f"{ONE}invitations/",
    f"{HOME}markets/",
    f"{HOME}caps/",
    f"{HOME}caps/pot/",
    f"{HOME}fixed/",
    f"{HOME}calendar/",
    f"{HOME}types/workshop/",
    f"{HOME}reasons/new/",
    f"{HOME}reasons/rejection/no_response/",
    f"{HOME}reasons/refusal/CUSEQPTR/",
    "/operator/audit/",
]


@pytest.fixture
def pot(db):
    now = database_now().date()
    return Cap.objects.create(code="pot", name="Pot", scope="global", amount=100, valid_from=now)


@pytest.fixture
def as_olga(client, olga):
    client.force_login(olga)
    return client


def staged(client, old: str, new: str, text: str = TEXT) -> CatalogueUpload:
    assert old in text
    file = SimpleUploadedFile("next.yaml", text.replace(old, new).encode())
    answer = client.post(HOME, {"file": file, "text": ""})
    upload = CatalogueUpload.objects.order_by("id").last()
    assert (answer.status_code, answer["Location"]) == (302, f"{HOME}{upload.pk}/")
    return upload


@pytest.mark.parametrize("address", PAGES)
def test_page_opens_for_the_operator_only(cast, client, loaded, pot, address):
    seen = {}
    for name in ("olga", "ana", "ben", "omar", "rita", "lena"):
        client.force_login(getattr(cast, name))
        seen[name] = client.get(address).status_code
    assert seen == {"olga": 200, "ana": 403, "ben": 403, "omar": 403, "rita": 403, "lena": 403}


@pytest.mark.parametrize("address", [f"{HOME}987654/", f"{HOME}engagements/no-such/", f"{HOME}caps/no-such/"])
def test_unknown_is_not_found(as_olga, address):
    assert as_olga.get(address).status_code == 404


def test_bad_file_comes_back_with_its_lines_beside_them(as_olga, loaded):
    answer = as_olga.post(HOME, {"text": TEXT.replace("A: 5000", "A: much")})
    page = answer.content.decode()
    line = line_with("A: 5000")
    assert answer.status_code == 422
    assert f"<b>Line {line}</b>" in page
    assert f"<b>{line}        - {{from: 2022-11-01, A: much" in page
    assert "A: much" in page.split("<textarea")[1]  # what was typed is kept
    assert (CatalogueUpload.objects.count(), Rate.objects.filter(amount=5000).exists()) == (0, True)


@pytest.mark.parametrize("data", [{}, {"text": "  "}, {"file": SimpleUploadedFile("a.yaml", b"x" * 1024 * 1025)}])
def test_no_file_and_too_large_a_file_are_refused(as_olga, data):
    assert as_olga.post(HOME, data).status_code == 422


def test_preview_tells_what_changes_and_whom_it_concerns(as_olga, loaded, first):
    claim = claim_in(S.AWAITING_CONSENT, engagement=first)
    claim_in(S.UNDER_REVIEW, engagement=first)
    claim_in(S.CANCELED, engagement=first)
    new = (
        "{from: 2022-11-01, to: 2030-12-31, A: 5000, B: n/a, C: 1000}\n      - {from: 2031-01-01, A: 6000, B: 1, C: 1}"
    )
    text = TEXT.replace("{from: 2022-11-01, A: 5000, B: n/a, C: 1000}", new)
    upload = staged(
        as_olga, "from: 2021-07-01}\n      - {kind", "from: 2021-07-01, refused_from: 2030-01-01}\n      - {kind", text
    )
    page = " ".join(as_olga.get(f"{HOME}{upload.pk}/").content.decode().split())
    assert "2 open claims: Awaiting customer consent response 1, Under review 1." in page
    assert "They keep their copied terms." in page
    assert "New rates apply to consents from 2031-01-01 on." in page
    assert "1 open claim has no consent yet" in page
    assert f'submitted after the cut-off: <a href="/incentives/claims/{claim.number}/">' in page
    assert "Refused from: <del>-</del> → <ins>Jan. 1, 2030</ins>" in page


def test_preview_warns_of_rates_that_have_begun_and_counts_the_claims_of_a_type(as_olga, loaded, first):
    """R-047: what is past is not to be rewritten unnoticed."""
    claim_in(S.UNDER_REVIEW, engagement=first)
    upload = staged(as_olga, "A: 5000", "A: 5500", TEXT.replace("review_days: 120", "review_days: 150"))
    page = " ".join(as_olga.get(f"{HOME}{upload.pk}/").content.decode().split())
    assert "This file edits 1 rate that has begun already" in page
    assert page.count("1 open claim: Under review 1.") == 2  # of the type, and of the engagement


def test_apply_changes_the_catalogue_and_judges_anew(as_olga, loaded, first, redmond):
    upload = staged(as_olga, "any_of: [Member]", "any_of: [Nobody has this]")
    answer = as_olga.post(f"{HOME}{upload.pk}/", {"do": "apply"})
    assert answer.status_code == 302
    assert Verdict.objects.get(location=redmond, engagement=first).unmet == ["Membership"]
    assert as_olga.post(f"{HOME}{upload.pk}/", {"do": "apply"}).status_code == 409
    assert CatalogueChange.objects.count() == 1
    assert as_olga.get(f"{HOME}{upload.pk}/").content.decode().count("Apply these changes") == 0


def test_stale_preview_answers_409_and_can_be_made_anew(as_olga, by, loaded, first):
    upload = staged(as_olga, "First Workshop", "Best Workshop")
    now = database_now()
    rates.add(by, first, now.date() + timedelta(days=1), {"A": 1, "B": 1, "C": 1}, now)
    answer = as_olga.post(f"{HOME}{upload.pk}/", {"do": "apply"})
    assert (answer.status_code, "changed since" in answer.content.decode()) == (409, True)
    first.refresh_from_db()
    assert first.name == "First Workshop"
    assert as_olga.post(f"{HOME}{upload.pk}/", {"do": "check"}).status_code == 302
    assert as_olga.post(f"{HOME}{upload.pk}/", {"do": "apply"}).status_code == 302
    first.refresh_from_db()
    assert first.name == "Best Workshop"


def test_file_is_put_aside(as_olga, loaded):
    upload = staged(as_olga, "First Workshop", "Best Workshop")
    assert as_olga.post(f"{HOME}{upload.pk}/", {"do": "discard"}).status_code == 302
    assert as_olga.post(f"{HOME}{upload.pk}/", {"do": "apply"}).status_code == 409
    assert as_olga.post(f"{HOME}{upload.pk}/", {"do": "dance"}).status_code == 404


def test_export_uploads_again_and_changes_nothing(as_olga, loaded):
    text = as_olga.get(f"{HOME}export.yaml").content
    as_olga.post(HOME, {"file": SimpleUploadedFile("again.yaml", text)})
    assert CatalogueUpload.objects.get().preview == []


def test_rates_are_added_by_form(as_olga, first):
    day = database_now().date() + timedelta(days=10)
    typed = {"valid_from": day.isoformat(), "A": "6000", "B": "n/a", "C": "1200.50", "source": "Letter"}
    assert as_olga.post(f"{ONE}rates/", typed).status_code == 302
    assert [rate_on(first, market, day) and rate_on(first, market, day).amount for market in "ABC"] == [
        6000,
        None,
        1200.5,
    ]
    again = as_olga.post(f"{ONE}rates/", typed)
    assert (again.status_code, "already" in again.content.decode()) == (422, True)
    wrong = as_olga.post(f"{ONE}rates/", {**typed, "A": "much"})
    assert (wrong.status_code, 'value="much"' in wrong.content.decode()) == (422, True)


def test_days_are_changed_by_form(as_olga, first):
    day = (database_now() + timedelta(days=5)).date().isoformat()
    typed = {"starts_on": "2021-07-01", "ends_on": "", "last_claim_on": day}
    assert as_olga.post(ONE, typed).status_code == 302
    first.refresh_from_db()
    assert first.last_claim_on.isoformat() == day
    assert as_olga.post(ONE, {**typed, "ends_on": "2021-01-01"}).status_code == 422


def test_invitation_refreshes_the_verdict_at_once(as_olga, redmond, amsterdam):
    """R-031, R-053"""
    secret = EngagementFactory(visibility=Engagement.Visibility.INVITATION)
    address = f"{HOME}engagements/{secret.slug}/invitations/"
    verdict = lambda: list(Verdict.objects.filter(engagement=secret).values_list("location__name", "unmet"))  # noqa: E731
    assert as_olga.post(address, {"pga_id": redmond.partner.pga_id}).status_code == 302
    assert verdict() == [("Redmond", [])]
    assert as_olga.post(address, {"pga_id": "0000000"}).status_code == 422
    assert as_olga.post(address, {"withdraw": redmond.partner.pga_id}).status_code == 302
    assert verdict() == [("Redmond", ["invitation"])]
    assert as_olga.post(address, {"withdraw": redmond.partner.pga_id}).status_code == 404


def test_template_is_uploaded_and_looked_into(as_olga, first, template_folder):
    """E01: its content decides, not its name."""
    invoice = first.evidence.get(kind="invoice")
    today = database_now().date()
    typed = {
        "requirement": invoice.pk,
        "version": "2027-01",
        "changes": "New logo",
        "valid_from": today.isoformat(),
        "refused_from": (today + timedelta(days=30)).isoformat(),
    }
    bad = as_olga.post(f"{ONE}templates/", {**typed, "file": SimpleUploadedFile("a.docx", b"MZ no document")})
    assert (bad.status_code, list(template_folder.iterdir())) == (422, [])
    good = as_olga.post(f"{ONE}templates/", {**typed, "file": SimpleUploadedFile("a.docx", FORM)})
    assert good.status_code == 302
    new = invoice.templates.get(version="2027-01")
    assert (template_folder / new.file).read_bytes() == FORM
    page = as_olga.get(ONE).content.decode()
    assert f'/templates/{new.pk}/">2027-01</a>' in page


def test_market_and_cap_are_changed_by_form(as_olga, loaded, pot):
    day = (database_now() + timedelta(days=5)).date().isoformat()
    assert as_olga.post(f"{HOME}markets/", {"country": "SG", "market": "A", "valid_from": day}).status_code == 302
    assert as_olga.post(f"{HOME}markets/", {"country": "sg", "market": "A", "valid_from": day}).status_code == 422
    assert as_olga.post(f"{HOME}caps/pot/", {"amount": "80", "valid_to": ""}).status_code == 302
    assert as_olga.post(f"{HOME}caps/pot/", {"amount": "0", "valid_to": ""}).status_code == 422
    assert list(CatalogueChange.objects.order_by("id").values_list("table", flat=True)) == ["marketcountry", "cap"]


def test_audit_is_searched_and_paged(as_olga, by, loaded):
    now = database_now()
    for number in range(30):
        markets.assign(by, "SG", "A", now.date() + timedelta(days=number + 1), now)
    newest = f"SG – {now.date() + timedelta(days=30)}"
    page = as_olga.get("/operator/audit/?per_page=10").content.decode()
    assert (page.count("Market of a country: SG"), newest in page) == (10, True)
    assert as_olga.get("/operator/audit/?q=olga&per_page=100").content.decode().count("Market of a country: SG") == 30
    assert "No change found." in as_olga.get("/operator/audit/?q=nothing").content.decode()


def test_lists_take_a_fixed_number_of_queries(
    as_olga, by, loaded, django_assert_num_queries, django_assert_max_num_queries
):
    """C-30"""
    now = database_now()
    markets.assign(by, "SG", "A", now.date() + timedelta(days=1), now)
    for address in ("/operator/audit/", f"{HOME}markets/", f"{HOME}engagements/"):
        with django_assert_max_num_queries(12) as counted:
            as_olga.get(address)
        markets.assign(by, "JP", "A", now.date() + timedelta(days=len(address)), now)
        EngagementFactory()
        with django_assert_num_queries(len(counted)):
            as_olga.get(address)
