"""Values and bodies that no honest reader sends (reliability section 5), drawn with a seed: a find comes back."""

import random
import uuid
from urllib.parse import quote_from_bytes, urlencode

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

NUMBERS = ["-1", "0", "1.005", "1e400", "NaN", "-Infinity", "2147483648", "9223372036854775808", "9" * 5000, "٣", "1,5"]
DATES = ["2026-02-30", "0000-00-00", "9999-12-31", "10000-01-01", "2026-13-45T25:61", "0001-01-01", "2026-W01"]
TEXTS = [
    *("", " ", "\x00", "a\x00b", "\u200b", "\u202ex", "\ufeff", "'", '"', "%", "_", "\\", "' OR 1=1--", "%s", "{0}"),
    *("<script>alert(1)</script>", "{{7*7}}", "ACME\r\nBcc: x@y.example", "e\u0301" * 600, "💥" * 60, "a" * 70_000),
    *("true", "null", "[]", "{}", '{"a":', "None", ",", "1,2,x", "-", "--", "*", "?", "next", "all", "=1+1"),
    *("../../etc/passwd", "javascript:alert(1)"),
]
PLACES = [
    "a@b",
    "a@[127.0.0.1]",
    "a@x.example,b@y.example",
    "x" * 250 + "@x.example",
    "localhost",
    "127.0.0.1",
    "[::1]",
    "contoso.example\n",
    "http://contoso.example/x",
    "xn--",
    "-.example",
    "пример.example",
    "//evil.example",
    "/\\evil.example",
    str(uuid.UUID(int=0)),
    "{3f2504e0-4f89-11d3-9a0c-0305e82c3301}",
    "DE00",
    "NL91ABNA0417164300",
]
VALUES = [*NUMBERS, *DATES, *TEXTS, *PLACES]
BYTES = [b"\xff", b"\xed\xa0\x80", b"%", b"%zz", b"a" * 3000, b"\x00", b"&&=&=", b"\r\n"]


class Nasty:
    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)

    def value(self, honest: str = "") -> str:
        """Mostly something awful, sometimes what was meant, sometimes that with one character wrong."""
        luck = self.draw.random()
        if luck < 0.3:
            return honest
        if luck < 0.45 and honest:
            place = self.draw.randrange(len(honest))
            return honest[:place] + self.draw.choice(["", "x", "0", "=", "é", honest]) + honest[place + 1 :]
        return self.draw.choice(VALUES)

    def fields(self, honest: dict[str, list[str]], names: list[str]) -> list[tuple[str, str]]:
        """The honest form, spoiled: values wrong, fields missing, twice, or such as belong elsewhere."""
        sent = [
            (name, self.value(value)) for name, values in honest.items() for value in values if self.draw.random() < 0.9
        ]
        for _extra in range(self.draw.choice([0, 0, 0, 1, 2])):
            sent.append((self.draw.choice(names), self.value()))
        return sent

    def query(self, names: list[str], honest: dict[str, list[str]]) -> str:
        chosen = self.draw.sample(names, min(len(names), self.draw.randint(1, 3)))
        query = urlencode([(name, self.value(self.draw.choice(honest.get(name, [""])))) for name in chosen])
        if self.draw.random() < 0.1:
            query += "&" + self.draw.choice(names) + "=" + quote_from_bytes(self.draw.choice(BYTES), safe="%&=")
        return query

    def body(self, sent: list[tuple[str, str]], files: list[str]) -> tuple[bytes, str]:
        """The fields as one of the things that a client may call a body, with its content type."""
        luck = self.draw.random()
        if luck < 0.04:
            return self.draw.choice(BYTES), "application/x-www-form-urlencoded"
        if luck < 0.08:
            return b'{"a": [1, NaN', self.draw.choice(["application/json", "text/plain", "", "a/b; charset=nope"])
        if luck < 0.12:
            return b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n', self.draw.choice(
                ["multipart/form-data", "multipart/form-data; boundary=x", "multipart/form-data; boundary="]
            )
        if files or luck < 0.2:
            data: dict[str, list] = {}
            for name, value in sent:
                data.setdefault(name, []).append(value)
            for name in files:
                content = self.draw.choice(
                    [b"%PDF-1.7\n%%EOF", b"", b"PK\x03\x04", b"\x89PNG\r\n\x1a\n", b"a: [b", b"\xff\xfe"]
                )
                file_name = self.draw.choice(
                    ["a.pdf", "a.docx", "x.yaml", "..pdf", "\u202efdp.exe", "a" * 300 + ".pdf", "a.png"]
                )
                data[name] = [SimpleUploadedFile(file_name, content)]
            return encode_multipart(BOUNDARY, data), MULTIPART_CONTENT
        return urlencode(sent).encode(), "application/x-www-form-urlencoded"
