"""From a file to checked records. Called by ``engagements.catalogue.load`` before anything is written."""

from pathlib import Path

from django.utils.translation import gettext as _

from engagements.catalogue.checking import check
from engagements.catalogue.layout import CATALOGUE
from engagements.catalogue.problems import CatalogueError, Problem
from engagements.catalogue.sheet import Record, Sheet, compose


def read(path: Path) -> Record:
    """The whole catalogue as records. Raises CatalogueError with every problem of the file, not just the first."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise CatalogueError(
            [Problem(1, _("The file cannot be read: %(problem)s.") % {"problem": error.strerror})]
        ) from error
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise CatalogueError([Problem(line, _("The file is not UTF-8 text."))]) from error
    sheet = Sheet()
    found = sheet.value(CATALOGUE, compose(text))
    if not sheet.problems:
        check(sheet, found)
    if sheet.problems:
        raise CatalogueError(sheet.problems)
    return found
