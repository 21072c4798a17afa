"""Requests that no page should have to think about: reliability A01, A08-A13, B01, G11, H10."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import FakePayload

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.runtime.urls")]


@pytest.mark.parametrize(
    "address",
    ["/echo/?q=%00", "/echo/?q=a%00b", "/echo/?%00=a", "/echo/?status=a&status=%00", "/%00", "/echo/%00"],
)
def test_address_with_a_nul_byte_is_refused(client: Client, address: str):
    """A01, A13."""
    assert client.get(address).status_code == 400


@pytest.mark.parametrize("address", ["/%ff", "//x", "/..%2f..%2fetc/passwd", "/echo/%c0%ae"])
def test_address_that_is_no_page_is_not_found(client: Client, address: str):
    """A13."""
    assert client.get(address).status_code == 404


def test_query_with_broken_utf8_is_read_as_text(client: Client):
    assert client.get("/echo/?q=%ff").status_code == 200


def test_single_valued_parameter_twice_is_refused(client: Client):
    """A08."""
    assert client.get("/echo/?q=a&q=b").status_code == 400
    assert client.get("/echo/?q=a&q=a").status_code == 400


def test_multi_valued_parameter_twice_is_read(client: Client):
    assert client.get("/echo/?status=draft&status=approved&q=x").content == b"x|"


def test_body_field_twice_is_refused(client: Client):
    """A08."""
    assert client.post("/echo/", {"name": ["a", "b"]}).status_code == 400
    assert client.post("/echo/", {"status": ["a", "b"], "name": "n"}).content == b"|n"


def test_same_field_in_query_and_body_is_refused_when_they_differ(client: Client):
    """A08: there is no question of which source wins."""
    assert client.post("/echo/?name=a", {"name": "b"}).status_code == 400
    assert client.post("/echo/?name=a", {"name": "a"}).content == b"|a"


def test_body_over_the_field_limits_is_refused(client: Client):
    """A09."""
    assert client.post("/echo/", {f"f{n}": "1" for n in range(1001)}).status_code == 400
    assert client.post("/echo/", {"name": "x" * 3_000_000}).status_code == 400


def test_body_over_the_upload_limit_is_refused_before_it_is_read(client: Client):
    """G11: the answer comes from the length alone."""
    body = FakePayload(b"")
    answer = client.generic("POST", "/echo/", b"", CONTENT_LENGTH=str(300 * 1024 * 1024), **{"wsgi.input": body})
    assert answer.status_code == 413
    assert body.read_started is False


@pytest.mark.parametrize("length", ["-5", "abc", ""])
def test_body_with_a_senseless_length_is_no_server_error(client: Client, length: str):
    assert client.generic("POST", "/echo/", b"", CONTENT_LENGTH=length).status_code < 500


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "FOO", "PROPFIND"])
def test_unknown_method_is_refused_with_the_allowed_ones(client: Client, method: str):
    """A11."""
    answer = client.generic(method, "/echo/")
    assert answer.status_code == 405
    assert "POST" in answer["Allow"]
    assert "TRACE" not in answer["Allow"]


@pytest.mark.parametrize("host", ["evil.example", "testserver.evil.example", "127.0.0.1@evil.example", "a b"])
def test_unknown_host_is_refused(client: Client, host: str):
    """A12."""
    assert client.get("/echo/", headers={"host": host}).status_code == 400


def test_forwarded_host_is_ignored(client: Client):
    """A12."""
    assert client.get("/echo/", headers={"x-forwarded-host": "evil.example"}).status_code == 200


def test_nul_byte_past_every_form_is_the_senders_fault(client: Client):
    """B01: a form answers 422 itself; whatever no form looked at must still not be a server error."""
    assert client.post("/ask/", {"name": "a\x00b"}).status_code == 400
    assert client.post("/ask/", {"name": "ab"}).status_code == 200


def test_view_that_reads_its_own_upload_gets_an_unread_body(client: Client):
    answer = client.post("/upload/", {"file": SimpleUploadedFile("invoice.pdf", b"%PDF-")})
    assert answer.content == b"invoice.pdf"


def test_every_answer_varies_by_the_htmx_headers(client: Client):
    """H10."""
    names = {name.strip() for name in client.get("/echo/")["Vary"].split(",")}
    assert {"HX-Request", "HX-Target"} <= names


def test_signed_in_page_is_not_stored_and_a_public_page_does_not_ask_who_reads(
    client: Client, django_user_model, django_assert_num_queries
):
    with django_assert_num_queries(0):
        assert "Cache-Control" not in client.get("/echo/")
    client.force_login(django_user_model.objects.create(email="ana@contoso.example"))
    answer = client.get("/private/")
    assert answer.content == b"signed in: True"
    assert answer["Cache-Control"] == "no-store"
