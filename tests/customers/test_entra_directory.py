"""The Entra adapter against a real server on loopback that answers as the real service does (R-086, R-087, C07)."""

import json
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from customers.resolution import DirectoryUnavailable, Tenant, TenantNotFound, resolve

from .directory import NORTHWIND_ID, northwind, opportunity

TENANT = "5d1f4f2c-7c1e-4f43-9d7b-0a8e2b1c3d4e"
NOT_FOUND = {
    "error": "invalid_tenant",
    "error_description": "AADSTS90002: Tenant 'nobody.example' not found. Check to make sure you have the correct "
    "tenant ID and are signing into the correct cloud. Trace ID: 0 Correlation ID: 0 Timestamp: 2023-10-01 00:00:00Z",
    "error_codes": [90002],
}


class Entra(ThreadingHTTPServer):
    """Answers every request with what the test set: status, headers, body; or holds it until released."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answer)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.status, self.headers, self.body = 200, {}, b""
        self.paths: list[str] = []
        self.released = threading.Event()
        self.released.set()

    def knows(self, tenant: str, host: str = "") -> None:
        issuer = f"{host or self.url}/{tenant}/v2.0"
        self.answers({"token_endpoint": f"{self.url}/x", "issuer": issuer, "tenant_region_scope": "NA"})

    def answers(self, document: object, status: int = 200) -> None:
        self.status, self.body = status, json.dumps(document).encode()


class Answer(BaseHTTPRequestHandler):
    server: Entra

    def do_GET(self):
        self.server.paths.append(self.path)
        self.server.released.wait(10)
        self.send_response(self.server.status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        try:
            self.wfile.write(self.server.body)
        except ConnectionError:
            return

    def log_message(self, *_):
        return


@pytest.fixture
def entra(settings):
    server = Entra()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    settings.TENANT_RESOLVER = "customers.resolution.entra.EntraDirectory"
    settings.ENTRA_BASE_URL = server.url
    yield server
    server.released.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.django_db
def test_resolve_domain_known_to_entra_alone_has_the_domain_as_name(entra):
    """R-086: what Entra does not tell stays empty."""
    entra.knows(TENANT)
    assert resolve("domain", "Contoso.example") == Tenant(
        tenant_id=uuid.UUID(TENANT), tpid=None, name="contoso.example", domain="contoso.example"
    )
    assert entra.paths == ["/contoso.example/v2.0/.well-known/openid-configuration"]


@pytest.mark.django_db
def test_resolve_tenant_id_known_to_entra_alone_has_the_id_as_name(entra):
    entra.knows(TENANT)
    assert resolve("tenant_id", TENANT.upper()) == Tenant(tenant_id=uuid.UUID(TENANT), tpid=None, name=TENANT)
    assert entra.paths == [f"/{TENANT}/v2.0/.well-known/openid-configuration"]


@pytest.mark.django_db
def test_resolve_tenant_also_in_local_directory_brings_its_facts(entra):
    northwind()
    entra.knows(str(NORTHWIND_ID))
    found = resolve("domain", "a-new-domain.example")
    assert (found.name, found.seats, found.tpid) == ("Northwind Traders", 4200, "1234567")


@pytest.mark.django_db
@pytest.mark.parametrize(("id_type", "value"), [("tpid", "1234567"), ("msx", "7-ABCDE12345")])
def test_resolve_id_that_entra_cannot_answer_comes_from_local_directory(entra, id_type, value):
    opportunity(northwind())
    assert resolve(id_type, value).tenant_id == NORTHWIND_ID
    assert entra.paths == []


@pytest.mark.parametrize(
    "document",
    [NOT_FOUND, {k: v for k, v in NOT_FOUND.items() if k != "error_codes"}, {**NOT_FOUND, "error_codes": [900023]}],
)
def test_resolve_domain_unknown_to_entra_asks_for_another(entra, document):
    """R-087: 400 with AADSTS90002."""
    entra.answers(document, 400)
    with pytest.raises(TenantNotFound) as refusal:
        resolve("domain", "nobody.example")
    assert refusal.value.sentence == (
        "No tenant was found for nobody.example. Check it for typing errors, or enter another domain name, "
        "or the tenant ID or TPID of the customer."
    )


def test_resolve_personal_account_domain_asks_for_another(entra):
    """R-087: outlook.com and the like belong to the tenant of all personal accounts."""
    entra.knows("9188040d-6c67-4c5b-b112-36a304b66dad")
    with pytest.raises(TenantNotFound):
        resolve("domain", "outlook.example")


@pytest.mark.parametrize(
    ("status", "document"),
    [
        (400, {"error": "invalid_request", "error_description": "AADSTS900144: missing", "error_codes": [900144]}),
        (400, {"error_codes": "90002"}),
        (404, NOT_FOUND),
        (401, {}),
        (429, {}),
        (500, NOT_FOUND),
        (503, {}),
        (204, {}),
        (200, {}),
        (200, {"issuer": 5}),
        (200, []),
        (200, "text"),
        (200, None),
        (200, NOT_FOUND),
    ],
)
def test_resolve_other_answer_is_unavailable(entra, status, document):
    """Only the one error means not found; nothing else decides about a customer."""
    entra.answers(document, status)
    with pytest.raises(DirectoryUnavailable) as refusal:
        resolve("domain", "contoso.example")
    assert refusal.value.sentence == (
        "The customer cannot be looked up at the moment. Try again in a few minutes; what you entered is kept."
    )


@pytest.mark.parametrize("body", [b"", b"<html>sign in</html>", b"\xff\xfe\x00", b'{"issuer": ', b"[" * 60_000])
def test_resolve_answer_that_is_not_json_is_unavailable(entra, body):
    entra.body = body
    with pytest.raises(DirectoryUnavailable):
        resolve("domain", "contoso.example")


@pytest.mark.parametrize(
    "issuer",
    [
        f"https://evil.example/{TENANT}/v2.0",
        f"http://127.0.0.1.evil.example/{TENANT}/v2.0",
        "{url}/{{tenantid}}/v2.0",
        "{url}/common/v2.0",
        "{url}/v2.0",
        f"{{url}}/{TENANT}",
        f"{{url}}/x/{TENANT}/v2.0",
        f"{{url}}@evil.example/{TENANT}/v2.0",
        f"http://[/{TENANT}/v2.0",
        "",
    ],
)
def test_resolve_issuer_without_tenant_or_of_another_host_is_unavailable(entra, issuer):
    entra.answers({"issuer": issuer.replace("{url}", entra.url)})
    with pytest.raises(DirectoryUnavailable):
        resolve("domain", "contoso.example")


def test_resolve_tenant_id_answered_with_another_tenant_is_unavailable(entra):
    entra.knows(TENANT)
    with pytest.raises(DirectoryUnavailable):
        resolve("tenant_id", str(NORTHWIND_ID))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_resolve_redirect_is_not_followed(entra, status):
    """C07: only the configured host is asked, once."""
    entra.knows(TENANT)
    entra.status = status
    entra.headers = {"Location": f"{entra.url}/elsewhere"}
    with pytest.raises(DirectoryUnavailable):
        resolve("domain", "contoso.example")
    assert len(entra.paths) == 1


def test_resolve_answer_over_64_kb_is_unavailable(entra):
    entra.knows(TENANT)
    entra.body += b" " * 70_000
    with pytest.raises(DirectoryUnavailable):
        resolve("domain", "contoso.example")


@pytest.mark.django_db
def test_resolve_answer_of_just_64_kb_is_read(entra):
    entra.knows(TENANT)
    entra.body = entra.body.ljust(64 * 1024)
    assert resolve("domain", "contoso.example").tenant_id == uuid.UUID(TENANT)


def test_resolve_slow_answer_is_unavailable(entra, settings):
    settings.ENTRA_TIMEOUT_SECONDS = 0.05
    entra.released.clear()
    with pytest.raises(DirectoryUnavailable):
        resolve("domain", "contoso.example")


def test_resolve_without_server_is_unavailable(entra, settings):
    settings.ENTRA_BASE_URL = "http://127.0.0.1:9"
    with pytest.raises(DirectoryUnavailable):
        resolve("domain", "contoso.example")
