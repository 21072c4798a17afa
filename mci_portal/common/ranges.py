"""A stored file as a download that can be resumed where it broke off (RFC 9110 section 14)."""

import re
from collections.abc import Iterator

from django.core.files import File
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

CHUNK_BYTES = 64 * 1024
ONE_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")


def ranged(request: HttpRequest, file: File, *, size: int, etag: str, content_type: str) -> HttpResponseBase:
    """All of ``file``, or the one range that was asked for (206); 416 where the file has no such bytes.

    ``size`` in bytes; ``etag``, quoted, names exactly this content. Several ranges, a range in other words and one of
    another content (If-Range) are answered with all of it.
    """
    asked = ONE_RANGE.fullmatch(request.headers.get("Range", "").replace(" ", ""))
    first, last, status = 0, size - 1, 200
    if asked and any(asked.groups()) and request.headers.get("If-Range", etag) == etag:
        first, last = _bounds(asked, size)
        status = 206
    if status == 206 and not first <= last:
        file.close()
        answer: HttpResponseBase = HttpResponse(status=416)
        answer["Content-Range"] = f"bytes */{size}"
        return answer
    answer = StreamingHttpResponse(_Part(file, first, last), status=status, content_type=content_type)
    answer["Content-Length"] = str(last - first + 1)
    answer["Accept-Ranges"] = "bytes"
    answer["ETag"] = etag
    if status == 206:
        answer["Content-Range"] = f"bytes {first}-{last}/{size}"
    return answer


def _bounds(asked: re.Match[str], size: int) -> tuple[int, int]:
    begin, end = asked.groups()
    if not begin:  # the last so many bytes
        return max(0, size - int(end)), size - 1 if int(end) else -1
    return int(begin), min(int(end), size - 1) if end else size - 1


class _Part:
    def __init__(self, file: File, first: int, last: int) -> None:
        self._file, self._first, self._last = file, first, last

    def __iter__(self) -> Iterator[bytes]:
        self._file.seek(self._first)
        left = self._last - self._first + 1
        while left > 0 and (piece := self._file.read(min(CHUNK_BYTES, left))):
            left -= len(piece)
            yield piece

    def close(self) -> None:
        self._file.close()
