"""A few tiny pages for the tests of what surrounds every page."""

from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from mci_portal.common import errors, health
from mci_portal.common.errors import Conflict


def echo(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{request.GET.get('q', '')}|{request.POST.get('name', '')}", content_type="text/plain")


def ask_database(request: HttpRequest) -> HttpResponse:
    """Hands to the database what came in, past every form."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s", [request.POST["name"]])
    return HttpResponse("asked")


def private(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"signed in: {request.user.is_authenticated}")


def wrong_moment(request: HttpRequest) -> HttpResponse:
    raise Conflict("The claim <b>1000001</b> is already submitted.")


def refused(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied("Only an incentives admin may do this.")


def missing(request: HttpRequest) -> HttpResponse:
    raise Http404("claim 1000001 of Fabrikam")


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a secret")


def failure() -> None:
    """Replaced by the test with what the database does."""


def database_fails(request: HttpRequest) -> HttpResponse:
    failure()
    return HttpResponse("fine")


@csrf_exempt
def reads_its_own_upload(request: HttpRequest) -> HttpResponse:
    """Fails if the body was read before the view, because then its upload handler came too late."""
    request.upload_handlers = list(request.upload_handlers)
    return HttpResponse(request.FILES["file"].name)


def writes(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE common_heartbeat SET name = name")
    return HttpResponse("written")


urlpatterns = [
    path("echo/", echo),
    path("ask/", ask_database),
    path("private/", private),
    path("wrong-moment/", wrong_moment),
    path("refused/", refused),
    path("missing/", missing),
    path("broken/", broken),
    path("database-fails/", database_fails),
    path("upload/", reads_its_own_upload),
    path("writes/", writes),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
]
handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
