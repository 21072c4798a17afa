"""Step "Review": everything that was entered, what it would pay, and the one button that makes the claims (R-095)."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from claims import intake
from customers.identity import IdType
from customers.pages.wizard.engagements import payout
from customers.pages.wizard.run import Run
from customers.resolution import find_opportunity
from mci_portal.common.templatetags.ui import money

LABEL = gettext_lazy("Review")
TEMPLATE = "customers/wizard/review.html"


def form(_run: Run, data=None) -> forms.Form:
    return forms.Form(data)


def context(run: Run, _form, _request) -> dict:
    return {"groups": [group for group in _groups(run) if group], "proposal": _proposal(run)}


def _groups(run: Run) -> list[dict | None]:
    details, people, hours = run.given("details"), run.given("contacts"), run.given("engagements").get("hours")
    chosen = [choice for choice in run.choices if choice.engagement.pk in run.given("engagements")["ids"]]
    place = f"{run.location.name} ({run.location.code}, {run.location.country})"
    return [
        _group(run, "details", _("Claim details"), [(_("Claim name"), details["name"]), (_("Location"), place)]),
        _group(run, "" if run.known else "customer", _("Customer"), _customer(run)),
        _group(
            run,
            "engagements",
            _("Engagements"),
            [(one.engagement.name, payout(one.rate)) for one in chosen] + ([(_("Hours"), hours)] if hours else []),
        ),
        _group(
            run,
            "contacts",
            _("Contacts"),
            [
                (_("Customer contact title"), people["customer_title"]),
                (_("Customer contact name"), people["customer_name"]),
                (_("Customer contact email"), people["customer_email"]),
                *_language(people),
                (_("Partner contact name"), people["partner_name"]),
                (_("Partner contact email"), people["partner_email"]),
            ]
            + ([(_("Reason for domain mismatch"), why)] if (why := people["mismatch_reason"]) else []),
        ),
    ]


def _language(people: dict) -> list[tuple[str, str]]:
    language = dict(settings.LANGUAGES).get(people.get("customer_language", ""))
    return [(_("Language of the customer"), language)] if language else []


def _group(run: Run, step: str, title: str, pairs: list) -> dict:
    return {"title": title, "pairs": pairs, "edit_url": run.url(step) if step else ""}


def _customer(run: Run) -> list[tuple[str, str]]:
    customer, entered = run.customer, run.given("customer")
    facts = {
        pgettext("of an organisation", "Name"): customer.name,
        str(IdType(entered["id_type"]).label): entered["id_value"],
        **_opportunity(entered),
        str(IdType.DOMAIN.label): customer.domain,
        str(IdType.TENANT_ID.label): str(customer.tenant_id or ""),
        str(IdType.TPID.label): customer.tpid,
    }
    return [(label, value) for label, value in facts.items() if value]


def _opportunity(entered: dict) -> dict[str, str]:
    """What the seller system says of the opportunity that variable pay rests on (R-095)."""
    found = find_opportunity(entered["id_value"]) if entered["id_type"] == IdType.MSX else None
    if found is None:
        return {}
    facts = {"stage": found.stage, "amount": money(found.amount, found.currency)}
    return {_("Opportunity"): _("Sales stage {stage}, {amount} expected").format(**facts)}


def _proposal(run: Run) -> dict | None:
    """Only variable pay proposes an amount: hours times the hourly rate of today."""
    hours = run.given("engagements").get("hours")
    if not hours:
        return None
    chosen = next(one.engagement for one in run.choices if one.engagement.pk in run.given("engagements")["ids"])
    found = intake.proposed(chosen, run.location, hours, run.now.date())
    if found is None:
        return None
    rate, amount = found
    facts = {"hours": hours, "rate": money(rate.amount, rate.currency), "market": rate.market}
    return {
        "amount": money(amount, rate.currency),
        "formula": _("%(hours)s hours × %(rate)s per hour (market %(market)s)") % facts
        if rate.per_hour
        else _("Fixed amount of market %(market)s for %(hours)s hours") % facts,
    }
