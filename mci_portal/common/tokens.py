"""Secrets of mailed links. The link's value is derived when the mail is sent and never rests in a table.

A row keeps ``nonce`` (to derive the value again for the mail) and ``digest`` (to find the row by the value that
comes back). Without the server's key neither opens anything.
"""

import base64
import hashlib
import hmac
import secrets

from django.conf import settings

# Stands where the value goes in every body that is stored.
PLACEHOLDER = "token-removed-after-sending"


def new_nonce() -> str:
    """256 random bits for a new link."""
    return secrets.token_urlsafe(32)


def value(purpose: str, nonce: str) -> str:
    """The secret that stands in the link: 256 bits, bound to its purpose (R-275)."""
    key = hashlib.sha256(b"mailed-link:" + settings.SECRET_KEY.encode()).digest()
    return base64.urlsafe_b64encode(hmac.digest(key, f"{purpose}:{nonce}".encode(), "sha256")).rstrip(b"=").decode()


def digest(token: str) -> str:
    """What the database stores of a link's secret."""
    return hashlib.sha256(token.encode()).hexdigest()
