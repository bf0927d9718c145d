"""One batch: asked, judged, and turned into an outcome. Nothing that goes wrong leaves its batch.

Imported only by the flows, because it imports CrewAI.
"""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import openai

from discovery_dagster.ai.batches import Control, controls
from discovery_dagster.ai.failures import MalformedError, TruncatedError, UnavailableError
from discovery_dagster.ai.metering import Exchange
from discovery_dagster.ai.model import Model
from discovery_dagster.ai.prompts import Items, Message, messages, new_fence, response_model
from discovery_dagster.ai.state import Batch, Outcome, Said
from discovery_dagster.ai.text import visible
from discovery_dagster.domain.proposals import Question

#: Seconds before a request is repeated that the server failed.
PAUSE = 1.0


@dataclass(frozen=True)
class Task:
    """What a flow asks about: the questions, the allowed answers, and with which prompt."""

    step: str
    prompt: str  # file of the instructions
    questions: Sequence[Question]
    values: Mapping[str, str]


@dataclass(frozen=True)
class _Sheet:
    """The questions and controls of one request under the ids that they have in it."""

    questions: Mapping[str, int]
    controls: Mapping[str, Control]

    @property
    def ids(self) -> list[str]:
        return sorted([*self.questions, *self.controls])


async def ask(model: Model, task: Task, batch: Batch, exchange: Exchange) -> Outcome:
    """Ask a batch; once more when the answer cannot be used.

    Args:
        model: to ask.
        task: what the questions are.
        batch: which of them.
        exchange: told what it costs.

    Returns:
        The answers; or `split`, when the batch is to be asked in halves; or why there are none.

    Raises:
        BudgetError: when the session may cost no more; the batch has no outcome then.
        UnavailableError, LateError: when the server gives no answer.
    """
    fence = new_fence()
    sheet = _sheet(task, batch, fence)
    asked = {
        name: task.questions[sheet.questions[name]]
        if name in sheet.questions
        else sheet.controls[name].question
        for name in sheet.ids
    }
    prompt = messages(task.prompt, asked, task.values, fence)
    shape = response_model(sheet.ids, list(task.values))
    try:
        items = await _answer(model, prompt, shape, exchange)
    except TruncatedError as error:
        return _give_up(batch, f"The model's answer is unusable: {error}.")
    except MalformedError as error:
        return Outcome(
            failure=f"The model's answer is unusable: {error}.", response=exchange.response
        )
    return _judge(batch, sheet, items, exchange.response)


async def _answer(
    model: Model, prompt: list[Message], shape: type[Items], exchange: Exchange
) -> Items:
    for last in (False, True):
        plain = model.plain  # another batch may change it meanwhile
        try:
            return _checked(await model.ask(prompt, shape, exchange))
        except openai.BadRequestError as error:
            if last or plain:
                raise UnavailableError("the server does not accept the request (400)") from error
            model.be_plain()
        except MalformedError as error:
            if last:
                raise
            prompt = [*prompt, _correction(str(error))]
        except UnavailableError as error:
            if last or not error.passing:
                raise
            await asyncio.sleep(PAUSE)
    raise AssertionError  # the second turn returns or raises


def _checked(items: Items) -> Items:
    """The response, when it is about each id exactly once; the ids themselves are in its shape."""
    ids = [item.id for item in items.items]
    if len(set(ids)) != len(ids):
        raise MalformedError("items: an id stands twice and another is missing")
    return items


def _correction(fault: str) -> Message:
    return {
        "role": "user",
        "content": f"Your answer could not be used: {fault}. Answer again, in the required shape.",
    }


def _sheet(task: Task, batch: Batch, fence: str) -> _Sheet:
    """Number questions and controls in an order that the fence decides, so that none stands out."""
    places: list[int | Control] = [*batch.questions, *controls(task.step, batch)]
    order = sorted(
        range(len(places)), key=lambda at: hashlib.sha256(f"{fence}{at}".encode()).digest()
    )
    named = {f"q{number:03d}": places[at] for number, at in enumerate(order, start=1)}
    return _Sheet(
        {name: place for name, place in named.items() if isinstance(place, int)},
        {name: place for name, place in named.items() if isinstance(place, Control)},
    )


def _judge(batch: Batch, sheet: _Sheet, items: Items, response: str | None) -> Outcome:
    said = {item.id: item for item in items.items}
    if any(said[name].value not in known.answers for name, known in sheet.controls.items()):
        return _give_up(
            batch, "The model answered a question wrong whose answer is known, so it is not heard."
        )
    return Outcome(
        kind="answered",
        answers={
            question: Said(
                value=str(said[name].value),
                confidence=said[name].confidence,
                rationale=visible(said[name].reason, 300),
            )
            for name, question in sheet.questions.items()
        },
        response=response,
    )


def _give_up(batch: Batch, failure: str) -> Outcome:
    """Have a batch asked in halves; of a single question nothing is left to try."""
    if len(batch.questions) > 1:
        return Outcome(kind="split", failure=failure)
    return Outcome(failure=failure, lasting=True)
