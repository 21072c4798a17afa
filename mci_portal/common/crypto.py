"""Seals single fields before they reach the database. Called by whoever stores bank or tax data.

Without FIELD_ENCRYPTION_KEYS the key is derived from SECRET_KEY. New text is sealed with the first key and opened
with any: put a new key in front to rotate, ``reseal`` what is stored, then take the old key away. Keys derived
from SECRET_KEY and its fallbacks always open what they once sealed.
"""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.encoding import force_bytes

PURPOSE = b"portal field encryption, version 1"


class Unreadable(Exception):
    """The sealed text was changed, or none of the present keys sealed it."""


def seal(text: str) -> bytes:
    """The text as ciphertext; the same text gives different bytes each time."""
    return _keys().encrypt(text.encode())


def unseal(sealed: bytes | memoryview) -> str:
    """The text that was sealed. Raises Unreadable when it was tampered with or its key is gone."""
    try:
        return _keys().decrypt(bytes(sealed)).decode()
    except InvalidToken as error:
        raise Unreadable("A sealed field cannot be opened with the keys at hand.") from error


def reseal(sealed: bytes | memoryview) -> bytes:
    """The same text sealed with the first key of today. Raises Unreadable as ``unseal`` does."""
    try:
        return _keys().rotate(bytes(sealed))
    except InvalidToken as error:
        raise Unreadable("A sealed field cannot be opened with the keys at hand.") from error


def _keys() -> MultiFernet:
    # Built on each call: a few microseconds, and changed settings take effect at once.
    try:
        chosen = [Fernet(key) for key in settings.FIELD_ENCRYPTION_KEYS]
    except ValueError as error:
        raise ImproperlyConfigured(
            "FIELD_ENCRYPTION_KEYS must hold URL-safe base64 keys of 32 bytes, separated by commas."
        ) from error
    derived = [_derived(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    return MultiFernet(chosen + derived)


def _derived(secret: str | bytes) -> Fernet:
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(force_bytes(secret))
    return Fernet(base64.urlsafe_b64encode(key))
