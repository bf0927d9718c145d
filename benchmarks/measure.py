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


def report_cost(figure: str, work: Cost, baseline: Cost, bound: str) -> None:
    """Print how many times the processor time of the baseline `work` takes, and both clocks.

    Processor time of all threads is steadier than the clock on a machine with other work, and
    gives nothing for free to what runs on two cores while its baseline runs on one.
    """
    report(
        figure,
        work.cpu / baseline.cpu,
        bound,
        f"processor {work.cpu:.2f} s / {baseline.cpu:.2f} s, by the clock "
        f"{work.wall / baseline.wall:.2f} ({work.wall:.2f} s / {baseline.wall:.2f} s)",
    )


def machine() -> str:
    """Say on what machine the figures were taken."""
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
