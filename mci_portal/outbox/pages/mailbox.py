"""The demo's mailbox: every mail with its links in working order. Only while the demo runs; 404 otherwise."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.http import content_disposition_header
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from mci_portal.accounts.access import Rule, access
from mci_portal.common import paging
from mci_portal.common.answers import answer
from mci_portal.common.lists import ListState
from mci_portal.outbox import log, notices, rendering

# A mail is a stranger's page: no script, no forms, nothing loaded. Its links open a tab of their own.
MAIL_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; "
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)


@require_safe
@access(Rule.DEMO)
def mailbox(request):
    state = ListState.read(request, sorts={"newest": ("-id",)}, default_sort="newest")
    page = paging.page(log.mails(), state.order, state.cursor, state.per_page)
    rows = [{"message": message, "title": notices.title(message)} for message in page.rows]
    context = {"rows": rows, "pager": state.pager(page)}
    return answer(request, "outbox/mailbox.html", context, parts=("rows",))


@require_safe
@access(Rule.DEMO)
def mail(request, message_id: int):
    message = get_object_or_404(log.mails(), pk=message_id)
    words, attached = _words(message), _attachment(message)
    context = {"message": message, "title": notices.title(message), "text": words[0], "has_html": bool(words[1])}
    return render(request, "outbox/mail.html", context | {"attached": attached.name if attached else ""})


@require_safe
@access(Rule.DEMO)
def mail_attachment(request, message_id: int):
    """The file that goes along with the mail, such as the receipt of a consent; a mail carries one at most."""
    attached = _attachment(get_object_or_404(log.mails(), pk=message_id))
    if attached is None:
        raise Http404
    answer = HttpResponse(attached.content, content_type=attached.content_type)
    answer["Content-Disposition"] = content_disposition_header(True, attached.name)
    return answer


@require_safe
@xframe_options_sameorigin
@access(Rule.DEMO)
def mail_html(request, message_id: int):
    """The HTML body alone, for the frame on the mail's page."""
    _text, html = _words(get_object_or_404(log.mails(), pk=message_id))
    body = HttpResponse(f'<!doctype html><base target="_blank">{html}')
    body["Content-Security-Policy"] = MAIL_POLICY
    body["Referrer-Policy"] = "no-referrer"
    return body


def _attachment(message) -> rendering.Attachment | None:
    """Files are not kept with a mail: they are made again from the same record."""
    written = rendering.render(message)
    return written.attachments[0] if written and written.attachments else None


def _words(message) -> tuple[str, str]:
    """Text and HTML as sent, or as they would be sent now; empty when the purpose is gone."""
    text, html = message.text, message.html
    if not text:
        written = rendering.render(message)
        text, html = (written.text, written.html) if written else ("", "")
    return rendering.with_token(text, message), rendering.with_token(html, message)
