"""Saved views of Customer claims, each user's own in each workspace: at most 20, names unique, one may open by itself
(R-011, R-146, R-147)."""

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
from mci_portal.accounts.actors import Actor
from mci_portal.accounts.models import User

MOST = 20
LONGEST_QUERY = 4000
KEPT = (
    *("area", "q", "status", "engagement", "location", "sort", "per_page"),
    *list_filters.NAMES,
    *slices.PARAMETERS,
)


def of(by: Actor) -> QuerySet[SavedView]:
    """The named views of whoever looks, in the workspace that he is in, by name."""
    return _named(by.user_id, by.partner_id)


def _named(user_id: int | None, partner_id: int | None) -> QuerySet[SavedView]:
    return SavedView.objects.filter(user_id=user_id, partner_id=partner_id).exclude(name="").order_by("name")


@transaction.atomic
def save(by: Actor, name: str, address: str, *, opens_by_itself: bool = False) -> SavedView:
    """A new view of what ``address`` (behind the question mark) shows.

    Raises ValidationError for a name he has already, for the 21st view and for an address that is too long.
    """
    _lock(by.user_id)
    _check_name(of(by), name)
    if of(by).count() >= MOST:
        raise ValidationError(_("You have 20 views, which is as many as there may be. Delete one first."))
    query, columns = _parts(address)
    view = SavedView.objects.create(user_id=by.user_id, partner=by.partner, name=name, query=query, columns=columns)
    if opens_by_itself:
        _make_default(view)
    return view


@transaction.atomic
def rename(view: SavedView, name: str) -> None:
    """Raises ValidationError for a name he has already."""
    _lock(view.user_id)
    if name != view.name:
        _check_name(_named(view.user_id, view.partner_id), name)
    view.name = name
    view.save(update_fields=("name",))


def overwrite(view: SavedView, address: str) -> None:
    """The view shows from now on what ``address`` shows. Raises ValidationError for one that is too long."""
    view.query, view.columns = _parts(address)
    view.save(update_fields=("query", "columns"))


@transaction.atomic
def make_default(view: SavedView, wanted: bool) -> None:
    """Whether the list opens with this view; then no other one does."""
    _lock(view.user_id)
    if wanted:
        _make_default(view)
    else:
        SavedView.objects.filter(pk=view.pk).update(is_default=False)


def keep_columns(by: Actor, codes: Iterable[str]) -> None:
    """Which columns he likes to see where no view says otherwise; none = as the portal shows them."""
    columns = ",".join(list_columns.chosen(codes))
    SavedView.objects.update_or_create(
        user_id=by.user_id, partner_id=by.partner_id, name="", defaults={"columns": columns}
    )


def _make_default(view: SavedView) -> None:
    _named(view.user_id, view.partner_id).filter(is_default=True).update(is_default=False)
    SavedView.objects.filter(pk=view.pk).update(is_default=True)


def _lock(user_id: int | None) -> None:
    User.objects.select_for_update(no_key=True).get(pk=user_id)


def _check_name(views: QuerySet[SavedView], name: str) -> None:
    if views.filter(name=name).exists():
        raise ValidationError(_("You already have a view of this name."))


def _parts(address: str) -> tuple[str, str]:
    """The query and the columns of an address; whatever else stands in it is not kept."""
    given = QueryDict(address)
    query = urlencode([(name, value) for name in KEPT for value in given.getlist(name)])
    if len(query) > LONGEST_QUERY:
        raise ValidationError(_("These are more filters than a view can keep."))
    return query, ",".join(list_columns.chosen(given.getlist("columns")))
