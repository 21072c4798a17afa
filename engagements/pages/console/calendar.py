"""The days on which the reviewing region's calendar differs from its public holidays (section 19, R-277)."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from claims.queries import touched
from engagements import calendars
from engagements.console import calendar
from engagements.models import CalendarDay
from engagements.pages.console import crumbs
from engagements.pages.console.fields import posted_day
from mci_portal.accounts.access import Rule, access
from mci_portal.common.clock import database_now
from mci_portal.common.forms import DayField, LineField


class CalendarDayForm(forms.Form):
    region = forms.ChoiceField(label=gettext_lazy("Calendar"), choices=calendars.offered)
    on = DayField(label=gettext_lazy("Day"))
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=CalendarDay.Kind.choices)
    note = LineField(label=gettext_lazy("Note"), max_length=200, required=False)


@require_http_methods(["GET", "HEAD", "POST"])
@access(Rule.OPERATOR, readers=Rule.AUDITOR)
def calendar_days(request):
    """POST ``region``, ``on``, ``kind``, ``note`` adds a day; POST ``region`` and ``withdraw`` (a day) takes its entry
    back. 409 where it has begun."""
    takes_back = request.method == "POST" and "withdraw" in request.POST
    form = CalendarDayForm(request.POST if request.method == "POST" and not takes_back else None)
    now = database_now()
    if takes_back:
        calendar.take_back(request.actor, request.POST.get("region", ""), posted_day(request.POST["withdraw"]), now)
        messages.success(request, _("The day is taken back."))
        return redirect("operator_catalogue:calendar")
    if form.is_valid():
        try:
            calendar.add(request.actor, now=now, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("The day is in the calendar."))
            return redirect("operator_catalogue:calendar")
    context = {
        "form": form,
        "calendars": [label for _country, label in calendars.offered()],
        "rows": CalendarDay.objects.filter(until=None).order_by("-on", "region"),
        "today": now.date(),
        "running": touched.business_clocks(),
        "crumbs": crumbs(
            (_("Deadlines and reasons"), reverse("operator_catalogue:fixed")), (_("Business calendar"), "")
        ),
    }
    return render(request, "operator/calendar.html", context, status=422 if form.errors else 200)
