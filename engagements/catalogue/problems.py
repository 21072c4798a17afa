"""What is wrong with a catalogue file, and on which line. Raised by reading, checking and applying."""

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Problem:
    line: int  # counted from 1
    sentence: str


class CatalogueError(Exception):
    """The file was refused and nothing was written; ``problems`` are in the order of the lines."""

    def __init__(self, problems) -> None:
        self.problems: list[Problem] = sorted(set(problems))
        super().__init__("\n".join(f"{problem.line}: {problem.sentence}" for problem in self.problems))


class Wrong(ValueError):
    """One value is not what its place asks for. Caught by the sheet, which knows the line."""
