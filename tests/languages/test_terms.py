"""One word for one thing: what the guides and Microsoft's own terms call it, everywhere the same."""

import re

import polib
import pytest

from tests.languages import messages

# Language, English words, what else they may mean, and the translation that stands for them.
MONEY_CHANGED = "[Ee]xchange|US dollar|above zero|currenc|a rate again|rate of the month|[Ss]et the rate|No rate is set"
TERMS = [
    ("nl", r"\bassociations?\b", "recorded", "artnerkoppeling"),
    ("nl", r"\bopportunit(y|ies)\b", "Opportunities is now", "erkoopkans"),
    ("nl", r"\bAction Center\b", "^$", "Actiecentrum"),
    ("nl", r"\bpayee profile\b", "^$", "rofiel"),
    ("nl", r"\bopt(ed|ing)? out\b", "^$", "ezwaar"),
    ("sv", r"(?<!\()\b[Rr]ates?\b", MONEY_CHANGED, "rsättningssats"),
    ("sv", r"\b[Aa]ccepts?\b|\bacceptance\b", "not accept|tax invoice", "ccepter|amtycke"),
    ("sv", r"\bAction Center\b", "^$", "Åtgärdscenter"),
    ("sv", r"\bworkshop claim\b", "^$", "orkshopanspråk"),
    ("sv", r"\bopt(ed|ing)? out\b", "^$", "[Tt]acka"),
]


@pytest.mark.parametrize(("language", "english", "unless", "word"), TERMS, ids=[f"{t[0]}-{t[1]}" for t in TERMS])
def test_term_has_one_translation(language, english, unless, word):
    wrong = []
    for entry in messages.read(language):
        said = f"{entry.msgctxt or ''} {entry.msgid}"
        if re.search(english, entry.msgid) and not re.search(unless, said):
            wrong += [text for text in _texts(entry) if not re.search(word, text)]
    assert wrong == []


@pytest.mark.parametrize(
    ("language", "wrongly"), [("nl", r"\b(je|jij|jouw|jullie)\b"), ("sv", r"\b([Nn]i|[Ee]rt?|[Ee]ra)\b")]
)
def test_reader_is_addressed_in_one_way(language, wrongly):
    """Dutch says u, Swedish says du."""
    wrong = [text for entry in messages.read(language) for text in _texts(entry) if re.search(wrongly, text)]
    assert wrong == []


def _texts(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
