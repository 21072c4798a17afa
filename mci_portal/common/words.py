"""What people type into a search box, as a full-text query: words or their beginnings, simple configuration.

Everything typed is taken literally (B09): no character has a meaning of its own.
"""

import re
import unicodedata

from django.contrib.postgres.search import SearchQuery

WORD = re.compile(r"\w+")
# One word to the index although it has several parts, such as a domain name or a version.
JOINED = re.compile(r"\w+(?:[.\-]\w+)+")
MOST_WORDS = 8


def query(typed: str) -> SearchQuery | None:
    """Matches what holds a word beginning with each word of ``typed``; None where it holds no word at all."""
    chunks = [words for chunk in unicodedata.normalize("NFC", typed).split() if (words := _chunk(chunk))]
    if not chunks:
        return None
    return SearchQuery(" & ".join(chunks[:MOST_WORDS]), search_type="raw", config="simple")


def _chunk(chunk: str) -> str:
    """What was typed between two spaces, in the index's own language; only word characters get there unquoted."""
    words = WORD.findall(chunk)[:MOST_WORDS]
    if not words:
        return ""
    apart = " & ".join(f"{word}:*" for word in words)
    return f"(({apart}) | '{chunk}':*)" if JOINED.fullmatch(chunk) else f"({apart})"
