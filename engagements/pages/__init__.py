"""The pages of engagements. What all pages of one engagement begin with stands here: finding it, and their frame."""

from datetime import UTC, datetime

from django.http import Http404
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from engagements.models import Engagement
from engagements.queries import visible_to
from mci_portal.accounts import whose
from mci_portal.accounts.actors import Actor


def engagement_for(by: Actor, slug: str) -> Engagement:
    """The engagement with its type; Http404 for one that the actor may not know of (R-031)."""
    found = visible_to(by.partner_id).filter(slug=slug).select_related("type").first()
    if found is None:
        raise Http404
    return found


def frame(engagement: Engagement, by: Actor, here: str) -> dict:
    """Breadcrumbs and left navigation; ``here`` is "summary", "eligibility" or "" for a page below the latter.

    Customers belong to build-intent engagements (R-060). Whoever looks at a partner keeps looking at it.
    """

    def page(name: str) -> str:
        return whose.url(reverse(name, args=[engagement.slug]), by)

    summary = (_("Summary"), page("engagements:summary"), "summary")
    eligibility = (_("Eligibility"), page("engagements:eligibility"), "eligibility")
    entries = [summary, eligibility]
    if engagement.takes_customers:
        entries.append((_("Customers"), page("customers:list"), "customers"))
    home = reverse("engagements:list")
    crumbs = [(_("Home"), reverse("accounts:home")), (_("Incentives"), home), (_("MCI engagements"), home)]
    names = {name: label for label, _url, name in entries}
    below = [(engagement.name, ""), (names["summary"], "")]
    if here != "summary":
        below = [(engagement.name, summary[1]), (eligibility[0], "" if here else eligibility[1])]
    return {
        "crumbs": [*crumbs, *below],
        "looked_at": by.partner if by.is_microsoft else None,
        "nav": [{"label": label, "url": url, "current": name == here} for label, url, name in entries],
    }


def last_update(moment: datetime | None) -> dict:
    """What ``engagements/parts/last_update.html`` takes: in UTC, whatever the reader's own time zone (R-053)."""
    pattern = pgettext("date and time format", "F j, Y, H:i")
    moment = moment and moment.astimezone(UTC).replace(microsecond=0)
    return {"last_update": moment, "last_update_utc": date_format(moment, pattern) if moment else ""}
