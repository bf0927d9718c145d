"""One request: its questions, with controls among them, and the messages that ask them.

What is sent and what is previewed is made here alone, and no CrewAI is imported for it.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from discovery_dagster.ai.batches import Batch
from discovery_dagster.ai.prompts import Message, messages, new_fence
from discovery_dagster.domain.proposals import Question
from discovery_dagster.domain.proposals.responses import Response
from discovery_dagster.reference import load

#: Control questions in each request.
CONTROLS = 2


@dataclass(frozen=True)
class Task:
    """What a step asks about: the questions, the allowed answers, and with which prompt."""

    step: str
    prompt: str  # file of the instructions
    questions: Sequence[Question]
    values: Mapping[str, str]


@dataclass(frozen=True)
class Control:
    """A question whose answer is known."""

    question: Question
    answers: frozenset[str]


@dataclass(frozen=True)
class Sheet:
    """The questions and controls of one request, by the ids that they have in it."""

    questions: Mapping[str, int]
    controls: Mapping[str, Control]
    messages: Sequence[Message]

    @classmethod
    def of(cls, task: Task, batch: Batch) -> Self:
        """Make the request for a batch: its ids and its marker are new each time.

        Their order is decided by the marker, so that no control stands out.
        """
        fence = new_fence()
        places: list[int | Control] = [*batch.questions, *_controls(task.step, batch)]
        order = sorted(
            range(len(places)), key=lambda at: hashlib.sha256(f"{fence}{at}".encode()).digest()
        )
        named = {f"q{number:03d}": places[at] for number, at in enumerate(order, start=1)}
        questions = {
            name: place.question if isinstance(place, Control) else task.questions[place]
            for name, place in named.items()
        }
        return cls(
            {name: place for name, place in named.items() if isinstance(place, int)},
            {name: place for name, place in named.items() if isinstance(place, Control)},
            messages(task.prompt, questions, task.values, fence, batch.correction),
        )

    @property
    def ids(self) -> list[str]:
        """All ids, in their order."""
        return sorted([*self.questions, *self.controls])

    def contradicts_a_control(self, response: Response) -> bool:
        """Whether the response answers a control in another way than is known."""
        return any(
            response.items[name].value not in control.answers
            for name, control in self.controls.items()
            if name in response.items
        )

    def answers_a_control(self, response: Response) -> bool:
        """Whether it answers a control, and none of them wrong; otherwise none of it is used."""
        return any(
            name in response.items for name in self.controls
        ) and not self.contradicts_a_control(response)


def _controls(step: str, batch: Batch) -> list[Control]:
    """The controls of a batch: which ones depends on its questions, so they vary."""
    known: Sequence[Mapping[str, dict[str, str]]] = load("prompts/controls")[step]
    digest = hashlib.sha256(repr(batch.questions).encode()).digest()
    chosen = [known[(int.from_bytes(digest[:4]) + at) % len(known)] for at in range(CONTROLS)]
    return [Control(Question(one["facts"]), frozenset(one["answers"])) for one in chosen]
