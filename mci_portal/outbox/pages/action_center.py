"""Action Center: what the portal has told this user, newest first (R-006, R-244)."""

from django.core.exceptions import BadRequest
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from claims.mails.subjects import SUBJECTS, subject
from claims.models import Claim
from mci_portal.accounts.access import Rule, access
from mci_portal.accounts.actors import Kind
from mci_portal.common import paging
from mci_portal.common.answers import answer
from mci_portal.common.clock import database_now
from mci_portal.common.lists import ListState
from mci_portal.outbox import links, notices


@require_safe
@access(Rule.SIGNED_IN)
def action_center(request):
    actor = request.actor
    state = ListState.read(request, sorts={"newest": ("-id",)}, default_sort="newest")
    found = notices.with_marks(notices.of_actor(actor), actor)
    page = paging.page(found, state.order, state.cursor, state.per_page)
    context = {
        "rows": _rows(page.rows, actor),
        "pager": state.pager(page),
        "here": request.get_full_path(),
    }
    return answer(request, "outbox/action_center.html", context, parts=("rows",))


def _rows(messages, actor) -> list[dict]:
    claims = _claims_of(messages)
    for_reviewer = actor.kind is Kind.REVIEWER
    return [
        {
            "id": message.pk,
            "title": _title(message, claims.get(links.claim_number(message))),
            "number": links.claim_number(message),
            "url": links.claim_address(message, for_reviewer=for_reviewer),
            "at": message.created_at,
            "seen": message.seen,
        }
        for message in messages
    ]


def _claims_of(messages) -> dict[str, Claim]:
    """The claims of the messages that have no subject yet, all in one query."""
    numbers = {links.claim_number(message) for message in messages if not message.subject} - {""}
    found = Claim.objects.filter(number__in=numbers).select_related("partner", "customer", "engagement")
    return {str(claim.number): claim for claim in found} if numbers else {}


def _title(message, claim: Claim | None) -> str:
    if message.subject or claim is None or message.kind not in SUBJECTS:
        return notices.title(message)
    return subject(message.kind, claim, message.context)


@require_safe
@access(Rule.SIGNED_IN)
def count(request):
    """The number on the bell, fetched after the page so that no page waits for it."""
    return render(request, "outbox/count.html", {"unread": notices.unread_count(request.actor)})


@require_POST
@access(Rule.SIGNED_IN)
def mark_read(request):
    """POST ``ids`` (repeated), or ``all``; back to the page of the list one came from."""
    sent = request.POST.getlist("ids")
    if not all(value.isascii() and value.isdigit() and len(value) <= 18 for value in sent):
        raise BadRequest(_("This is not a notification."))
    ids = None if "all" in request.POST else [int(value) for value in sent]
    notices.mark_read(request.actor, ids, database_now())
    back = request.POST.get("back", "")
    return redirect(back if back.startswith("/action-center/?") else "outbox:action_center")
