"""What has been told to somebody, as he sees it in the portal: by partner and location, or by Microsoft role (R-244).

The Action Center calls it. ``actor`` is an ``Actor`` of the accounts, which stand above this room.
"""

import logging
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from mci_portal.outbox import rendering
from mci_portal.outbox.kinds import ASKING
from mci_portal.outbox.links import claim_number
from mci_portal.outbox.models import Audience, Message, Seen, Status

log = logging.getLogger(__name__)

# Unread is counted among the newest only: the bell is asked for every minute by everybody.
RECENT = 500
MOST = 100


def of_actor(actor: Any) -> QuerySet[Message]:
    """The notices ``actor`` may see: his partner's at his locations (R-007, R-008), or the reviewers'.

    A notice about no location in particular is for those who work for the whole account.
    """
    told = Message.objects.exclude(status=Status.VOID)
    if actor.kind == "reviewer":
        return told.filter(audience=Audience.REVIEWER)
    if actor.partner_id is None or not actor.works_on_incentives:
        return told.none()
    told = told.filter(audience=Audience.PARTNER, partner_id=actor.partner_id)
    return told if actor.location_ids is None else told.filter(location_id__in=actor.location_ids)


def notifications(actor: Any, *, archived: bool = False) -> QuerySet[Message]:
    """The notices that tell and do not ask, each with ``seen``; without what ``actor`` has put away, or only that.

    What asks for something is an action: it stands among the actions until it is done (R-241).
    """
    put_away = Seen.objects.filter(user_id=actor.user_id, archived_at__isnull=False)
    told = of_actor(actor).exclude(kind__in=ASKING)
    if archived:
        return with_marks(told.filter(pk__in=put_away.values("message_id")), actor)
    return with_marks(told.filter(~Exists(put_away.filter(message=OuterRef("pk")))), actor)


def with_marks(notices: QuerySet[Message], actor: Any) -> QuerySet[Message]:
    """The same notices, each with ``seen``: whether ``actor`` has marked it read."""
    return notices.annotate(seen=Exists(Seen.objects.filter(message=OuterRef("pk"), user_id=actor.user_id)))


def unread_count(actor: Any) -> int:
    """How many of the newest ``RECENT`` notifications are unread, in one query; 100 stands for "more than 99"."""
    return _unread(actor)[:MOST].count()


def mark_read(actor: Any, message_ids: list[int] | None, now: datetime) -> int:
    """Mark these notices read for ``actor``, or with None all unread ones; returns how many it marked.

    An id of somebody else's notice is passed over like one that does not exist.
    """
    found = _unread(actor) if message_ids is None else of_actor(actor).filter(pk__in=message_ids)
    marks = [Seen(message_id=pk, user_id=actor.user_id, seen_at=now) for pk in found.values_list("pk", flat=True)]
    Seen.objects.bulk_create(marks, ignore_conflicts=True)
    return len(marks)


def archive(actor: Any, message_ids: list[int], now: datetime, *, put_away: bool = True) -> int:
    """Put these notifications away for ``actor`` alone, or bring them back; returns how many. They stay read.

    An id of somebody else's is passed over like one that does not exist.
    """
    found = of_actor(actor).exclude(kind__in=ASKING).filter(pk__in=message_ids).values_list("pk", flat=True)
    when = now if put_away else None
    marks = [Seen(message_id=pk, user_id=actor.user_id, seen_at=now, archived_at=when) for pk in found]
    Seen.objects.bulk_create(
        marks, update_conflicts=True, update_fields=["archived_at"], unique_fields=["message", "user"]
    )
    return len(marks)


def mark_old_as_read(before: datetime) -> None:
    """Every user has read every notice made until ``before``; for a world that begins with a past."""
    users = get_user_model()._default_manager.values_list("pk", flat=True)
    old = Message.objects.filter(created_at__lt=before).exclude(audience=Audience.CUSTOMER).values_list("pk", flat=True)
    marks = (Seen(message_id=message, user_id=user, seen_at=before) for message in old for user in users)
    Seen.objects.bulk_create(marks, batch_size=2000, ignore_conflicts=True)


def title(message: Message) -> str:
    """The subject as it was sent, or as it would be; one that cannot be written must not cost the whole list."""
    if message.subject:
        return message.subject
    try:
        mail = rendering.render(message)
    except Exception:
        log.exception("message %s cannot be written", message.pk)
        mail = None
    if mail is not None:
        return mail.subject
    number = claim_number(message)
    return _("News about claim %(number)s") % {"number": number} if number else _("News")


def _unread(actor: Any) -> QuerySet[Message]:
    recent = of_actor(actor).exclude(kind__in=ASKING).order_by("-pk").values("pk")[:RECENT]
    return with_marks(Message.objects.filter(pk__in=recent), actor).filter(seen=False)
