"""Which function writes which kind of mail; the modules beside this one fill the table."""

from collections.abc import Callable

from claims.models import Claim
from mci_portal.outbox.letter import Letter
from mci_portal.outbox.models import Message

# Answers None when the mail has lost its purpose.
Writer = Callable[[Message, Claim], Letter | None]
WRITERS: dict[str, Writer] = {}


def writes(*kinds: str) -> Callable[[Writer], Writer]:
    """Decorate the function that writes these kinds of mail about a claim."""

    def keep(writer: Writer) -> Writer:
        WRITERS.update(dict.fromkeys(kinds, writer))
        return writer

    return keep
