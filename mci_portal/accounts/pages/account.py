"""My account: language, time zone, and what else belongs to the person (R-006, R-243)."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from mci_portal.accounts import calendar_feed, workspaces
from mci_portal.accounts.access import Rule, access
from mci_portal.accounts.locale import time_zones
from mci_portal.accounts.mails import address
from mci_portal.accounts.models import CalendarFeed, User
from mci_portal.common import languages


class PreferencesForm(forms.ModelForm):
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        choices=lambda: [(zone, zone.replace("_", " ")) for zone in time_zones()],
        help_text=gettext_lazy("Dates and times are shown in this zone. Deadlines do not move with it."),
    )

    class Meta:
        model = User
        fields = ("language", "time_zone")


def _calendar(user: User) -> dict:
    """The address of his feed; calendar programs also take it with webcal: in front."""
    feed = CalendarFeed.objects.filter(user=user).first()
    if feed is None:
        return {"feed": None}
    return {"feed": feed, "feed_url": address(reverse("public:calendar", args=[calendar_feed.secret(feed)]))}


@require_http_methods(["GET", "HEAD", "POST"])
@access(Rule.SIGNED_IN)
def account(request):
    # An instance of its own: a refused value must not reach request.user, which the frame shows.
    form = PreferencesForm(
        request.POST if request.method == "POST" else None, instance=User.objects.get(pk=request.user.pk)
    )
    if form.is_valid():
        form.save()
        languages.speak(request, form.cleaned_data["language"])
        messages.success(request, _("Your preferences are saved."))
        answer = redirect("accounts:account")
        languages.remember(answer, form.cleaned_data["language"])
        return answer
    context = {
        "form": form,
        "workspaces": workspaces.of_user(request.user),
        "has_deadlines": request.actor.works_on_incentives,
        **_calendar(request.user),
    }
    return render(request, "accounts/account.html", context, status=422 if form.errors else 200)
