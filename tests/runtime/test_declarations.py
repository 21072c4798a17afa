"""Lists in the settings that code elsewhere must agree with."""

import re
from collections.abc import Iterator
from importlib import import_module

from django import forms
from django.conf import settings

from mci_portal.celery import app

PACKAGES = ("mci_portal", "engagements", "eligibility", "customers", "claims")


def _forms(parent: type = forms.BaseForm) -> Iterator[type]:
    for form in parent.__subclasses__():
        if form.__module__.startswith(PACKAGES):
            yield form
        yield from _forms(form)


def test_every_field_that_takes_several_values_is_declared():
    """A08 refuses repeated fields; a form with a list of boxes must be on the list of exceptions."""
    import_module("mci_portal.urls")
    several = {
        name
        for form in _forms()
        for name, field in form.base_fields.items()
        if getattr(field.widget, "allow_multiple_selected", False) and not isinstance(field.widget, forms.FileInput)
    }
    assert several - settings.MULTI_VALUED_PARAMETERS == set()


def test_every_name_that_a_page_reads_as_a_list_is_declared():
    read = set()
    for package in PACKAGES:
        for path in (settings.BASE_DIR / package).rglob("*.py"):
            read |= set(re.findall(r"(?:GET|POST)\.getlist\(\s*[\"'](\w+)[\"']", path.read_text()))
    assert read - settings.MULTI_VALUED_PARAMETERS == set()


def test_every_job_of_the_timetable_exists():
    app.loader.import_default_modules()
    app.finalize()
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} - set(app.tasks) == set()


def test_every_watched_heartbeat_is_a_job_of_the_timetable():
    assert set(settings.HEARTBEAT_MAX_AGE) - set(settings.CELERY_BEAT_SCHEDULE) == set()


def test_every_watched_heartbeat_allows_for_a_late_run():
    """A monitor that cries at the first late run is soon switched off."""
    for name, seconds in settings.HEARTBEAT_MAX_AGE.items():
        assert seconds >= 3 * settings.CELERY_BEAT_SCHEDULE[name]["schedule"]
