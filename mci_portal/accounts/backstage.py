"""What Django admin lets a program operator do. Each app's ``admin.py`` registers its models with one of these.

Nothing is ever deleted there: history, money and whatever refers to them stay. Rates, claims and earnings are
for reading; they change through the catalogue file and the life cycle alone.
"""

from django.contrib import admin

from mci_portal.accounts.models import MicrosoftRole


def is_operator(user) -> bool:
    """True for the people Django admin is for; the admin site itself also asks for ``is_staff``."""
    return user.is_active and (user.is_superuser or user.microsoft_role == MicrosoftRole.OPERATOR)


class Readable(admin.ModelAdmin):
    """To look up, never to change."""

    list_per_page = 50
    show_full_result_count = False
    actions = None

    def has_module_permission(self, request) -> bool:
        return is_operator(request.user)

    def has_view_permission(self, request, obj=None) -> bool:
        return is_operator(request.user)

    def has_add_permission(self, request) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


class Editable(Readable):
    """To add and change."""

    def has_add_permission(self, request) -> bool:
        return is_operator(request.user)

    def has_change_permission(self, request, obj=None) -> bool:
        return is_operator(request.user)
