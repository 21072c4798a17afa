"""Text, addresses and the way fields are drawn: inputs B01-B05, B08, B10 and C01-C05."""

import pytest
from django import forms
from django.core.exceptions import ValidationError

from mci_portal.common.forms import LineField, ParagraphField, StrictEmailField

WOMAN_TECHNOLOGIST = "\U0001f469\u200d\U0001f4bb"


class ContactForm(forms.Form):
    name = LineField(label="Contact <name>", max_length=10, help_text="Given & family name")
    email = StrictEmailField(label="Email")
    note = ParagraphField(label="Note", max_length=20, required=False)
    role = forms.ChoiceField(label="Role", choices=[("a", "Alpha"), ("b", "Beta")], widget=forms.RadioSelect)
    agreed = forms.BooleanField(label="Agreed")


def refusal(field, value):
    with pytest.raises(ValidationError) as caught:
        field.clean(value)
    return caught.value.error_list[0].code


@pytest.mark.parametrize(
    ("value", "code"),
    [
        pytest.param("A\x00B", "hidden_characters", id="B01-nul"),
        pytest.param("\x1b[31mred", "hidden_characters", id="B01-escape"),
        pytest.param("\ud800", "hidden_characters", id="B01-lone-surrogate"),
        pytest.param("   ", "required", id="B02-spaces"),
        pytest.param("\u200b", "required", id="B02-zero-width"),
        pytest.param("\u3164 \u2800", "required", id="B02-fillers"),
        pytest.param("\u202egnp.exe", "hidden_characters", id="B03-override"),
        pytest.param("a\u2066b", "hidden_characters", id="B03-isolate"),
        pytest.param("x" * 11, "max_length", id="B04-one-too-many"),
        pytest.param("e" + "\u0301" * 1000, "combining_marks", id="B05-accent-tower"),
        pytest.param("ACME\r\nBcc: x@y", "hidden_characters", id="B08-header"),
        pytest.param("ACME\n", "hidden_characters", id="B08-trailing-line-break"),
        pytest.param("ACME\u2028Bcc", "hidden_characters", id="B08-line-separator"),
    ],
)
def test_line_with_a_bad_character_or_length_is_refused(value, code):
    assert refusal(LineField(max_length=10), value) == code


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        pytest.param("x" * 10, "x" * 10, id="B04-exact"),
        pytest.param("e\u0301" * 10, "\u00e9" * 10, id="B04-counted-after-normalising"),
        pytest.param(" Contoso\u00a0", "Contoso", id="blanks-around"),
        pytest.param(WOMAN_TECHNOLOGIST, WOMAN_TECHNOLOGIST, id="B05-emoji-family"),
        pytest.param("\u0645\u06cc\u200c\u062e", "\u0645\u06cc\u200c\u062e", id="B05-joiner-inside-a-word"),
        pytest.param("O'N & <b>", "O'N & <b>", id="B06-kept-literally"),
    ],
)
def test_line_that_people_may_type_is_kept_in_one_spelling(value, kept):
    assert LineField(max_length=10).clean(value) == kept


def test_line_that_shows_nothing_is_empty_when_not_required():
    """B02"""
    assert LineField(max_length=10, required=False).clean("\u200b\u200b") == ""


def test_paragraph_with_windows_line_breaks_keeps_them_as_one_character():
    """B04: the length counts what is stored."""
    assert ParagraphField(max_length=3).clean("a\r\nb") == "a\nb"


@pytest.mark.parametrize("value", ["a\x00b", "a\u202eb", "q" + "\u0301" * 11])
def test_paragraph_with_hidden_characters_is_refused(value):
    """B01, B03, B05"""
    assert refusal(ParagraphField(max_length=100), value) in {"hidden_characters", "combining_marks"}


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("a@b", id="C01-no-dot"),
        pytest.param("a@localhost", id="C01-localhost"),
        pytest.param("a@[127.0.0.1]", id="C01-literal"),
        pytest.param("a@127.0.0.1", id="C01-number"),
        pytest.param('"<script>alert(1)</script>"@x.com', id="C02-quoted"),
        pytest.param("a@b.com,c@d.com", id="C04-comma"),
        pytest.param("a@b.com;c@d.com", id="C04-semicolon"),
        pytest.param("A <a@x.com>", id="C04-display-name"),
        pytest.param("a b@x.com", id="space"),
        pytest.param("a..b@x.com", id="two-dots"),
        pytest.param("@x.com", id="no-name"),
        pytest.param("a@x..com", id="empty-label"),
        pytest.param("a@-x.com", id="hyphen"),
        pytest.param("a@x.com:25", id="port"),
        pytest.param("\u0430@x.com", id="cyrillic-name"),
        pytest.param("a" * 65 + "@x.com", id="long-name"),
    ],
)
def test_email_that_is_not_one_plain_address_is_refused(value):
    assert refusal(StrictEmailField(), value) == "invalid"


def test_email_with_a_line_break_is_refused():
    """C03"""
    assert refusal(StrictEmailField(), "a@b.com\nBcc:z@z") == "hidden_characters"


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        pytest.param("A@B.COM", "a@b.com", id="C05"),
        pytest.param("  ana@contoso.example ", "ana@contoso.example", id="blanks"),
        pytest.param("o'neil+mci@contoso.example", "o'neil+mci@contoso.example", id="signs"),
        pytest.param("info@B\u00dcCHER.example", "info@xn--bcher-kva.example", id="international-domain"),
    ],
)
def test_email_in_any_spelling_becomes_one_address(value, kept):
    assert StrictEmailField().clean(value) == kept


def test_email_longer_than_mail_allows_is_refused():
    label = "d" * 60
    assert refusal(StrictEmailField(), f"a@{label}.{label}.{label}.{label}.{label}.com") in {"max_length", "invalid"}


def test_field_with_an_error_names_hint_and_error_to_assistive_technology():
    html = str(ContactForm({"name": "\u202e"})["name"].as_field_group())
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="id_name_helptext"' in html
    assert 'id="id_name_error"' in html


def test_field_texts_are_escaped():
    """B06: labels and hints may hold catalogue text."""
    html = str(ContactForm()["name"].as_field_group())
    assert "Contact &lt;name&gt;" in html
    assert "Given &amp; family name" in html


def test_form_with_errors_lists_each_as_a_link_to_its_field():
    html = str(ContactForm({}))
    assert 'role="alert"' in html
    assert html.count('<li><a href="#id_') == 4
    assert '<a href="#id_role_0">Role: This field is required.</a>' in html
    assert 'id="id_role_0"' in html


def test_form_without_errors_has_no_summary():
    assert "error-summary" not in str(ContactForm())


def test_form_carries_no_inline_style_or_script():
    html = str(ContactForm({}))
    assert [bad for bad in ("style=", "<script", "onclick=") if bad in html] == []
