"""Reads a calendar the way a calendar program does, from RFC 5545 and not from our writer."""

from dataclasses import dataclass, field


@dataclass
class Component:
    name: str
    properties: dict[str, str] = field(default_factory=dict)
    parts: list["Component"] = field(default_factory=list)


def lines(content: bytes) -> list[str]:
    """The unfolded content lines; refuses what is not allowed on the wire."""
    assert content.endswith(b"\r\n")
    physical = content[:-2].split(b"\r\n")
    for line in physical:
        assert len(line) <= 75, line
        assert b"\r" not in line
        assert b"\n" not in line
        line.decode()  # no character is cut in two
    found: list[str] = []
    for line in physical:
        if line.startswith((b" ", b"\t")):
            found[-1] += line[1:].decode()
        else:
            found.append(line.decode())
    return found


def parse(content: bytes) -> Component:
    root = Component("")
    stack = [root]
    for line in lines(content):
        left, colon, value = line.partition(":")
        assert colon, line
        name = left.split(";")[0]
        if name == "BEGIN":
            stack.append(Component(value))
            stack[-2].parts.append(stack[-1])
        elif name == "END":
            assert stack.pop().name == value
        else:
            assert name not in stack[-1].properties, f"{name} twice"
            stack[-1].properties[name] = value
    assert len(stack) == 1
    (calendar,) = root.parts
    return calendar


def unescaped(value: str) -> str:
    found, characters = "", iter(value)
    for one in characters:
        if one == "\\":
            one = next(characters)
            found += {"n": "\n", "N": "\n"}.get(one, one)
        else:
            assert one not in ",;", value
            found += one
    return found
