"""A new version of a form to fill in, and the day from which the former ones are refused (R-048, C-11)."""

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from engagements import templates_in_force
from engagements.console.recording import recorded
from engagements.models import EvidenceRequirement, EvidenceTemplate
from mci_portal.accounts.actors import Actor


def add(
    by: Actor,
    requirement: EvidenceRequirement,
    content: bytes,
    extension: str,
    now: datetime,
    *,
    version: str,
    valid_from: date,
    refused_from: date,
    changes: str = "",
) -> EvidenceTemplate:
    """R-048: ``version`` is handed out from ``valid_from`` on; evidence on any former version that is submitted on or
    after ``refused_from`` is refused. The caller has looked into the file (``extension`` without the dot).

    Raises ValidationError for days that are past or out of order, a version there is already, a survey, which has no
    form, and a place where no file can be kept; PermissionDenied for who is no operator.
    """
    _check(requirement, now.date(), valid_from, refused_from)
    with recorded(by, now):
        former = EvidenceTemplate.objects.filter(requirement=requirement)
        if former.filter(version=version).exists():
            raise ValidationError({"version": _("There is such a version already.")})
        if former.filter(valid_from__gte=valid_from).exists():
            raise ValidationError({"valid_from": _("A version that is valid from then or later is there already.")})
        former.filter(Q(refused_from=None) | Q(refused_from__gt=refused_from)).update(refused_from=refused_from)
        name = f"{requirement.engagement.slug}-{requirement.pk}-{version}.{extension}"
        row: EvidenceTemplate = former.create(
            requirement=requirement,
            version=version,
            file=_keep(content, name),
            changes=changes,
            valid_from=valid_from,
        )
    return row


def _check(requirement: EvidenceRequirement, today: date, valid_from: date, refused_from: date) -> None:
    problems = {}
    if valid_from < today:
        problems["valid_from"] = _("Choose today or a later day.")
    if refused_from <= max(today, valid_from):
        problems["refused_from"] = _("Leave partners at least a day: choose a day after the new version is valid.")
    if requirement.is_survey or requirement.ended_on:
        raise ValidationError(_("This requirement has no form to fill in."))
    if problems:
        raise ValidationError(problems)


def _keep(content: bytes, name: str) -> str:
    """Put the file where downloads and the catalogue file look for it, and return its name."""
    try:
        return templates_in_force.keep(name, content)
    except OSError as error:
        sentence = _("The file cannot be kept in the storage: %(why)s") % {"why": error.strerror}
        raise ValidationError({"file": sentence}) from error
