"""Saved views of Customer claims: at most 20 each, names unique per user, one may open by itself (R-146, R-147)."""

from collections.abc import Iterable
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from claims import list_columns, list_filters
from claims.models import SavedView
from claims.queries import slices
from mci_portal.accounts.models import User

MOST = 20
LONGEST_QUERY = 4000
KEPT = (
    *("area", "q", "status", "engagement", "location", "sort", "per_page"),
    *list_filters.NAMES,
    *slices.PARAMETERS,
)


def of(user_id: int | None) -> QuerySet[SavedView]:
    """The named views of a user, by name."""
    return SavedView.objects.filter(user_id=user_id).exclude(name="").order_by("name")


@transaction.atomic
def save(user: User, name: str, address: str, *, opens_by_itself: bool = False) -> SavedView:
    """A new view of what ``address`` (behind the question mark) shows.

    Raises ValidationError for a name he has already, for the 21st view and for an address that is too long.
    """
    _lock(user)
    _check_name(user, name)
    if of(user.pk).count() >= MOST:
        raise ValidationError(_("You have 20 views, which is as many as there may be. Delete one first."))
    query, columns = _parts(address)
    view = SavedView.objects.create(user=user, name=name, query=query, columns=columns)
    if opens_by_itself:
        _make_default(view)
    return view


@transaction.atomic
def rename(view: SavedView, name: str) -> None:
    """Raises ValidationError for a name he has already."""
    _lock(view.user)
    if name != view.name:
        _check_name(view.user, name)
    view.name = name
    view.save(update_fields=("name",))


def overwrite(view: SavedView, address: str) -> None:
    """The view shows from now on what ``address`` shows. Raises ValidationError for one that is too long."""
    view.query, view.columns = _parts(address)
    view.save(update_fields=("query", "columns"))


@transaction.atomic
def make_default(view: SavedView, wanted: bool) -> None:
    """Whether the list opens with this view; then no other one does."""
    _lock(view.user)
    if wanted:
        _make_default(view)
    else:
        SavedView.objects.filter(pk=view.pk).update(is_default=False)


def keep_columns(user: User, codes: Iterable[str]) -> None:
    """Which columns he likes to see where no view says otherwise; none = as the portal shows them."""
    columns = ",".join(list_columns.chosen(codes))
    SavedView.objects.update_or_create(user=user, name="", defaults={"columns": columns})


def _make_default(view: SavedView) -> None:
    SavedView.objects.filter(user=view.user, is_default=True).update(is_default=False)
    SavedView.objects.filter(pk=view.pk).update(is_default=True)


def _lock(user: User) -> None:
    User.objects.select_for_update(no_key=True).get(pk=user.pk)


def _check_name(user: User, name: str) -> None:
    if of(user.pk).filter(name=name).exists():
        raise ValidationError(_("You already have a view of this name."))


def _parts(address: str) -> tuple[str, str]:
    """The query and the columns of an address; whatever else stands in it is not kept."""
    given = QueryDict(address)
    query = urlencode([(name, value) for name in KEPT for value in given.getlist(name)])
    if len(query) > LONGEST_QUERY:
        raise ValidationError(_("These are more filters than a view can keep."))
    return query, ",".join(list_columns.chosen(given.getlist("columns")))
