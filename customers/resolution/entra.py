"""Looks customers up in Microsoft Entra by its public discovery document. Chosen by ``settings.TENANT_RESOLVER``.

Only ``settings.ENTRA_BASE_URL`` is ever called; the customer's own host never is (C07).
"""

import json
import logging
import re
import time
import urllib.error
import urllib.request
import uuid
from http.client import HTTPException
from urllib.parse import quote

from django.conf import settings

from customers.identity import IdType

from .local import LocalDirectory
from .tenants import Tenant, TenantNotFound, not_found, unavailable

logger = logging.getLogger(__name__)

TIMEOUT_SECONDS = 3.0
MAX_BYTES = 64 * 1024
# Entra's words for "nobody has this name or ID": unknown, not a valid ID, not a valid domain.
NOT_FOUND_CODES = frozenset({90002, 900021, 900023})
# The shared tenant of personal Microsoft accounts (outlook.com and the like) is nobody's organisation.
PERSONAL_ACCOUNTS = uuid.UUID("9188040d-6c67-4c5b-b112-36a304b66dad")
ISSUER_PATH = r"/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/v2\.0/?"


class EntraDirectory:
    """Adapter that finds tenants in Entra by domain or tenant ID, and the rest in the local directory."""

    def resolve(self, id_type: str, value: str) -> Tenant:
        """Return the tenant of a normalised ID; raises TenantNotFound or DirectoryUnavailable.

        Entra tells the tenant ID alone. What the local directory knows of that tenant is added; else the
        name falls back to the domain (or to the ID) and the other facts stay empty.
        """
        local = LocalDirectory()
        if id_type not in (IdType.DOMAIN, IdType.TENANT_ID):
            return local.resolve(id_type, value)
        tenant_id = _tenant_id(value)
        if tenant_id == PERSONAL_ACCOUNTS:
            raise not_found(value)
        if id_type == IdType.TENANT_ID and str(tenant_id) != value:
            logger.error("Entra answered for another tenant than the one asked for")
            raise unavailable()
        try:
            return local.resolve(IdType.TENANT_ID, str(tenant_id))
        except TenantNotFound:
            domain = value if id_type == IdType.DOMAIN else ""
            return Tenant(tenant_id=tenant_id, tpid=None, name=value, domain=domain)


def _tenant_id(value: str) -> uuid.UUID:
    base = settings.ENTRA_BASE_URL.rstrip("/")
    status, body = _fetch(f"{base}/{quote(value, safe='')}/v2.0/.well-known/openid-configuration")
    document = _json_object(body)
    if status == 400 and _says_not_found(document):
        raise not_found(value)
    issuer = document.get("issuer")
    if status != 200 or not isinstance(issuer, str):
        logger.error("Entra answered with status %s and no issuer", status)
        raise unavailable()
    tenant = re.fullmatch(re.escape(base) + ISSUER_PATH, issuer, re.IGNORECASE)
    if tenant is None:
        logger.error("Entra answered with an issuer of another host or without a tenant")
        raise unavailable()
    return uuid.UUID(tenant[1])


def _fetch(url: str) -> tuple[int, bytes]:
    # Built by hand: without the redirect, file and ftp handlers of the default opener.
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler,
        urllib.request.HTTPHandler,
        urllib.request.HTTPSHandler,
        urllib.request.UnknownHandler,
    ):
        opener.add_handler(handler())
    timeout = getattr(settings, "ENTRA_TIMEOUT_SECONDS", TIMEOUT_SECONDS)
    give_up_at = time.monotonic() + timeout
    # No file: or ftp: address can be opened: the opener above has no handler for them.
    request = urllib.request.Request(url, headers={"Accept": "application/json"})  # noqa: S310
    body = b""
    try:
        with opener.open(request, timeout=timeout) as answer:
            while chunk := answer.read1(MAX_BYTES):
                body += chunk
                if len(body) > MAX_BYTES or time.monotonic() > give_up_at:
                    logger.error("Entra's answer was too long or too slow")
                    raise unavailable()
            return answer.status, body
    except (OSError, HTTPException, urllib.error.URLError) as problem:
        logger.error("Entra could not be asked: %s", type(problem).__name__)
        raise unavailable() from problem


def _json_object(body: bytes) -> dict:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        logger.error("Entra answered with something else than a JSON object")
        raise unavailable()
    return document


def _says_not_found(document: dict) -> bool:
    codes = document.get("error_codes")
    if isinstance(codes, list) and any(code in NOT_FOUND_CODES for code in codes if isinstance(code, int)):
        return True
    found = re.match(r"AADSTS(\d+):", str(document.get("error_description", "")))
    return found is not None and int(found[1]) in NOT_FOUND_CODES
