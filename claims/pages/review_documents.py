"""Documents as pictures inside the reviewer's page, behind the same access check as the claim itself."""

from csp.decorators import csp_replace
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from claims import evidence, preview
from claims.models import Document
from claims.queries import scope
from mci_portal.accounts.access import Rule, access
from mci_portal.accounts.audit import What, leaves_trail

# The one page of ours that stands in a frame, and only in one of ours; nothing in it runs, wherever it is opened.
FRAMED = {"frame-ancestors": ["'self'"], "script-src": ["'none'"], "sandbox": ["allow-same-origin"]}


@leaves_trail(What.DOWNLOADED)
@access(Rule.MICROSOFT)
@require_safe
@xframe_options_sameorigin
@csp_replace(FRAMED)  # type: ignore[arg-type]  # its stub knows no address parts
def show(request: HttpRequest, number: int, document_id: int) -> HttpResponse:
    """The page inside the sandboxed frame: one picture per page of the document."""
    document = _document(request, number, document_id)
    try:
        pages = preview.pages(document)
    except preview.Unreadable:
        pages = 0
    context = {"document": document, "number": number, "pages": range(1, pages + 1)}
    return render(request, "review/document.html", context)


@access(Rule.MICROSOFT)
@require_safe
def page(request: HttpRequest, number: int, document_id: int, page: int) -> HttpResponseBase:
    """One page as a picture."""
    document = _document(request, number, document_id)
    response = _picture(document, page)
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _document(request: HttpRequest, number: int, document_id: int) -> Document:
    document = scope.get_document(request.actor, number, document_id)
    if document.content_type not in preview.SHOWN:
        raise Http404
    return document


def _picture(document: Document, page: int) -> HttpResponseBase:
    try:
        if document.content_type == preview.PDF:
            return HttpResponse(preview.page_png(document, page), content_type="image/png")
        if page != 1:
            raise Http404
        return FileResponse(evidence.open_file(document), content_type=document.content_type)
    except (preview.Unreadable, FileNotFoundError) as error:
        raise Http404 from error
