"""One Celery task per mail, as measure 13 compares with; workers start by ``celery -A tests.bench.mail_task``.

``BENCH_BROKER`` is the broker's address, ``BENCH_DATABASE`` the world, ``BENCH_QUEUE`` keeps runs apart.
"""

# ruff: noqa: E402 - Django must be set up before what follows is imported
import os

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

import django
from celery import Celery
from django.conf import settings
from django.db import connections
from django.db.models.functions import Now

django.setup()

from mci_portal.outbox import delivery
from mci_portal.outbox.models import Message, Status
from mci_portal.outbox.rendering import Mail, register

KIND = "BENCH"
BROKER = os.environ.get("BENCH_BROKER", "redis://127.0.0.1:6379/9")
QUEUE = os.environ.setdefault("BENCH_QUEUE", f"bench-mail-{os.getpid()}")

app = Celery("bench")
app.config_from_object(settings, namespace="CELERY")
app.conf.update(broker_url=BROKER, broker_transport_options={}, task_default_queue=QUEUE)
settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
if name := os.environ.get("BENCH_DATABASE"):
    connections.settings["default"]["NAME"] = name


@register(KIND)
def words(message: Message) -> Mail:
    return Mail("Subject", "Text", "<p>Text</p>")


@app.task(name="tests.bench.send_one")
def send_one(pk: int) -> None:
    """What ordinary practice does: take the row, send, write the outcome."""
    message = Message.objects.get(pk=pk, status=Status.QUEUED)
    delivery._envelope(message, words(message), delivery.get_connection()).send()
    Message.objects.filter(pk=pk, status=Status.QUEUED).update(status=Status.SENT, sent_at=Now())
