"""What the frame around every page shows: product name, who is signed in, the menu."""

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from mci_portal.accounts.actors import Actor, Kind


class Entry(NamedTuple):
    """Of the menu or the navigation. Tuples of these are keys by which ``{% kept %}`` knows what it has drawn."""

    label: str
    url: str
    current: bool


@dataclass(frozen=True)
class Shell:
    product_name: str
    is_demo: bool
    user: object | None = None
    user_name: str = ""
    partner: str = ""
    menu: tuple[Entry, ...] = ()
    search_url: str = ""
    languages: tuple[tuple[str, str, bool], ...] = ()  # code, name, whether it is spoken now

    @property
    def has_partner(self) -> bool:
        return bool(self.partner)


def shell(request) -> dict:
    """Context processor: the one object the frame needs. Costs no query beyond the request's own actor."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"shell": Shell(settings.PRODUCT_NAME, settings.DEMO, languages=_languages())}
    actor = request.actor
    return {
        "shell": Shell(
            product_name=settings.PRODUCT_NAME,
            is_demo=settings.DEMO,
            user=user,
            user_name=user.name,
            partner=actor.partner.name if actor.partner else "",
            menu=_menu(actor, request.path),
            search_url=_search_url() if actor.works_on_incentives or actor.is_microsoft else "",
            languages=_languages(),
        )
    }


@lru_cache(maxsize=1)
def _search_url() -> str:
    return reverse("search")


def _languages() -> tuple[tuple[str, str, bool], ...]:
    """R-014; nothing to choose where there is one language only."""
    spoken = get_language()
    offered = tuple((code, str(name), code == spoken) for code, name in settings.LANGUAGES)
    return offered if len(offered) > 1 else ()


def incentives_nav(by: Actor, path: str) -> tuple[Entry, ...]:
    """The navigation beside the lists of the Incentives workspace, as ``components/nav.html`` takes it."""
    lists = _lists_of(by.kind, by.works_on_incentives, get_language())
    return tuple(Entry(label, url, url == path) for label, url in lists)


# Kept for readers of one kind and one language: every page shows them, and most of the work is finding the addresses.


@lru_cache(maxsize=256)
def _lists_of(kind: Kind, works: bool, _language: str | None) -> tuple[tuple[str, str], ...]:
    """R-002, R-003: the lists of claims and money that such an actor can open."""
    found = []
    if works or kind in (Kind.REVIEWER, Kind.OPERATOR):
        found += [(_("MCI engagements"), reverse("engagements:list")), (_("Customer claims"), reverse("claims:list"))]
    if works:
        found.append((_("Deadlines"), reverse("deadlines")))
    if works or kind is Kind.OPERATOR:  # payouts are nothing to reviewers
        found.append((_("Earnings"), reverse("earnings:list")))
    if works:
        found.append((_("Insights"), reverse("insights:partner")))
        found.append((_("Eligibility coach"), reverse("eligibility:coach")))
    return tuple(found)


@lru_cache(maxsize=256)
def _entries_of(kind: Kind, works: bool, grants: bool, language: str | None) -> tuple[tuple[str, str], ...]:
    """R-002, R-003: the entries of the menu that such an actor can open; ``grants``: looks after the members."""
    entries = list(_lists_of(kind, works, language))
    if grants:
        entries.append((_("Members"), reverse("accounts:members")))
    if kind is Kind.REVIEWER:
        entries.append((_("Review queue"), reverse("review:queue")))
        entries.append((_("Insights"), reverse("insights:reviewers")))
    if kind is Kind.OPERATOR:
        entries.append((_("Operator console"), reverse("operator:home")))
        entries.append((_("Insights"), reverse("insights:operator")))
    return tuple(entries)


def _menu(actor: Actor, path: str) -> tuple[Entry, ...]:
    entries = _entries_of(actor.kind, actor.works_on_incentives, actor.looks_after_members, get_language())
    return tuple(Entry(label, url, path.startswith(url)) for label, url in entries)
