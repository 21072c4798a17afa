"""The forms that several pages of the accounts use: a role and where it counts, a new password."""

from django import forms
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mci_portal.accounts import roles
from mci_portal.accounts.actors import Actor
from mci_portal.accounts.models import Location, Partner, Role, User

WHOLE_ACCOUNT = "account"


class NewPasswordForm(forms.Form):
    """A password of one's own choice, twice. ``owner`` is whose it will be: his own words make no password."""

    password = forms.CharField(
        label=gettext_lazy("Password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text=gettext_lazy("At least 12 characters, none of the common ones."),
    )
    again = forms.CharField(
        label=gettext_lazy("Password again"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )

    def __init__(self, owner: User, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.owner = owner

    def clean(self) -> dict:
        cleaned = super().clean() or {}
        first, second = cleaned.get("password"), cleaned.get("again")
        if first and second and first != second:
            self.add_error("again", _("The two passwords differ."))
        elif first:
            try:
                password_validation.validate_password(first, self.owner)
            except ValidationError as refusal:
                self.add_error("password", refusal)
        return cleaned


class PlaceField(forms.ChoiceField):
    """A location of the partner, by its code, or the whole account; nothing is chosen for the reader (R-008)."""

    def __init__(self, partner: Partner | None, **kwargs) -> None:
        self._places = {place.code: place for place in Location.objects.filter(partner=partner)} if partner else {}
        choices = [("", _("Choose")), (WHOLE_ACCOUNT, _("Whole account"))]
        choices += [(place.code, f"{place.name} ({place.code})") for place in self._places.values()]
        super().__init__(choices=choices, label=gettext_lazy("Where"), **kwargs)

    def place(self, value: str) -> Location | None:
        """The location for a cleaned value; None for the whole account."""
        return self._places.get(value)


class RoleForm(forms.Form):
    """The roles that ``by`` may give, and where."""

    def __init__(self, by: Actor, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        labels = dict(Role.choices)
        choices = [(role, labels[role]) for role in roles.grantable(by)]
        self.fields["role"] = forms.ChoiceField(label=_("Role"), choices=choices)
        self._where = PlaceField(
            by.partner, help_text=_("A role at one location does not open the others. Admin roles count everywhere.")
        )
        self.fields["where"] = self._where

    def clean(self) -> dict:
        cleaned = super().clean() or {}
        where = cleaned.get("where")
        if cleaned.get("role") in roles.ADMINS and where and where != WHOLE_ACCOUNT:
            self.add_error("where", _("This role counts for the whole account."))
        return cleaned

    @property
    def location(self) -> Location | None:
        """Where the chosen role counts; None for the whole account. Call it on a valid form only."""
        return self._where.place(self.cleaned_data["where"])
