"""Sealed fields: only the right key opens them, and keys can be changed."""

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from mci_portal.common.crypto import Unreadable, reseal, seal, unseal

FIRST, SECOND = Fernet.generate_key().decode(), Fernet.generate_key().decode()


@pytest.mark.parametrize("text", ["NL91ABNA0417164300", "", "žluťoučký 🐎"])
@pytest.mark.parametrize("keys", [[], [FIRST]])
def test_sealed_text_comes_back(settings, text, keys):
    settings.FIELD_ENCRYPTION_KEYS = keys
    sealed = seal(text)
    assert (unseal(sealed), unseal(memoryview(sealed))) == (text, text)
    assert text == "" or text.encode() not in sealed


def test_same_text_is_sealed_differently_each_time():
    assert seal("NL91") != seal("NL91")


def test_changed_byte_is_noticed():
    sealed = bytearray(seal("NL91"))
    sealed[20] ^= 1
    with pytest.raises(Unreadable):
        unseal(bytes(sealed))


def test_key_is_rotated_without_losing_anything(settings):
    settings.FIELD_ENCRYPTION_KEYS = [FIRST]
    old = seal("NL91")
    settings.FIELD_ENCRYPTION_KEYS = [SECOND, FIRST]
    assert unseal(old) == "NL91"
    new = reseal(old)
    settings.FIELD_ENCRYPTION_KEYS = [SECOND]
    assert unseal(new) == "NL91"
    for call in (unseal, reseal):
        with pytest.raises(Unreadable):
            call(old)


def test_keys_of_its_own_still_open_what_the_derived_key_sealed(settings):
    settings.FIELD_ENCRYPTION_KEYS = []
    old = seal("NL91")
    settings.FIELD_ENCRYPTION_KEYS = [FIRST]
    assert unseal(old) == "NL91"


def test_former_secret_key_still_opens(settings):
    settings.FIELD_ENCRYPTION_KEYS, settings.SECRET_KEY = [], "a" * 50
    old = seal("NL91")
    settings.SECRET_KEY = "b" * 50
    with pytest.raises(Unreadable):
        unseal(old)
    settings.SECRET_KEY_FALLBACKS = ["a" * 50]
    assert unseal(old) == "NL91"


def test_key_of_the_wrong_form_stops_with_a_sentence(settings):
    settings.FIELD_ENCRYPTION_KEYS = ["short"]
    with pytest.raises(ImproperlyConfigured, match="FIELD_ENCRYPTION_KEYS must hold"):
        seal("NL91")
