import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outbox", "0001_initial"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name="ActionMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=120)),
                ("seen_at", models.DateTimeField()),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="MailPreference",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="mail_preference",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "muted",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), blank=True, default=list, size=None
                    ),
                ),
                ("language", models.CharField(blank=True, max_length=10)),
                (
                    "digest",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "No, send each mail at once"),
                            ("daily", "One mail a day"),
                            ("weekly", "One mail a week, on Monday"),
                        ],
                        max_length=6,
                    ),
                ),
                ("digest_hour", models.PositiveSmallIntegerField(default=8)),
                ("notification_email", models.CharField(blank=True, max_length=254)),
            ],
        ),
        migrations.AddField(
            model_name="message",
            name="digest",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="outbox.message",
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="held_back",
            field=models.CharField(
                blank=True,
                choices=[
                    ("opted_out", "The recipient does not want mail of this category."),
                    ("digest", "The recipient gets it in a digest."),
                ],
                default="",
                db_default="",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="sent_to",
            field=models.CharField(blank=True, default="", db_default="", max_length=254),
        ),
        migrations.AddField(
            model_name="seen",
            name="archived_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                django.db.models.functions.text.Lower("to_email"),
                models.F("created_at"),
                condition=models.Q(("digest__isnull", True), ("held_back", "digest")),
                name="outbox_for_digest",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("digest__isnull", False)), fields=["digest"], name="outbox_in_digest"
            ),
        ),
        migrations.AddIndex(
            model_name="seen",
            index=models.Index(
                condition=models.Q(("archived_at__isnull", False)), fields=["user", "-message"], name="seen_archived"
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(("held_back", ""), ("status", "portal"), _connector="OR"),
                name="held_back_mail_is_a_notice_of_the_portal",
            ),
        ),
        migrations.AddField(
            model_name="actionmark",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="mailpreference",
            constraint=models.CheckConstraint(
                condition=models.Q(("digest_hour__lte", 23)), name="digest_hour_is_one_of_the_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="mailpreference",
            constraint=models.CheckConstraint(
                condition=models.Q(("digest__in", ["", "daily", "weekly"])), name="digest_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="actionmark",
            constraint=models.UniqueConstraint(fields=("user", "key"), name="action_marked_once"),
        ),
    ]
