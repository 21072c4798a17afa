"""Which template to hand out, and which is refused: by the day of submission (R-048). Called by pages and guards."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from engagements.models import EvidenceRequirement, EvidenceTemplate

TEMPLATE_DIR = Path(__file__).resolve().parent / "data" / "templates"


def current_template(requirement: EvidenceRequirement, on: date) -> EvidenceTemplate | None:
    """The version to fill in on the day ``on``: the newest one already valid; None where there is no form."""
    return newest(requirement.templates.all(), on)


def newest(templates: Iterable[EvidenceTemplate], on: date) -> EvidenceTemplate | None:
    """The newest of ``templates`` that is valid and not refused on ``on``; for callers who hold them already."""
    open_ones = (one for one in templates if one.valid_from <= on and refusal(one, on) is None)
    return max(open_ones, key=lambda one: one.valid_from, default=None)


def refusal(template: EvidenceTemplate, on: date) -> str | None:
    """Why evidence on this version is refused when submitted on ``on``, or None while it is accepted."""
    if template.refused_from is None or on < template.refused_from:
        return None
    return _("Template version %(version)s is not accepted since %(day)s. Use the current version.") % {
        "version": template.version,
        "day": date_format(template.refused_from),
    }


def path_of(template: EvidenceTemplate) -> Path:
    """Where the template's file lies. The name comes from the checked catalogue, never from a request."""
    return TEMPLATE_DIR / Path(template.file).name
