"""Pictures of a document's pages, so that a reviewer reads it beside the checklist without opening the file itself.

PDF pages are drawn by a process of its own with limits; nothing active in the file ever reaches the browser.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from claims import evidence
from claims.models import Document

SECONDS = 20  # of waiting; the process bounds its own processor time and memory
MOST_PAGES = 50
DRAWER = Path(__file__).with_name("draw_page.py")

PDF = "application/pdf"
# What can be shown at all; everything else is for downloading.
SHOWN = frozenset({PDF, "image/png", "image/jpeg"})


class Unreadable(Exception):
    """The document has no such page, or cannot be drawn."""


def pages(document: Document) -> int:
    """How many pages there are to see: 1 for a picture, for a PDF at most ``MOST_PAGES``. Raises Unreadable."""
    return min(int(_drawn(document, "count")), MOST_PAGES) if document.content_type == PDF else 1


def page_png(document: Document, number: int) -> bytes:
    """Page ``number`` (from 1) of a PDF as PNG. Raises Unreadable."""
    if not 1 <= number <= MOST_PAGES:
        raise Unreadable
    return _drawn(document, str(number))


def _drawn(document: Document, what: str) -> bytes:
    with tempfile.NamedTemporaryFile(suffix=".pdf") as copy:
        try:
            with evidence.open_file(document) as stored:
                while chunk := stored.read(1024 * 1024):
                    copy.write(chunk)
            copy.flush()
            done = subprocess.run(
                [sys.executable, "-I", str(DRAWER), copy.name, what],
                capture_output=True,
                timeout=SECONDS,
                check=False,
                env={"LC_ALL": "C.UTF-8"},
            )
        except (subprocess.TimeoutExpired, FileNotFoundError) as error:
            raise Unreadable from error
    if done.returncode != 0 or not done.stdout:
        raise Unreadable
    return done.stdout
