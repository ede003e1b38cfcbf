"""How a figure is taken: the median of a thousand runs, the best of five such medians, over a loop that costs the same
everywhere. Machines are noisy; the ratio is what is compared, the absolute figure is printed beside it.

Standard library only: it also runs in the environments of those we measure against.
"""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter_ns
from typing import NamedTuple

ROUNDS = 5


class Taken(NamedTuple):
    """Microseconds, and how many calibration loops that is."""

    us: float
    ratio: float


@dataclass(frozen=True)
class Figure:
    """One line of `make bench`."""

    name: str
    value: float
    unit: str
    ratio: float | None = None

    def __str__(self) -> str:
        return f"{self.name} {self.value:.4g} {self.unit} {'-' if self.ratio is None else f'{self.ratio:.4g}'}"


def calibration() -> int:
    """What a machine takes for plain Python: integers, a dict, texts."""
    seen: dict[str, int] = {}
    for i in range(200):
        key = str(i % 50)
        seen[key] = seen.get(key, 0) + i * i % 7
    return len(seen)


def median_us(work: Callable[[], object], runs: int = 1_000) -> float:
    """The median time of one run."""
    times = []
    for _ in range(runs):
        began = perf_counter_ns()
        work()
        times.append(perf_counter_ns() - began)
    return median(times) / 1_000


def take(work: Callable[[], object], runs: int = 1_000) -> Taken:
    """One round: the calibration loop before and after, the work between."""
    before = median_us(calibration, runs)
    us = median_us(work, runs)
    return Taken(us, us / min(before, median_us(calibration, runs)))


def best(rounds: list[Taken]) -> Taken:
    """The round the machine disturbed least."""
    return min(rounds, key=lambda taken: taken.ratio)
