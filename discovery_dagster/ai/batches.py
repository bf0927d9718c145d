"""Which questions go into one request, and how a batch is split."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Batch:
    """Questions that are asked in one request, by their numbers.

    `correction` says what was wrong with an earlier answer to them; they are not asked once more.
    """

    questions: tuple[int, ...]
    correction: str = ""


def plan(questions: Sequence[int], size: int) -> list[Batch]:
    """Cut the numbers of the questions to ask into batches of at most `size`."""
    return [Batch(tuple(questions[at : at + size])) for at in range(0, len(questions), size)]


def halves(batch: Batch) -> list[Batch]:
    """Split a batch of several questions in two."""
    middle = len(batch.questions) // 2
    parts = (batch.questions[:middle], batch.questions[middle:])
    return [Batch(part, batch.correction) for part in parts]
