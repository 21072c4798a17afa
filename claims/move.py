"""One attempt to do something to a claim: what guards look at and effects work with."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from claims.actions import Action
from claims.models import Claim
from mci_portal.accounts.actors import Actor


@dataclass
class Move:
    """``data`` is what the action needs beyond the claim: a reason, a document, a list of issues."""

    claim: Claim
    action: Action
    by: Actor
    now: datetime
    data: dict[str, Any] = field(default_factory=dict)
    from_status: str = ""
    seq: int = 0
