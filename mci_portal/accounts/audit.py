"""The audit of sign-ins, refusals and what leaves the portal (R-270, reliability 11.12); roles, claims and the
catalogue keep their own. Signals, the middleware and use cases write; the operator's page reads. Never a password, a
mailed link or what a document says.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse

from mci_portal.accounts.actors import Actor, actor_for
from mci_portal.accounts.models import AuditEvent, User
from mci_portal.common.clock import database_now
from mci_portal.common.throttle import address_of, too_often

What = AuditEvent.What
LONGEST = 300
REFUSALS_A_MINUTE = 20  # of one person; whoever knocks at a thousand doors leaves twenty lines, not a thousand
GUESSES_OF_ONE, GUESSES_OF_ALL = 10, 100  # a minute from one address
_OPEN_DOORS = ("public", "token", "demo")


def record(what: str, by: Actor, about: str = "", *, before: dict | None = None, after: dict | None = None) -> None:
    """Write one line in the name of ``by``. ``before`` and ``after`` hold no secrets; what changed, no more."""
    AuditEvent.objects.create(
        what=what,
        user=by.user,
        name=by.name,
        role=by.role,
        partner=by.partner,
        address=by.address,
        about=about[:LONGEST],
        before=before or {},
        after=after or {},
        at=database_now(),
    )


def found(whats: tuple[str, ...], search: str) -> QuerySet[AuditEvent]:
    """The lines of some kinds, or of all for none, with ``search`` in the name, the address or what they are about."""
    rows = AuditEvent.objects.select_related("user", "partner")
    if whats:
        rows = rows.filter(what__in=whats)
    if search:
        named = Q(name__icontains=search) | Q(user__email__icontains=search) | Q(about__icontains=search)
        rows = rows.filter(named | Q(address__startswith=search) | Q(partner__name__icontains=search))
    return rows


# --- signing in and out ---------------------------------------------------------------------------------------------


def signed_in(sender: Any, request: HttpRequest, user: User, **_: Any) -> None:
    """Receives ``user_logged_in``."""
    record(What.SIGNED_IN, actor_for(user, address=address_of(request)))


def sign_in_failed(sender: Any, credentials: dict, request: HttpRequest | None = None, **_: Any) -> None:
    """Receives ``user_login_failed``. What was typed is kept only where it names an account: it may be a password."""
    typed = credentials.get("email") or credentials.get("username") or ""
    user = User.objects.filter(email__iexact=typed).first()
    AuditEvent.objects.create(
        what=What.SIGN_IN_FAILED,
        user=user,
        name=user.name if user else "",
        address=address_of(request) if request else None,
        at=database_now(),
    )


def guesses_too_often(email: str, address: str | None) -> bool:
    """Whether too many sign-ins from ``address`` failed within a minute: of this account, or of all (11.11)."""
    lately = AuditEvent.objects.filter(
        what=What.SIGN_IN_FAILED, at__gt=database_now() - timedelta(minutes=1), address=address
    )
    emails = list(lately.values_list("user__email", flat=True)[:GUESSES_OF_ALL])
    return len(emails) >= GUESSES_OF_ALL or emails.count(email.lower()) >= GUESSES_OF_ONE


def signed_out(sender: Any, request: HttpRequest, user: User | None, **_: Any) -> None:
    """Receives ``user_logged_out``; nobody in particular may sign out as well."""
    if user is not None:
        record(What.SIGNED_OUT, actor_for(user, address=address_of(request)))


# --- what leaves the portal, and who was refused --------------------------------------------------------------------


def leaves_trail(what: str) -> Callable:
    """Decorate, outermost, a view whose answer takes data out of the portal: each one is written down."""

    def mark(view: Callable) -> Callable:
        view.leaves_trail = what  # type: ignore[attr-defined]
        return view

    return mark


class AuditMiddleware:
    """Stands right after AccessMiddleware. The one thing that a page which is only read may write is that it was."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        answer = self.get_response(request)
        view = getattr(request.resolver_match, "func", None)
        if answer.status_code in (200, 206) and request.method != "HEAD" and hasattr(view, "leaves_trail"):
            record(view.leaves_trail, request.actor, _about(request))
        elif answer.status_code in (403, 404) and getattr(view, "access_rule", "public") not in _OPEN_DOORS:
            _refused(request, answer)
        return answer


def _refused(request: Any, answer: HttpResponse) -> None:
    """A 404 of a page that exists counts: it is what somebody else's object looks like."""
    if not request.user.is_authenticated or too_often(f"refusals:{request.user.pk}", REFUSALS_A_MINUTE, 60):
        return
    record(What.DENIED, request.actor, f"{answer.status_code} {request.method} {request.path}")


def _about(request: HttpRequest) -> str:
    """The address with its filters, which say what went out."""
    return request.get_full_path()
