"""Progress, stage by stage, of work that handles all rows at once."""

from collections.abc import Callable
from dataclasses import dataclass


def no_advance() -> None:
    """Report no progress."""


@dataclass
class Stages:
    """Counts the stages that are over, of `total`, and reports each.

    A domain function takes `advance` and calls it at the end of each stage; a constant beside the
    function says how many it has.
    """

    report: Callable[[int, int | None], None]
    total: int
    done: int = 0

    def __post_init__(self) -> None:
        self.report(0, self.total)

    def advance(self) -> None:
        """One more is over; one that is done again after the last counts once."""
        self.done = min(self.done + 1, self.total)
        self.report(self.done, self.total)
