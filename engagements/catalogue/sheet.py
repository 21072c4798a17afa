"""Reads YAML nodes into plain values and keeps every complaint with its line. Knows nothing of engagements."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import yaml
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from engagements.catalogue.problems import CatalogueError, Problem, Wrong

MERGE = "tag:yaml.org,2002:merge"
Read = Callable[["Sheet", yaml.Node], Any]


@dataclass
class Record:
    """One mapping of the file: its values by key, and the line of the mapping and of each key."""

    line: int
    values: dict[str, Any] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)

    def get(self, key: str, default=None):
        return self.values.get(key, default)

    def __getitem__(self, key: str):
        return self.values[key]

    def line_of(self, key: str) -> int:
        return self.lines.get(key, self.line)


class Sheet:
    """A file being read; ``problems`` grows instead of stopping at the first mistake."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def note(self, line: int, sentence: str) -> None:
        self.problems.append(Problem(line, sentence))

    def value(self, read: Read, node: yaml.Node):
        """What ``read`` makes of the node, or None after noting why it cannot."""
        try:
            return read(self, node)
        except Wrong as wrong:
            self.note(line_of(node), str(wrong))
            return None


def compose(text: str) -> yaml.Node:
    """The root node of a YAML text. Raises CatalogueError when it is no YAML or is empty."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise CatalogueError(
            [Problem(line, _("This is not YAML: %(problem)s.") % {"problem": error.problem or error.context})]
        ) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise CatalogueError(
            [Problem(line, _("This is not YAML: %(problem)s.") % {"problem": error.reason})]
        ) from error
    except RecursionError as error:
        raise CatalogueError([Problem(1, _("The lists and blocks of this file are nested too deeply."))]) from error
    if root is None:
        raise CatalogueError([Problem(1, _("The file is empty."))])
    return root


def line_of(node: yaml.Node) -> int:
    return node.start_mark.line + 1


def record(what: object, spec: dict[str, Read], required: tuple[str, ...] = ()) -> Read:
    """Reads a mapping with the keys of ``spec`` and no others; ``what`` names it in complaints."""

    def read(sheet: Sheet, node: yaml.Node) -> Record:
        found = Record(line=line_of(node))
        for key_node, value_node in _pairs(sheet, node, what):
            key = str(key_node.value)
            if key not in spec:
                sheet.note(
                    line_of(key_node),
                    _("“%(key)s” is not known in %(what)s; use one of: %(names)s.")
                    % {"key": key, "what": what, "names": ", ".join(spec)},
                )
                continue
            found.lines[key] = line_of(value_node)
            found.values[key] = sheet.value(spec[key], value_node)
        for key in required:
            if key not in found.values:
                sheet.note(found.line, _("“%(key)s” is missing in %(what)s.") % {"key": key, "what": what})
                found.values[key] = None
        return found

    return read


def many(read_one: Read) -> Read:
    """Reads a list; items that are wrong are noted and left out."""

    def read(sheet: Sheet, node: yaml.Node) -> list:
        if not isinstance(node, yaml.SequenceNode):
            raise Wrong(_("A list is expected here."))
        values = (sheet.value(read_one, item) for item in node.value)
        return [value for value in values if value is not None]

    return read


def _pairs(
    sheet: Sheet, node: yaml.Node, what: object, outer: tuple[yaml.Node, ...] = ()
) -> list[tuple[yaml.Node, yaml.Node]]:
    """The pairs of a mapping, with what ``<<`` brings in standing behind the mapping's own keys."""
    if not isinstance(node, yaml.MappingNode):
        raise Wrong(_("%(what)s is expected here, as “key: value” lines.") % {"what": capfirst(str(what))})
    own: dict[str, tuple[yaml.Node, yaml.Node]] = {}
    merged: list[yaml.Node] = []
    for key_node, value_node in node.value:
        if key_node.tag == MERGE:
            merged += value_node.value if isinstance(value_node, yaml.SequenceNode) else [value_node]
        elif not isinstance(key_node, yaml.ScalarNode):
            sheet.note(line_of(key_node), _("A key must be a single word."))
        elif key_node.value in own:
            sheet.note(
                line_of(key_node), _("“%(key)s” stands twice in %(what)s.") % {"key": key_node.value, "what": what}
            )
        else:
            own[key_node.value] = (key_node, value_node)
    for source in merged:
        if any(source is one for one in (*outer, node)):
            raise Wrong(_("This block takes itself in."))
        for key_node, value_node in _pairs(sheet, source, what, (*outer, node)):
            own.setdefault(key_node.value, (key_node, value_node))
    return list(own.values())
