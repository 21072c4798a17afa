"""Sign-in and sign-out: allauth does it, this page draws it (ui-spec 6.1)."""

from allauth.account.forms import LoginForm
from allauth.account.views import LoginView, LogoutView
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from mci_portal.accounts import demo, devices
from mci_portal.accounts.access import Rule, access
from mci_portal.accounts.adapter import PortalAccountAdapter
from mci_portal.common import errors

RETRY_AFTER_SECONDS = 300
WHY = ("idle", "unsent")  # the session ended; it ended before what was typed could be saved


class SignInForm(LoginForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        email, password = self.fields["login"], self.fields["password"]
        email.label, password.label = _("E-mail address"), _("Password")
        email.widget.attrs |= {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        password.help_text = ""
        for field in (email, password):
            del field.widget.attrs["placeholder"]

    @property
    def was_refused_for_haste(self) -> bool:
        refusal = PortalAccountAdapter.error_messages["too_many_login_attempts"]
        return str(refusal) in self.non_field_errors()


class _SignIn(LoginView):
    form_class = SignInForm
    template_name = "account/login.html"

    def get_initial(self) -> dict:
        chosen = self.request.GET.get("as", "") if settings.DEMO else ""
        return {"login": chosen}

    def get_context_data(self, **kwargs) -> dict:
        accounts = demo.ACCOUNTS if settings.DEMO else ()
        why = self.request.GET.get("why", "")
        context = {"demo_accounts": accounts, "demo_password": demo.PASSWORD, "why": why if why in WHY else ""}
        return super().get_context_data(**kwargs) | context

    def form_valid(self, form):
        answer = super().form_valid(form)
        if self.request.user.is_authenticated:
            devices.remember(answer, form.cleaned_data["login"])
        return answer

    def form_invalid(self, form):
        if not form.was_refused_for_haste:
            return self.render_to_response(self.get_context_data(form=form), status=422)
        answer = self.render_to_response(self.get_context_data(form=form), status=429)
        answer["Retry-After"] = RETRY_AFTER_SECONDS
        return answer


class _SignOut(LogoutView):
    template_name = "account/logout.html"


_sign_in, _sign_out = _SignIn.as_view(), _SignOut.as_view()


@access(Rule.PUBLIC)
def sign_in(request):
    """H02-H05, H08, H09. 422 for a wrong password, 429 after too many."""
    answer = _sign_in(request)
    if answer.status_code == 429 and not hasattr(answer, "context_data"):  # by address, before any form was read
        answer = errors.too_many(request)
    return answer


@access(Rule.PUBLIC)
def sign_out(request):
    """Asks on GET, ends the session on POST (H03); whatever the browser kept of it goes as well (ASVS V14.3.1)."""
    answer = _sign_out(request)
    if request.method == "POST":
        answer["Clear-Site-Data"] = '"cache", "storage"'
    return answer
