"""Every string that the portal lets translate, read from its sources without gettext's own tools.

``messages`` writes the catalogues from it, and the tests compare them with it: a machine without xgettext gets the
same strings. Python is read by its syntax tree, templates by Django's own ``templatize``, and the texts of
``engagements/data/catalogue.yaml`` by their keys, because pages translate them when they show them.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import yaml
from django.utils.translation import template

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("mci_portal", "engagements", "eligibility", "customers", "claims")
CATALOGUE = ROOT / "engagements" / "data" / "catalogue.yaml"
# Names of engagements, products and credentials stay Microsoft's own.
CATALOGUE_KEYS = frozenset(
    "title text hint label partner_text customer_text summary pay_text note changes source".split()
)


class Found(NamedTuple):
    """One entry of a catalogue; ``plural`` and ``context`` are "" where there is none."""

    context: str
    text: str
    plural: str


# Function -> the arguments that are context, text and plural.
CALLS: dict[str, tuple[int | None, int, int | None]] = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), (None, 0, None)),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (None, 0, 1)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), (0, 1, None)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), (0, 1, 2)),
}
_CALL = re.compile(rf"(?<![\w.])({'|'.join(CALLS)})\(")


def everything() -> dict[Found, list[str]]:
    """Each string with the files it stands in, both in order."""
    found: dict[Found, list[str]] = {}
    for name, entries in (*_python(), *_templates(), (_short(CATALOGUE), _catalogue())):
        for entry in entries:
            places = found.setdefault(entry, [])
            if name not in places:
                places.append(name)
    return dict(sorted(found.items(), key=lambda pair: (pair[0].text.casefold(), *pair[0])))


def calls(tree: ast.AST) -> Iterator[Found]:
    """The translated strings of a piece of Python.

    A name that is looked up (``_(refusal.sentence)``) is marked where its words stand. Raises ValueError for a
    string that is put together at run time: no catalogue could have it.
    """
    for node in ast.walk(tree):
        name = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
        if name not in CALLS:
            continue
        parts = [node.args[at] if at is not None else ast.Constant("") for at in CALLS[name]]
        if any(isinstance(part, ast.JoinedStr | ast.BinOp | ast.Call) for part in parts):
            raise ValueError(f"line {node.lineno}: {name}() takes words that stand in the source")
        if all(isinstance(part, ast.Constant) for part in parts):
            yield Found(*(part.value for part in parts))


def of_template(source: str) -> Iterator[Found]:
    """The translated strings of a template."""
    python = template.templatize(source)
    for match in _CALL.finditer(python):
        call = python[match.start() : _end_of_call(python, match.end())]
        yield from calls(ast.parse(call))


def _end_of_call(python: str, at: int) -> int:
    """Where the call that opened just before ``at`` is closed, strings left out of account."""
    quote = ""
    while True:
        char = python[at]
        if quote:
            at += char == "\\"
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char == ")":
            return at + 1
        at += 1


def _python() -> Iterator[tuple[str, Iterable[Found]]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" not in path.parts:
                try:
                    yield _short(path), list(calls(ast.parse(path.read_text())))
                except ValueError as error:
                    raise ValueError(f"{_short(path)}, {error}") from None


def _templates() -> Iterator[tuple[str, Iterable[Found]]]:
    for path in sorted((ROOT / "templates").rglob("*")):
        if path.suffix in (".html", ".txt"):
            yield _short(path), of_template(path.read_text())


def _catalogue() -> Iterator[Found]:
    def texts(node: object, key: str = "") -> Iterator[str]:
        if isinstance(node, dict):
            for name, value in node.items():
                yield from texts(value, name)
        elif isinstance(node, list):
            for value in node:
                yield from texts(value, key)
        elif key in CATALOGUE_KEYS and isinstance(node, str):
            yield " ".join(node.split())

    read = yaml.safe_load(CATALOGUE.read_text())
    for part in ("types", "engagements", "caps"):
        for text in texts(read.get(part)):
            yield Found("", text, "")
    for named in (*read["types"], *read["caps"]):
        yield Found("", named["name"], "")


def _short(path: Path) -> str:
    return str(path.relative_to(ROOT))
