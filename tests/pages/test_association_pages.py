"""Use or consume in the portal: the form, the draft, the submission, the way out for everybody (R-220 to R-230)."""

import uuid
from datetime import UTC, date, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from claims import drafts
from claims.associations import ACKNOWLEDGEMENTS, Products, is_incentivized
from claims.models import Claim, Document, Draft, OptOutLink
from claims.statuses import Status as S
from customers.models import DirectoryTenant, Subscription
from engagements.models import Area, PartnerRole
from mci_portal.accounts.actors import actor_for
from mci_portal.common import tokens
from mci_portal.common.clock import database_now
from mci_portal.outbox.models import Message
from tests.factories import AssociationEngagementFactory, CustomerFactory, Walk, allow, claim_in
from tests.files import documents

pytestmark = pytest.mark.django_db

TICKS = {f"ack_{key}": "on" for key in ACKNOWLEDGEMENTS}
PDF = documents.pdf()
SUBSCRIPTION = "1b4e28ba-2fa1-41d2-883f-0016d3cca427"
OUT = {"typed_name": "Carla Customer", "authorised": "on", "reason": "We do it alone.", "reason_shared": "on"}


@pytest.fixture
def tenant(db) -> DirectoryTenant:
    zava = DirectoryTenant.objects.create(tenant_id=uuid.uuid4(), name="Zava", country="US", domains=["zava.example"])
    _subscribe(zava, SUBSCRIPTION)
    return zava


def _subscribe(tenant: DirectoryTenant, subscription_id: str) -> Subscription:
    return Subscription.objects.create(
        subscription_id=subscription_id, tenant=tenant, family="dynamics", provisioned_on=date(2024, 1, 1)
    )


@pytest.fixture
def usage(redmond):
    engagement = AssociationEngagementFactory(id_types=["domain", "tenant_id"])
    allow(redmond, engagement)
    return engagement


def _typed(location, **other) -> dict:
    return {
        "name": "Teams for Zava",
        "location": location.pk,
        "id_type": "domain",
        "id_value": "zava.example",
        "workloads": ["teams", "exchange"],
        "customer_name": "Carla Customer",
        "customer_email": "carla@zava.example",
        "partner_name": "Ana Silva",
        "partner_email": "ana@contoso.example",
    } | other


def _page(client, claim: Claim) -> str:
    return client.get(reverse("claims:detail", args=[claim.number])).content.decode()


def _opt_out(claim: Claim) -> str:
    link = OptOutLink.objects.get(claim=claim, voided_at=None)
    return f"/opt-out/{tokens.value('opt_out', link.nonce)}/"


def test_second_choice_of_add_customer_lists_the_roles_of_business_applications_with_help(client, ana, redmond):
    """R-141, R-220, C-31."""
    for role in (PartnerRole.BUILD_INTENT_ADVISOR, PartnerRole.USAGE_RECOGNITION, PartnerRole.INFLUENCED_REVENUE):
        allow(redmond, AssociationEngagementFactory(area=Area.BUSINESS_APPLICATIONS, role=role))
    client.force_login(ana)
    page = client.get("/incentives/customers/add/?area=business-applications&role=use").content.decode()
    assert page.count("/incentives/claims/associate/?engagement=") == 3
    for words in ("Build intent – Advisor: You advised", "It is recognised, and nothing is paid", "Influenced Revenue"):
        assert words in page


def test_form_makes_a_draft_that_is_handed_in_with_its_proof_and_acknowledgements(client, ana, redmond, usage, tenant):
    """T32, T34, R-221, R-223, R-224."""
    client.force_login(ana)
    answer = client.post(f"/incentives/claims/associate/?engagement={usage.slug}", _typed(redmond))
    claim = Claim.objects.get()
    assert answer.url == reverse("claims:detail", args=[claim.number])
    assert (claim.status, claim.kind, claim.association.workloads) == (S.DRAFT, "cpor", ["teams", "exchange"])
    page = _page(client, claim)
    assert "Microsoft Teams, Exchange Online" in page
    assert "Approved does not mean eligible for payment" in page
    for words in ACKNOWLEDGEMENTS.values():
        assert str(words) in page

    submit = reverse("claims:submit", args=[claim.number])
    requirement = usage.evidence.get()
    assert client.post(submit, TICKS).status_code == 409  # no proof
    upload = reverse("claims:upload", args=[claim.number, requirement.pk])
    client.post(upload, {"files": SimpleUploadedFile("poe.pdf", PDF)})
    assert Document.objects.count() == 1
    assert client.post(submit, {"ack_work": "on"}).status_code == 422
    assert client.post(submit, TICKS).status_code == 302
    claim.refresh_from_db()
    assert claim.status == S.SUBMITTED
    assert claim.events.last().data == {"acknowledged": sorted(ACKNOWLEDGEMENTS)}
    assert set(Message.objects.values_list("kind", flat=True)) == {"N32", "E11", "N41", "E17"}
    assert "Not editable" not in page
    page = _page(client, claim)
    assert "Edit location and products" not in page
    assert "Review expected by" in page


@pytest.mark.parametrize("opts_out", [True, False])
def test_partner_may_opt_out_of_payment_on_modern_work_and_the_page_says_what_follows(
    client, ana, redmond, usage, tenant, opts_out
):
    """R-222, R-227: recognition only; elsewhere the box is not there."""
    client.force_login(ana)
    address = f"/incentives/claims/associate/?engagement={usage.slug}"
    assert 'name="recognition_only"' in client.get(address).content.decode()
    client.post(address, _typed(redmond) | ({"recognition_only": "on"} if opts_out else {}))
    claim = Claim.objects.get()
    assert claim.association.recognition_only is opts_out
    assert is_incentivized(claim) is not opts_out
    other = AssociationEngagementFactory(area=Area.BUSINESS_APPLICATIONS, role=PartnerRole.BUILD_INTENT_ADVISOR)
    allow(redmond, other)
    form = client.get(f"/incentives/claims/associate/?engagement={other.slug}").content.decode()
    assert 'name="recognition_only"' not in form


def test_expired_subscription_is_claimed_anew_and_the_old_association_holds(client, ana, redmond, tenant):
    """R-230: the new ID is a new claim beside the approved one; the old ID is not claimed twice."""
    engagement = AssociationEngagementFactory(
        area=Area.BUSINESS_APPLICATIONS, role=PartnerRole.USAGE_RECOGNITION, id_types=["domain"]
    )
    allow(redmond, engagement)
    client.force_login(ana)
    new = str(uuid.uuid4())
    _subscribe(tenant, new)
    address = f"/incentives/claims/associate/?engagement={engagement.slug}"
    given = _typed(redmond, workloads=["sales"], subscription_id=SUBSCRIPTION)
    assert client.post(address, given).status_code == 302
    old = Claim.objects.get()
    Claim.objects.filter(pk=old.pk).update(
        status=S.APPROVED, closed_at=old.created_at, first_submitted_at=old.created_at, due_at=None
    )
    assert client.post(address, given).status_code == 409
    Subscription.objects.filter(subscription_id=SUBSCRIPTION).update(ends_on=date(2026, 3, 31))
    gone = client.post(address, given)
    assert gone.status_code == 422
    assert (
        "This subscription ended on March 31, 2026. Enter the ID of the one that replaced it" in gone.content.decode()
    )
    assert client.post(address, given | {"subscription_id": new}).status_code == 302
    old.refresh_from_db()
    assert (old.status, old.association.ended_on) == (S.APPROVED, None)
    assert Claim.objects.exclude(pk=old.pk).get().status == S.DRAFT
    assert "Last day of the subscription" in _page(client, old)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"subscription_id": str(uuid.uuid4())}, "can take up to 7 days"),
        ({"subscription_id": "nothing"}, "36 characters"),
        ({"subscription_id": ""}, "This field is required"),
        ({"id_value": "nobody.example"}, "tenant"),
        ({"customer_email": "carla@contoso.example"}, "your own company"),
        ({"customer_email": "carla@elsewhere.example"}, "Say why this contact is the right one"),
        ({"workloads": []}, "This field is required"),
    ],
)
def test_form_explains_what_is_wrong_and_keeps_what_was_typed(client, ana, redmond, tenant, typed, sentence):
    """R-229."""
    engagement = AssociationEngagementFactory(
        area=Area.BUSINESS_APPLICATIONS, role=PartnerRole.USAGE_RECOGNITION, id_types=["domain"]
    )
    allow(redmond, engagement)
    client.force_login(ana)
    given = _typed(redmond, workloads=["sales"], subscription_id=SUBSCRIPTION) | typed
    answer = client.post(f"/incentives/claims/associate/?engagement={engagement.slug}", given)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert sentence in page
    assert "Teams for Zava" in page
    assert not Claim.objects.exists()


def test_the_same_products_cannot_be_claimed_twice_by_one_partner(client, ana, redmond, usage, tenant):
    """R-226."""
    client.force_login(ana)
    url = f"/incentives/claims/associate/?engagement={usage.slug}"
    client.post(url, _typed(redmond))
    again = client.post(url, _typed(redmond, workloads=["teams"]))
    assert again.status_code == 409
    assert "Your company has claimed this already" in again.content.decode()
    assert client.post(url, _typed(redmond, workloads=["viva"])).status_code == 302


def test_location_and_products_are_mended_while_the_reviewer_waits_and_at_no_other_time(client, ana):
    """R-225."""
    claim = claim_in(S.ACTION_REQUIRED, kind="cpor")
    client.force_login(ana)
    url = reverse("claims:association", args=[claim.number])
    assert client.post(url, {"location": claim.location_id, "workloads": ["teams"]}).status_code == 302
    claim.association.refresh_from_db()
    assert claim.association.workloads == ["teams"]
    submitted = claim_in(S.SUBMITTED, kind="cpor")
    assert client.get(reverse("claims:association", args=[submitted.number])).status_code == 409


def test_customer_opts_out_through_the_link_and_nothing_is_decided_by_opening_it(client):
    """T35, R-224, R-120."""
    claim = claim_in(S.UNDER_REVIEW, kind="cpor")
    url = _opt_out(claim)
    page = client.get(url).content.decode()
    assert "Exchange Online, Microsoft Teams" in page
    assert "5 business days after Microsoft has approved" in page
    assert Claim.objects.get().status == S.UNDER_REVIEW
    assert client.post(url, {"reason": "x"}).status_code == 422
    assert client.post(url, OUT).status_code == 302
    claim.refresh_from_db()
    assert claim.status == S.CONSENT_REJECTED
    assert claim.events.last().note == "We do it alone."
    assert "You have opted out" in client.get(url).content.decode()
    assert client.post(url, OUT).status_code == 302  # TK04: the same again
    kinds = list(Message.objects.filter(topic=claim.topic).values_list("kind", flat=True))
    assert [kinds.count(kind) for kind in ("E03", "E05", "N35")] == [1, 1, 1]


def test_reason_that_is_not_shared_stays_with_microsoft(client):
    """R-122."""
    claim = claim_in(S.SUBMITTED, kind="cpor")
    client.post(_opt_out(claim), {key: value for key, value in OUT.items() if key != "reason_shared"})
    assert OptOutLink.objects.get().reason == "We do it alone."
    assert claim.events.last().note == ""
    assert Message.objects.get(kind="E05").context["reason"] == ""


def test_disassociation_needs_a_reason_and_the_admin(client, ana, ben):
    """T38, R-228, C-18."""
    claim = claim_in(S.APPROVED, kind="cpor")
    url = reverse("claims:disassociate", args=[claim.number])
    client.force_login(ben)
    assert client.get(url).status_code == 403
    assert "Disassociate customer" not in _page(client, claim)
    client.force_login(ana)
    assert "Disassociate customer" in _page(client, claim)
    assert client.post(url, {"text": " "}).status_code == 422
    assert client.post(url, {"text": "No longer ours."}).status_code == 302
    claim.refresh_from_db()
    assert (claim.status, claim.association.ended_on) == (S.REJECTED_FINAL, claim.closed_at.date())
    assert "The association with this customer was ended" in _page(client, claim)


def test_dispute_is_one_step_for_the_admin(client, ana, ben):
    """R-208, C-18, C-21."""
    claim = claim_in(S.REJECTED, kind="cpor")
    url = reverse("claims:dispute", args=[claim.number])
    client.force_login(ben)
    assert client.get(url).status_code == 403
    client.force_login(ana)
    assert client.post(reverse("claims:do", args=[claim.number, "dispute"])).status_code == 404
    assert client.post(url, {}).status_code == 422
    assert client.post(url, {"text": "", "proof": SimpleUploadedFile("new.pdf", PDF)}).status_code == 302
    claim.refresh_from_db()
    assert (claim.status, claim.round) == (S.SUBMITTED, 2)
    assert claim.events.filter(action__in=("dispute", "submit")).count() == 3
    assert claim.dispute_review_due_at > claim.dispute_submitted_at


def test_partner_asks_to_reject_and_a_reviewer_confirms(client, ana, rita):
    """T37."""
    claim = claim_in(S.SUBMITTED, kind="cpor")
    confirm = reverse("review:confirm_rejection", args=[claim.number])
    client.force_login(rita)
    assert client.post(confirm).status_code == 409
    client.force_login(ana)
    assert client.post(reverse("claims:ask_to_reject", args=[claim.number]), {"text": "Wrong role."}).status_code == 302
    assert "You have already asked" in _page(client, claim)
    client.force_login(rita)
    assert "Wrong role." in client.get(reverse("review:claim", args=[claim.number])).content.decode()
    assert client.post(confirm).status_code == 302
    claim.refresh_from_db()
    assert claim.status == S.REJECTED
    client.force_login(ana)
    assert "Partner request" in _page(client, claim)


def test_competing_claims_are_flagged_and_the_partner_learns_no_name(client, ana, rita, amsterdam):
    """R-198, R-226."""
    mine, customer = claim_in(S.UNDER_REVIEW, kind="cpor"), None
    customer = mine.customer
    other = claim_in(
        S.APPROVED, kind="cpor", location=amsterdam, customer=customer, engagement=mine.engagement,
        products=Products(("teams", "viva")),
    )  # fmt: skip
    client.force_login(ana)
    page = _page(client, mine)
    assert "Another claim names the same products" in page
    assert "Fabrikam" not in page
    client.force_login(rita)
    page = client.get(reverse("review:claim", args=[mine.number])).content.decode()
    assert "Competing claim" in page
    assert f"{other.number}</a> Fabrikam Services" in page
    assert "A lead reviewer has to arbitrate." in page


def test_lead_reviewer_who_approves_ends_the_other_association_in_the_same_step(client, lena, amsterdam):
    """T39, R-198."""
    mine = claim_in(S.UNDER_REVIEW, kind="cpor", reviewer=lena)
    other = claim_in(S.APPROVED, kind="cpor", location=amsterdam, customer=mine.customer, engagement=mine.engagement)
    client.force_login(lena)
    page = client.get(reverse("review:claim", args=[mine.number])).content.decode()
    assert "Approving ends the approved association" in page
    requirement = mine.engagement.evidence.get()
    typed = {
        "version": mine.version,
        f"check-{requirement.pk}": "meets",
        "text": "The signed proof names the workload.",
    }
    assert client.post(reverse("review:approve", args=[mine.number]), typed).status_code == 302
    mine.refresh_from_db()
    other.refresh_from_db()
    assert (mine.status, other.status) == (S.APPROVED, S.REJECTED_FINAL)
    assert other.association.ended_on == other.closed_at.date()
    assert not hasattr(mine, "earning")


def test_operator_ends_an_association_that_lost_and_needs_a_reason(client, olga, amsterdam):
    """T39."""
    loser = claim_in(S.APPROVED, kind="cpor")
    url = reverse("review:end_association", args=[loser.number])
    client.force_login(olga)
    assert client.get(url).status_code == 409  # nobody competes
    claim_in(S.SUBMITTED, kind="cpor", location=amsterdam, customer=loser.customer, engagement=loser.engagement)
    assert client.post(url, {"text": ""}).status_code == 422
    assert client.post(url, {"text": "The other proof is signed."}).status_code == 302
    loser.refresh_from_db()
    assert loser.status == S.REJECTED_FINAL


@pytest.mark.parametrize("end", [S.CANCELED, S.REJECTED_FINAL, S.CONSENT_REJECTED, S.DISPUTED_EXPIRED])
def test_new_claim_begins_with_the_contacts_of_the_ended_association(client, ana, end):
    """T41."""
    claim = claim_in(end, kind="cpor", round=1, customer=CustomerFactory(domain="zava.example"))
    DirectoryTenant.objects.create(
        tenant_id=claim.customer.tenant_id, name="Zava", country="US", domains=["zava.example"]
    )
    claim.engagement.id_types = ["domain"]
    claim.engagement.save()
    client.force_login(ana)
    assert "Start new claim" in _page(client, claim)
    form = client.post(reverse("claims:again", args=[claim.number])).url
    page = client.get(form).content.decode()
    assert claim.customer_email in page
    made = client.post(form, _typed(claim.location, id_value="zava.example"))
    assert made.status_code == 302
    new = Claim.objects.get(status=S.DRAFT)
    assert (new.previous, new.documents.count()) == (claim, 0)


def test_new_claim_of_build_intent_goes_through_the_wizard_with_contacts_and_the_previous_one(client, ana):
    """T41: links the previous claim, copies contacts, not evidence."""
    claim = claim_in(S.CONSENT_DECLINED)
    client.force_login(ana)
    details = client.post(reverse("claims:again", args=[claim.number])).url
    assert client.get(details).status_code == 200
    draft, by, now = Draft.objects.get(), actor_for(ana), database_now()
    drafts.save_step(draft, "engagements", {"ids": [claim.engagement_id], "hours": None}, now)
    (new,) = drafts.confirm(draft, by, now)
    assert (new.previous_id, new.customer_email) == (claim.pk, claim.customer_email)
    assert client.post(reverse("claims:again", args=[new.number])).status_code == 409


def test_users_submit_only_where_the_setting_lets_them(client, ben, settings):
    """C-18."""
    claim = claim_in(S.DRAFT, kind="cpor", by=ben)
    Walk(claim, by=None)
    client.force_login(ben)
    assert 'form="hand-in"' in _page(client, claim)
    settings.CPOR_USERS_SUBMIT = False
    assert 'form="hand-in"' not in _page(client, claim)
    assert client.post(reverse("claims:submit", args=[claim.number]), TICKS).status_code == 403


def test_queue_shows_by_when_the_review_of_an_association_should_begin(client, rita):
    """R-195: started within five business days; the claim does not expire when it is not."""
    claim_in(S.SUBMITTED, kind="cpor", now=datetime(2026, 3, 2, 9, tzinfo=UTC))
    client.force_login(rita)
    page = client.get("/review/").content.decode()
    assert "Mar 9, 2026" in page
    assert "Overdue" in page
