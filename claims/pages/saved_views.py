"""The page of the saved views of Customer claims: make, rename, overwrite, delete, open by itself (R-146)."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.core.exceptions import BadRequest, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from claims import list_address, saved_views
from claims.models import SavedView
from claims.queries.claims_list import View
from mci_portal.accounts.access import Rule, access
from mci_portal.common.answers import answer
from mci_portal.common.forms import LineField


class ViewForm(forms.Form):
    name = LineField(label=gettext_lazy("Name of the view"), max_length=60)
    is_default = forms.BooleanField(label=gettext_lazy("Open Customer claims with this view"), required=False)


@access(Rule.INCENTIVES)
@require_http_methods(["GET", "HEAD", "POST"])
def views(request: HttpRequest) -> HttpResponse:
    """All of them; the address carries what the list shows, and a POST keeps that under a name."""
    if request.method != "POST":
        return _draw(request, ViewForm())
    form = ViewForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            view = saved_views.save(request.actor, given["name"], _shown(request), opens_by_itself=given["is_default"])
            messages.success(request, _("The view “%(name)s” is saved.") % {"name": view.name})
            return redirect(list_address.address_of(_as_read(view)))
        except ValidationError as refusal:
            form.add_error(None, refusal)
    return _draw(request, form, status=422)


@access(Rule.INCENTIVES)
@require_POST
def change(request: HttpRequest, view_id: int) -> HttpResponse:
    """One change to one view, which the button names; 422 with the sentence where it is refused."""
    view = get_object_or_404(saved_views.of(request.actor), pk=view_id)
    changes: dict[str, Callable[[], object]] = {
        "rename": lambda: saved_views.rename(view, _name(request)),
        "overwrite": lambda: saved_views.overwrite(view, _shown(request)),
        "open": lambda: saved_views.make_default(view, True),
        "close": lambda: saved_views.make_default(view, False),
        "delete": view.delete,
    }
    do = request.POST.get("do", "")
    if do not in changes:
        raise BadRequest(_("There is no such action."))
    try:
        changes[do]()
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return _draw(request, ViewForm(), status=422)
    if do == "delete":
        messages.success(request, _("The view “%(name)s” is deleted.") % {"name": view.name})
    else:
        messages.success(request, _("The view “%(name)s” is changed.") % {"name": view.name})
    return redirect(_here(request))


def _name(request: HttpRequest) -> str:
    return LineField(max_length=60).clean(request.POST.get("name", ""))


def _shown(request: HttpRequest) -> str:
    """What the list showed when the user came here."""
    return request.META.get("QUERY_STRING", "")


def _here(request: HttpRequest) -> str:
    query = _shown(request)
    return reverse("claims:views") + (f"?{query}" if query else "")


def _as_read(view: SavedView) -> View:
    return View(view.pk, view.name, view.query, view.columns, view.is_default)


def _draw(request: HttpRequest, form: ViewForm, status: int = 200) -> HttpResponse:
    listed = reverse("claims:list")
    query = _shown(request)
    context = {
        "crumbs": [(_("Home"), "/"), (_("Customer claims"), listed), (_("Saved views"), "")],
        "form": form,
        "query": query,
        "back_url": f"{listed}?{query}" if query else listed,
        "views": [
            {"view": view, "url": list_address.address_of(_as_read(view))} for view in saved_views.of(request.actor)
        ],
        "most": saved_views.MOST,
    }
    return answer(request, "claims/views.html", context, status=status)
