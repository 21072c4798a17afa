"""Walks through the customer wizards by POST, as a browser without JavaScript does. Used by the wizard tests."""

from django.test import Client
from django.urls import reverse

from claims.models import Draft
from engagements.models import Engagement
from mci_portal.accounts.models import Location

CONTACTS = {
    "customer_title": "IT manager",
    "customer_name": "Nora Northwind",
    "customer_email": "nora@northwindtraders.example",
    "partner_name": "Ana Silva",
    "partner_email": "ana@contoso.example",
}
DOMAIN = {"id_type": "domain", "id_value": "northwindtraders.example"}


def add_url(engagement: Engagement) -> str:
    return reverse("customers:add", args=(engagement.slug,))


def step_url(draft: Draft, step: str) -> str:
    if draft.kind == Draft.Kind.CLAIM:
        return reverse("customers:claim_step", args=(draft.engagement.slug, draft.customer.ref, draft.ref, step))
    return reverse("customers:add_step", args=(draft.engagement.slug, draft.ref, step))


def begin(client: Client, engagement: Engagement, location: Location, name: str = "Spring workshop") -> Draft:
    """The first step; returns the draft it made."""
    answer = client.post(add_url(engagement), {"name": name, "location": location.pk})
    assert answer.status_code == 302, answer.content.decode()
    return Draft.objects.latest("pk")


def take(client: Client, draft: Draft, step: str, data: dict) -> str:
    """One accepted step; returns where it leads."""
    answer = client.post(step_url(draft, step), data)
    assert answer.status_code == 302, answer.content.decode()
    draft.refresh_from_db()
    return answer.url


def up_to_review(client: Client, engagement: Engagement, location: Location, ids: list[int] | None = None) -> Draft:
    """Every step but the last one, with good answers."""
    draft = begin(client, engagement, location)
    take(client, draft, "customer", DOMAIN)
    take(client, draft, "engagements", {"ids": ids or [engagement.pk]})
    take(client, draft, "contacts", CONTACTS)
    return draft


def refused_at(answer, field: str) -> str:
    """The answer is a 422 whose only error stands at this field; returns the sentence."""
    assert answer.status_code == 422, answer.content.decode()
    errors = answer.context["form"].errors
    assert list(errors) == [field]
    assert f'id="id_{field}_error"' in answer.content.decode()
    return " ".join(errors[field])
