"""Timing and printing. A figure is the median of its rounds."""

import os
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Cost:
    """Seconds of one call: on the clock, and of processor time of this process."""

    wall: float
    cpu: float


def cost(work: Callable[[], object], rounds: int = 3, *, warm: bool = True) -> Cost:
    """Return the median cost of `work`; if `warm`, after one call that does not count."""
    return costs([work], rounds, warm=warm)[0]


def costs(
    works: Sequence[Callable[[], object]], rounds: int = 3, *, warm: bool = True
) -> list[Cost]:
    """Return the median cost of each of `works`, such as of one and of its baseline.

    Each round calls all of them in turn. What else a machine does comes and goes within seconds,
    and may double what anything costs; measured one behind the other, a baseline had it and its
    work not, or the reverse (ratios of 3.3 and 4.3 for the same code). Side by side both have it.

    Args:
        works: in the order in which they are called.
        rounds: calls of each that count.
        warm: call each once before.
    """
    for work in works if warm else ():
        work()
    taken: list[list[tuple[float, float]]] = [[] for _ in works]
    for _ in range(rounds):
        for work, times in zip(works, taken, strict=True):
            wall, cpu = time.perf_counter(), time.process_time()
            result = work()
            times.append((time.perf_counter() - wall, time.process_time() - cpu))
            del result  # or the next one had less memory
    return [
        Cost(*(statistics.median(values) for values in zip(*times, strict=True))) for times in taken
    ]


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
