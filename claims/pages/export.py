"""Export of the Customer claims list: what would go out, the file itself, and the large ones that take a while (R-145).

The list's own filters stand in the address, read exactly as the list reads them, so the file holds what it shows.
"""

from urllib.parse import urlencode

from django.core.exceptions import BadRequest
from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from claims import exports, list_address
from claims.models import Export
from claims.queries import claims_list as rows
from mci_portal.accounts.access import Rule, access, asks_by_itself
from mci_portal.accounts.audit import What, leaves_trail
from mci_portal.common import csv_stream, xlsx_stream
from mci_portal.common.answers import answer, go_to
from mci_portal.common.ranges import ranged

Format = Export.Format
CONTENT_TYPES = {Format.CSV: csv_stream.CONTENT_TYPE, Format.XLSX: xlsx_stream.CONTENT_TYPE}
RECENT = 10


@access(Rule.INCENTIVES)
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest) -> HttpResponse:
    """Say how many claims there are and offer the formats; a POST has a file prepared that is too large at once."""
    asked = list_address.read(request, request.actor)
    wanted = asked.wanted
    if request.method == "POST":
        return _prepare(request, wanted)
    now = timezone.now()
    number = exports.count(request.actor, wanted, now)
    context = _frame(_("Export")) | {
        "q": asked.state.q,
        "chips": asked.chips,
        "query": asked.filter,
        "back_query": urlencode(asked.state.pairs()),
        "number": min(number, exports.AT_ONCE),
        "at_once": number <= exports.AT_ONCE,
        "files": [(file, file.is_there(now)) for file in exports.of(request.actor)[:RECENT]],
    }
    return answer(request, "claims/export.html", context)


def _prepare(request: HttpRequest, wanted: rows.Wanted) -> HttpResponse:
    format = request.POST.get("format", "")
    if format not in Format.values:
        raise BadRequest(_("There is no such format."))
    try:
        export = exports.ask(request.actor, wanted, format, timezone.now())
    except exports.Busy:
        return _busy(request)
    return go_to(request, reverse("claims:export_progress", args=[export.ref]))


@leaves_trail(What.EXPORTED)
@access(Rule.INCENTIVES)
@require_safe
def as_csv(request: HttpRequest) -> HttpResponseBase:
    return _download(request, Format.CSV)


@leaves_trail(What.EXPORTED)
@access(Rule.INCENTIVES)
@require_safe
def as_xlsx(request: HttpRequest) -> HttpResponseBase:
    return _download(request, Format.XLSX)


def _download(request: HttpRequest, format: Format) -> HttpResponseBase:
    """The file while it is read (G05: 429 while another one runs); more than fits at once leads to the choice."""
    asked = list_address.read(request, request.actor)
    wanted = asked.wanted
    now = timezone.now()
    if request.method == "HEAD":
        return _as_file(HttpResponse(content_type=CONTENT_TYPES[format]), format, now)
    if exports.count(request.actor, wanted, now) > exports.AT_ONCE:
        return HttpResponseRedirect(f"{reverse('claims:export')}?{asked.filter}")
    try:
        download = exports.Download(request.actor, wanted, format, now, asked.state.order)
    except exports.Busy:
        return _busy(request)
    return _as_file(StreamingHttpResponse(download, content_type=CONTENT_TYPES[format]), format, now)


@asks_by_itself
@access(Rule.INCENTIVES)
@require_safe
def progress(request: HttpRequest, export_ref: str) -> HttpResponse:
    """How far a file is; the page asks again by itself."""
    export = get_object_or_404(exports.of(request.actor), ref=export_ref)
    context = _frame(_("Export")) | {"export": export, "is_there": export.is_there(timezone.now())}
    return answer(request, "claims/export_progress.html", context, parts=("progress",))


@leaves_trail(What.EXPORTED)
@access(Rule.INCENTIVES)
@require_safe
def fetch(request: HttpRequest, export_ref: str) -> HttpResponseBase:
    """The prepared file, for the one who asked for it; a broken download goes on where it stopped."""
    export = get_object_or_404(exports.of(request.actor), ref=export_ref)
    if not export.is_there(timezone.now()):
        raise Http404
    etag, kind = f'"{export.ref}"', CONTENT_TYPES[Format(export.format)]
    file = default_storage.open(export.key, "rb")
    return _as_file(
        ranged(request, file, size=export.size, etag=etag, content_type=kind), export.format, export.asked_at
    )


def _as_file(response: HttpResponseBase, format: str, now) -> HttpResponseBase:
    if response.status_code < 300:
        response["Content-Disposition"] = f'attachment; filename="customer-claims-{now:%Y-%m-%d}.{format}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox"
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"  # a proxy must not wait for the end of it
    return response


def _busy(request: HttpRequest) -> HttpResponse:
    sentence = _("You already have an export under way. Wait until it is finished, then ask for the next one.")
    refusal = render(request, "errors/429.html", {"sentence": sentence, "status": 429}, status=429)
    refusal["Retry-After"] = "30"
    return refusal


def _frame(here: str) -> dict:
    listed = reverse("claims:list")
    return {
        "crumbs": [
            (_("Home"), "/"),
            (_("Incentives"), reverse("engagements:list")),
            (_("Customer claims"), listed),
            (here, ""),
        ]
    }
