"""Pieces that are drawn once: right in every language and for every reader."""

import re

import pytest
from django.template import Context, engines
from django.utils import translation

from mci_portal.common.templatetags import kept

PAGES = ["/", "/action-center/", "/incentives/claims/", "/incentives/engagements/", "/review/", "/operator/"]


@pytest.fixture(autouse=True)
def nothing_kept():
    kept.forget()
    yield
    kept.forget()


def drawn(source: str, **values: object) -> str:
    return engines["django"].from_string(source).template.render(Context(values))


def test_piece_is_drawn_per_language_and_per_value_named():
    page = engines["django"].from_string("{% kept demo %}{% translate 'Close' %} {{ demo }}{% endkept %}").template

    def of(language: str, demo: bool) -> str:
        with translation.override(language):
            return page.render(Context({"demo": demo}))

    asked = [("en", True), ("nl", True), ("nl", False), ("en", True), ("nl", True)]
    assert [of(*one) for one in asked] == ["Close True", "Sluiten True", "Sluiten False", "Close True", "Sluiten True"]


def test_translation_in_a_variable_is_set_every_time():
    source = "{% for n in 'ab' %}{% translate 'Close' as word %}{{ word }}{% endfor %}"
    assert [drawn(source), drawn(source)] == ["CloseClose", "CloseClose"]


def test_words_that_come_from_a_value_are_not_kept():
    page = engines["django"].from_string("{% translate word %}{% icon name %}").template
    first, second = (page.render(Context({"word": word, "name": word})) for word in ("Close", "Filter"))
    assert ("#Close" in first, "#Filter" in second, second[:6]) == (True, True, "Filter")


@pytest.mark.parametrize("address", PAGES)
def test_reader_sees_nothing_of_those_who_read_before(client, cast, address):
    """Each page of each person in two languages: the same with everything kept as with nothing."""
    readers = [cast.ana, cast.ben, cast.omar, cast.rita, cast.olga]

    def seen(reader, language: str) -> str:
        client.force_login(reader)
        client.cookies["language"] = language
        answer = client.get(address).content.decode()
        # Tokens, and the moment since when the queue asks for newer claims.
        return re.sub(r'(csrf-token" content|csrfmiddlewaretoken" value)="\w+"|/review/newer/[^"]*', "", answer)

    who = [(reader, language) for reader in readers for language in ("en", "nl")]
    fresh = []
    for one in who:
        kept.forget()
        fresh.append(seen(*one))
    kept.forget()
    assert [seen(*one) for one in (*who, *who)] == fresh * 2
