"""One batch: asked, judged, and turned into an outcome. Nothing that goes wrong leaves its batch.

Imported only by the flows, because it imports CrewAI.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

import openai

from discovery_dagster.ai.batches import Batch, halves
from discovery_dagster.ai.failures import LateError, MalformedError, RefusedError, UnavailableError
from discovery_dagster.ai.metering import Exchange
from discovery_dagster.ai.model import Model, Reply
from discovery_dagster.ai.prompts import response_model
from discovery_dagster.ai.sheets import Sheet, Task
from discovery_dagster.ai.text import visible
from discovery_dagster.domain.proposals.responses import Item, Response, read_response

#: Seconds before a request is repeated that the server failed.
PAUSE = 1.0

_REASON = 300  # characters of a model's reason


@dataclass(frozen=True)
class Outcome:
    """What came of a batch, by question; `parts` are to be asked instead of it, or again."""

    answers: Mapping[int, Item] = field(default_factory=dict)
    failures: Mapping[int, str] = field(default_factory=dict)  # one sentence each
    lasting: bool = False  # asking again would change nothing
    parts: list[Batch] = field(default_factory=list)
    response: str | None = None  # the server's id of its response


async def ask(model: Model, task: Task, batch: Batch, exchange: Exchange) -> Outcome:
    """Ask a batch.

    What the answer lacks is asked once more. A batch whose answer comes too late or is too long for
    the model, or that talks the model into a wrong answer, is asked in halves.

    Args:
        model: to ask.
        task: what the questions are.
        batch: which of them.
        exchange: told what it costs.

    Returns:
        The answers, what is to be asked again or in parts, and why there is no answer to the rest.

    Raises:
        BudgetError: when the session may cost no more; the batch has no outcome then.
        UnavailableError, LateError, RefusedError: when the server gives no answer.
        FencedError: when another run owns the session.
    """
    sheet = Sheet.of(task, batch)
    try:
        reply = await _reply(model, task, sheet, exchange)
    except (LateError, RefusedError):
        if len(batch.questions) == 1:
            raise
        return Outcome(parts=halves(batch))
    except MalformedError as error:
        return _again(batch, dict.fromkeys(batch.questions, str(error)), exchange.response)
    response = read_response(reply.text, sheet.ids, list(task.values))
    if sheet.contradicts_a_control(response):
        return _distrust(batch, exchange.response)
    return _usable(batch, sheet, response, reply)


async def _reply(model: Model, task: Task, sheet: Sheet, exchange: Exchange) -> Reply:
    """Send a request; once more when the server failed, or did not understand all of it."""
    shape = response_model(sheet.ids, list(task.values))
    for last in (False, True):
        plain = model.plain  # another batch may change it meanwhile
        try:
            return await model.ask(sheet.messages, shape, exchange)
        except openai.BadRequestError as error:
            if last or plain:
                raise RefusedError("the server does not accept the request (400)") from error
            model.be_plain()
        except UnavailableError as error:
            if last or not error.passing:
                raise
            await asyncio.sleep(PAUSE)
    raise AssertionError  # the second turn returns or raises


def _usable(batch: Batch, sheet: Sheet, response: Response, reply: Reply) -> Outcome:
    """Keep what is usable of a response that gives the controls no wrong answer."""
    trusted = sheet.answers_a_control(response)
    answers = {
        question: Item(item.value, item.confidence, visible(item.reason, _REASON))
        for name, question in sheet.questions.items()
        if trusted and (item := response.items.get(name))
    }
    untrusted = "it answers none of the questions whose answer is known"
    faults = {
        question: response.faults.get(name, untrusted)
        for name, question in sheet.questions.items()
        if question not in answers
    }
    rest = Batch(tuple(faults), batch.correction)
    if reply.is_cut and len(faults) > 1:
        return Outcome(answers, parts=halves(rest), response=reply.response)
    if reply.is_cut:
        faults = dict.fromkeys(faults, "it is cut off at the model's limit")
    return _again(rest, faults, reply.response, answers)


def _again(
    batch: Batch,
    faults: Mapping[int, str],
    response: str | None,
    answers: Mapping[int, Item] | None = None,
) -> Outcome:
    """Have what has no usable answer asked once more, and left open after that."""
    answers = answers or {}
    if not faults:
        return Outcome(answers, response=response)
    if batch.correction:
        failures = {
            question: f"The model's answer is unusable: {fault}."
            for question, fault in faults.items()
        }
        return Outcome(answers, failures, response=response)
    correction = "; ".join(sorted(set(faults.values())))
    return Outcome(answers, parts=[Batch(tuple(faults), correction)], response=response)


def _distrust(batch: Batch, response: str | None) -> Outcome:
    """Have a batch asked in halves; of a single question nothing is left to try."""
    if len(batch.questions) > 1:
        return Outcome(parts=halves(batch))
    failure = "The model answered a control question wrong, so its answers are not used."
    return Outcome(failures={batch.questions[0]: failure}, lasting=True, response=response)
