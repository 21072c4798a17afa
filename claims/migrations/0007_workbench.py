import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models.functions import Coalesce

BIG = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")
REVIEW_BY = Coalesce("dispute_review_due_at", "review_due_at")
IN_REVIEW = models.Q(("status__in", ("submitted", "under_review", "action_required")))
VERDICTS = [("meets", "Meets"), ("fails", "Does not meet"), ("n/a", "Not applicable")]
PARTS = [("approve", "Approve"), ("issues", "Issues"), ("reject", "Reject"), ("note", "Note")]


def key(to, on_delete=django.db.models.deletion.CASCADE, **options):
    return models.ForeignKey(on_delete=on_delete, related_name="+", to=to, **options)


class Migration(migrations.Migration):
    dependencies = [("claims", "0006_stand_in"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        migrations.CreateModel(
            name="ReviewCheck",
            fields=[
                ("id", BIG),
                ("claim", key("claims.claim")),
                ("round", models.PositiveSmallIntegerField()),
                ("requirement", key("engagements.evidencerequirement", django.db.models.deletion.PROTECT)),
                ("verdict", models.CharField(blank=True, choices=VERDICTS, max_length=5)),
                ("note", models.CharField(blank=True, max_length=500)),
                ("by", key(settings.AUTH_USER_MODEL, django.db.models.deletion.PROTECT)),
                ("checked_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="ReviewDraft",
            fields=[
                ("id", BIG),
                ("claim", key("claims.claim")),
                ("reviewer", key(settings.AUTH_USER_MODEL)),
                ("round", models.PositiveSmallIntegerField()),
                ("part", models.CharField(choices=PARTS, max_length=10)),
                ("fields", models.JSONField()),
                ("version", models.PositiveIntegerField()),
                ("saved_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="ReviewMark",
            fields=[
                ("id", BIG),
                ("claim", key("claims.claim")),
                ("reviewer", key(settings.AUTH_USER_MODEL)),
                ("seq", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="ReviewerSettings",
            fields=[
                (
                    "reviewer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("shortcuts", models.BooleanField(default=True)),
            ],
        ),
        migrations.CreateModel(
            name="SavedReply",
            fields=[
                ("id", BIG),
                ("owner", key(settings.AUTH_USER_MODEL, blank=True, null=True)),
                ("title", models.CharField(max_length=120)),
                ("text", models.CharField(max_length=2000)),
                ("updated_by", key(settings.AUTH_USER_MODEL, django.db.models.deletion.PROTECT)),
                ("updated_at", models.DateTimeField()),
            ],
            options={"ordering": ("title", "id")},
        ),
        migrations.RemoveIndex(model_name="claim", name="claim_review_queue"),
        migrations.AddIndex(
            model_name="claim",
            index=models.Index(
                REVIEW_BY,
                models.F("id"),
                condition=IN_REVIEW,
                include=("status", "round", "reviewer", "engagement", "kind"),
                name="claim_review_queue",
            ),
        ),
        migrations.AddIndex(
            model_name="claim",
            index=models.Index(condition=IN_REVIEW, fields=["submitted_at", "id"], name="claim_review_age"),
        ),
        migrations.AddIndex(
            model_name="claim",
            index=models.Index(
                models.F("engagement"), REVIEW_BY, models.F("id"), condition=IN_REVIEW, name="claim_review_engagement"
            ),
        ),
        migrations.AddIndex(
            model_name="claim",
            index=models.Index(
                models.F("round"), REVIEW_BY, models.F("id"), condition=IN_REVIEW, name="claim_review_round"
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewcheck",
            constraint=models.UniqueConstraint(fields=("claim", "round", "requirement"), name="one_check_per_round"),
        ),
        migrations.AddConstraint(
            model_name="reviewcheck",
            constraint=models.CheckConstraint(
                condition=models.Q(("verdict__in", ("", "meets", "fails", "n/a"))), name="check_verdict_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewdraft",
            constraint=models.UniqueConstraint(
                fields=("claim", "reviewer", "round", "part"), name="one_draft_of_each_form"
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewmark",
            constraint=models.UniqueConstraint(fields=("claim", "reviewer"), name="one_mark_per_reviewer_and_claim"),
        ),
        migrations.AddIndex(
            model_name="savedreply",
            index=models.Index(fields=["owner", "title"], name="reply_by_owner"),
        ),
    ]
