"""Choose the language of the portal, on the frame and on sign-in (R-014). Token pages carry it in links."""

from urllib.parse import urlsplit

from django.core.exceptions import BadRequest
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from mci_portal.accounts.access import Rule, access
from mci_portal.accounts.models import User
from mci_portal.common import languages


@require_POST
@access(Rule.PUBLIC)
def language(request):
    """POST ``language``: kept by the browser, and as his own for who is signed in. Back to where it was chosen."""
    chosen = languages.known(request.POST.get("language"))
    if not chosen:
        raise BadRequest(_("The portal does not speak this language."))
    if request.user.is_authenticated:
        User.objects.filter(pk=request.user.pk).update(language=chosen)
    answer = redirect(_back(request))
    languages.remember(answer, chosen)
    return answer


def _back(request) -> str:
    """The address is the browser's own word, so no page needs to carry it, and none but ours is gone to."""
    came_from = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(came_from, {request.get_host()}, require_https=request.is_secure()):
        return "/"
    parts = urlsplit(came_from)
    path = "/" + parts.path.lstrip("/\\")
    return f"{path}?{parts.query}" if parts.query else path
