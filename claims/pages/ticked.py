"""Several ticked claims of Customer claims at once: export exactly these, or ask their customers for consent again."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from claims import list_address, resending
from mci_portal.accounts.access import Rule, access
from mci_portal.accounts.actors import Kind


@access(Rule.INCENTIVES)
@require_POST
def ticked(request: HttpRequest) -> HttpResponse:
    """What the button says: ``export`` (R-145) or ``resend`` (R-116), which says of each claim what became of it."""
    numbers = list_address.numbers(request.POST.getlist("ids"))
    do = request.POST.get("do", "")
    if do not in ("export", "resend"):
        raise BadRequest(_("There is no such action."))
    if do == "resend" and request.actor.kind is not Kind.PARTNER:
        raise PermissionDenied(_("Only the partner asks the customer."))
    if not numbers:
        messages.warning(request, _("Tick the claims first."))
    elif do == "export":
        return redirect(f"{reverse('claims:export')}?{urlencode([('ids', number) for number in numbers])}")
    else:
        _tell(request, resending.resend(request.actor, numbers))
    return redirect(_back(request))


def _tell(request: HttpRequest, outcome: resending.Outcome) -> None:
    if outcome.sent:
        sentence = ngettext(
            "The consent e-mail was sent again for %(count)d claim: %(numbers)s.",
            "The consent e-mail was sent again for %(count)d claims: %(numbers)s.",
            len(outcome.sent),
        )
        messages.success(request, sentence % {"count": len(outcome.sent), "numbers": _list(outcome.sent)})
    for reason, numbers in outcome.refused.items():
        sentence = _("Not sent for %(numbers)s: %(reason)s") % {"numbers": _list(numbers), "reason": reason}
        messages.warning(request, sentence)


def _list(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers))


def _back(request: HttpRequest) -> str:
    """The list as it was; nothing but the list."""
    listed, given = reverse("claims:list"), request.POST.get("next", "")
    is_list = given == listed or given.startswith(f"{listed}?")
    return given if is_list and url_has_allowed_host_and_scheme(given, allowed_hosts=None) else listed
