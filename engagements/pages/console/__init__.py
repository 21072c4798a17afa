"""The program operator's pages of the catalogue (R-012, R-277)."""

from django.urls import reverse
from django.utils.translation import gettext as _


def crumbs(*more: tuple[str, str]) -> list[tuple[str, str]]:
    """The way from the console's start page to a page of the catalogue."""
    return [(_("Operator console"), reverse("operator:home")), *more]
