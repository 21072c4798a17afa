"""What the frame around every page shows: product name, who is signed in, the menu."""

from dataclasses import dataclass, field

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from mci_portal.accounts.actors import Kind


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
            search_url=reverse("search") if actor.works_on_incentives or actor.is_microsoft else "",
            languages=_languages(),
        )
    }


def _languages() -> list[tuple[str, str, bool]]:
    """R-014; nothing to choose where there is one language only."""
    spoken = get_language()
    offered = [(code, str(name), code == spoken) for code, name in settings.LANGUAGES]
    return offered if len(offered) > 1 else []


def _menu(actor, path: str) -> list[dict]:
    """R-002, R-003: the entries this actor can open."""
    entries = []
    if actor.works_on_incentives or actor.is_microsoft:
        entries += [(_("MCI Engagements"), reverse("engagements:list")), (_("Customer claims"), reverse("claims:list"))]
    if actor.works_on_incentives:
        entries.append((_("Deadlines"), reverse("deadlines")))
        entries.append((_("Earnings"), reverse("earnings:list")))
        entries.append((_("Insights"), reverse("insights:partner")))
        entries.append((_("Eligibility coach"), reverse("eligibility:coach")))
    if actor.looks_after_members:
        entries.append((_("Members"), reverse("accounts:members")))
    if actor.kind is Kind.REVIEWER:
        entries.append((_("Review queue"), reverse("review:queue")))
        entries.append((_("Insights"), reverse("insights:reviewers")))
    if actor.kind is Kind.OPERATOR:
        entries.append((_("Operator console"), reverse("operator:home")))
        entries.append((_("Insights"), reverse("insights:operator")))
    return [{"label": label, "url": url, "current": path.startswith(url)} for label, url in entries]
