"""What the frame around every page shows: product name, who is signed in, the menu."""

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from mci_portal.accounts.actors import Actor, Kind
from mci_portal.common.addresses import path_to


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
            search_url=path_to("search") if actor.reads_claims else "",
            languages=_languages(),
        )
    }


def _languages() -> tuple[tuple[str, str, bool], ...]:
    """R-014; nothing to choose where there is one language only."""
    spoken = get_language()
    offered = tuple((code, str(name), code == spoken) for code, name in settings.LANGUAGES)
    return offered if len(offered) > 1 else ()


def incentives_nav(by: Actor, path: str) -> tuple[Entry, ...]:
    """The navigation beside the lists of the Incentives workspace, as ``components/nav.html`` takes it."""
    lists = _lists_of(by.works_on_incentives, by.reads_claims, by.reads_earnings, get_language())
    return tuple(Entry(label, url, url == path) for label, url in lists)


# Kept for readers of one kind and one language: every page shows them, and most of the work is finding the addresses.


@lru_cache(maxsize=256)
def _lists_of(works: bool, claims: bool, earnings: bool, _language: str | None) -> tuple[tuple[str, str], ...]:
    """R-002, R-003: the lists that somebody can open who works on incentives, reads claims, reads earnings."""
    found = []
    if claims:
        found += [(_("MCI engagements"), path_to("engagements:list")), (_("Customer claims"), path_to("claims:list"))]
    if works:
        found.append((_("Deadlines"), path_to("deadlines")))
    if earnings:
        found.append((_("Earnings"), path_to("earnings:list")))
    if works:
        found.append((_("Insights"), path_to("insights:partner")))
        found.append((_("Eligibility coach"), path_to("eligibility:coach")))
    return tuple(found)


@lru_cache(maxsize=64)
def _desks_of(kind: Kind, grants: bool, _language: str | None) -> tuple[tuple[str, str], ...]:
    """R-002, R-003: the other pages of the menu, by who somebody is; ``grants``: he looks after the members."""
    found = []
    if grants:
        found.append((_("Members"), path_to("accounts:members")))
    if kind in (Kind.REVIEWER, Kind.AUDITOR):
        found.append((_("Review queue"), path_to("review:queue")))
    if kind is Kind.REVIEWER:
        found.append((_("Insights"), path_to("insights:reviewers")))
    if kind is Kind.FINANCE:
        found.append((_("Caps"), path_to("operator_catalogue:caps")))
    if kind in (Kind.OPERATOR, Kind.AUDITOR):
        found.append((_("Operator console"), path_to("operator:home")))
    if kind in (Kind.OPERATOR, Kind.AUDITOR, Kind.FINANCE):
        found.append((_("Insights"), path_to("insights:operator")))
    return tuple(found)


def _menu(actor: Actor, path: str) -> tuple[Entry, ...]:
    language = get_language()
    lists = _lists_of(actor.works_on_incentives, actor.reads_claims, actor.reads_earnings, language)
    entries = (*lists, *_desks_of(actor.kind, actor.looks_after_members, language))
    return tuple(Entry(label, url, path.startswith(url)) for label, url in entries)
