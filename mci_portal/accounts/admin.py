"""Users, partners, locations and roles in Django admin, behind the portal's own sign-in."""

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as StockUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _

from mci_portal.accounts import audit, mails
from mci_portal.accounts.actors import INCENTIVES_ROLES
from mci_portal.accounts.backstage import Editable, Readable
from mci_portal.accounts.confirmation import asks_again, require
from mci_portal.accounts.models import Location, Membership, Partner, User
from mci_portal.common.clock import database_now
from mci_portal.common.forms import StrictEmailField

# Django's own sign-in form knows no rate limit; this one leads to ours.
admin.site.login = secure_admin_login(admin.site.login)
admin.site.site_header = _("Administration")
admin.site.site_title = _("Administration")
# Powers are the superuser's to give: an operator must not make himself one.
POWERS = ("microsoft_role", "is_staff", "is_superuser", "groups", "user_permissions")
AUDITED = ("email", "is_active", "microsoft_role", "is_staff", "is_superuser")

# Neither groups nor second addresses mean anything here.
admin.site.unregister([Group, EmailAddress])


class NewUserForm(AdminUserCreationForm):
    email = StrictEmailField()

    class Meta:
        model = User
        fields = ("email", "name")
        field_classes = {}


class ChangedUserForm(UserChangeForm):
    email = StrictEmailField()

    class Meta:
        model = User
        fields = "__all__"
        field_classes = {}

    def clean_is_active(self) -> bool:
        """Whoever works on claims hands them over when his roles are taken away, on the Members page; not here."""
        is_active: bool = self.cleaned_data["is_active"]
        if not is_active and Membership.objects.filter(user=self.instance, role__in=INCENTIVES_ROLES).exists():
            raise ValidationError(
                _("Take the incentives roles away on the company's Members page first: somebody takes over the claims.")
            )
        return is_active


@admin.register(User)
@method_decorator(asks_again, name="changeform_view")
@method_decorator(asks_again, name="user_change_password")
class UserAdmin(StockUserAdmin, Editable):
    form, add_form = ChangedUserForm, NewUserForm
    ordering = ("email",)
    list_display = ("email", "name", "microsoft_role", "is_active", "is_staff")
    list_filter = ("microsoft_role", "is_active", "is_staff")
    search_fields = ("email", "name")
    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("email", "name", "password")}),
        (_("Preferences"), {"fields": ("language", "time_zone")}),
        (_("Access"), {"fields": ("is_active", *POWERS[:3])}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "name", "usable_password", "password1", "password2")}),)

    def save_model(self, request, obj, form, change) -> None:
        """Who may sign in and with which powers is written down (R-270); what the form calls secret is only named."""
        changed = {name: form.initial.get(name) for name in form.changed_data if name in AUDITED}
        super().save_model(request, obj, form, change)
        if changed or not change:
            after = {name: getattr(obj, name) for name in changed}
            audit.record(audit.What.ACCOUNT_CHANGED, request.actor, obj.email, before=changed, after=after)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        if request.method == "POST" and self.has_change_permission(request):
            require(request)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def user_change_password(self, request, id, form_url=""):
        """By a superuser only: with a partner's new password an operator could act as the partner. Everybody else asks
        for a link on the sign-in page."""
        if not request.user.is_superuser:
            raise PermissionDenied
        if request.method == "POST":
            require(request)
        answer = super().user_change_password(request, id, form_url)
        if request.method == "POST" and answer.status_code == 302:
            user = User.objects.get(pk=id)
            mails.password_changed(user, database_now())
            audit.record(audit.What.PASSWORD_CHANGED, request.actor, user.email)
        return answer

    def get_readonly_fields(self, request, obj=None):
        return self.readonly_fields if request.user.is_superuser else (*self.readonly_fields, *POWERS)

    def has_change_permission(self, request, obj=None) -> bool:
        """Microsoft's people only by a superuser: with a reviewer's new password an operator could approve claims."""
        is_microsofts = obj is not None and bool(obj.is_superuser or obj.microsoft_role)
        return super().has_change_permission(request, obj) and (request.user.is_superuser or not is_microsofts)


@admin.register(Partner)
class PartnerAdmin(Editable):
    list_display = ("name", "pga_id", "mail_domain")
    search_fields = ("name", "pga_id", "mail_domain")


@admin.register(Location)
class LocationAdmin(Editable):
    list_display = ("name", "code", "country", "partner")
    list_select_related = ("partner",)
    search_fields = ("name", "code")
    autocomplete_fields = ("partner",)


@admin.register(Membership)
class MembershipAdmin(Readable):
    """Roles change on the Members page, where each change is written down and told (R-010)."""

    list_display = ("user", "role", "partner", "location")
    list_filter = ("role",)
    list_select_related = ("user", "partner", "location")
    search_fields = ("user__email", "user__name", "partner__name")
    autocomplete_fields = ("user", "partner", "location")
