"""Edit the contacts of both sides (R-152, R-164, R-165): a side panel of the claim page, or a page of its own."""

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from claims import contacts, guards
from claims.actions import Action
from claims.forms import ContactsForm
from claims.pages import done, panel
from claims.queries import claim_page, scope
from mci_portal.accounts.access import Rule, access
from mci_portal.common.errors import Conflict

CUSTOMER_SIDE = (*contacts.CUSTOMER_FIELDS, "mismatch_reason")


class LockableContactsForm(ContactsForm):
    def __init__(self, *args, locked: bool = False, **kwargs):
        super().__init__(*args, auto_id="contacts-%s", **kwargs)
        if locked:
            # Sent all the same they are not dropped in silence, the domain refuses them (F09).
            for name in CUSTOMER_SIDE:
                if name not in self.data:
                    del self.fields[name]


@access(Rule.PARTNER)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, number: int) -> HttpResponse:
    """T05. Customer fields are read-only once the customer survey is complete; a stale page keeps what was typed."""
    claim = scope.get(request.actor, number)
    claim_page.offer(claim, Action.EDIT_CONTACTS, request.actor)
    locked = guards.customer_contact_locked(claim)
    if request.method != "POST":
        return _draw(request, claim, LockableContactsForm(initial=_present(request, claim), locked=locked), locked)
    form = LockableContactsForm(request.POST, locked=locked)
    if not form.is_valid():
        return _draw(request, claim, form, locked, status=422)
    typed = dict(form.cleaned_data)
    try:
        changed = contacts.change(claim, request.actor, typed, version=typed.pop("version"))
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return _draw(request, claim, form, locked, status=422)
    except Conflict as refusal:
        claim = scope.get(request.actor, number)
        locked = guards.customer_contact_locked(claim)
        again = LockableContactsForm(initial={**form.data.dict(), "version": claim.version}, locked=locked)
        return _draw(request, claim, again, locked, 409, refusal.sentence)
    saved = changed.version != claim.version
    return done(
        request, number, _("The contacts were changed.") if saved else _("Nothing was changed."), focus="details"
    )


def _present(request: HttpRequest, claim) -> dict:
    present = {name: getattr(claim, name) for name in (*contacts.FIELDS, "version")}
    proposal = claim.consent_requests.exclude(proposed_email="").order_by("-id").first()
    if request.GET.get("proposed") and proposal:
        present |= {"customer_name": proposal.proposed_name, "customer_email": proposal.proposed_email}
    return present


def _draw(
    request: HttpRequest, claim, form: ContactsForm, locked: bool, status: int = 200, problem: str = ""
) -> HttpResponse:
    # Beside the form: what cannot be changed, and after a conflict what is saved now.
    shown = contacts.FIELDS if problem else CUSTOMER_SIDE if locked else ()
    context = {
        "claim": claim,
        "form": form,
        "locked": locked,
        "problem": problem,
        "mailed": claim.consent_sent_at is not None,
        "saved": [(ContactsForm.base_fields[name].label, getattr(claim, name)) for name in shown],
    }
    return panel(request, "claims/contacts.html", context, status=status)
