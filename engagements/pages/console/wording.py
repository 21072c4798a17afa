"""How an entry of the preview or of the audit reads: tables, columns and values in words."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

TONES = {"created": "success", "changed": "info", "ended": "warning", "removed": "danger"}


def action(name: str) -> str:
    return {"created": _("Created"), "changed": _("Changed"), "ended": _("Ended"), "removed": _("Removed")}[name]


def table(name: str) -> str:
    return {
        "engagementtype": _("Engagement type"),
        "typeterms": _("Deadlines of a type"),
        "calendarday": _("Day of the business calendar"),
        "reasonwords": _("Wording of a reason"),
        "marketcountry": _("Market of a country"),
        "engagement": _("Engagement"),
        "engagementname": _("Former name"),
        "rate": _("Rate"),
        "partnercriterion": _("Partner criterion"),
        "resourcelink": _("Link"),
        "evidencerequirement": _("Required evidence"),
        "evidencetemplate": _("Template"),
        "invitation": _("Invitation"),
        "cap": _("Cap"),
        "cappedengagement": _("Engagement paid from a cap"),
    }[name]


def columns(table_name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """(label, old, new) of each column that an entry names."""
    fields = {one.name: one for one in apps.get_model("engagements", table_name)._meta.concrete_fields}
    return [
        (capfirst(column.verbose_name), _value(column, before.get(name)), _value(column, after.get(name)))
        for name, column in fields.items()
        if name in before or name in after
    ]


def _value(column: models.Field, value: Any) -> str:
    if value in (None, "", []):
        return "-"
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(column, models.DateTimeField):
        return date_format(timezone.localtime(datetime.fromisoformat(value)), "SHORT_DATETIME_FORMAT")
    if isinstance(column, models.DateField):
        return date_format(date.fromisoformat(value))
    if isinstance(value, list):
        return "; ".join(_part(one) for one in value)
    return str(dict(column.flatchoices).get(value, value))


def _part(value: Any) -> str:
    """One of several values; a customer rule is a few words with their measure."""
    return " ".join(str(one) for one in value.values()) if isinstance(value, dict) else str(value)
