import pytest

from mci_portal.common import tokens
from mci_portal.outbox import rendering
from mci_portal.outbox.models import Message
from mci_portal.outbox.rendering import Mail


@pytest.fixture(autouse=True)
def _kinds(monkeypatch) -> None:
    """X01 can always be written, X02 never, and X03 has lost its purpose."""

    def plain(message: Message) -> Mail:
        link = f"https://portal.example/consent/{tokens.PLACEHOLDER}/"
        return Mail(f"Written {message.dedup_key}", f"Follow {link} <b>", f'<p><a href="{link}">Follow</a></p>')

    def poison(message: Message) -> Mail:
        raise KeyError("a name that is not there")

    monkeypatch.setitem(rendering._renderers, "X01", plain)
    monkeypatch.setitem(rendering._renderers, "X02", poison)
    monkeypatch.setitem(rendering._renderers, "X03", lambda message: None)


@pytest.fixture
def tell(db):
    """``tell("a word", partner_id=...)``: a message with this dedup key; a portal notice unless it has an address."""

    def put(key: str, **fields) -> Message:
        status = "queued" if fields.get("to_email") else "portal"
        return Message.objects.create(**({"kind": "X01", "dedup_key": key, "status": status} | fields))

    return put


@pytest.fixture
def about(tell, cast):
    """``about("redmond", "a word")``: a notice about Contoso's or Fabrikam's location."""

    def put(place: str | None, key: str, **fields) -> Message:
        location = getattr(cast, place) if place else None
        partner = location.partner if location else cast.contoso
        where = {"partner_id": partner.pk, "location_id": location.pk if location else None}
        return tell(key, audience="partner", topic="claim:1000001", **(where | fields))

    return put
