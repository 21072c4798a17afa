"""A catalogue with a mistake is refused whole, with the line of each mistake."""

import pytest
from django.core.management import CommandError, call_command

from engagements.models import Engagement, EngagementType
from tests.engagements.small_catalogue import TEXT, line_with, load_text, refused

pytestmark = pytest.mark.django_db

# What is replaced, by what, the words that the complaint's line holds, what the complaint says.
MISTAKES = {
    "unknown key": ("    pay: formula", "    pays: formula", "pays:", "“pays” is not known in an engagement"),
    "key twice": ("    pay: formula", "    slug: third", "slug: third", "“slug” stands twice in an engagement."),
    "key missing": ("    area: azure\n    role: transact", "    role: transact", "second-deal", "“area” is missing"),
    "unknown choice": ("role: transact", "role: sell", "role: sell", "“sell” is not known here; use one of:"),
    "no day": ("pay: formula", "ends_on: soon", "soon", "“soon” is not a day; write it as 2022-11-01."),
    "ends first": ("pay: formula", "ends_on: 2020-01-01", "2020-01-01", "The engagement ends before it starts."),
    "no slug": ("slug: second-deal", "slug: Second Deal", "slug: Second", "“Second Deal” is not a slug"),
    "same slug": ("slug: second-deal", "slug: first-workshop", None, "The slug “first-workshop” stands in line"),
    "same name": ("name: Second Deal", "name: FIRST workshop", "FIRST", "The name “FIRST workshop” stands in line"),
    "long name": ("name: Second Deal", f"name: {'x' * 151}", "xxx", "This text has 151 characters; at most 150 fit."),
    "no type": ("type: workshop", "type: seminar", "seminar", "There is no type “seminar” in this file."),
    "no amount": ("A: 5000", "A: much", "much", "“much” is not an amount"),
    "negative": ("A: 5000", "A: -1", "A: -1", "“-1” is not an amount"),
    "overlap": ("to: 2022-10-31", "to: 2022-11-01", "2022-11-01, A", "These rates run into those from 2022-11-01."),
    "open end": ("to: 2022-10-31, ", "", "A: 4000", "Close these rates with “to: 2022-10-31”"),
    "no country": ("A: [US, NL]\n    B: [SG]", "A: [USA]\n    B: [SG]", "USA", "“USA” is not a country"),
    "country twice": ("B: [SG]", "B: [SG, US]", "SG, US", "US stands in this table of markets twice."),
    "no file": ("file: workshop-invoice-2021-07.xlsx", "file: none.docx", "none.docx", "There is no file “none.docx”"),
    "path": ("file: workshop-invoice-2021-07.xlsx", "file: ../x.docx", "../x", "“../x.docx” is not the name of a file"),
    "no way": ("any_of: [Member]", "any_of: []", "Membership", "Name at least one way to meet this criterion."),
    "no list": ("any_of: [Member]", "any_of: Member", "Membership", "A list is expected here."),
    "plain http": ("https://learn", "http://learn", "http://", "is not a web address that begins with https://"),
    "msx on fixed pay": ("id_types: [domain]", "id_types: [msx]", "[msx]", "Only variable pay is nominated by msx."),
    "hours on fixed pay": (
        "id_types: [domain]",
        "id_types: [domain]\n    hour_options: [40]",
        "hour_options",
        "Only variable pay is counted in hours.",
    ),
    "no IDs": ("    id_types: [domain]\n", "", "first-workshop", "A build-intent engagement needs “id_types”."),
    "template on a survey": (
        "{kind: customer_survey}",
        "{kind: customer_survey, templates: [{version: a, file: workshop-invoice-2021-07.xlsx, from: 2021-07-01}]}",
        "customer_survey",
        "A survey has no template.",
    ),
    "unknown rule": (
        "pay: formula",
        "customer_rules: [{kind: likes_us}]",
        "likes_us",
        "“likes_us” is not known here; use one of: min_seats",
    ),
    "rule without measure": (
        "pay: formula",
        "customer_rules: [{kind: min_seats}]",
        "min_seats",
        "The rule “min_seats” needs “value”.",
    ),
    "rule without workload": (
        "pay: formula",
        "customer_rules: [{kind: min_active_users, value: 5}]",
        "min_active_users",
        "The rule “min_active_users” needs “workload”.",
    ),
    "rule with another measure": (
        "pay: formula",
        "customer_rules: [{kind: planned_consumption, from: 5000, value: 5}]",
        "planned_consumption",
        "The rule “planned_consumption” takes no “value”.",
    ),
    "band in cents": (
        "pay: formula",
        "customer_rules: [{kind: planned_consumption, from: 5000, to: 6000.50}]",
        "planned_consumption",
        "“6000.50” is not a number of whole dollars from 1 on.",
    ),
    "band that ends before it begins": (
        "pay: formula",
        "customer_rules: [{kind: planned_consumption, from: 5000, to: 5000}]",
        "planned_consumption",
        "The band must end above where it begins.",
    ),
    "long type": ("type: workshop", f"type: {'x' * 31}", "xxx", "digits and single hyphens, at most 30 characters."),
    "long address": (
        "https://learn.microsoft.com/",
        f"https://learn.microsoft.com/{'x' * 300}",
        "xxx",
        "at most 300 fit",
    ),
    "NUL": ("name: Second Deal", 'name: "Second\\0 Deal"', "Second", "Remove hidden characters"),
    "direction": ("name: Second Deal", 'name: "\\u202eDeal"', "u202e", "Remove hidden characters"),
    "tag of a flag": ("pay: formula", "sample: !!bool perhaps", "perhaps", "“perhaps” cannot be read."),
    "tag of a day": ("pay: formula", "ends_on: !!timestamp soon", "soon", "“soon” cannot be read."),
    "tag of a number": ("consent_days: 30", 'consent_days: !!int ""', "code: workshop", "“” cannot be read."),
    "tag of a thing": (
        "pay: formula",
        "pay: formula\n    summary: !!python/name:os.system x",
        "os.system",
        "cannot be read.",
    ),
    "no days": ("consent_days: 30", "consent_days: 0", "code: workshop", "“0” is not a whole number from 1 to 30000."),
    "no claims": ("pay: formula", "claims_per_customer: 0", "_customer: 0", "“0” is not a whole number from 1"),
    "closed first": (
        "pay: formula",
        "last_claim_on: 2021-06-30",
        "2021-06-30",
        "The last day to claim customers is before the engagement starts.",
    ),
    "review before submit": ("review_days: 120", "review_days: 80", "review_days", "The review cannot end before"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_catalogue_with_a_mistake_is_refused_at_its_line(tmp_path, mistake):
    old, new, words, sentence = MISTAKES[mistake]
    found = refused(tmp_path, (old, new))
    assert [text for _, text in found if sentence in text] == [found[0][1]]
    if words:
        assert found[0][0] == line_with(words, TEXT.replace(old, new))
    assert (Engagement.objects.count(), EngagementType.objects.count()) == (0, 0)


def test_catalogue_with_several_mistakes_names_them_all(tmp_path):
    found = refused(tmp_path, ("area: azure", "area: moon"), ("A: 5000", "A: much"), ("pay: formula", "pays: x"))
    assert [line for line, _ in found] == [
        line_with("area: azure"),
        line_with("A: 5000"),
        line_with("second-deal") + 2,
        line_with("pay: formula"),
    ]


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        ("", 1, "The file is empty."),
        ("a: [1\nb: 2", 2, "This is not YAML: expected ',' or ']', but got ':'."),
        ("- 1", 1, "The catalogue is expected here, as “key: value” lines."),
        ("types: &a\n  <<: *a", 1, "A list is expected here."),
        ("blocks: \x07", 1, "This is not YAML: "),
        ("blocks: 1\ntypes: []\nmarkets: \x07", 3, "This is not YAML: special characters are not allowed."),
        ("blocks: " + "[" * 5000, 1, "The lists and blocks of this file are nested too deeply."),
    ],
)
def test_file_that_is_no_catalogue_is_refused(tmp_path, text, line, sentence):
    found = refused(tmp_path, text=text)
    assert found[0][0] == line
    assert any(one.startswith(sentence) for _, one in found)


def test_block_that_takes_itself_in_is_refused(tmp_path):
    text = TEXT.replace("  - slug: second-deal", "  - &loop\n    <<: *loop\n    slug: second-deal")
    assert (line_with("&loop", text), "This block takes itself in.") in refused(tmp_path, text=text)


def test_mistake_after_a_good_load_leaves_everything_as_it_was(tmp_path):
    load_text(tmp_path)
    assert refused(tmp_path, ("First Workshop", "Renamed"), ("A: 5000", "A: much")) != []
    assert set(Engagement.objects.values_list("name", flat=True)) == {"First Workshop", "Second Deal"}


def test_command_prints_file_and_line_and_fails(tmp_path, capsys):
    path = tmp_path / "bad.yaml"
    path.write_text(TEXT.replace("pay: formula", "pays: formula"), encoding="utf-8")
    with pytest.raises(CommandError, match="Nothing was written") as caught:
        call_command("load_catalogue", str(path))
    assert caught.value.returncode == 1
    assert f"{path}:{line_with('pay: formula')}: “pays” is not known in an engagement" in capsys.readouterr().err


def test_command_on_a_missing_file_says_so(tmp_path, capsys):
    with pytest.raises(CommandError):
        call_command("load_catalogue", str(tmp_path / "none.yaml"))
    assert "none.yaml:1: The file cannot be read: No such file or directory." in capsys.readouterr().err
