"""Proof of execution: files come in, are looked at, are kept privately, and go out only to those who may see the claim.

The file is stored first and the row written after it; a file whose row never came is swept up by ``tidy``.
"""

import hashlib
import logging
import secrets
from datetime import datetime, timedelta
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import IntegrityError
from django.db.models import Count, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from claims import filetypes, lifecycle
from claims.actions import Action
from claims.models import Claim, Document, RecordedAnswer, Scan
from engagements.models import EvidenceRequirement, EvidenceTemplate
from engagements.templates_in_force import current_template
from engagements.templates_in_force import refusal as refusal_of
from mci_portal.accounts.actors import Actor
from mci_portal.common import antivirus
from mci_portal.common.clock import database_now
from mci_portal.common.files import keep_whole, names_in

log = logging.getLogger(__name__)

FOLDER = "evidence"
ORPHAN_AFTER = timedelta(hours=1)


def upload(
    claim: Claim,
    requirement: EvidenceRequirement,
    file: BinaryIO,
    name: str,
    by: Actor,
    now: datetime | None = None,
    template: EvidenceTemplate | None = None,
) -> Document:
    """Check ``file`` by its content, store it under a random name and record it (R-156, R-177).

    ``file`` is seekable and already on this machine's disk. ``template`` is the version of the form that was filled
    in; None = the current one, where there is a form at all (R-048). Raises ValidationError for a file we do not take,
    NotPermitted or Refused as the life cycle says, OSError where the disk is full; then nothing is kept.
    """
    if not lifecycle.permitted(claim, Action.UPLOAD, by):
        raise lifecycle.NotPermitted
    if requirement.engagement_id != claim.engagement_id or requirement.is_survey:
        raise lifecycle.Refused(_("This document is not asked for here."))
    _check_pace(by)
    on = (now or database_now()).date()
    template = template or current_template(requirement, on)
    if template is not None and template.requirement_id != requirement.pk:
        raise lifecycle.Refused(_("This template belongs to another document."))
    if template is not None and (sentence := refusal_of(template, on)):
        raise ValidationError(sentence, code="template_refused")
    size, sha256 = _measure(file)
    _check_room(claim, size)
    shown_name, content_type = _named(file, name)
    document = Document(
        requirement=requirement,
        template=template,
        name=shown_name,
        content_type=content_type,
        size=size,
        sha256=sha256,
        scan=_scan(file),
        version=Document.objects.filter(claim=claim, requirement=requirement, name=shown_name).count() + 1,
    )
    document.key = _stored(file)
    try:
        lifecycle.perform(
            claim, Action.UPLOAD, by, now, document=document, note=shown_name, event={"sha256": sha256, "size": size}
        )
    except IntegrityError as error:
        default_storage.delete(document.key)
        if "one_live_copy_of_a_file" in str(error):
            raise lifecycle.Refused(_("This very file is already there.")) from error
        raise
    except BaseException:
        default_storage.delete(document.key)
        raise
    return document


def keep(file: BinaryIO, name: str, by: Actor) -> tuple[dict[str, Any], str]:
    """Check and store a file that is no document of a claim, such as the evidence of an answer: its columns and key.

    Whoever calls writes a row with the key, or drops it. Raises as ``upload``; Refused while the scanner is away.
    """
    _check_pace(by)
    size, sha256 = _measure(file)
    shown_name, content_type = _named(file, name)
    if _scan(file) is not Scan.CLEAN:
        raise lifecycle.Refused(_("The virus scanner is away. Try again in a few minutes."))
    facts = {"name": shown_name, "content_type": content_type, "size": size, "sha256": sha256}
    return facts, _stored(file)


def open_kept(key: str) -> File:
    """What ``keep`` stored, for a page that has checked who may read it."""
    return default_storage.open(key, "rb")


def drop(key: str) -> None:
    """Take back what ``keep`` stored: its row never came."""
    default_storage.delete(key)


def _named(file: BinaryIO, name: str) -> tuple[str, str]:
    """The name to show and the content type, by the content."""
    try:
        kind = _identify(file, name)
        return filetypes.safe_name(name), kind.content_type
    except filetypes.Unacceptable as refusal:
        raise ValidationError(_(refusal.sentence), code=refusal.code) from refusal


def _stored(file: BinaryIO) -> str:
    file.seek(0)
    return keep_whole(f"{FOLDER}/{secrets.token_hex(20)}", File(file))


def _check_pace(by: Actor) -> None:
    """11.11: whoever hands in more than that in an hour is no person at a desk."""
    lately = Document.objects.filter(uploaded_by=by.user, uploaded_at__gt=database_now() - timedelta(hours=1))
    if by.user is not None and lately.count() >= settings.UPLOADS_PER_HOUR:
        raise lifecycle.Refused(_("You have uploaded very many files within an hour. Go on a little later."))


def _identify(file: BinaryIO, name: str) -> filetypes.FileType:
    # A file on disk is read by a process of its own with limits, so that a hostile one cannot hurt this worker.
    if hasattr(file, "temporary_file_path"):
        return filetypes.identify_isolated(file.temporary_file_path(), name)
    return filetypes.identify(file, name)


def _scan(file: BinaryIO) -> Scan:
    """E10: an infected file is refused at once. While the scanner is away the file waits for it (FA18)."""
    if not antivirus.is_there():
        return Scan.CLEAN
    try:
        infected = antivirus.is_infected(file)
    except OSError as error:
        log.error("the virus scanner is away: %s", error)
        return Scan.PENDING
    if infected:
        raise ValidationError(_(filetypes.REFUSALS["infected"]), code="infected")
    return Scan.CLEAN


def scan_waiting() -> int:
    """Have every document checked that came in while the scanner was away; returns how many got a verdict.

    The first one without a verdict ends the round: the scanner is still away. Twice or at once does no harm.
    """
    done = 0
    for document in Document.objects.filter(scan=Scan.PENDING).order_by("pk").iterator():
        try:
            with default_storage.open(document.key, "rb") as file:
                infected = antivirus.is_there() and antivirus.is_infected(cast(BinaryIO, file))
        except OSError as error:
            log.error("%s has no verdict of the virus scanner yet: %s", document.key, error)
            break
        if infected:
            log.critical("document %s of claim %s contains a virus and is shut away", document.pk, document.claim_id)
        verdict = Scan.INFECTED if infected else Scan.CLEAN
        done += Document.objects.filter(pk=document.pk, scan=Scan.PENDING).update(scan=verdict)
    return done


def _measure(file: BinaryIO) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    file.seek(0)
    while chunk := file.read(1024 * 1024):
        digest.update(chunk)
        size += len(chunk)
    file.seek(0)
    if size == 0:
        raise ValidationError(_("The file is empty."), code="empty")
    if size > settings.UPLOAD_MAX_BYTES:
        raise too_large()
    return size, digest.hexdigest()


def too_large() -> ValidationError:
    """The refusal of a file over the limit, for here and for an upload that was cut off on the way."""
    limit = settings.UPLOAD_MAX_BYTES // (1024 * 1024)
    return ValidationError(_("The file is larger than {limit} MB.").format(limit=limit), code="too_large")


def _check_room(claim: Claim, size: int) -> None:
    used = Document.objects.filter(claim=claim, removed_at=None).aggregate(files=Count("pk"), bytes=Sum("size"))
    if used["files"] >= settings.UPLOAD_MAX_FILES_PER_CLAIM:
        raise ValidationError(
            ngettext(
                "A claim takes {limit} file at most. Remove one first.",
                "A claim takes {limit} files at most. Remove one first.",
                settings.UPLOAD_MAX_FILES_PER_CLAIM,
            ).format(limit=settings.UPLOAD_MAX_FILES_PER_CLAIM),
            code="too_many",
        )
    if (used["bytes"] or 0) + size > settings.UPLOAD_MAX_BYTES_PER_CLAIM:
        raise ValidationError(_("All files of a claim together may not exceed 200 MB."), code="claim_full")


def remove(claim: Claim, document: Document, by: Actor, now: datetime | None = None) -> Claim:
    """Hide a document; file and row are kept for the history. Refused once handed in (P23)."""
    return lifecycle.perform(claim, Action.REMOVE_DOCUMENT, by, now, document=document, note=document.name)


def open_file(document: Document) -> File:
    """The stored bytes, for a page that has checked who may read them. Raises Refused for a file that the virus
    scanner has not let through."""
    if document.shut_away:
        raise lifecycle.Refused(document.shut_away)
    return default_storage.open(document.key, "rb")


def tidy(now: datetime, kept_for: timedelta = ORPHAN_AFTER) -> int:
    """Delete stored files older than ``kept_for`` that no row speaks of; returns how many."""
    keys = {f"{FOLDER}/{name}" for name in names_in(FOLDER)}
    orphans = keys - {
        key
        for model in (Document, RecordedAnswer)
        for key in model.objects.filter(key__in=keys).values_list("key", flat=True)
    }
    old = [key for key in orphans if default_storage.get_modified_time(key) < now - kept_for]
    for key in old:
        default_storage.delete(key)
        log.warning("deleted %s: no document speaks of it", key)
    return len(old)
