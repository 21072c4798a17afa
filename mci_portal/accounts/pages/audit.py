"""The operator's page of sign-ins, refusals, exports and opened documents (reliability 11.12)."""

from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mci_portal.accounts import audit
from mci_portal.accounts.access import Rule, access
from mci_portal.accounts.audit import What
from mci_portal.common import paging
from mci_portal.common.answers import answer
from mci_portal.common.lists import ListState

TABS = {
    "": (),
    "sign-ins": (What.SIGNED_IN, What.SIGN_IN_FAILED, What.SIGNED_OUT, What.CONFIRMED, What.CONFIRMATION_FAILED),
    "refused": (What.DENIED,),
    "left": (What.DOWNLOADED, What.EXPORTED),
    "accounts": (What.PASSWORD_CHANGED, What.RESET_ASKED, What.ACCOUNT_CHANGED, What.PAYEE_CHANGED),
    "personal": (What.PERSONAL_EXPORTED, What.PERSONAL_ERASED),
}
TONES = {
    What.SIGN_IN_FAILED: "warning",
    What.CONFIRMATION_FAILED: "warning",
    What.DENIED: "danger",
    What.PERSONAL_ERASED: "warning",
}


@require_safe
@access(Rule.OPERATOR, readers=Rule.AUDITOR)
def events(request):
    """``?tab=`` one group of kinds, ``?q=`` part of a name, an address or of what it is about. Newest first."""
    tab = request.GET.get("tab", "")
    tab = tab if tab in TABS else ""
    state = ListState.read(request, sorts={"newest": ("-id",)}, default_sort="newest", tab=tab)
    page = paging.page(audit.found(TABS[tab], state.q), state.order, state.cursor, state.per_page)
    context = {
        "rows": [{"row": row, "tone": TONES.get(What(row.what), "info")} for row in page.rows],
        "pager": state.pager(page),
        "state": state,
        "tabs": [{"label": label, "url": state.url(tab=value), "current": value == tab} for value, label in _tabs()],
    }
    return answer(request, "accounts/operator_audit.html", context, parts=("rows",))


def _tabs() -> list[tuple[str, str]]:
    return [
        ("", _("All")),
        ("sign-ins", _("Sign-ins")),
        ("refused", _("Refused")),
        ("left", _("Exports and documents")),
        ("accounts", _("Accounts")),
        ("personal", _("Personal data")),
    ]
