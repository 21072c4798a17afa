"""Dutch and Swedish are complete: nothing untranslated, nothing fuzzy, nothing a page could stumble over (R-014)."""

import re
from collections import Counter
from html.parser import HTMLParser

import polib
import pytest

from tests.languages import messages, sources
from tests.languages.sources import Found

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}|%%")
# Django's format characters that a reader's language may use, with the marks between them.
DATE_PATTERN = re.compile(r"(?:[jdDlFMNbYymnHiG]|\\[a-z]|[ .,:/–-])+")


@pytest.fixture(scope="module", params=messages.LANGUAGES)
def catalogue(request) -> polib.POFile:
    return messages.read(request.param)


@pytest.fixture(scope="module")
def found() -> dict[Found, list[str]]:
    return sources.everything()


def translations(entry: polib.POEntry) -> list[tuple[str, str]]:
    """Each source text with its translation: one pair, or one for the singular and one for the plural."""
    if entry.msgid_plural:
        return [(entry.msgid, entry.msgstr_plural[0]), (entry.msgid_plural, entry.msgstr_plural[1])]
    return [(entry.msgid, entry.msgstr)]


def test_catalogue_has_every_string_of_the_sources_and_no_other(catalogue, found):
    """``make messages`` mends it."""
    known = Counter(messages.key(entry) for entry in catalogue)
    assert sorted(set(found) - set(known)) == []
    assert sorted(set(known) - set(found)) == []
    assert [one for one, times in known.items() if times > 1] == []


def test_nothing_is_left_untranslated(catalogue):
    assert [entry.msgid for entry in catalogue if not all(text.strip() for _source, text in translations(entry))] == []


def test_nothing_is_a_guess(catalogue):
    assert [entry.msgid for entry in catalogue if "fuzzy" in entry.flags] == []


def test_plural_forms_are_those_of_the_language(catalogue):
    assert catalogue.metadata["Plural-Forms"] == messages.PLURALS
    wrong = [entry.msgid for entry in catalogue if entry.msgid_plural and sorted(entry.msgstr_plural) != [0, 1]]
    assert wrong == []


def test_placeholders_are_the_same_on_both_sides(catalogue):
    """A singular may leave the number out; nothing else may go, and nothing may be added."""
    wrong = []
    for entry in catalogue:
        for place, (source, text) in enumerate(translations(entry)):
            asked, given = set(PLACEHOLDER.findall(source)), set(PLACEHOLDER.findall(text))
            plural = set(PLACEHOLDER.findall(entry.msgid_plural or ""))
            if text and not (asked == given or (entry.msgid_plural and place == 0 and asked <= given <= plural)):
                wrong.append((source, text))
    assert wrong == []


class _Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: Counter = Counter()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags[tag, tuple(attrs)] += 1

    def handle_endtag(self, tag):
        self.tags[f"/{tag}"] += 1


def test_html_is_the_same_on_both_sides(catalogue):
    wrong = [
        (source, text)
        for entry in catalogue
        for source, text in translations(entry)
        if text and _Tags(source).tags != _Tags(text).tags
    ]
    assert wrong == []


def test_edges_are_the_same_on_both_sides(catalogue):
    """Line ends and spaces around a text belong to the page, full stops to the sentence; a word may be abbreviated."""
    wrong = []
    for entry in catalogue:
        for source, text in translations(entry):
            edges = [
                (
                    one[: len(one) - len(one.lstrip())],
                    one[len(one.rstrip()) :],
                    " " in source and one.rstrip().endswith((".", "?", "!")),
                )
                for one in (source, text)
            ]
            if text and edges[0] != edges[1]:
                wrong.append((source, text))
    assert wrong == []


def test_patterns_of_dates_are_still_patterns(catalogue):
    patterns = [entry for entry in catalogue if (entry.msgctxt or "").endswith("format")]
    assert patterns
    assert [entry.msgstr for entry in patterns if not DATE_PATTERN.fullmatch(entry.msgstr)] == []


def test_translation_is_not_the_english_sentence_again(catalogue):
    """A sentence of five words or more does not read the same in another language."""
    same = [
        source
        for entry in catalogue
        for source, text in translations(entry)
        if source == text and source.count(" ") >= 4
    ]
    assert same == []
