"""From a row to words. Whoever writes messages registers here how its kinds read; ``delivery`` and pages call it."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils import translation

from mci_portal.common import tokens
from mci_portal.outbox.models import Message


@dataclass(frozen=True)
class Attachment:
    name: str
    content: bytes
    content_type: str


@dataclass(frozen=True)
class Mail:
    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...] = ()


Renderer = Callable[[Message], Mail | None]
_renderers: dict[str, Renderer] = {}


def register(*kinds: str) -> Callable[[Renderer], Renderer]:
    """Decorate the function that writes these kinds. It answers None when the purpose is gone."""

    def keep(renderer: Renderer) -> Renderer:
        _renderers.update(dict.fromkeys(kinds, renderer))
        return renderer

    return keep


def render(message: Message) -> Mail | None:
    """The words of ``message`` in its language, with ``tokens.PLACEHOLDER`` where a link's secret goes."""
    with translation.override(message.language):
        return _renderers[message.kind](message)


def with_token(words: str, message: Message) -> str:
    """Put the link's secret in place: for the moment of sending and for the demo's mailbox only."""
    if not message.token_nonce:
        return words
    return words.replace(tokens.PLACEHOLDER, tokens.value(message.token_purpose, message.token_nonce))
