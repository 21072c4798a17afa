"""What the frame around every page shows: product name, who is signed in, the menu."""

from dataclasses import dataclass, field

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from mci_portal.accounts.actors import Actor, Kind


@dataclass(frozen=True)
class Shell:
    product_name: str
    is_demo: bool
    user: object | None = None
    user_name: str = ""
    partner: str = ""
    menu: list[dict] = field(default_factory=list)
    search_url: str = ""
    languages: list[tuple[str, str, bool]] = field(default_factory=list)  # code, name, whether it is spoken now


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
            search_url=reverse("search") if actor.reads_claims else "",
            languages=_languages(),
        )
    }


def _languages() -> list[tuple[str, str, bool]]:
    """R-014; nothing to choose where there is one language only."""
    spoken = get_language()
    offered = [(code, str(name), code == spoken) for code, name in settings.LANGUAGES]
    return offered if len(offered) > 1 else []


def incentives_nav(by: Actor, path: str) -> list[dict]:
    """The navigation beside the lists of the Incentives workspace, as ``components/nav.html`` takes it."""
    return [{"label": label, "url": url, "current": url == path} for label, url in _lists(by)]


def _lists(by: Actor) -> list[tuple[str, str]]:
    """R-002, R-003: the lists of claims and money that this actor can open."""
    found = []
    if by.reads_claims:
        found += [(_("MCI engagements"), reverse("engagements:list")), (_("Customer claims"), reverse("claims:list"))]
    if by.works_on_incentives:
        found.append((_("Deadlines"), reverse("deadlines")))
    if by.reads_earnings:
        found.append((_("Earnings"), reverse("earnings:list")))
    if by.works_on_incentives:
        found.append((_("Insights"), reverse("insights:partner")))
        found.append((_("Eligibility coach"), reverse("eligibility:coach")))
    return found


def _menu(actor: Actor, path: str) -> list[dict]:
    """R-002, R-003: the entries this actor can open."""
    entries = _lists(actor)
    if actor.looks_after_members:
        entries.append((_("Members"), reverse("accounts:members")))
    if actor.kind is Kind.REVIEWER:
        entries.append((_("Review queue"), reverse("review:queue")))
        entries.append((_("Insights"), reverse("insights:reviewers")))
    if actor.kind is Kind.AUDITOR:
        entries.append((_("Review queue"), reverse("review:queue")))
    if actor.kind is Kind.FINANCE:
        entries.append((_("Caps"), reverse("operator_catalogue:caps")))
    if actor.kind in (Kind.OPERATOR, Kind.AUDITOR):
        entries.append((_("Operator console"), reverse("operator:home")))
    if actor.kind in (Kind.OPERATOR, Kind.AUDITOR, Kind.FINANCE):
        entries.append((_("Insights"), reverse("insights:operator")))
    return [{"label": label, "url": url, "current": path.startswith(url)} for label, url in entries]
