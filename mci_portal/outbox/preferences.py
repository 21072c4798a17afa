"""Which mail a person with an account gets at once, in a digest, or not at all, and at which address (R-242, R-243).

The one place with this rule. Delivery asks at the moment of sending, for a whole batch in one query, so that it
holds for every mail whoever wrote it. In the portal everything is shown whatever the answer is.
"""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models.functions import Lower

from mci_portal.outbox.kinds import KINDS, OPTIONAL, Category, Workspace
from mci_portal.outbox.models import Audience, HeldBack, MailPreference, Message

# Told to the address it was written to, wherever the rest goes: the old address after a change, and what concerns
# the account one signs in to.
EXACT = frozenset({"V02", "P13"})


def recipients(messages: Iterable[Message]) -> dict[str, Any]:
    """The users behind the addresses of ``messages`` with their preferences, by lower-case address; one query."""
    addresses = {message.to_email.lower() for message in messages if not _is_personal(message)}
    if not addresses:
        return {}
    users = get_user_model()._default_manager.annotate(login=Lower("email")).filter(login__in=addresses)
    return {user.login: user for user in users.select_related("mail_preference")}


def held_back(message: Message, user: Any | None) -> str:
    """Why this mail is not sent to ``user`` now (of ``HeldBack``), or "" when it is.

    Only what the table of kinds calls optional, and what the portal shows anyway, is ever held back.
    """
    wish = _preference(user)
    shown = message.partner_id is not None or message.audience == Audience.REVIEWER
    if wish is None or not shown or _is_personal(message) or message.kind not in KINDS:
        return ""
    category, workspace = KINDS[message.kind]
    if category not in OPTIONAL:
        return ""
    if mark(workspace, category) in wish.muted:
        return HeldBack.OPTED_OUT
    return HeldBack.DIGEST if wish.digest and category is Category.TRANSACTIONAL else ""


def address(message: Message, user: Any | None) -> str:
    """Where the mail goes: the verified notification address of ``user`` if he has one, else as written."""
    wish = _preference(user)
    if wish is None or _is_personal(message) or not wish.notification_email:
        return message.to_email
    return wish.notification_email


def language(message: Message, user: Any | None) -> str:
    """The language that ``user`` wants his mail in: of his preferences, else of his pages; else as written."""
    if user is None or _is_personal(message):
        return message.language
    wish = _preference(user)
    return (wish and wish.language) or user.language


def mark(workspace: Workspace | str, category: Category | str) -> str:
    """How ``MailPreference.muted`` names one cell of the matrix."""
    return f"{workspace}:{category}"


def _preference(user: Any | None) -> MailPreference | None:
    return getattr(user, "mail_preference", None)


def _is_personal(message: Message) -> bool:
    """To a customer, to the bearer of a link, or to this very address: no preference changes anything about it."""
    return message.audience == Audience.CUSTOMER or bool(message.token_nonce) or message.kind in EXACT
