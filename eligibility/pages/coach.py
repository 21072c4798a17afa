"""The eligibility coach: what to fix next, the most valuable first (R-057)."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from eligibility import coach as advice
from eligibility import standing
from mci_portal.accounts.access import Rule, access
from mci_portal.accounts.actors import Actor
from mci_portal.accounts.shell import incentives_nav
from mci_portal.common import paging
from mci_portal.common.answers import answer
from mci_portal.common.clock import database_now
from mci_portal.common.languages import said
from mci_portal.common.lists import Choice, ListState
from mci_portal.common.templatetags.ui import money


@require_safe
@access(Rule.PARTNER)
def coach(request: HttpRequest) -> HttpResponse:
    """``?q=`` an engagement, ``?location=`` ids; in at most twelve queries."""
    actor, today = request.actor, database_now().date()
    places = [(str(place.pk), str(place)) for place in actor.locations()]
    filters = [Choice("location", _("Location"), places)] if len(places) > 1 else []
    state = ListState.read(request, sorts={"worth": advice.ORDER}, default_sort="worth", filters=filters)
    chosen = [int(value) for value in state.chosen.get("location", ())]
    found = advice.unfinished(actor, today, search=state.q, places=chosen)
    page = paging.page(found, state.order, state.cursor, state.per_page)
    rows = [_row(one, actor) for one in advice.advise(page.rows, actor, today)]
    context = {
        "state": state,
        "rows": rows,
        "pager": state.pager(page),
        "spoken": ngettext("{count} step towards earning", "{count} steps towards earning", len(rows)).format(
            count=len(rows)
        ),
        "crumbs": [(_("Home"), "/"), (_("Incentives"), reverse("engagements:list")), (_("Eligibility coach"), "")],
        "nav": incentives_nav(request.actor, request.path),
    }
    return answer(request, "eligibility/coach.html", context, parts=("rows",))


def _row(one: advice.Advice, actor: Actor) -> dict:
    location, engagement = one.verdict.location, one.verdict.engagement
    return {
        "engagement": engagement.name,
        "url": reverse("engagements:criteria", args=[engagement.slug, location.pk]),
        "location": str(location),
        "worth": money(one.worth, one.currency) if one.worth else said(engagement.pay_text) or "-",
        "worth_note": _("with the most hours") if one.hourly and one.worth else "",
        "steps": [
            {
                "title": step.title,
                "text": step.text,
                "any_of": ", ".join(step.any_of),
                "who": ", ".join(step.who) or _("Microsoft"),
                "url": _fix_url(step, one, actor),
            }
            for step in one.steps
        ],
    }


def _fix_url(step: advice.Step, one: advice.Advice, actor: Actor) -> str:
    """Where the reader himself can do something about it, or ""."""
    location = one.verdict.location
    if step.key == standing.PAYEE and actor.administers(location.pk) and step.who:
        return reverse("eligibility:payee", args=[location.code])
    return ""
