"""The portal itself: settings, addresses, Celery, and the cellar every app stands on."""

from mci_portal.celery import app as celery_app

__all__ = ["celery_app"]
