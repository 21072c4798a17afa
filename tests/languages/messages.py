"""``python -m tests.languages.messages``: bring ``locale/*/LC_MESSAGES/django.po`` up to date with the sources.

Translations stay, new strings come in empty, what no source has any more goes. No dates and no places are written,
so a difference shows strings only. ``--template FILE`` writes all strings with the files they stand in, for
translators; ``--compile`` writes the ``.mo`` files that Django reads.
"""

import re
import sys
from pathlib import Path

import polib

from tests.languages import sources
from tests.languages.sources import Found

LOCALE = sources.ROOT / "locale"
LANGUAGES = ("nl", "sv")  # both: one and many, as in English
PLURALS = "nplurals=2; plural=(n != 1);"


def po_path(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def read(language: str) -> polib.POFile:
    return polib.pofile(str(po_path(language)))


def key(entry: polib.POEntry) -> Found:
    return Found(entry.msgctxt or "", entry.msgid, entry.msgid_plural or "")


def updated(language: str, known: dict[Found, polib.POEntry], found: dict[Found, list[str]]) -> polib.POFile:
    """A catalogue of the strings ``found``, with the translations ``known``."""
    po = polib.POFile(wrapwidth=110)
    po.metadata = {
        "Project-Id-Version": "mci-portal",
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": PLURALS,
    }
    for one in found:
        before = known.get(one)
        entry = polib.POEntry(msgid=one.text, msgctxt=one.context or None, flags=_flags(one))
        if one.plural:
            entry.msgid_plural = one.plural
            entry.msgstr_plural = dict(before.msgstr_plural) if before else {0: "", 1: ""}
        elif before:
            entry.msgstr = before.msgstr
        if before and before.tcomment:
            entry.tcomment = before.tcomment
        if before and "fuzzy" in before.flags:
            entry.flags.append("fuzzy")
        po.append(entry)
    return po


def _flags(one: Found) -> list[str]:
    return ["python-format"] if re.search(r"%\(\w+\)s", one.text + one.plural) else []


def write_all() -> None:
    found = sources.everything()
    for language in LANGUAGES:
        path = po_path(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        known = {key(entry): entry for entry in read(language)} if path.exists() else {}
        po = updated(language, known, found)
        po.save(str(path))
        print(f"{path.relative_to(sources.ROOT)}: {len(po)} strings, {len(po.untranslated_entries())} to translate")


def write_template(path: Path) -> None:
    """Every string with the files that have it."""
    found = sources.everything()
    po = updated("", {}, found)
    for entry in po:
        entry.occurrences = [(place, "") for place in found[key(entry)]]
    po.save(str(path))


def compiled(language: str) -> bytes:
    """The ``.mo`` of a catalogue; the same catalogue gives the same bytes."""
    return read(language).to_binary()


def compile_all() -> None:
    for language in LANGUAGES:
        po_path(language).with_suffix(".mo").write_bytes(compiled(language))


if __name__ == "__main__":
    import django

    django.setup()
    if sys.argv[1:2] == ["--template"]:
        write_template(Path(sys.argv[2]))
    elif sys.argv[1:] == ["--compile"]:
        compile_all()
    else:
        write_all()
