"""What a user does with the items of his Action Center: mark them read, put them away, bring them back (R-241)."""

import re
from datetime import datetime

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from claims.queries import actions
from mci_portal.accounts.access import Rule, access
from mci_portal.common.clock import database_now
from mci_portal.common.numbers import whole
from mci_portal.outbox import notices

BACK = re.compile(r"/action-center/(archived/)?\?[\w=&%+.~:\-]*", re.ASCII)
PLAIN = ("/action-center/archived/", "/action-center/bell/")
KEY = re.compile(r"(coach|claim:\d{1,18}:\w{1,40}|location:\d{1,18}:\w{1,40}(:[-\w]{1,60})?)", re.ASCII)
MOST_AT_ONCE = 500


@require_POST
@access(Rule.SIGNED_IN)
def mark_read(request):
    """POST ``ids`` of notifications and ``keys`` of actions (repeated), or ``all`` notifications."""
    ids, keys = _chosen(request)
    now = database_now()
    notices.mark_read(request.actor, None if "all" in request.POST else ids, now)
    if keys:
        actions.mark(request.actor, keys, now)
    return _back(request)


@require_POST
@access(Rule.SIGNED_IN)
def archive(request):
    """POST ``ids`` and ``keys`` (repeated), or ``one`` of either alone. Mandatory actions stay, and it says so."""
    done, refused = _put(request, database_now(), put_away=True)
    if done and not request.htmx:  # the bell's panel shows by itself what is left
        words = ngettext("%(count)d item is archived.", "%(count)d items are archived.", done)
        messages.success(request, words % {"count": done})
    if refused:
        messages.warning(request, _("A mandatory action cannot be archived. It goes away when it is done."))
    return _back(request)


@require_POST
@access(Rule.SIGNED_IN)
def unarchive(request):
    """POST as ``archive``: back into the Overview."""
    done, _refused = _put(request, database_now(), put_away=False)
    if done:
        words = ngettext("%(count)d item is back.", "%(count)d items are back.", done)
        messages.success(request, words % {"count": done})
    return _back(request)


def _put(request, now: datetime, *, put_away: bool) -> tuple[int, int]:
    ids, keys = _chosen(request)
    done, refused = notices.archive(request.actor, ids, now, put_away=put_away), 0
    if keys:
        marked, refused = actions.mark(request.actor, keys, now, archive=put_away)
        done += marked
    return done, refused


def _chosen(request) -> tuple[list[int], list[str]]:
    """What is ticked, or the ``one`` whose own button was pressed. Raises BadRequest for what names no item."""
    one = request.POST.get("one", "")
    sent, keys = request.POST.getlist("ids"), request.POST.getlist("keys")
    if one:
        sent, keys = ([], [one]) if whole(one) is None else ([one], [])
    if len(sent) + len(keys) > MOST_AT_ONCE or not all(KEY.fullmatch(key) for key in keys):
        raise BadRequest(_("This is not an item of the Action Center."))
    ids = [number for value in sent if (number := whole(value)) is not None]
    if len(ids) < len(sent):
        raise BadRequest(_("This is not a notification."))
    return ids, keys


def _back(request):
    back = request.POST.get("back", "")
    return redirect(back if BACK.fullmatch(back) or back in PLAIN else "outbox:action_center")
