"""The life of a wizard's draft: begun, saved step by step, confirmed into claims, or left to expire (R-097).

The add and claim wizards call it. A draft belongs to one user in one workspace; nobody else ever sees it.
``data`` holds what each step's form accepted: details (name, location), customer (id_type, id_value),
engagements (ids, hours), contacts (the fields of ``contacts.FIELDS``).
"""

import secrets
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from claims import contacts, intake
from claims.actions import Action
from claims.lifecycle import Refused
from claims.models import Claim, Draft
from customers.identity import IdType
from customers.models import Customer
from engagements.models import Engagement, PartnerRole
from engagements.queries import visible_to
from mci_portal.accounts.actors import Actor

KEPT = timedelta(days=30)


def begin(by: Actor, engagement: Engagement, details: dict, now: datetime, customer: Customer | None = None) -> Draft:
    """Keep the first step of a wizard; ``details`` has the claim's name and the location's id.

    With ``customer`` it claims him, who is known, by the ID that is known of him (R-107). Raises Refused where
    the engagement takes none of his IDs.
    """
    entered = {"customer": _known_id(customer, engagement)} if customer else {}
    return Draft.objects.create(
        ref=secrets.token_urlsafe(18),
        kind=Draft.Kind.CLAIM if customer else Draft.Kind.ADD,
        user=by.user,
        partner=by.partner,
        engagement=engagement,
        customer=customer,
        data={"details": details, **entered},
        created_at=now,
        updated_at=now,
    )


def begin_again(claim: Claim, by: Actor, now: datetime) -> Draft:
    """T41: claim the customer of an ended claim anew. Its contacts are copied, never its evidence. Raises Refused
    where the engagement takes none of the customer's IDs."""
    details = {"name": claim.name, "location": claim.location_id}
    draft = begin(by, claim.engagement, details, now, claim.customer)
    people = {name: getattr(claim, name) for name in contacts.FIELDS}
    draft.data = {**draft.data, "contacts": people, "previous": claim.number}
    draft.save(update_fields=("data",))
    return draft


def _known_id(customer: Customer, engagement: Engagement) -> dict:
    known = {
        IdType.TENANT_ID: str(customer.tenant_id or ""),
        IdType.DOMAIN: customer.domain,
        IdType.TPID: customer.tpid or "",
    }
    for id_type, value in known.items():
        if value and id_type in engagement.id_types:
            return {"id_type": id_type.value, "id_value": value}
    raise Refused(intake.accepted_ids(engagement))


def unfinished(by: Actor, now: datetime) -> QuerySet[Draft]:
    """The actor's own drafts that can be gone on with, newest first."""
    mine = Draft.objects.filter(user=by.user, partner=by.partner, made=[], updated_at__gt=now - KEPT)
    return mine.select_related("engagement", "customer").order_by("-updated_at")


def load(by: Actor, ref: str, now: datetime) -> Draft:
    """The actor's own draft, confirmed or not; raises Http404 for anybody else's and for one older than 30 days."""
    mine = Draft.objects.select_related("engagement__type", "customer")
    draft = mine.filter(ref=ref, user=by.user, partner=by.partner, updated_at__gt=now - KEPT).first()
    if draft is None:
        raise Http404
    return draft


def save_step(draft: Draft, step: str, values: dict, now: datetime, customer: Customer | None = None) -> Draft:
    """Keep what one step accepted; with ``customer`` the customer as well. Raises Refused once it was confirmed."""
    with transaction.atomic():
        locked = Draft.objects.select_for_update().get(pk=draft.pk)
        if locked.made:
            raise Refused(_("This customer was already added."))
        locked.data = {**locked.data, step: values}
        locked.customer = customer or locked.customer
        locked.updated_at = now
        locked.save(update_fields=("data", "customer", "updated_at"))
    draft.data, draft.customer, draft.updated_at = locked.data, locked.customer, now
    return draft


def discard(draft: Draft) -> None:
    """Forget a draft that made no claims; a confirmed one stays, as the answer to a second confirmation."""
    Draft.objects.filter(pk=draft.pk, made=[]).delete()


def discard_old(now: datetime) -> int:
    """Delete every draft that nobody touched for 30 days; returns how many. For the periodic job."""
    return Draft.objects.filter(updated_at__lte=now - KEPT).delete()[0]


def claims_of(draft: Draft) -> list[Claim]:
    """The claims a confirmed draft made, in the order of their numbers."""
    made = Claim.objects.filter(partner=draft.partner_id, number__in=draft.made)
    return list(made.select_related("engagement", "customer", "location").order_by("number"))


def confirm(draft: Draft, by: Actor, now: datetime) -> list[Claim]:
    """Make the draft's claims (T01, T02), once: a second confirmation answers with the same ones (R-097).

    Everything is asked again. Raises Refused with the first reason; the draft then stays as it was.
    """
    draft = Draft.objects.select_related("engagement", "customer").get(pk=draft.pk)
    if draft.made:
        return claims_of(draft)
    details, chosen, people = (draft.data.get(step) for step in ("details", "engagements", "contacts"))
    entered = draft.data.get("customer")
    if not (details and chosen and people and entered and draft.customer):
        raise Refused(_("Complete every step before you add the customer."))
    location = by.locations().filter(pk=details["location"]).first()
    if location is None:
        raise Refused(_("This location is not one of yours."))
    try:
        contacts.check(by.partner, draft.customer, people)
    except ValidationError as problem:
        raise Refused(problem.messages[0]) from problem
    return intake.start(
        action=Action.ADD_CUSTOMER if draft.kind == Draft.Kind.ADD else Action.CLAIM_CUSTOMER,
        by=by,
        location=location,
        customer=draft.customer,
        engagements=_engagements(by, chosen["ids"]),
        contacts=intake.Contacts(**{name: people[name] for name in contacts.FIELDS if people.get(name)}),
        name=details["name"],
        id_type=entered["id_type"],
        id_value=entered["id_value"],
        now=now,
        draft=draft,
        hours=chosen.get("hours"),
        previous=Claim.objects.filter(partner=draft.partner_id, number=draft.data.get("previous")).first(),
    )


def _engagements(by: Actor, ids: list[int]) -> list[Engagement]:
    """All of them, or Refused when one is not there for this partner any more."""
    visible = visible_to(by.partner_id).filter(pk__in=ids, role=PartnerRole.BUILD_INTENT).select_related("type")
    found = list(visible.order_by("pk"))
    if len(found) != len(set(ids)):
        raise Refused(_("One of the engagements is not offered to your company any more."))
    return found
