"""The mail log: what was sent to whom, what failed and why, and for the operator another try. Never a link's secret."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from mci_portal.accounts.access import Rule, access
from mci_portal.accounts.actors import Kind
from mci_portal.common import paging
from mci_portal.common.answers import answer
from mci_portal.common.clock import database_now
from mci_portal.common.errors import Conflict
from mci_portal.common.lists import ListState
from mci_portal.outbox import delivery, links, log, notices
from mci_portal.outbox.models import Message, Status


@require_safe
@access(Rule.MAIL_LOG)
def mail_log(request):
    """``?status=`` one status, ``?q=`` a claim number or part of an address."""
    status = request.GET.get("status", "")
    status = status if status in Status.values else ""
    state = ListState.read(request, sorts={"newest": ("-id",)}, default_sort="newest", status=status)
    page = paging.page(
        log.found(log.readable(request.actor), status, state.q), state.order, state.cursor, state.per_page
    )
    context = {
        "rows": [{"message": found, "number": links.claim_number(found)} for found in page.rows],
        "pager": state.pager(page),
        "tabs": _tabs(state, status),
        "q": state.q,
        "keep": state.keep_for_search,
    }
    return answer(request, "outbox/mail_log.html", context, parts=("rows",))


def _tabs(state: ListState, status: str) -> list[dict]:
    labels = {
        "": _("All"),
        Status.QUEUED: _("Queued"),
        Status.SENDING: _("Sending"),
        Status.SENT: _("Sent"),
        Status.FAILED: _("Failed"),
        Status.VOID: _("Void"),
        Status.PORTAL: _("In the portal only"),
    }
    return [
        {"label": label, "url": state.url(status=str(value)), "current": value == status}
        for value, label in labels.items()
    ]


@require_safe
@access(Rule.MAIL_LOG)
def entry(request, message_id: int):
    message = get_object_or_404(log.readable(request.actor), pk=message_id)
    context = {
        "message": message,
        "title": notices.title(message),
        "url": links.claim_address(message),
        "number": links.claim_number(message),
        "may_retry": message.status == Status.FAILED and request.actor.kind is Kind.OPERATOR,
    }
    return render(request, "outbox/mail_log_entry.html", context)


@require_POST
@access(Rule.OPERATOR)
def retry(request, message_id: int):
    """Put a failed mail back in the queue; 409 for any other."""
    message = get_object_or_404(Message, pk=message_id)
    if not delivery.retry(message.pk, database_now()):
        raise Conflict(_("Only a failed mail can be sent again."))
    messages.success(request, _("The mail is back in the queue."))
    return redirect("outbox:mail_log_entry", message.pk)
