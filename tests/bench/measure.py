"""How a benchmark measures and what it says: interleaved rounds, medians, a ratio beside its target and its limit."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

CPU_MARGIN = 0.10  # between a busy and a quiet machine
WALL_MARGIN = 0.40


@dataclass(frozen=True)
class Cost:
    """Of one call, in milliseconds: medians of all rounds. ``cpu`` is this process alone, without the database's."""

    wall: float
    cpu: float


@dataclass(frozen=True)
class Measure:
    """One line of the report. ``margin``: by how much noise may overstep the limit; without one it is only told."""

    number: str
    what: str
    value: float
    target: float | None = None
    limit: float | None = None
    more_is_better: bool = False
    margin: float = 0.0
    unit: str = "x"
    note: str = ""

    @property
    def verdict(self) -> str:
        """ok: the target is met; within: the limit is; MISSED: by more than the margin."""
        if self.limit is None:
            return "told"
        if self._reaches(self.target):
            return "ok"
        if self._reaches(self.limit):
            return "within limit"
        slack = self.limit * (1 - self.margin) if self.more_is_better else self.limit * (1 + self.margin)
        return "within noise" if self._reaches(slack) else "MISSED"

    def _reaches(self, bound: float) -> bool:
        return self.value >= bound if self.more_is_better else self.value <= bound

    def line(self) -> str:
        sign = ">=" if self.more_is_better else "<="
        aim = "" if self.target is None else f"{sign} {self.target:g} ({self.limit:g})"
        value = f"{self.value:>10.3g} {self.unit:<3} {aim:<18} {self.verdict:<12}"
        return f"{self.number:>3}  {self.what:<62} {value} {self.note}"


def interleaved(calls: dict[str, Callable[[], object]], rounds: int = 7, repeat: int = 5) -> dict[str, Cost]:
    """Each call's cost, measured in turns (A B C A B C ...) after one turn to warm up."""
    walls: dict[str, list[float]] = {name: [] for name in calls}
    cpus: dict[str, list[float]] = {name: [] for name in calls}
    for call in calls.values():
        call()
    for _round in range(rounds):
        for name, call in calls.items():
            wall, cpu = time.perf_counter(), time.process_time()
            for _time in range(repeat):
                call()
            cpus[name].append((time.process_time() - cpu) * 1000 / repeat)
            walls[name].append((time.perf_counter() - wall) * 1000 / repeat)
    return {name: Cost(statistics.median(walls[name]), statistics.median(cpus[name])) for name in calls}


def seconds(call: Callable[[], object]) -> float:
    """How long one call takes."""
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def percentile(values: list[float], share: float) -> float:
    """The value that ``share`` of all do not exceed."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(len(ranked) * share))]
