"""Timing and printing. A figure is the median of its rounds."""

import os
import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Cost:
    """Seconds of one call: on the clock, and of processor time of this process."""

    wall: float
    cpu: float


def cost(work: Callable[[], object], rounds: int = 3, *, warm: bool = True) -> Cost:
    """Return the median cost of `work`; if `warm`, after one call that does not count."""
    if warm:
        work()
    costs = []
    for _ in range(rounds):
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        costs.append((time.perf_counter() - wall, time.process_time() - cpu))
    return Cost(*(statistics.median(values) for values in zip(*costs, strict=True)))


def report(figure: str, value: float, bound: str, detail: str) -> None:
    """Print one figure beside what is wanted of it."""
    print(f"{figure:<52} {value:8.2f}   wanted {bound:<10} {detail}", flush=True)


def machine() -> str:
    """Say on what machine the figures were taken."""
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
