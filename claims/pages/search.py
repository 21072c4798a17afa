"""The search box of the frame: one page with what was found of each kind (R-006)."""

from urllib.parse import urlencode

from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from claims.queries import everywhere as queries
from claims.queries.search import NUMBER
from mci_portal.accounts.access import Rule, access
from mci_portal.accounts.actors import Actor
from mci_portal.accounts.shell import incentives_nav
from mci_portal.common.answers import answer
from mci_portal.common.lists import LONGEST_SEARCH


@require_safe
@access(Rule.INCENTIVES)
def everywhere(request):
    """``?q=``; the number of a claim that the reader may see leads straight to it."""
    q = request.GET.get("q", "").strip()[:LONGEST_SEARCH]
    found = queries.find(request.actor, q)
    if NUMBER.fullmatch(q) and len(found.claims) == 1 and not request.htmx:
        return redirect("claims:detail", found.claims[0].number)
    groups = [group for group in (*_groups(found, q), _pages(request.actor, q)) if group["rows"]]
    count = sum(len(group["rows"]) for group in groups)
    context = {
        "q": q,
        "groups": groups,
        "spoken": ngettext("{count} result", "{count} results", count).format(count=count),
        "crumbs": [(_("Home"), reverse("accounts:home")), (_("Search"), "")],
    }
    return answer(request, "claims/search.html", context, parts=("found",))


def _groups(found: queries.Found, q: str) -> list[dict]:
    claims, offers = reverse("claims:list"), reverse("engagements:list")
    all_of = urlencode({"q": q})
    return [
        {
            "id": "claims",
            "title": _("Claims"),
            "rows": [_claim(claim) for claim in found.claims],
            "more": f"{claims}?{all_of}" if found.more_claims else "",
            "more_label": _("All claims with “{words}”").format(words=q),
        },
        {
            "id": "customers",
            "title": _("Customers"),
            "rows": [_customer(customer) for customer in found.customers],
            "more": f"{claims}?{all_of}" if found.more_customers else "",
            "more_label": _("All claims with “{words}”").format(words=q),
        },
        {
            "id": "engagements",
            "title": _("Engagements"),
            "rows": [_engagement(engagement) for engagement in found.engagements],
            "more": f"{offers}?{urlencode({'q': q, 'view': 'all'})}" if found.more_engagements else "",
            "more_label": _("All engagements with “{words}”").format(words=q),
        },
        {
            "id": "statuses",
            "title": _("Claim statuses"),
            "rows": [
                {"label": status.label, "url": f"{claims}?{urlencode({'status': status})}", "sub": ""}
                for status in found.statuses
            ],
        },
    ]


def _pages(by: Actor, q: str) -> dict:
    """R-002: the lists of the menu by a part of their name, so that "Engagements" still finds MCI engagements."""
    lists = incentives_nav(by, "") if len(q) > 2 else ()
    rows = [{"label": one.label, "url": one.url, "sub": ""} for one in lists if q.casefold() in one.label.casefold()]
    return {"id": "pages", "title": _("Pages"), "rows": rows}


def _claim(claim) -> dict:
    return {
        "label": f"{claim.number} – {claim.name}",
        "url": reverse("claims:detail", args=(claim.number,)),
        "sub": f"{claim.customer.name} · {claim.engagement.name} · {claim.get_status_display()}",
    }


def _customer(customer) -> dict:
    claims = f"{reverse('claims:list')}?{urlencode({'q': customer.name})}"
    return {"label": customer.name, "url": claims, "sub": customer.domain or customer.tpid or ""}


def _engagement(engagement) -> dict:
    return {
        "label": engagement.name,
        "url": reverse("engagements:summary", args=(engagement.slug,)),
        "sub": f"{engagement.get_area_display()} · {engagement.get_role_display()}",
    }
