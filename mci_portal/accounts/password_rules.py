"""Words that make a password easy to guess here (ASVS V6.2.11). Named in ``settings.AUTH_PASSWORD_VALIDATORS``.

No rule about kinds of characters: whatever is long enough and not one of the common ones is fine, unless it is made of
what anybody would try first at this portal and for this person.
"""

import re
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# Of the program and its seasons, in the languages of the portal.
WORDS = (
    "password passwort wachtwoord losenord welcome welkom valkommen secret geheim hemligt portal partner microsoft "
    "incentive engagement claim demo admin program reviewer operator "
    "spring summer autumn winter lente zomer herfst var sommar host vinter"
).split()
LETTERS_LEFT = 6  # so many letters must be nobody's guess
_SHORTEST = 3


class ContextWordsValidator:
    """Refuses a password of which too little is left without those words, the person's own, digits and marks."""

    def validate(self, password: str, user: Any = None) -> None:
        rest = password.lower()
        for word in sorted({*WORDS, *_words(settings.PRODUCT_NAME), *_own(user)}, key=len, reverse=True):
            rest = rest.replace(word, "")
        if sum(letter.isalpha() for letter in rest) < LETTERS_LEFT:
            raise ValidationError(self.get_help_text(), code="password_of_context_words")

    def get_help_text(self) -> str:
        return _("Choose one that is not made of your name, your company, this portal or numbers.")


def _own(user: Any) -> list[str]:
    return _words(f"{getattr(user, 'name', '')} {getattr(user, 'email', '')}") if user is not None else []


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[\W_]+", text.lower()) if len(word) >= _SHORTEST]
