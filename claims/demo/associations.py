"""The demo world's claims for use or consume: a draft, every end, and two that want the same of one customer."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from claims import associations, opt_outs
from claims.associations import ACKNOWLEDGEMENTS, Products
from claims.consent import Answer
from claims.demo.stories import AMSTERDAM, ANA, BEN, OMAR, REDMOND, TORONTO, walk_of
from claims.demo.walk import Walk, actor
from claims.models import OptOutLink

LEAD = "olga@microsoft.example"
USAGE = "modern-work-and-security-usage"


@dataclass
class AssociationWalk(Walk):
    """The verbs of use or consume; what both kinds of claim have in common is inherited."""

    workloads: tuple[str, ...] = ("teams",)

    def associate(self, days_ago: float) -> Self:
        self.claim = associations.begin(
            by=self.by,
            location=self.location,
            engagement=self.engagement,
            customer=self.customer,
            products=Products(self.workloads),
            people={
                "customer_title": "Head of IT",
                "customer_name": "Carla Contact",
                "customer_email": f"carla@{self.customer.domain}",
                "partner_name": self.by.name,
                "partner_email": self.by.email,
            },
            name=f"{self.customer.name} – {self.engagement.name}"[:120],
            id_type="domain",
            id_value=self.customer.domain,
            now=self.at(days_ago),
        )
        return self

    def submit(self, days_ago: float) -> Self:
        self.claim = associations.submit(self.claim, self.by, set(ACKNOWLEDGEMENTS), self.at(days_ago))
        return self

    def approve(self, days_ago: float) -> Self:
        self.claim = associations.approve(self.claim, self._reviewer, self.at(days_ago))
        return self

    def dispute(self, days_ago: float) -> Self:
        text = "The customer's signature stands on page 3 of the proof."
        self.claim = associations.dispute(self.claim, self.by, text, now=self.at(days_ago))
        return self

    def ask_to_reject(self, days_ago: float) -> Self:
        self.claim = associations.ask_to_reject(self.claim, self.by, "We chose the wrong role.", self.at(days_ago))
        return self

    def disassociate(self, days_ago: float) -> Self:
        text = "The project has ended; we no longer look after the customer."
        self.claim = associations.disassociate(self.claim, self.by, text, self.at(days_ago))
        return self

    def lose(self, days_ago: float) -> Self:
        text = "The other proof is newer and signed by the customer."
        self.claim = associations.end_by_arbitration(self.claim, actor(LEAD), text, self.at(days_ago))
        return self

    def opt_out(self, days_ago: float) -> Self:
        link = OptOutLink.objects.get(claim=self.claim, voided_at=None)
        reason = "We look after Teams ourselves."
        given = Answer("", self.claim.customer_name, "192.0.2.10", "Demo", "en", reason, True)
        self.claim = opt_outs.opt_out(link, given, self.at(days_ago))
        return self


Steps = Callable[[AssociationWalk], object]

# (member, location, customer, workloads, steps)
STORIES: tuple[tuple[str, str, str, tuple[str, ...], Steps], ...] = (
    (BEN, REDMOND, "tailspintoys", ("teams", "intune"), lambda w: w.associate(2)),
    (ANA, REDMOND, "zava", ("exchange", "teams", "sharepoint", "viva", "apps"), lambda w: w.associate(9).upload(8)),
    (ANA, REDMOND, "fincherarchitects", ("viva",), lambda w: w.associate(20).cancel(18)),
    (BEN, REDMOND, "humongousinsurance", ("defender",), lambda w: w.associate(9).upload(8).submit(7)),
    (ANA, REDMOND, "lamnahealthcare", ("entra",), lambda w: w.associate(20).upload(19).submit(18).start_review(15)
        .ask_to_reject(12)),
    (ANA, TORONTO, "woodgrovebank", ("purview",), lambda w: w.associate(24).upload(23).submit(22).start_review(18)
        .request_action(6)),
    # Fourteen business days are 18 to 24 days: over by now, and the clock of the dispute still runs.
    (ANA, REDMOND, "vanarsdel", ("intune",), lambda w: w.associate(46).upload(44).submit(43).start_review(40)
        .request_action(36).expire()),
    (BEN, REDMOND, "northwindtraders", ("viva", "sharepoint"), lambda w: w.associate(30).upload(29).submit(28)
        .start_review(24).approve(3)),
    (ANA, TORONTO, "blueyonderairlines", ("teams-phone",), lambda w: w.associate(40).upload(39).submit(38)
        .start_review(34).reject(30).dispute(3)),
    # The customer says no: under review, and again after the approval
    (ANA, REDMOND, "southridgevideo", ("teams",), lambda w: w.associate(20).upload(19).submit(18).opt_out(15)),
    (ANA, REDMOND, "adventureworks", ("exchange",), lambda w: w.associate(50).upload(49).submit(48).start_review(44)
        .approve(40).opt_out(38)),
    # An approved association ends: the partner gives it up, or another partner's proof is the better one
    (ANA, REDMOND, "nodpublishers", ("apps",), lambda w: w.associate(90).upload(89).submit(88).start_review(84)
        .approve(80).disassociate(10)),
    (OMAR, AMSTERDAM, "wideworldimporters", ("defender",), lambda w: w.associate(30).upload(29).submit(28)
        .start_review(20).approve(6)),
    (ANA, REDMOND, "wideworldimporters", ("purview",), lambda w: w.associate(70).upload(69).submit(68)
        .start_review(64).approve(60)),
    (OMAR, AMSTERDAM, "consolidatedmessenger", ("entra",), lambda w: w.associate(30).upload(29).submit(28)),
    (ANA, REDMOND, "consolidatedmessenger", ("entra", "intune"), lambda w: w.associate(80).upload(79).submit(78)
        .start_review(74).approve(70).lose(5)),
    # Two want the same: in arbitration
    (OMAR, AMSTERDAM, "thephonecompany", ("teams",), lambda w: w.associate(15).upload(14).submit(13)),
    (ANA, REDMOND, "thephonecompany", ("teams", "teams-phone"), lambda w: w.associate(16).upload(15).submit(14)
        .start_review(9).comment(8, "Please compare: our acknowledgement is signed by the head of IT.")),
)  # fmt: skip


def make_associations(today: datetime) -> int:
    """Walk every story; returns how many claims there are."""
    for member, place, customer, workloads, steps in STORIES:
        walk = walk_of(today, member, place, customer, USAGE)
        fields = {name: getattr(walk, name) for name in walk.__dataclass_fields__}
        steps(replace(AssociationWalk(**fields), workloads=workloads))
    return len(STORIES)
