"""The Customers page of an engagement: one address for the page and its rows."""

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from claims import drafts
from claims.queries import customers as queries
from claims.queries.engagements import is_claimable
from customers.pages.listing import asked as addresses
from customers.pages.listing import frame, rows
from engagements.availability import Availability, availability
from mci_portal.accounts import whose
from mci_portal.accounts.access import Rule, access
from mci_portal.common.answers import answer
from mci_portal.common.clock import database_now


@require_safe
@access(Rule.INCENTIVES)
def customers(request, slug):
    """R-060 to R-071. Hidden (404) for engagements that take no customers. Microsoft's people read along."""
    engagement, now = queries.engagement_of(request.actor, slug), database_now()
    by = whose.reader(request)
    if by is None:
        page = frame.page(request.path, engagement, request.actor)
        return whose.choose(request, page | {"of": engagement.name, "page_name": _("Customers")})
    asked = addresses.read(request.GET, whose.chosen(by))
    who = queries.roster(engagement, by, now)
    page, lines = _rows(request.path, engagement, by, who, asked, now)
    is_open = availability(engagement, now.date()) == Availability.ACTIVE
    works = by.works_on_incentives
    context = {
        "engagement": engagement,
        "asked": asked,
        "by_opportunity_only": not is_claimable(engagement),
        "add_url": reverse("customers:add", args=(slug,)) if works and is_open and asked.tab == "eligible" else "",
        "export_url": _export_url(engagement) if works and (who.claimed or who.completed) else "",
        "is_open": is_open,
        "rows": lines,
        "draft": _draft(request, engagement, now) if works and asked.tab == "eligible" else None,
        "tabs": frame.tabs(request.path, who, asked),
        **frame.page(request.path, engagement, by),
        **frame.parts(request.path, who, asked, page),
    }
    return answer(request, "customers/list.html", context, parts=("rows",))


def _export_url(engagement) -> str:
    """R-072: the claims of this engagement as a file."""
    return f"{reverse('claims:export')}?{urlencode({'area': engagement.area, 'engagement': engagement.slug})}"


def _rows(path, engagement, by, who, asked, now):
    if asked.tab == "complete":
        page = queries.complete(engagement, by, now, asked.filters, asked.sort, asked.cursor, asked.size)
        return page, rows.complete(page.rows)
    find = queries.eligible if asked.tab == "eligible" else queries.ineligible
    page = find(who, asked.filters, asked.sort, asked.cursor, asked.size)
    if asked.tab == "eligible":
        return page, rows.eligible(page.rows, who, path if by.works_on_incentives else "", now)
    return page, rows.ineligible(page.rows, queries.reasons(engagement, by, page.rows, now))


def _draft(request, engagement, now) -> dict | None:
    """The reader's own unfinished wizard for this engagement, to go on with (R-097)."""
    draft = drafts.unfinished(request.actor, now).filter(engagement=engagement).first()
    if draft is None:
        return None
    if draft.kind == draft.Kind.ADD:
        url = reverse("customers:add_step", args=(engagement.slug, draft.ref, "review"))
    else:
        url = reverse("customers:claim_step", args=(engagement.slug, draft.customer.ref, draft.ref, "review"))
    return {
        "name": draft.data["details"]["name"],
        "url": url,
        "discard_url": reverse("customers:discard", args=(engagement.slug, draft.ref)),
    }
