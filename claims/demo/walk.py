"""One demo claim on its way: each verb is a step that a person takes in the portal, at a moment given in days ago.

Every step goes through the portal's own doors, so the demo world can hold nothing the portal would not allow.
"""

import io
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Self

from claims import consent, evidence, intake, lifecycle, review, surveys
from claims.actions import Action
from claims.models import Claim, ConsentRequest, IssueKind, RejectionReason, SurveyKind, SurveyLink
from customers.models import Customer
from customers.resolution import known_domains, remember, resolve
from engagements.models import Engagement, EvidenceRequirement
from mci_portal.accounts.actors import CLOCK, Actor, actor_for
from mci_portal.accounts.models import Location, User

ANSWERS: dict[str, dict] = {
    SurveyKind.CUSTOMER: {
        "took_place": "yes",
        "held_on": "2026-10-01",
        "attendees": 12,
        "satisfaction": 5,
        "useful": 4,
        "next_steps": "A pilot with two departments.",
        "may_contact": "yes",
    },
    SurveyKind.PARTNER: {
        "held_on": "2026-10-01",
        "attendees": 12,
        "goals_reached": 4,
        "readiness": 4,
        "next_steps": "A pilot with two departments.",
    },
}


@dataclass
class Walk:
    """``today`` is the moment the demo world is made; every step takes the days before it."""

    today: datetime
    by: Actor
    location: Location
    customer: Customer
    engagement: Engagement
    reviewer: Actor
    second_reviewer: Actor
    contact: str = ""
    claim: Claim = field(default_factory=Claim)

    def at(self, days_ago: float) -> datetime:
        return self.today - timedelta(days=days_ago)

    def add(self, days_ago: float, name: str = "") -> Self:
        first, _space, rest = (self.contact or "Carla Contact").partition(" ")
        own_domain = self.customer.domain or next(iter(known_domains(self.customer)), "customer.example")
        contacts = intake.Contacts(
            customer_title="Head of IT",
            customer_name=f"{first} {rest}".strip(),
            customer_email=f"{first.lower()}@{own_domain}",
            partner_name=self.by.name,
            partner_email=self.by.email,
        )
        (self.claim,) = intake.start(
            action=Action.ADD_CUSTOMER,
            by=self.by,
            location=self.location,
            customer=self.customer,
            engagements=[self.engagement],
            contacts=contacts,
            name=name or f"{self.customer.name} – {self.engagement.name}"[:120],
            id_type="domain",
            id_value=self.customer.domain,
            now=self.at(days_ago),
        )
        return self

    def ask(self, days_ago: float) -> Self:
        self.claim = consent.ask(self.claim, self.by, self.at(days_ago))
        return self

    def accept(self, days_ago: float) -> Self:
        return self._answer(ConsentRequest.Decision.ACCEPTED, days_ago)

    def decline(self, days_ago: float) -> Self:
        return self._answer(ConsentRequest.Decision.DECLINED, days_ago, "We run this with our own team.")

    def withdraw(self, days_ago: float) -> Self:
        request = ConsentRequest.objects.get(claim=self.claim, decision=ConsentRequest.Decision.ACCEPTED)
        reason = "The project was put off for a year."
        given = consent.Answer("", self.claim.customer_name, "192.0.2.10", "Demo", "en", reason, True)
        self.claim = consent.withdraw(consent.find_by_digest(request.digest), given, self.at(days_ago))
        return self

    def _answer(self, decision: str, days_ago: float, reason: str = "") -> Self:
        request = ConsentRequest.objects.get(claim=self.claim, voided_at=None, used_at=None)
        request = consent.find_by_digest(request.digest)
        given = consent.Answer(decision, self.claim.customer_name, "192.0.2.10", "Demo", "en", reason, bool(reason))
        self.claim = consent.answer(request, given, self.at(days_ago))
        return self

    def upload(self, days_ago: float, *kinds: str) -> Self:
        """The required documents, or only those of ``kinds``."""
        for requirement in EvidenceRequirement.objects.filter(engagement=self.engagement):
            if not requirement.is_survey and (requirement.kind in kinds if kinds else requirement.required):
                name = f"{requirement.label} {self.customer.name}.pdf"
                file = io.BytesIO(_pdf(requirement.label))
                evidence.upload(self.claim, requirement, file, name, self.by, self.at(days_ago))
        self.claim.refresh_from_db()
        return self

    def survey(self, days_ago: float, kind: str) -> Self:
        if not EvidenceRequirement.objects.filter(engagement=self.engagement, kind=kind).exists():
            return self
        if kind == SurveyKind.PARTNER:
            self.claim = surveys.answer_as_partner(self.claim, self.by, ANSWERS[kind], self.at(days_ago))
            return self
        self.claim = surveys.send(self.claim, kind, self.by, self.at(days_ago + 0.1))
        link = SurveyLink.objects.select_related("survey__claim").get(
            survey__claim=self.claim, survey__kind=kind, voided_at=None, used_at=None
        )
        self.claim = surveys.answer(link, self.claim.customer_name, ANSWERS[kind], self.at(days_ago))
        return self

    def hand_in(self, days_ago: float) -> Self:
        self.upload(days_ago).survey(days_ago, SurveyKind.PARTNER)
        return self.survey(days_ago, SurveyKind.CUSTOMER)

    def submit(self, days_ago: float) -> Self:
        self.claim = review.submit(self.claim, self.by, self.at(days_ago), acknowledged_payee=True)
        return self

    def start_review(self, days_ago: float) -> Self:
        self.claim = review.start(self.claim, self._reviewer, self.at(days_ago))
        return self

    @property
    def _reviewer(self) -> Actor:
        return self.reviewer if self.claim.round == 1 else self.second_reviewer

    def request_action(self, days_ago: float) -> Self:
        invoice = EvidenceRequirement.objects.filter(engagement=self.engagement, kind="invoice").first()
        issues: list[dict] = [
            {
                "kind": IssueKind.DATES,
                "severity": "must",
                "requirement": invoice,
                "text": "The invoice bears a date before the customer's consent. Please hand in the final one.",
            },
            {
                "kind": IssueKind.OTHER,
                "severity": "should",
                "requirement": None,
                "text": "Please say in a sentence which departments took part.",
            },
        ]
        self.claim = review.request_action(self.claim, self._reviewer, issues, self.at(days_ago))
        return self

    def answer_issues(self, days_ago: float) -> Self:
        for issue in self.claim.issues.filter(answered_at=None):
            text = "Corrected, please see the new document."
            self.claim = review.answer_issue(self.claim, issue, text, self.by, self.at(days_ago))
        return self

    def approve(self, days_ago: float) -> Self:
        self.claim = review.approve(self.claim, self._reviewer, self.at(days_ago))
        return self

    def reject(self, days_ago: float) -> Self:
        text = "The report does not show that the workshop took place with this customer."
        reasons = [RejectionReason.INSUFFICIENT_POE.value]
        self.claim = review.reject(self.claim, self._reviewer, reasons, text, self.at(days_ago))
        return self

    def dispute(self, days_ago: float) -> Self:
        self.claim = lifecycle.perform(self.claim, Action.DISPUTE, self.by, self.at(days_ago))
        return self

    def justify(self, days_ago: float) -> Self:
        text = "The list of attendees on page 4 names twelve people of the customer."
        self.claim = review.comment(self.claim, self.by, text, self.at(days_ago))
        return self

    def comment(self, days_ago: float, text: str) -> Self:
        self.claim = review.comment(self.claim, self.by, text, self.at(days_ago))
        return self

    def cancel(self, days_ago: float) -> Self:
        self.claim = lifecycle.perform(self.claim, Action.CANCEL, self.by, self.at(days_ago))
        return self

    def expire(self) -> Self:
        """The clock does it, a minute after the deadline."""
        moment = self.claim.due_at + timedelta(minutes=1)
        self.claim = lifecycle.perform(self.claim, Action.EXPIRE, CLOCK, moment)
        return self

    def bounce(self, days_ago: float) -> Self:
        self.claim = lifecycle.perform(self.claim, Action.NOTE_BOUNCE, CLOCK, self.at(days_ago))
        return self


@cache
def _pdf(title: str) -> bytes:
    """A real one-page PDF, the same for every claim."""
    from fpdf import FPDF

    page = FPDF()
    page.set_creation_date(datetime.fromisoformat("2026-01-01T00:00:00+00:00"))
    page.add_page()
    page.set_font("Helvetica", size=16)
    page.cell(text=title)
    page.ln(12)
    page.set_font("Helvetica", size=11)
    page.multi_cell(0, 6, text="Sample document of the demo world. Its content is invented.")
    return bytes(page.output())


@cache
def known_customer(domain: str, now: datetime) -> Customer:
    return remember(resolve("domain", domain), now)


@cache
def actor(email: str) -> Actor:
    return actor_for(User.objects.get(email=email))
