"""One row per thing that must be told to one person. Written in the caller's transaction, delivered after it."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


def new_message_id() -> str:
    """A Message-ID that stays with the row through every retry, so that a repeated mail is recognisable."""
    return f"<{uuid.uuid4()}@{settings.DEFAULT_FROM_EMAIL.rpartition('@')[2].strip('> ')}>"


class Status(models.TextChoices):
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"  # refused for good, or given up after two days
    VOID = "void"  # its purpose was gone before it left
    PORTAL = "portal"  # a notice that is shown in the portal only


class Audience(models.TextChoices):
    PARTNER = "partner"
    CUSTOMER = "customer"
    REVIEWER = "reviewer"


class HeldBack(models.TextChoices):
    """Why a mail stayed a notice of the portal (R-242)."""

    OPTED_OUT = "opted_out", _("The recipient does not want mail of this category.")
    DIGEST = "digest", _("The recipient gets it in a digest.")


class Message(models.Model):
    """``kind`` (E01..E22) and ``context`` say what to write; the words are made when it is sent.

    ``partner_id`` and ``location_id`` place it for the partner's own pages; they are plain numbers because
    the outbox stands below the partners.
    """

    kind = models.CharField(max_length=20)
    audience = models.CharField(max_length=10, choices=Audience.choices)
    topic = models.CharField(max_length=40, blank=True)  # "claim:1000001"
    partner_id = models.BigIntegerField(null=True, blank=True)
    location_id = models.BigIntegerField(null=True, blank=True)
    dedup_key = models.CharField(max_length=160)
    message_id = models.CharField(max_length=255, default=new_message_id)
    to_email = models.CharField(max_length=254, blank=True)
    to_name = models.CharField(max_length=150, blank=True)
    language = models.CharField(max_length=10, default="en")
    context = models.JSONField(default=dict, blank=True)
    token_purpose = models.CharField(max_length=20, blank=True)
    token_nonce = models.CharField(max_length=60, blank=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now, db_default=Now())
    next_at = models.DateTimeField(default=timezone.now, db_default=Now())
    lease_until = models.DateTimeField(null=True, blank=True)
    lease = models.UUIDField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=500, blank=True)
    sent_to = models.CharField(max_length=254, blank=True, default="", db_default="")  # the address it really went to
    held_back = models.CharField(max_length=10, choices=HeldBack.choices, blank=True, default="", db_default="")
    digest = models.ForeignKey(  # the mail that told it together with others
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    subject = models.CharField(max_length=255, blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)

    class Meta:
        constraints = (
            # Not unique=True, which makes a second index for each, for LIKE, that nobody asks and every mail pays.
            models.UniqueConstraint(fields=("dedup_key",), name="told_once"),
            models.UniqueConstraint(fields=("message_id",), name="message_id_is_its_own"),
            models.CheckConstraint(
                condition=Q(status="sent", sent_at__isnull=False) | (~Q(status="sent") & Q(sent_at__isnull=True)),
                name="sent_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(status="sending", lease_until__isnull=False)
                | (~Q(status="sending") & Q(lease_until__isnull=True)),
                name="sending_has_its_lease",
            ),
            models.CheckConstraint(
                condition=Q(held_back="") | Q(status="portal"), name="held_back_mail_is_a_notice_of_the_portal"
            ),
        )
        indexes = (
            models.Index(fields=("next_at", "id"), condition=Q(status="queued"), name="outbox_due"),
            models.Index(fields=("lease_until",), condition=Q(status="sending"), name="outbox_leased"),
            # Mails that carry a link, which may have to be stopped: however many others wait, few of them do.
            models.Index(
                fields=("token_nonce",), condition=Q(status="queued") & ~Q(token_nonce=""), name="outbox_with_a_link"
            ),
            models.Index(fields=("topic", "id"), name="outbox_by_topic"),
            models.Index(fields=("partner_id", "-id"), name="outbox_of_partner"),  # notices, and the mail log
            models.Index(
                Lower("to_email"),
                "created_at",
                condition=Q(held_back="digest", digest__isnull=True),
                name="outbox_for_digest",
            ),
            models.Index(fields=("digest",), condition=Q(digest__isnull=False), name="outbox_in_digest"),
        )

    def __str__(self) -> str:
        return f"{self.kind} to {self.to_email or self.audience} ({self.status})"


class Seen(models.Model):
    """This user has opened this notice, and perhaps put it away."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("message", "user"), name="seen_once"),)
        indexes = (
            models.Index(fields=("user", "-message"), condition=Q(archived_at__isnull=False), name="seen_archived"),
        )

    def __str__(self) -> str:
        return f"{self.message_id} seen by {self.user_id}"


class ActionMark(models.Model):
    """This user has opened this action, and perhaps put it away. The action itself is derived and stored nowhere.

    ``key`` is what the page that derives it calls it, such as "claim:1000001:not_sent".
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=120)
    seen_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("user", "key"), name="action_marked_once"),)

    def __str__(self) -> str:
        return f"{self.key} seen by {self.user_id}"


class Digest(models.TextChoices):
    NONE = "", _("No, send each mail at once")
    DAILY = "daily", _("One mail a day")
    WEEKLY = "weekly", _("One mail a week, on Monday")


class MailPreference(models.Model):
    """What a user wants mailed, and where (R-242, R-243). Who has no row wants everything at once.

    ``muted`` holds the cells of the matrix that were switched off, as ``preferences.mark`` writes them.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="mail_preference"
    )
    muted = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    language = models.CharField(max_length=10, blank=True)  # "" = that of the pages
    digest = models.CharField(max_length=6, choices=Digest.choices, blank=True)
    digest_hour = models.PositiveSmallIntegerField(default=8)  # in the user's own time zone
    notification_email = models.CharField(max_length=254, blank=True)  # verified; "" = the address one signs in with

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(digest_hour__lte=23), name="digest_hour_is_one_of_the_day"),
            models.CheckConstraint(condition=Q(digest__in=Digest.values), name="digest_is_known"),
        )

    def __str__(self) -> str:
        return f"mail of {self.user_id}"
