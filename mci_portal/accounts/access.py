"""Who may enter which page. Every view declares its rule here; a URL without one fails a test.

The rule speaks of doors only. What a user sees behind the door is scoped by the queries, and what he may
do there by the life cycle.
"""

from collections.abc import Callable
from enum import StrEnum
from functools import wraps

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from mci_portal.accounts import idle, requests, workspaces
from mci_portal.accounts.actors import Actor, Kind, actor_for
from mci_portal.common.throttle import address_of

PARTNER_SESSION_KEY = "partner"
# A parameter of an address -> the partner of the object it names, None for none; said by the app that keeps them.
OWNERS: dict[str, Callable[[int], int | None]] = {}


class Rule(StrEnum):
    PUBLIC = "public"  # anybody, no account
    TOKEN = "token"  # noqa: S105 - the bearer of a mailed link, never a session
    SIGNED_IN = "signed_in"  # any account
    INCENTIVES = "incentives"  # an incentives role at the partner, or Microsoft's people who read claims
    EARNINGS = "earnings"  # the same with finance viewers; the queries refuse reviewers
    PARTNER = "partner"  # an incentives role at the partner only
    ACCOUNT_ADMIN = "account_admin"  # the partner's Global and Account admins, who give roles
    REVIEWER = "reviewer"  # Microsoft reviewers
    MICROSOFT = "microsoft"  # reviewers and operators, and auditors reading along
    OPERATOR = "operator"  # program operators
    MAIL_LOG = "mail_log"  # operators, auditors, and a partner's Incentives admins for their own company
    AUDITOR = "auditor"  # as readers of an operator's page: auditors
    FINANCE = "finance"  # the same: auditors and finance viewers
    DEMO = "demo"  # only while the demo runs


def _admits(rule: Rule, actor: Actor) -> bool:
    return {
        Rule.SIGNED_IN: True,
        Rule.INCENTIVES: actor.reads_claims,
        Rule.EARNINGS: actor.works_on_incentives or actor.is_microsoft,
        Rule.PARTNER: actor.works_on_incentives,
        Rule.ACCOUNT_ADMIN: actor.looks_after_members,
        Rule.REVIEWER: actor.kind is Kind.REVIEWER,
        Rule.MICROSOFT: actor.is_microsoft and actor.reads_claims,
        Rule.OPERATOR: actor.kind is Kind.OPERATOR,
        Rule.MAIL_LOG: actor.reads_mail_log,
        Rule.AUDITOR: actor.kind is Kind.AUDITOR,
        Rule.FINANCE: actor.kind in (Kind.AUDITOR, Kind.FINANCE),
    }[rule]


def access(rule: Rule, readers: Rule | None = None) -> Callable:
    """Decorate a view with its rule: no account leads to sign-in, the wrong account to an explanation (403).

    ``readers`` may look at the page as well, and send nothing. Who only reads (R-012) sends nothing anywhere but
    to the pages of his own account.
    """

    def decorate(view: Callable) -> Callable:
        @wraps(view)
        def guarded(request, *args, **kwargs):
            if rule is Rule.DEMO and not settings.DEMO:
                raise Http404
            if rule not in (Rule.PUBLIC, Rule.TOKEN, Rule.DEMO):
                if not request.user.is_authenticated:
                    return _to_sign_in(request)
                reads = request.method in idle.SAFE_METHODS
                if not _admits(rule, request.actor) and not (reads and readers and _admits(readers, request.actor)):
                    if _is_anothers(request.actor, kwargs):
                        raise Http404
                    return no_role(request)
                if request.actor.only_reads and not reads and rule is not Rule.SIGNED_IN:
                    raise PermissionDenied(_("Your role reads along and changes nothing."))
            return view(request, *args, **kwargs)

        guarded.access_rule = rule
        guarded.access_readers = readers
        return guarded

    return decorate


def _is_anothers(actor: Actor, named: dict) -> bool:
    """What is another company's is not there at all, whatever role would be needed for it (reliability section 6)."""
    owners = [OWNERS[name](value) for name, value in named.items() if name in OWNERS]
    return actor.partner is not None and any(owner != actor.partner_id for owner in owners)


def asks_by_itself(view: Callable) -> Callable:
    """Decorate, outermost, what an open page fetches again and again: no sign of life of its reader (11.7)."""
    view.asks_by_itself = True
    return view


def _to_sign_in(request) -> HttpResponse:
    ended = idle.has_ended(request)
    if request.headers.get("HX-Request") == "true":
        if ended and getattr(request.resolver_match.func, "asks_by_itself", False):
            # Whoever is still typing keeps his page; he is told when he does something himself.
            return HttpResponse(status=idle.STOP_POLLING)
        answer = HttpResponse(status=401)
        answer["HX-Redirect"] = idle.sign_in_address(request) if ended else settings.LOGIN_URL
        return answer
    return redirect(idle.sign_in_address(request)) if ended else redirect_to_login(request.get_full_path())


def no_role(request) -> HttpResponse:
    """R-001: say which role is missing and who of the own company can grant it, instead of a bare refusal."""
    partner = request.actor.partner
    asks = None if request.actor.works_on_incentives else requests.partner_of(request.actor)
    company = partner or asks
    context = {
        "partner": partner,
        "admins": workspaces.admins_of(company) if company else (),
        "asks": asks,
        "waiting": requests.open_request(request.actor),
    }
    return render(request, "accounts/no_role.html", context, status=403)


class AccessMiddleware:
    """Puts ``request.actor`` in place: the roles of this very moment, read once and only when asked for."""

    def __init__(self, get_response: Callable):
        self.get_response = get_response

    def __call__(self, request):
        request.actor = SimpleLazyObject(
            lambda: actor_for(request.user, request.session.get(PARTNER_SESSION_KEY), address_of(request))
        )
        return self.get_response(request)
