"""The Celery app. Jobs live in each app's ``tasks.py``; their timetable is in ``settings.py``."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mci_portal.settings")

app = Celery("mci_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
