"""The single objects of ``tests.security.world``: each made at one place, with that place's mark in its texts."""

import hashlib
import io
from datetime import date, timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.timezone import now as utc_now

from claims import drafts, evidence, review, surveys
from claims.intake import Contacts
from claims.models import Claim, Draft, Export, OptOutLink, RecordedAnswer, SurveyKind
from claims.statuses import Status as S
from customers.models import Customer
from engagements.models import (
    Cap,
    CatalogueUpload,
    Engagement,
    EvidenceRequirement,
    EvidenceTemplate,
    Invitation,
)
from mci_portal.accounts import addresses, new_password
from mci_portal.accounts.actors import actor_for
from mci_portal.accounts.models import AddressCheck, Location, Membership, Partner, Role, User
from mci_portal.common import tokens
from mci_portal.outbox.models import Message, Status
from tests.cast import Cast
from tests.factories import Walk, allow, claim_in
from tests.files.documents import pdf
from tests.rows import CustomerFactory, EngagementFactory


def password_link(user: User) -> str:
    new_password.ask(user.email, utc_now())
    nonce: str = AddressCheck.objects.get(user=user, purpose=new_password.PURPOSE).nonce
    return tokens.value(new_password.PURPOSE, nonce)


def address_link(user: User, place: str) -> str:
    addresses.ask(user, f"notes-{place}@microsoft.example", utc_now())
    nonce: str = AddressCheck.objects.get(user=user, purpose=addresses.PURPOSE).nonce
    return tokens.value(addresses.PURPOSE, nonce)


def engagement_at(partner: Partner, location: Location, place: str, mark: str) -> Engagement:
    """One that only this partner was invited to."""
    engagement = EngagementFactory(
        slug=f"at-{place}", name=f"{mark} workshop at {place}", visibility=Engagement.Visibility.INVITATION
    )
    Engagement.objects.filter(pk=engagement.pk).update(withdrawal=True)  # what the customer may do then is a page too
    Invitation.objects.create(engagement=engagement, partner=partner)
    allow(location, engagement)
    EvidenceTemplate.objects.create(
        requirement=engagement.evidence.get(kind="report"),
        version="2022-10",
        file="viva-poe-2022-10.docx",
        valid_from=date(2022, 10, 1),
    )
    return engagement


def claim_at(status: str, location: Location, engagement: Engagement, mark: str, kind: str = "build_intent") -> Claim:
    customer: Customer = CustomerFactory(name=f"{mark} customer", country=location.country)
    claim = claim_in(
        status,
        kind=kind,
        location=location,
        engagement=engagement,
        customer=customer,
        name=f"{mark} claim",
        contacts=Contacts(
            customer_title=f"{mark} title",
            customer_name=f"{mark} Carla",
            customer_email=f"carla@{customer.domain}",
            partner_name=f"{mark} Pat",
            partner_email=f"pat@{location.partner.mail_domain}",
        ),
    )
    if status == S.CONSENT_RECEIVED and kind == "build_intent":
        surveys.send(claim, SurveyKind.CUSTOMER, _admin(location))
    return claim


def under_review(cast: Cast, location: Location, engagement: Engagement, mark: str) -> Claim:
    """With a real document, a comment and an internal note; Rita has it."""
    walk = Walk(claim_at(S.AWAITING_CONSENT, location, engagement, mark), by=_admin(location))
    walk.accept(utc_now())
    walk.hand_in(utc_now())
    invoice = EvidenceRequirement.objects.get(engagement=engagement, kind="invoice")
    evidence.upload(walk.claim, invoice, io.BytesIO(pdf(mark)), f"{mark} real.pdf", walk.by)
    walk.claim.refresh_from_db()
    review.comment(walk.claim, walk.by, f"{mark} comment")
    walk.claim.refresh_from_db()
    walk.submit(utc_now())
    walk.start(utc_now())
    review.comment(walk.claim, actor_for(cast.rita), f"{mark} internal note", internal=True)
    walk.claim.refresh_from_db()
    return walk.claim


def _admin(location: Location):
    user = Membership.objects.filter(partner=location.partner, role=Role.INCENTIVES_ADMIN).first().user
    return actor_for(user, location.partner_id)


def draft_of(user: User, engagement: Engagement, location: Location, mark: str, customer: Customer | None) -> Draft:
    details = {"name": f"{mark} draft", "location": location.pk}
    return drafts.begin(actor_for(user), engagement, details, utc_now(), customer)


def mail_at(mark: str, topic: str, partner: Partner, location: Location) -> Message:
    return Message.objects.create(
        kind="E03",
        audience="partner",
        topic=topic,
        partner_id=partner.pk,
        location_id=location.pk,
        dedup_key=f"world:{location.code}",
        to_email=f"pat@{partner.mail_domain}",
        status=Status.FAILED,
        subject=f"{mark} subject",
        text=f"{mark} text",
        html='<html lang="en"><head><title>Mail</title></head><body><p>A mail.</p></body></html>',
    )


def recorded_by(claim: Claim, user: User, mark: str) -> RecordedAnswer:
    """The evidence of an answer that was given in another way than through the link."""
    content = mark.encode()
    return RecordedAnswer.objects.create(
        claim=claim,
        partner=claim.partner,
        action="accept",
        given_on=claim.created_at.date(),
        channel=f"{mark} letter",
        key=default_storage.save(f"evidence/recorded-{claim.number}", ContentFile(content)),
        name=f"{mark[:20]} letter.pdf",
        content_type="application/pdf",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        recorded_by=user,
        recorded_by_name=user.name,
        recorded_at=utc_now(),
    )


def export_of(user: User, mark: str) -> Export:
    """A prepared file that waits for the one who asked for it."""
    key = default_storage.save(f"exports/{mark}.csv", ContentFile(mark.encode()))
    now, by = utc_now(), actor_for(user)
    return Export.objects.create(
        ref=f"export-{mark}",
        user=user,
        partner=by.partner,
        locations=None if by.location_ids is None else sorted(by.location_ids),
        format="csv",
        state="done",
        key=key,
        size=len(mark),
        asked_at=now,
        finished_at=now,
        expires_at=now + timedelta(days=1),
    )


def upload_by(user: User, place: str) -> CatalogueUpload:
    now = utc_now()
    return CatalogueUpload.objects.create(
        name=f"{place}.yaml",
        text="engagements: []",
        sha256="0" * 64,
        uploaded_by=user,
        uploaded_at=now,
        checked_on=now.date(),
        checked_at=now,
        preview=[],
    )


def cap_of(place: str) -> Cap:
    return Cap.objects.create(
        code=f"cap-{place}", name=f"Cap of {place}", scope="global", amount=1_000_000, valid_from=date(2020, 1, 1)
    )


def opt_out_link(claim: Claim) -> str:
    return tokens.value("opt_out", OptOutLink.objects.get(claim=claim, voided_at=None).nonce)


def accepted_link(claim: Claim) -> str:
    return tokens.value("consent", claim.consent_requests.get(decision="accepted").nonce)
