"""Which questions go into one request, with which controls, and how a batch is split."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from discovery_dagster.ai.state import Batch
from discovery_dagster.domain.proposals import Question
from discovery_dagster.reference import load

#: Control questions in each request.
CONTROLS = 2


@dataclass(frozen=True)
class Control:
    """A question whose answer is known."""

    question: Question
    answers: frozenset[str]


def plan(questions: Sequence[int], size: int) -> list[Batch]:
    """Cut the numbers of the questions to ask into batches of at most `size`."""
    return [
        Batch(questions=list(questions[at : at + size])) for at in range(0, len(questions), size)
    ]


def halves(batch: Batch) -> list[Batch]:
    """Split a batch of several questions in two."""
    middle = len(batch.questions) // 2
    return [Batch(questions=batch.questions[:middle]), Batch(questions=batch.questions[middle:])]


def controls(step: str, batch: Batch) -> list[Control]:
    """Return the controls of a batch: which ones depends on its questions, so they vary."""
    known: Sequence[Mapping[str, object]] = load("prompts/controls")[step]
    start = int.from_bytes(hashlib.sha256(batch.key.encode()).digest()[:4])
    chosen = [known[(start + at) % len(known)] for at in range(CONTROLS)]
    return [
        Control(Question(dict(one["facts"])), frozenset(one["answers"]))  # type: ignore[call-overload]
        for one in chosen
    ]
