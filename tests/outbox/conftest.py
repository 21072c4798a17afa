from datetime import UTC, datetime

import pytest

from mci_portal.common import tokens
from mci_portal.outbox import rendering
from mci_portal.outbox.models import Message
from mci_portal.outbox.rendering import Mail
from tests.smtp_sink import sink

__all__ = ["sink"]

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _kinds(monkeypatch) -> None:
    """A mail that can always be written, one that never can, and one that is pointless."""

    def plain(message: Message) -> Mail:
        link = f"https://portal.example/consent/{tokens.PLACEHOLDER}/"
        return Mail(f"Mail {message.dedup_key}", f"Hello {link}\n", f'<p><a href="{link}">Hello</a></p>')

    def poison(message: Message) -> Mail:
        raise KeyError("a name that is not there")

    monkeypatch.setitem(rendering._renderers, "X01", plain)
    monkeypatch.setitem(rendering._renderers, "X02", poison)
    monkeypatch.setitem(rendering._renderers, "X03", lambda message: None)


@pytest.fixture
def queue(db):
    """``queue("a", "b")`` queues a mail for a@customer.example and one for b@customer.example, due at NOW."""

    def put(*names: str, kind: str = "X01", **fields) -> list[Message]:
        rows = [
            {"dedup_key": name, "to_email": f"{name}@customer.example", "created_at": NOW, "next_at": NOW} | fields
            for name in names
        ]
        return [Message.objects.create(kind=kind, audience="customer", **row) for row in rows]

    return put
