"""Use or consume: a partner says which customer he serves with which products (R-220..R-230).

The wizard's other half: nobody is asked for consent first, but the customer is told and may opt out.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.postgres.search import SearchVector
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Value
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims import association as ground
from claims import contact_exceptions, contacts, deadlines, evidence, lifecycle, review
from claims.actions import Action
from claims.lifecycle import Refused
from claims.models import Association, Claim, Kind
from claims.statuses import OPEN, Status
from customers import resolution
from customers.models import Customer
from eligibility.models import Verdict
from engagements.availability import Availability, availability
from engagements.models import Area, Engagement, PartnerRole
from mci_portal.accounts import roles
from mci_portal.accounts.actors import Actor
from mci_portal.accounts.models import Location
from mci_portal.common.clock import database_now
from mci_portal.common.locking import locked_out_as_conflict
from mci_portal.common.templatetags.ui import day

# The products a partner may name, by solution area; the codes are stored.
WORKLOADS: dict[str, tuple[tuple[str, object], ...]] = {
    Area.MODERN_WORK_AND_SECURITY: (
        ("exchange", "Exchange Online"),
        ("teams", "Microsoft Teams"),
        ("teams-phone", "Microsoft Teams Phone"),
        ("sharepoint", "SharePoint"),
        ("viva", "Microsoft Viva"),
        ("apps", "Microsoft 365 Apps"),
        ("intune", "Microsoft Intune"),
        ("entra", "Microsoft Entra ID P1"),
        ("defender", "Microsoft Defender for Endpoint"),
        ("purview", "Microsoft Purview Information Protection"),
    ),
    Area.BUSINESS_APPLICATIONS: (
        ("sales", "Dynamics 365 Sales"),
        ("customer-service", "Dynamics 365 Customer Service"),
        ("field-service", "Dynamics 365 Field Service"),
        ("finance", "Dynamics 365 Finance"),
        ("supply-chain", "Dynamics 365 Supply Chain Management"),
        ("business-central", "Dynamics 365 Business Central"),
        ("power-apps", "Power Apps"),
        ("power-automate", "Power Automate"),
    ),
}
# ticked when the claim is handed in; the history keeps that it was.
ACKNOWLEDGEMENTS = {
    "work": gettext_lazy("We have done the work that the proof of execution describes, for every product named."),
    "customer": gettext_lazy("The customer has acknowledged this work in writing and knows that we claim it."),
    "data": gettext_lazy("What we hand in is true and complete, and we may share it with Microsoft."),
}
ROLE_HELP: dict[str, object] = {
    PartnerRole.USE_OR_CONSUME: gettext_lazy("You help the customer to put workloads he has already bought to use."),
    PartnerRole.BUILD_INTENT_ADVISOR: gettext_lazy(
        "You advised the customer before he bought. Choose this role if your advice led to new paid seats."
    ),
    PartnerRole.USAGE_RECOGNITION: gettext_lazy(
        "You look after the customer's use of a subscription. It is recognised, and nothing is paid."
    ),
    PartnerRole.INFLUENCED_REVENUE: gettext_lazy(
        "Your solution led the customer to buy the subscription. It is recognised, and nothing is paid."
    ),
}
UNPAID = (PartnerRole.USAGE_RECOGNITION, PartnerRole.INFLUENCED_REVENUE)


@dataclass(frozen=True)
class Products:
    """What is claimed of the customer; ``workloads`` are codes of ``WORKLOADS``, ``subscription_id`` a GUID."""

    workloads: tuple[str, ...]
    subscription_id: str = ""
    recognition_only: bool = False
    solution_seller: str = ""
    isv_product: str = ""


def workload_names(association: Association) -> list[str]:
    """The products as the guides write them."""
    names = {code: str(name) for products in WORKLOADS.values() for code, name in products}
    return [names.get(code, code) for code in association.workloads]


def what_is_claimed(association: Association) -> list[tuple[str, object]]:
    """Names and values for a page about it. The association holds until the last day of its subscription (R-230)."""
    pairs: list[tuple[str, object]] = [(_("Products"), ", ".join(workload_names(association)))]
    if association.subscription_id:
        pairs.append((_("Subscription ID"), str(association.subscription_id)))
        known = resolution.find_subscription(str(association.subscription_id))
        if known is not None and known.ends_on is not None:
            pairs.append((_("Last day of the subscription"), day(known.ends_on)))
    if association.solution_seller or association.isv_product:
        pairs += [
            (_("Name of the solution seller"), association.solution_seller),
            (_("ISV product name"), association.isv_product),
        ]
    return pairs


def is_incentivized(claim: Claim) -> bool:
    """R-227: whether an approved association may be paid for at all; whether it is, the usage decides."""
    return claim.engagement.role not in UNPAID and not claim.association.recognition_only


def find_customer(id_type: str, value: str, now: datetime) -> Customer:
    """The customer an ID belongs to. Raises ValidationError, or TenantNotFound with the sentence of R-087."""
    return resolution.remember(resolution.resolve(id_type, value), now)


def check_products(engagement: Engagement, customer: Customer, products: Products, today: date) -> None:
    """R-221, R-229. Raises ValidationError with the fields ``workloads`` and ``subscription_id``."""
    known = {code for code, _name in WORKLOADS.get(engagement.area, ())}
    if not products.workloads or set(products.workloads) - known:
        raise ValidationError({"workloads": _("Choose at least one product.")})
    if engagement.area == Area.BUSINESS_APPLICATIONS:
        try:
            resolution.check_subscription(customer, products.subscription_id, today)
        except ValidationError as unfit:
            raise ValidationError({"subscription_id": unfit.messages}) from unfit


def begin(
    *,
    by: Actor,
    location: Location,
    engagement: Engagement,
    customer: Customer,
    products: Products,
    people: dict[str, str],
    name: str,
    id_type: str,
    id_value: str,
    now: datetime,
    previous: Claim | None = None,
) -> Claim:
    """T32: the draft of an association. Competing claims of other partners do not stand against it (R-198).

    Raises Refused with what stands against it, ValidationError for contacts (``contacts.check``) and products.
    """
    if location.partner_id != by.partner_id:
        raise Refused(_("This location is not one of yours."))
    if not engagement.is_cpor or availability(engagement, now.date()) != Availability.ACTIVE:
        raise Refused(_("“{name}” takes no associations now.").format(name=engagement.name))
    if not Verdict.objects.filter(location=location, engagement=engagement, eligible=True).exists():
        raise Refused(_("This location is not eligible for “{name}”.").format(name=engagement.name))
    contacts.check(by.partner, customer, people)
    check_products(engagement, customer, products, now.date())
    claim = Claim(
        kind=Kind.CPOR,
        name=name,
        partner=by.partner,
        location=location,
        engagement=engagement,
        customer=customer,
        previous=previous,
        id_type=id_type,
        id_value=id_value,
        **{field: people[field] for field in contacts.FIELDS if people.get(field)},
        consent_days=0,
        submit_days=0,
        review_days=deadlines.CPOR_REVIEW_DAYS,
        dispute_days=deadlines.CPOR_DISPUTE_DAYS,
        dispute_review_days=deadlines.CPOR_DISPUTE_REVIEW_DAYS,
        sole=False,
        created_at=now,
        created_by=by.user,
        owner=by.user,
    )
    row = Association(claim=claim, **_columns(products))
    with locked_out_as_conflict(), transaction.atomic():
        if not roles.hold(by, location):
            raise Refused(_("This location is not one of yours."))
        Customer.objects.select_for_update().get(pk=customer.pk)
        _refuse_twice(claim)
        allowed = contact_exceptions.on_record(claim.partner, claim.customer_email)
        claim = lifecycle.begin(claim, Action.ASSOCIATE, by, now, association=row, event=allowed)
        words = f"{claim.number} {name} {customer.name} {customer.domain} {engagement.name}"
        Claim.objects.filter(pk=claim.pk).update(search=SearchVector(Value(words), config="simple"))
    return claim


def _columns(products: Products) -> dict:
    return {
        "workloads": list(dict.fromkeys(products.workloads)),
        "subscription_id": products.subscription_id or None,
        "recognition_only": products.recognition_only,
        "solution_seller": products.solution_seller,
        "isv_product": products.isv_product,
    }


def _refuse_twice(claim: Claim) -> None:
    own = Claim.objects.filter(
        partner_id=claim.partner_id,
        engagement_id=claim.engagement_id,
        kind=Kind.CPOR,
        status__in=OPEN | {Status.APPROVED},
    ).exclude(pk=claim.pk)
    if (known := ground.same_ground(own, claim).order_by("number").first()) is not None:
        raise Refused(_("Your company has claimed this already: claim {number}.").format(number=known.number))


def edit(
    claim: Claim, by: Actor, location: Location, products: Products, now: datetime | None = None, version=None
) -> Claim:
    """R-225: mend location and products in a draft, or while the reviewer waits. Raises as ``begin``."""
    if location.partner_id != by.partner_id:
        raise Refused(_("This location is not one of yours."))
    check_products(claim.engagement, claim.customer, products, (now or database_now()).date())
    columns = _columns(products)
    with locked_out_as_conflict(), transaction.atomic():
        if not roles.hold(by, location):
            raise Refused(_("This location is not one of yours."))
        Customer.objects.select_for_update().get(pk=claim.customer_id)
        for column, value in columns.items():
            setattr(claim.association, column, value)
        _refuse_twice(claim)
        return lifecycle.perform(
            claim,
            Action.EDIT_ASSOCIATION,
            by,
            now,
            version=version,
            location=location,
            products=columns,
            event={"workloads": columns["workloads"], "location": location.pk},
        )


def submit(claim: Claim, by: Actor, ticked: set[str], now: datetime | None = None, version: int | None = None) -> Claim:
    """T34, and again T21: ``ticked`` are keys of ``ACKNOWLEDGEMENTS``, all of them the first time."""
    return lifecycle.perform(
        claim,
        Action.SUBMIT,
        by,
        now,
        version=version,
        acknowledged=claim.status != Status.DRAFT or ticked >= set(ACKNOWLEDGEMENTS),
        event={"acknowledged": sorted(ticked)},
    )


def dispute(
    claim: Claim, by: Actor, text: str, files=(), now: datetime | None = None, version: int | None = None
) -> Claim:
    """R-208, C-21: dispute and submit in one step. ``files`` are (requirement, file, name).

    Raises Refused with neither a justification nor a new proof, ValidationError for a file that is not taken.
    """
    with locked_out_as_conflict(), transaction.atomic():
        moment = now or database_now()
        claim = lifecycle.perform(claim, Action.DISPUTE, by, moment, version=version)
        if text.strip():
            claim = review.comment(claim, by, text, moment)
        for requirement, file, name in files:
            evidence.upload(claim, requirement, file, name, by, moment)
        return lifecycle.perform(claim, Action.SUBMIT, by, moment)


def ask_to_reject(claim: Claim, by: Actor, text: str, now: datetime | None = None) -> Claim:
    """T37, first half: the partner gives the claim up after it was handed in; a reviewer confirms."""
    return lifecycle.perform(claim, Action.ASK_TO_REJECT, by, now, text=text, note=text, mail={"text": text})


def confirm_rejection(claim: Claim, by: Actor, now: datetime | None = None) -> Claim:
    """T37, second half."""
    told = {"reasons": ["partner_request"]}
    return lifecycle.perform(claim, Action.CONFIRM_REJECTION, by, now, event=told, mail=told)


def disassociate(claim: Claim, by: Actor, text: str, now: datetime | None = None, version: int | None = None) -> Claim:
    """T38: the partner ends an approved association, with the reason (R-228)."""
    return lifecycle.perform(
        claim, Action.DISASSOCIATE, by, now, version=version, text=text, note=text, mail={"why": "left", "text": text}
    )


def end_by_arbitration(claim: Claim, by: Actor, text: str, now: datetime | None = None) -> Claim:
    """T39: another partner's claim is the better founded one."""
    return lifecycle.perform(
        claim, Action.END_ASSOCIATION, by, now, text=text, note=text, mail={"why": "arbitration", "text": text}
    )


def approve(claim: Claim, by: Actor, now: datetime | None = None, version: int | None = None, text: str = "") -> Claim:
    """T18, T28 of CPOR. A lead reviewer who approves arbitrates: approved rivals end in the same step (T39).

    Anybody else is refused while one holds the workload. One decision about a customer at a time.
    """
    with locked_out_as_conflict(), transaction.atomic():
        Customer.objects.select_for_update().get(pk=claim.customer_id)
        if by.lead and lifecycle.permitted(claim, Action.APPROVE, by):
            moment = now or database_now()
            for rival in ground.rivals(claim, approved=True).order_by("pk"):
                end_by_arbitration(rival, by, text or _("Another partner's proof was the better founded one."), moment)
        return lifecycle.perform(claim, Action.APPROVE, by, now, version=version, note=text, mail={"text": text})
