"""Claims for tests. A claim is never written into a status: it walks there through the portal's own doors.

``claim_in("submitted")`` is all most tests need. Everything below claims is in ``tests.rows``, the people in
``tests.cast``.
"""

import hashlib
import secrets
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from claims import associations, consent, intake, lifecycle, opt_outs, review, surveys
from claims.actions import Action
from claims.deadlines import CPOR_DISPUTE_DAYS
from claims.models import Claim, ConsentRequest, Document, Issue, Kind, OptOutLink, SurveyKind, SurveyLink
from claims.statuses import Status as S
from customers.models import Customer
from eligibility.models import Verdict
from engagements.models import Engagement, EvidenceRequirement
from mci_portal.accounts.actors import CLOCK, Actor, actor_for
from mci_portal.accounts.models import Location, Partner, User
from mci_portal.common.clock import database_now
from tests.cast import admin_of, person, place
from tests.rows import (
    AssociationEngagementFactory,
    CustomerFactory,
    EngagementFactory,
    EnrolmentFactory,
    LocationFactory,
    MembershipFactory,
    PartnerFactory,
    PayeeProfileFactory,
    ReviewerFactory,
    UserFactory,
)

__all__ = [
    "AssociationEngagementFactory",
    "CustomerFactory",
    "EngagementFactory",
    "EnrolmentFactory",
    "LocationFactory",
    "MembershipFactory",
    "PartnerFactory",
    "PayeeProfileFactory",
    "ReviewerFactory",
    "UserFactory",
    "Walk",
    "allow",
    "claim_in",
    "contacts_of",
    "live_request",
]

STEP = timedelta(hours=1)
ANSWERS = {
    SurveyKind.CUSTOMER: {"took_place": "yes", "held_on": "2026-06-30", "attendees": 8, "satisfaction": 5, "useful": 4},
    SurveyKind.PARTNER: {"held_on": "2026-06-30", "attendees": 8, "goals_reached": 4, "readiness": 3},
}

TO_CONSENT = ("add", "ask", "accept")
TO_REVIEW = (*TO_CONSENT, "hand_in", "submit", "start")
TO_DISPUTE = (*TO_REVIEW, "reject", "dispute")
TO_SECOND_REVIEW = (*TO_DISPUTE, "argue", "submit", "start_again")

# How a claim comes to stand where it stands: (status, round) -> the steps, an hour apart.
PATHS: dict[tuple[str, int], tuple[str, ...]] = {
    (S.CUSTOMER_CLAIMED, 1): ("add",),
    (S.AWAITING_CONSENT, 1): ("add", "ask"),
    (S.CONSENT_RECEIVED, 1): TO_CONSENT,
    (S.CONSENT_DECLINED, 1): ("add", "ask", "decline"),
    (S.SUBMITTED, 1): TO_REVIEW[:-1],
    (S.UNDER_REVIEW, 1): TO_REVIEW,
    (S.ACTION_REQUIRED, 1): (*TO_REVIEW, "request_action"),
    (S.APPROVED, 1): (*TO_REVIEW, "approve"),
    (S.REJECTED, 1): (*TO_REVIEW, "reject"),
    (S.CONSENT_REJECTED, 1): (*TO_CONSENT, "withdraw"),
    (S.DISPUTED, 2): TO_DISPUTE,
    (S.SUBMITTED, 2): TO_SECOND_REVIEW[:-1],
    (S.UNDER_REVIEW, 2): TO_SECOND_REVIEW,
    (S.ACTION_REQUIRED, 2): (*TO_SECOND_REVIEW, "request_action"),
    (S.APPROVED, 2): (*TO_SECOND_REVIEW, "approve"),
    (S.REJECTED_FINAL, 2): (*TO_SECOND_REVIEW, "reject"),
}
# The same for use or consume: the customer is not asked, he is told when the partner hands in.
TO_CPOR_REVIEW = ("associate", "hand_in", "submit", "start")
TO_CPOR_SECOND = (*TO_CPOR_REVIEW, "reject", "dispute_at_once")
CPOR_PATHS: dict[tuple[str, int], tuple[str, ...]] = {
    (S.DRAFT, 1): ("associate",),
    (S.SUBMITTED, 1): TO_CPOR_REVIEW[:-1],
    (S.UNDER_REVIEW, 1): TO_CPOR_REVIEW,
    (S.ACTION_REQUIRED, 1): (*TO_CPOR_REVIEW, "request_action"),
    (S.APPROVED, 1): (*TO_CPOR_REVIEW, "approve"),
    (S.REJECTED, 1): (*TO_CPOR_REVIEW, "reject"),
    (S.DISPUTED, 2): (*TO_CPOR_REVIEW, "reject", "dispute"),
    (S.SUBMITTED, 2): TO_CPOR_SECOND,
    (S.UNDER_REVIEW, 2): (*TO_CPOR_SECOND, "start_again"),
    (S.ACTION_REQUIRED, 2): (*TO_CPOR_SECOND, "start_again", "request_action"),
    (S.APPROVED, 2): (*TO_CPOR_SECOND, "start_again", "approve"),
    (S.REJECTED_FINAL, 2): (*TO_CPOR_SECOND, "start_again", "reject"),
    (S.REJECTED_FINAL, 1): (*TO_CPOR_REVIEW, "approve", "disassociate"),
    (S.CONSENT_REJECTED, 1): (*TO_CPOR_REVIEW, "opt_out"),
    (S.CANCELED, 1): ("associate", "cancel"),
}
CPOR_ENDS: dict[str, tuple[str, str, dict[str, str]]] = {
    S.DISPUTED_EXPIRED: (S.REJECTED, "expire", {S.REJECTED: "dispute_days", S.DISPUTED: "dispute_days"}),
}

# Ends that are reached from several places: from which one by default, by which step, after which day count.
ENDS: dict[str, tuple[str, str, dict[str, str]]] = {
    S.CANCELED: (S.CONSENT_RECEIVED, "cancel", {}),
    S.CONSENT_EXPIRED: (
        S.AWAITING_CONSENT,
        "expire",
        {S.CUSTOMER_CLAIMED: "consent_days", S.AWAITING_CONSENT: "consent_days"},
    ),
    S.NOT_SUBMITTED_EXPIRED: (S.CONSENT_RECEIVED, "expire", {S.CONSENT_RECEIVED: "submit_days"}),
    S.POST_SUBMISSION_EXPIRED: (S.ACTION_REQUIRED, "expire", {S.ACTION_REQUIRED: "review_days"}),
    S.DISPUTED_EXPIRED: (S.REJECTED, "expire", {S.REJECTED: "dispute_days", S.DISPUTED: "dispute_days"}),
}


@dataclass
class Walk:
    """One claim on its way. Each step is a verb with the moment it happens at; a test may go on by itself:
    ``walk = Walk(claim, by=ana); walk.hand_in(now); walk.submit(now)``."""

    claim: Claim
    by: Actor
    reviewer: Actor | None = None
    second_reviewer: Actor | None = None
    begin: dict = field(default_factory=dict)

    def add(self, now: datetime) -> None:
        (self.claim,) = intake.start(action=Action.ADD_CUSTOMER, by=self.by, now=now, **self.begin)

    def ask(self, now: datetime) -> None:
        self.claim = consent.ask(self.claim, self.by, now)

    def accept(self, now: datetime) -> None:
        self._answer(ConsentRequest.Decision.ACCEPTED, now)

    def decline(self, now: datetime) -> None:
        self._answer(ConsentRequest.Decision.DECLINED, now)

    def withdraw(self, now: datetime) -> None:
        request = ConsentRequest.objects.get(claim=self.claim, decision=ConsentRequest.Decision.ACCEPTED)
        given = consent.Answer("", self.claim.customer_name, "192.0.2.1", "a browser", "en", "Plans changed.", True)
        self.claim = consent.withdraw(consent.find_by_digest(request.digest), given, now)

    def associate(self, now: datetime) -> None:
        self.claim = associations.begin(by=self.by, now=now, **self.begin)

    def opt_out(self, now: datetime) -> None:
        link = OptOutLink.objects.get(claim=self.claim, voided_at=None, used_at=None)
        given = consent.Answer("", self.claim.customer_name, "192.0.2.1", "a browser", "en", "We do it alone.", True)
        self.claim = opt_outs.opt_out(link, given, now)

    def dispute_at_once(self, now: datetime) -> None:
        self.claim = associations.dispute(self.claim, self.by, "The signature is on page 2.", now=now)

    def ask_to_reject(self, now: datetime) -> None:
        self.claim = associations.ask_to_reject(self.claim, self.by, "We chose the wrong role.", now)

    def disassociate(self, now: datetime) -> None:
        self.claim = associations.disassociate(self.claim, self.by, "We no longer work for them.", now)

    def _answer(self, decision: str, now: datetime) -> None:
        given = consent.Answer(decision, self.claim.customer_name, "192.0.2.1", "a browser", "en")
        self.claim = consent.answer(live_request(self.claim), given, now)

    def hand_in(self, now: datetime) -> None:
        """Everything the engagement requires; what is optional stays open."""
        for requirement in EvidenceRequirement.objects.filter(engagement_id=self.claim.engagement_id, required=True):
            if requirement.is_survey:
                self.fill_in(requirement.kind, now)
            else:
                self.upload(requirement, now)

    def upload(self, requirement: EvidenceRequirement, now: datetime, name: str = "") -> Document:
        content = b"%PDF-1.4\n" + secrets.token_hex(8).encode() + b"\n%%EOF\n"
        sha256, shown = hashlib.sha256(content).hexdigest(), name or f"{requirement.kind}.pdf"
        document = Document(
            requirement=requirement,
            key=default_storage.save(f"evidence/{secrets.token_hex(20)}", ContentFile(content)),
            name=shown,
            content_type="application/pdf",
            size=len(content),
            sha256=sha256,
        )
        told = {"note": shown, "event": {"sha256": sha256, "size": len(content)}}
        self.claim = lifecycle.perform(self.claim, Action.UPLOAD, self.by, now, document=document, **told)
        return document

    def fill_in(self, kind: str, now: datetime) -> None:
        """The partner answers in the portal, the customer through the link mailed to him."""
        if kind == SurveyKind.PARTNER:
            self.claim = surveys.answer_as_partner(self.claim, self.by, ANSWERS[SurveyKind.PARTNER], now)
            return
        self.claim = surveys.send(self.claim, kind, self.by, now)
        links = SurveyLink.objects.select_related("survey__claim")
        link = links.get(survey__claim=self.claim, survey__kind=kind, voided_at=None, used_at=None)
        self.claim = surveys.answer(link, link.to_name, ANSWERS[SurveyKind(kind)], now)

    def submit(self, now: datetime) -> None:
        self.claim = review.submit(self.claim, self.by, now)

    def start(self, now: datetime) -> None:
        self.reviewer = self.reviewer or actor_for(person("rita"))
        self.claim = review.start(self.claim, self.reviewer, now)

    def start_again(self, now: datetime) -> None:
        self.second_reviewer = self.second_reviewer or actor_for(person("ravi"))
        self.claim = review.start(self.claim, self.second_reviewer, now)

    @property
    def _decider(self) -> Actor:
        """Whoever has the claim under review."""
        decider = self.reviewer if self.claim.round == 1 else self.second_reviewer
        return decider or actor_for(User.objects.get(pk=self.claim.reviewer_id))

    def request_action(self, now: datetime) -> None:
        issues = [{"kind": "dates", "severity": Issue.Severity.MUST, "text": "The invoice bears no date."}]
        self.claim = review.request_action(self.claim, self._decider, issues, now)

    def answer_issues(self, now: datetime) -> None:
        for issue in self.claim.issues.filter(answered_at=None):
            self.claim = review.answer_issue(self.claim, issue, "The date is on page 2.", self.by, now)

    def countersign(self, now: datetime) -> None:
        """Lena confirms a large amount (T18)."""
        self.claim = lifecycle.perform(self.claim, Action.COUNTERSIGN, actor_for(person("lena")), now)

    def approve(self, now: datetime) -> None:
        approve = associations.approve if self.claim.kind == Kind.CPOR else review.approve
        self.claim = approve(self.claim, self._decider, now)

    def reject(self, now: datetime) -> None:
        text = "The report does not name the workshop."
        self.claim = review.reject(self.claim, self._decider, ["insufficient_poe"], text, now)

    def dispute(self, now: datetime) -> None:
        self.claim = lifecycle.perform(self.claim, Action.DISPUTE, self.by, now)

    def argue(self, now: datetime) -> None:
        self.claim = review.comment(self.claim, self.by, "The workshop is named on page 1.", now)

    def cancel(self, now: datetime) -> None:
        self.claim = lifecycle.perform(self.claim, Action.CANCEL, self.by, now)

    def expire(self, now: datetime) -> None:
        self.claim = lifecycle.perform(self.claim, Action.EXPIRE, CLOCK, now)


def claim_in(
    status: str,
    *,
    kind: str = Kind.BUILD_INTENT,
    round: int | None = None,
    via: str | None = None,
    partner: Partner | None = None,
    location: Location | None = None,
    engagement: Engagement | None = None,
    customer: Customer | None = None,
    now: datetime | None = None,
    by: User | None = None,
    reviewer: User | None = None,
    second_reviewer: User | None = None,
    name: str = "",
    contacts: intake.Contacts | None = None,
    hours: int | None = None,
    products: associations.Products | None = None,
) -> Claim:
    """A claim that has walked to ``status``; its last step happened at ``now`` (default: this moment).

    The steps before lie an hour apart, and before an expiry the whole clock has run. Customer and engagement are
    fresh unless given, so claims never stand in each other's way; partner and location are Contoso's Redmond, the
    reviewers Rita and then Ravi. ``round=2`` goes through a dispute; ``via`` says from where an end that several
    places lead to was reached, such as ``claim_in(S.CANCELED, via=S.AWAITING_CONSENT)``.
    ``kind="cpor"`` walks the way of use or consume; Draft is there alone, and ``products`` say what is claimed.
    """
    now = now or database_now()
    location = location or (partner.locations.order_by("id").first() if partner else place("redmond"))
    cpor = kind == Kind.CPOR
    if engagement is None:
        engagement = AssociationEngagementFactory() if cpor else EngagementFactory()
    customer = customer or CustomerFactory(country=location.country)
    allow(location, engagement)
    steps, wait = _path(S(status), round, via, engagement, cpor)
    if S.CONSENT_REJECTED == status and not cpor and not engagement.withdrawal:
        Engagement.objects.filter(pk=engagement.pk).update(withdrawal=True)
        engagement.withdrawal = True
    people = contacts or contacts_of(location.partner, customer)
    facts = {
        "location": location,
        "customer": customer,
        "name": name or f"{customer.name}: {engagement.name}",
        "id_type": "domain",
        "id_value": customer.domain,
    }
    own = {"engagements": [engagement], "contacts": people, "hours": hours}
    if cpor:
        claimed = products or associations.Products(("exchange", "teams"))
        own = {"engagement": engagement, "people": asdict(people), "products": claimed}
    walk = Walk(
        Claim(),
        by=actor_for(by or admin_of(location.partner), location.partner_id),
        reviewer=actor_for(reviewer) if reviewer else None,
        second_reviewer=actor_for(second_reviewer) if second_reviewer else None,
        begin=facts | own,
    )
    began = now - wait - STEP * (len(steps) - 1)
    for number, step in enumerate(steps[:-1]):
        getattr(walk, step)(began + STEP * number)
    getattr(walk, steps[-1])(now)
    assert (walk.claim.status, round or walk.claim.round) == (status, walk.claim.round)
    return walk.claim


def _path(
    status: S, round: int | None, via: str | None, engagement: Engagement, cpor: bool = False
) -> tuple[tuple[str, ...], timedelta]:
    paths, ends = (CPOR_PATHS, CPOR_ENDS) if cpor else (PATHS, ENDS)
    if status in ends:
        usual, step, days = ends[status]
        source = S(via or (S.DISPUTED if status == S.DISPUTED_EXPIRED and round == 2 else usual))
        name = "dispute_review_days" if (source, round) == (S.ACTION_REQUIRED, 2) else days.get(source, "")
        count = CPOR_DISPUTE_DAYS if cpor else getattr(engagement.type, name) if name else 0
        wait = timedelta(days=count)
        steps, _none = _path(source, round, None, engagement, cpor)
        return (*steps, step), wait
    rounds = [candidate for (code, candidate) in paths if code == status]
    if not rounds or (round or rounds[0]) not in rounds:
        raise ValueError(f"no path leads to {status} in round {round}")
    return paths[status, round or rounds[0]], timedelta()


def allow(location: Location, engagement: Engagement) -> Verdict:
    """The location may earn on the engagement, whatever its criteria say."""
    facts = {"partner_id": location.partner_id, "eligible": True, "unmet": [], "checked_at": database_now()}
    return Verdict.objects.get_or_create(location=location, engagement=engagement, defaults=facts)[0]


def contacts_of(partner: Partner, customer: Customer) -> intake.Contacts:
    """One contact on each side, whose mail domain is his company's."""
    return intake.Contacts(
        customer_title="IT manager",
        customer_name="Carla Customer",
        customer_email=f"carla@{customer.domain or 'customer.example'}",
        partner_name="Pat Partner",
        partner_email=f"pat@{partner.mail_domain}",
    )


def live_request(claim: Claim) -> ConsentRequest:
    """The consent request that the customer could answer now."""
    return ConsentRequest.objects.select_related("claim__engagement", "claim__location", "claim__partner").get(
        claim=claim, voided_at=None, used_at=None
    )
