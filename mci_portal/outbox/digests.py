"""The digest: one mail in the place of many, for who asked for it (R-245). Jobs queue it; delivery sends it.

What was held back for it is attached to it when it is queued, once and in the same transaction; the words are made
when it leaves, so each line says what is true by then.
"""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Min
from django.db.models.functions import Lower
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from mci_portal.outbox import rendering
from mci_portal.outbox.letter import Letter, as_mail
from mci_portal.outbox.models import Audience, Digest, HeldBack, MailPreference, Message
from mci_portal.outbox.notices import title
from mci_portal.outbox.rendering import Mail

KIND = "D01"
LONGEST = 50  # lines in one mail; the rest is counted and stands in the Action Center


def queue(now: datetime) -> int:
    """Queue the digest of everybody whose hour has come and who has something in it; returns how many are new.

    Once for each user and day (or week), whoever calls it how often. Who has switched the digest off in between
    gets the last one at once; a closed account gets none.
    """
    waiting = _waiting().values("login").annotate(first=Min("created_at")).values_list("login", "first")
    first_at = dict(waiting.order_by("login"))
    users = get_user_model()._default_manager.annotate(login=Lower("email")).select_related("mail_preference")
    queued = 0
    for user in users.filter(login__in=first_at, is_active=True).order_by("pk"):
        until = _last_hour(getattr(user, "mail_preference", None), user.time_zone, now)
        if first_at[user.login] <= until:
            queued += _queue_one(user, until, now)
    return queued


def _waiting():
    held = Message.objects.filter(held_back=HeldBack.DIGEST, digest=None)
    return held.annotate(login=Lower("to_email"))


def _last_hour(wish: MailPreference | None, zone: str, now: datetime) -> datetime:
    """The last moment before ``now`` at which this user wants to be told."""
    if wish is None or not wish.digest:
        return now
    try:
        local = now.astimezone(ZoneInfo(zone))
    except (LookupError, ValueError):  # a zone that this installation no longer has
        local = now.astimezone(ZoneInfo(settings.TIME_ZONE))
    on = local.date()
    if wish.digest == Digest.WEEKLY:
        on -= timedelta(days=on.weekday())
    hour = datetime.combine(on, time(wish.digest_hour), local.tzinfo)
    step = timedelta(days=7 if wish.digest == Digest.WEEKLY else 1)
    return hour if hour <= now else datetime.combine(on - step, time(wish.digest_hour), local.tzinfo)


def _queue_one(user, until: datetime, now: datetime) -> int:
    with transaction.atomic():
        made = Message.objects.bulk_create(
            [
                Message(
                    kind=KIND,
                    audience=Audience.PARTNER,  # with no partner: to one person, and in nobody's list of notices
                    dedup_key=f"digest:u{user.pk}:{until.date().isoformat()}:{until.hour}",
                    to_email=user.email,
                    to_name=user.name,
                    language=user.language,
                    created_at=now,
                    next_at=now,
                )
            ],
            ignore_conflicts=True,
        )
        digest = Message.objects.get(dedup_key=made[0].dedup_key)
        if digest.message_id != made[0].message_id:  # somebody else queued it in this very moment
            return 0
        _waiting().filter(login=user.login, created_at__lte=until).update(digest=digest)
    return 1


def write(message: Message) -> Mail | None:
    """What is attached to this digest, the oldest first; None when none of it is worth telling any more."""
    held = Message.objects.filter(digest=message.pk).order_by("pk")
    found = list(held[: LONGEST + 1])
    for one in found:
        one.language = message.language
    total = len(found) if len(found) <= LONGEST else held.count()
    if not found:
        return None
    lines = [_("{day}: {title}").format(day=_day(one.created_at), title=title(one)) for one in found[:LONGEST]]
    if total > LONGEST:
        more = total - LONGEST
        lines.append(ngettext("and {count} more", "and {count} more", more).format(count=more))
    subject = ngettext("{count} notification for you", "{count} notifications for you", total).format(count=total)
    letter = Letter(
        says=(
            ngettext(
                "{count} thing has happened since your last digest.",
                "{count} things have happened since your last digest.",
                total,
            ).format(count=total),
            _("What you have to do before a deadline is never in a digest: it is mailed at once."),
        ),
        list_title=_("Notifications"),
        items=tuple(lines),
        button=(_("Open the Action Center"), f"{settings.BASE_URL}/action-center/?tab=notifications"),
        footer=_("You get this digest because your preferences in the Action Center ask for it."),
    )
    return as_mail(subject, letter, message)


def _day(at: datetime) -> str:
    return date_format(at, pgettext("date format", "F j, Y"))


def register() -> None:
    """Tell the outbox who writes the digest. Called once, when the app is ready."""
    rendering.register(KIND)(write)
