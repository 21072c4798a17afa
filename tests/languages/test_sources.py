"""The extraction that catalogues are written from finds what it must, and the committed files fit the sources."""

import ast

import pytest
from django.conf import settings

from tests.languages import messages, sources
from tests.languages.sources import Found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("_('One')", [Found("", "One", "")]),
        ("gettext_lazy('a ' 'b')", [Found("", "a b", "")]),
        ("ngettext('%(n)s day', '%(n)s days', n) % {'n': n}", [Found("", "%(n)s day", "%(n)s days")]),
        ("pgettext('month', 'May')", [Found("month", "May", "")]),
        ("_(refusal.sentence)", []),
        ("'plain'", []),
    ],
)
def test_python_strings(source, found):
    assert list(sources.calls(ast.parse(source))) == found


@pytest.mark.parametrize("source", ["_(f'{n} days')", "_('a' + b)", "_('a {}'.format(b))"])
def test_string_that_is_put_together_at_run_time_is_refused(source):
    with pytest.raises(ValueError, match="stand in the source"):
        list(sources.calls(ast.parse(source)))


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('{% translate "Say (it)" %}', [Found("", "Say (it)", "")]),
        ('{% include "x.html" with label=_("It\'s") %}', [Found("", "It's", "")]),
        ("{% blocktranslate with a=b %}{{ a }} of 5 %{% endblocktranslate %}", [Found("", "%(a)s of 5 %%", "")]),
        (
            "{% blocktranslate count n=n %}{{ n }} day{% plural %}{{ n }} days{% endblocktranslate %}",
            [Found("", "%(n)s day", "%(n)s days")],
        ),
        ("{% comment %}{% translate 'No' %}{% endcomment %}", []),
    ],
)
def test_template_strings(source, found):
    assert list(sources.of_template(source)) == found


def test_the_portal_offers_the_languages_that_it_has_catalogues_for():
    assert {code for code, _name in settings.LANGUAGES} == {"en", *messages.LANGUAGES}


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_compiled_catalogue_is_the_one_that_is_committed(language):
    """A fresh checkout shows it without compiling anything; ``make translations`` writes it."""
    committed = messages.po_path(language).with_suffix(".mo").read_bytes()
    assert committed == messages.compiled(language)
