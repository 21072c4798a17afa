"""Whole numbers in what a browser sends. Whoever makes a key, a claim number or a version of such a text asks here."""

LARGEST_KEY = 2**63 - 1  # what a bigint of the database holds
LARGEST_INTEGER = 2**31 - 1  # and an integer
_MOST_DIGITS = 19


def whole(text: str, largest: int = LARGEST_KEY) -> int | None:
    """The number that ``text`` writes in the digits 0-9 and nothing else; None for any other text (A06, C11).

    Also None above ``largest``: Python refuses to read thousands of digits, and the database what its column
    cannot hold. Digits of other scripts are none, although ``str.isdecimal`` says so.
    """
    if not (text.isascii() and text.isdecimal()) or len(text) > _MOST_DIGITS:
        return None
    number = int(text)
    return number if number <= largest else None
