"""The Summary page of an engagement: what it is, what it asks for, what it pays (ui-spec 6.3)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from claims import caps
from customers.identity import IdType
from customers.qualification import describe
from eligibility import queries as eligibility
from engagements import queries
from engagements.availability import Availability
from engagements.models import DayCounts, Engagement
from engagements.pages import engagement_for, frame
from mci_portal.accounts import whose
from mci_portal.accounts.access import Rule, access
from mci_portal.accounts.actors import Actor
from mci_portal.common.clock import database_now
from mci_portal.common.languages import said
from mci_portal.common.templatetags.ui import day

# Requirements section 19: the published maximum of this row is 310 days and does not fit the rest of the row (C-10).
MISPRINTED = (260, 290)


@access(Rule.INCENTIVES)
@require_safe
def summary(request: HttpRequest, slug: str) -> HttpResponse:
    """R-040 to R-048. Adding a customer is offered where one of the reader's locations earns (R-080)."""
    engagement = engagement_for(request.actor, slug)
    now = database_now()
    shown = queries.summary(engagement, now.date())
    earns = not request.actor.is_microsoft and _earns(engagement, request.actor)
    is_active = shown.availability == Availability.ACTIVE
    context = frame(engagement, whose.reader(request) or request.actor, "summary") | {
        "engagement": engagement,
        "summary": shown,
        "is_active": is_active,
        "is_upcoming": shown.availability == Availability.UPCOMING,
        "add_url": _add_url(engagement) if earns and is_active else "",
        "needs_eligibility": not earns and not request.actor.is_microsoft,
        "facts": _facts(shown),
        "caps": caps.balances(engagement, request.actor.partner, now) if engagement.takes_customers else [],
        "customer_rules": [describe(rule) for rule in engagement.customer_rules],
        "limits": _limits(engagement) if engagement.takes_customers else [],
        "deadlines": _deadlines(shown.days, *shown.coming) if shown.days else [],
        "is_misprinted": shown.days is not None and (shown.days.submit_days, shown.days.review_days) == MISPRINTED,
        "next_rates": any(line.next_from for line in shown.rates),
    }
    return render(request, "engagements/summary.html", context)


def _add_url(engagement: Engagement) -> str:
    """R-080, R-223: the wizard that asks the customer, or for use or consume the form of an association."""
    if engagement.is_cpor:
        return reverse("claims:associate", query={"engagement": engagement.slug})
    return reverse("customers:add", args=[engagement.slug]) if engagement.takes_customers else ""


def _earns(engagement: Engagement, by: Actor) -> bool:
    return any(row.earning for row in eligibility.locations(engagement, by))


def _facts(shown: queries.Summary) -> list[tuple[str, object]]:
    """The row of facts on top (ui-spec 6.3)."""
    one, kind = shown.engagement, shown.type
    term = format_html("{} – {}", day(one.starts_on), day(one.ends_on) if one.ends_on else _("no end date"))
    count = shown.days.submit_days if shown.days else 0
    days = ngettext("{count} day", "{count} days", count).format(count=count) if count else "-"
    return [
        (_("Partner role"), one.get_role_display()),
        (_("Pay type"), one.get_pay_display()),
        (_("Engagement type"), said(kind.name) if kind else "-"),
        (_("Term"), term),
        (_("Max days to submit"), days),
    ]


def _limits(engagement: Engagement) -> list[tuple[str, object]]:
    """R-046: how a customer is entered, and how many claims may run."""
    accepted = ", ".join(str(IdType(code).label) for code in engagement.id_types)
    limits: list[tuple[str, object]] = [
        (_("Customer ID types"), accepted),
        (_("Claims per customer"), str(engagement.claims_per_customer)),
        (_("Open claims of a customer over all engagements"), _at_most(engagement.active_per_customer)),
    ]
    if last := engagement.last_claim_on or engagement.ends_on:
        limits.insert(0, (_("Last day to claim customers"), day(last)))
    if engagement.open_per_partner is not None:
        limits.append((_("Open claims of your company at a time"), _at_most(engagement.open_per_partner)))
    if engagement.yearly_per_partner is not None:
        limits.append((_("Claims of your company in a fiscal year"), _at_most(engagement.yearly_per_partner)))
    if engagement.exclusive:
        limits.append((_("Partners per customer"), _("One: a customer's consent to one partner closes it to others")))
    if (months := engagement.again_after_months) is not None:
        after = ngettext(
            "{count} month after a claim for it was approved",
            "{count} months after a claim for it was approved",
            months,
        )
        limits.append((_("The same customer again"), after.format(count=months)))
    if engagement.hour_options:
        limits.append((_("Hours to choose from"), ", ".join(map(str, engagement.hour_options))))
    return limits


def _at_most(number: int) -> str:
    return _("at most {number}").format(number=number)


def _deadlines(*sets: DayCounts) -> list[tuple[str, list[int], str]]:
    """Section 19: step, days now and in each set to come, and what they are counted from. The last line adds up the
    longest way."""
    return [
        (_("Get customer consent"), [one.consent_days for one in sets], _("the claim is created")),
        (_("Submit the claim"), [one.submit_days for one in sets], _("the customer consents")),
        (_("Review of the submitted claim"), [one.review_days for one in sets], _("the customer consents")),
        (_("Submit a dispute"), [one.dispute_days for one in sets], _("the claim is rejected")),
        (_("Review of the dispute"), [one.dispute_review_days for one in sets], _("the dispute is submitted")),
        (
            _("Maximum until a dispute can be submitted"),
            [one.review_days + one.dispute_days for one in sets],
            _("the customer consents"),
        ),
    ]
