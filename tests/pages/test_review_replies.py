"""Saved replies: own and shared ones, and how one comes into a text (R-191)."""

import re

import pytest

from claims import saved_replies
from claims.models import SavedReply
from mci_portal.accounts.actors import actor_for
from tests.pages.htmx import headers
from tests.pages.reviewing import address, text

pytestmark = pytest.mark.django_db


def test_own_reply_is_written_changed_and_removed(signed_in, rita):
    url = "/review/replies/"
    assert signed_in.post(url, {"title": "Stamp", "text": "Claim {claim} lacks a stamp."}).status_code == 302
    reply = SavedReply.objects.get()
    assert (reply.owner, reply.title) == (rita, "Stamp")
    assert signed_in.post(f"{url}{reply.pk}/", {"title": "Stamps", "text": "For {customer}"}).status_code == 302
    assert "Stamps" in text(signed_in.get(url))
    assert signed_in.post(f"{url}{reply.pk}/", {"do": "remove"}).status_code == 302
    assert not SavedReply.objects.exists()


def test_unknown_placeholder_is_sent_back(signed_in):
    answer = signed_in.post("/review/replies/", {"title": "T", "text": "Dear {name}"})
    assert answer.status_code == 422
    assert "“{name}” cannot be filled in. Use {claim} or {customer}." in text(answer)


def test_shared_replies_are_the_leads_and_everybody_uses_them(client, cast):
    client.force_login(cast.rita)
    client.post("/review/replies/", {"title": "Mine", "text": "x", "shared": "on"})
    assert SavedReply.objects.get().owner == cast.rita
    client.force_login(cast.lena)
    client.post("/review/replies/", {"title": "For all", "text": "y", "shared": "on"})
    shared = SavedReply.objects.get(owner=None)
    own = SavedReply.objects.exclude(owner=None).get()
    assert client.get(f"/review/replies/{own.pk}/").status_code == 404
    client.force_login(cast.ravi)
    page = text(client.get("/review/replies/"))
    assert ("For all" in page, "Mine" in page) == (True, False)
    assert client.get(f"/review/replies/{shared.pk}/").status_code == 403
    assert client.post(f"/review/replies/{shared.pk}/", {"do": "remove"}).status_code == 403


def test_there_are_never_too_many(signed_in, rita, monkeypatch):
    monkeypatch.setattr(saved_replies, "MOST_OWN", 1)
    signed_in.post("/review/replies/", {"title": "One", "text": "x"})
    answer = signed_in.post("/review/replies/", {"title": "Two", "text": "typed"})
    assert answer.status_code == 409
    assert "There are 1 saved replies already." in text(answer)
    assert "typed" in text(answer)


@pytest.mark.parametrize(
    ("part", "into", "name"),
    [
        ("note", "", "text"),
        ("reject", "", "text"),
        ("approve", "", "text"),
        ("issues", "issues-2-text", "issues-2-text"),
    ],
)
def test_saved_reply_is_put_behind_what_is_typed(signed_in, rita, taken, part, into, name):
    """Without script through the server, with HTMX the same control in place; placeholders are filled in."""
    reply = saved_replies.save(actor_for(rita), "Stamp", "Claim {claim} of {customer}.", False)
    sent = {"part": part, "reply": reply.pk, "into": into, name: "Typed first", "version": taken.version}
    whole = f"Typed first\nClaim {taken.number} of {taken.customer.name}."
    assert signed_in.post(address(taken, "insert/"), sent).url == address(taken)
    page = signed_in.get(address(taken)).content.decode()
    assert whole in page
    swap = signed_in.post(address(taken, "insert/"), sent, headers=headers(f"{part}-text")).content.decode()
    control = re.search(r"<textarea.*?</textarea>", swap, re.DOTALL)[0]
    assert control in page


def test_reply_whose_number_is_no_number_of_a_row_is_none(signed_in, taken):
    """A06: neither a failure nor a loss of what was typed."""
    sent = {"part": "note", "into": "text", "text": "Typed.", "reply": "9" * 5000}
    assert signed_in.post(f"/review/{taken.number}/insert/", sent).status_code == 302


def test_foreign_reply_is_not_put_in(signed_in, ravi, taken):
    reply = saved_replies.save(actor_for(ravi), "His", "Secret text", False)
    signed_in.post(address(taken, "insert/"), {"part": "note", "reply": reply.pk, "text": ""})
    assert "Secret text" not in signed_in.get(address(taken)).content.decode()
