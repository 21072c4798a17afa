"""The operator allows a customer contact at the partner's own company, with the reason (Q5). Nothing here is erased."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from claims import contact_exceptions
from claims.models import ContactException
from mci_portal.accounts.access import Rule, access
from mci_portal.common import paging
from mci_portal.common.answers import answer
from mci_portal.common.clock import database_now
from mci_portal.common.forms import LineField, ParagraphField, StrictEmailField
from mci_portal.common.lists import ListState
from mci_portal.common.numbers import whole


class ExceptionForm(forms.Form):
    pga_id = LineField(
        label=gettext_lazy("Partner global account"), max_length=7, help_text=gettext_lazy("Seven digits.")
    )
    email = StrictEmailField(label=gettext_lazy("Customer contact email"))
    reason = ParagraphField(label=gettext_lazy("Reason"), max_length=500)


@require_http_methods(["GET", "HEAD", "POST"])
@access(Rule.OPERATOR, readers=Rule.AUDITOR)
def exceptions(request: HttpRequest) -> HttpResponse:
    """POST allows an address; POST ``end`` (its number) takes that back. ``?q=`` part of a partner or an address."""
    is_end = request.method == "POST" and "end" in request.POST
    form = ExceptionForm(request.POST if request.method == "POST" and not is_end else None)
    if is_end or form.is_valid():
        try:
            return _carry_out(request, form)
        except ValidationError as refusal:
            form.add_error(None, refusal)
    state = ListState.read(request, sorts={"newest": ("-id",)}, default_sort="newest")
    rows = ContactException.objects.select_related("partner")
    if state.q:
        rows = rows.filter(Q(partner__name__icontains=state.q) | Q(email__icontains=state.q))
    page = paging.page(rows, state.order, state.cursor, state.per_page)
    context = {
        "crumbs": [(_("Operator console"), reverse("operator:home")), (_("Allowed customer contacts"), "")],
        "form": form,
        "rows": page.rows,
        "pager": state.pager(page),
        "state": state,
    }
    status = 422 if form.errors else 200
    return answer(request, "claims/contact_exceptions.html", context, parts=("rows",), status=status)


def _carry_out(request: HttpRequest, form: ExceptionForm) -> HttpResponse:
    now = database_now()
    if "end" in request.POST:
        found = get_object_or_404(ContactException, pk=whole(request.POST["end"]))
        contact_exceptions.end(request.actor, found, now)
        messages.success(request, _("The address is not allowed any more."))
    else:
        contact_exceptions.allow(request.actor, now=now, **form.cleaned_data)
        messages.success(request, _("The partner can enter this address now."))
    return redirect("contact_exceptions")
