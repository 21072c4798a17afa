"""The ``caps`` of a catalogue file: what is refused, with its line, and what becomes of a cap that left (R-255)."""

from datetime import date

import pytest

from claims.models import CapUse
from engagements.models import Cap
from tests.engagements.small_catalogue import TEXT, load_text, refused
from tests.factories import claim_in

pytestmark = pytest.mark.django_db
CAP = """\
caps:
  - code: first-cap
    name: First cap
    scope: global
    amount: 2000000
    from: 2022-11-01
    engagements: [first-workshop]
"""


def test_cap_is_loaded_and_a_second_run_changes_nothing(tmp_path):
    load_text(tmp_path, text=TEXT + CAP)
    assert load_text(tmp_path, text=TEXT + CAP).idle
    (cap,) = Cap.objects.all()
    assert (cap.code, cap.amount, [one.slug for one in cap.engagements.all()]) == (
        "first-cap",
        2_000_000,
        ["first-workshop"],
    )


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("scope: global", "scope: region", "A cap of a region names its countries, and no other cap does."),
        ("[first-workshop]", "[lost]", "There is no engagement “lost” in this file."),
        ("[first-workshop]", "[]", "Name at least one engagement of this cap."),
        ("[first-workshop]", "[first-workshop, first-workshop]", "An engagement stands in this cap twice."),
        ("2000000", "0", "A cap is an amount above 0."),
        ("2000000", "n/a", "A cap is an amount above 0."),
        (
            "2000000",
            "2000000\n    currency: EUR",
            "The rates of “first-workshop” are in another currency",
        ),
        ("2022-11-01\n    eng", "2022-11-01\n    to: 2022-10-01\n    eng", "This ends before it starts."),
        (
            "scope: global",
            "scope: planet",
            "“planet” is not known here; use one of: global, region",
        ),
    ],
)
def test_wrong_cap_is_refused_with_its_line(tmp_path, old, new, sentence):
    text = TEXT + CAP.replace(old, new, 1)
    found = refused(tmp_path, text=text)
    assert [words[: len(sentence)] for _line, words in found] == [sentence]
    assert found[0][0] > TEXT.count("\n")
    assert not Cap.objects.exists()


def test_cap_that_left_the_file_goes_and_stays_until_yesterday_where_it_was_drawn_on(tmp_path, redmond):
    load_text(tmp_path, text=TEXT + CAP)
    load_text(tmp_path)
    assert not Cap.objects.exists()
    load_text(tmp_path, text=TEXT + CAP)
    cap = Cap.objects.get()
    claim_in("customer_claimed", location=redmond, engagement=cap.engagements.get())
    assert CapUse.objects.count() == 1
    load_text(tmp_path)
    cap.refresh_from_db()
    assert cap.valid_to == date(2026, 11, 19)
