"""Which template to hand out, and which is refused: by the day of submission (R-048). Called by pages and guards."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import BinaryIO

from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from engagements.models import EvidenceRequirement, EvidenceTemplate

TEMPLATE_DIR = Path(__file__).resolve().parent / "data" / "templates"  # those that come with the portal
FOLDER = "templates"  # in the storage: those that operators handed in


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


def is_kept(name: str) -> bool:
    """Whether there is a file of this name: shipped with the portal, or handed in by an operator."""
    return (TEMPLATE_DIR / Path(name).name).is_file() or _is_stored(name)


def open_file(template: EvidenceTemplate) -> File | BinaryIO | None:
    """The form to fill in, or None where its file is gone. The name comes from the checked catalogue, never from a
    request, and leads out of neither place."""
    shipped = TEMPLATE_DIR / Path(template.file).name
    if shipped.is_file():
        return shipped.open("rb")
    return default_storage.open(_stored(template.file), "rb") if _is_stored(template.file) else None


def keep(name: str, content: bytes) -> str:
    """Put an operator's form into the storage that all machines share, and return the name it got. Raises OSError."""
    return Path(default_storage.save(_stored(name), ContentFile(content))).name


def _stored(name: str) -> str:
    return f"{FOLDER}/{Path(name).name}"


def _is_stored(name: str) -> bool:
    # A name of dots alone is a folder.
    return bool(Path(name).name.strip(".")) and default_storage.exists(_stored(name))
