"""The two flows: what columns mean, and what assets are. They differ in what they ask, not in how.

CrewAI's `Flow` restores the last saved state and runs every method again; what is done is known by
the answers that are kept after each batch, and a flow is given only what has none. The session's
claim keeps a flow to one process. This module imports CrewAI.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from crewai.flow.flow import Flow, listen, or_, router, start
from crewai.flow.persistence import persist
from pydantic import PrivateAttr

from discovery_dagster.ai.asking import Outcome, ask
from discovery_dagster.ai.batches import Batch, plan
from discovery_dagster.ai.failures import BudgetError, LateError, RefusedError, UnavailableError
from discovery_dagster.ai.metering import Budget, Exchange, Log
from discovery_dagster.ai.model import Model
from discovery_dagster.ai.persistence import PostgresFlowPersistence
from discovery_dagster.ai.questions import SPENT
from discovery_dagster.ai.sheets import Task
from discovery_dagster.ai.state import FlowState
from discovery_dagster.settings import Settings
from discovery_dagster.store.model_answers import KeptAnswer

Report = Callable[[int, int | None], None]

#: Failures of the server one after the other after which the flow stops asking it.
PATIENCE = 3


@dataclass
class Work:
    """What a flow works with and does not remember; what it found out is left here."""

    task: Task
    settings: Settings
    budget: Budget
    log: Log
    keep: Callable[[Mapping[int, KeptAnswer]], None]  # answers by the questions' numbers
    report: Report
    answers: dict[int, KeptAnswer] = field(default_factory=dict)
    failures: dict[int, str] = field(default_factory=dict)  # one sentence each
    stopped: str = ""  # why questions were left unasked, empty when none was


class ProposalFlow(Flow[FlowState]):
    """Asks what the rules left open, batch by batch, and keeps every answer."""

    # Or CrewAI gives the flow a memory, for which it imports LanceDB. Its thread outlives the end
    # of the process, and DuckDB's types with it, which say so on stderr.
    _skip_auto_memory: bool = PrivateAttr(default=True)
    _work: Work = PrivateAttr()
    _waiting: deque[Batch] = PrivateAttr(default_factory=deque)
    _failed_in_a_row: int = PrivateAttr(default=0)

    def assign(self, work: Work) -> None:
        """Hand over what the flow works with."""
        self._work = work

    @start()
    def prepare(self) -> None:
        """Plan the batches."""
        self.state.finished = False
        numbers = range(len(self._work.task.questions))
        self._waiting.extend(plan(numbers, self._work.settings.llm_batch_size))

    @listen(prepare)
    async def ask_batches(self) -> None:
        """Ask every batch, some at a time, and keep what comes of each."""
        model = Model(self._work.settings, self._work.budget, self._work.log)

        async def ask_on() -> None:
            while self._waiting and not self._work.stopped:
                await self._ask(model, self._waiting.popleft())

        await asyncio.gather(*(ask_on() for _ in range(self._work.settings.llm_concurrency)))

    @router(ask_batches)
    def look(self) -> str:
        """Whether every question was asked."""
        return "incomplete" if self._waiting else "complete"

    @listen(or_("complete", "incomplete"))
    def finish(self) -> None:
        """Say that this turn has come to its end; what is open is for another turn."""
        self.state.finished = True

    async def _ask(self, model: Model, batch: Batch) -> None:
        """Ask one batch and keep what came of it; its parts are asked next."""
        exchange = Exchange()
        try:
            outcome = await ask(model, self._work.task, batch, exchange)
            if outcome.answers:
                self._failed_in_a_row = 0
        except BudgetError:
            self._work.stopped = SPENT
            outcome = Outcome()
        except (UnavailableError, RefusedError, LateError) as error:
            failure = f"The model gave no answer: {error}."
            outcome = Outcome(failures=dict.fromkeys(batch.questions, failure))
            self._failed_in_a_row += 1
            if self._failed_in_a_row >= PATIENCE:
                self._work.stopped = f"The model was given up: {error}, {PATIENCE} times."
        # Its parts come first: halves of what came late show soonest whether the server answers.
        self._waiting.extendleft(reversed(outcome.parts))
        self._record(outcome, exchange)

    def _record(self, outcome: Outcome, exchange: Exchange) -> None:
        work, state = self._work, self.state
        kept = {
            question: KeptAnswer(
                item.value, item.confidence, item.reason, response=outcome.response
            )
            for question, item in outcome.answers.items()
        }
        if outcome.lasting:
            kept |= {
                question: KeptAnswer(None, failure=failure, response=outcome.response)
                for question, failure in outcome.failures.items()
            }
        else:
            work.failures.update(outcome.failures)
        state.batches_done += 1
        state.calls += exchange.calls
        state.prompt_tokens += exchange.prompt_tokens
        state.completion_tokens += exchange.completion_tokens
        # In the loop's thread, so that saves keep their order; it takes milliseconds.
        work.keep(kept)
        work.answers.update(kept)
        assert self.persistence is not None  # noqa: S101 - every flow is given one
        self.persistence.save_state(state.id, "batch", state)
        work.report(len(work.answers) + len(work.failures), len(work.task.questions))


@persist(PostgresFlowPersistence())
class FieldMappingFlow(ProposalFlow):
    """Proposes what unmapped columns mean."""

    # CrewAI looks for its methods in a class itself, not in its bases.
    prepare: ClassVar[Any] = ProposalFlow.prepare
    ask_batches: ClassVar[Any] = ProposalFlow.ask_batches
    look: ClassVar[Any] = ProposalFlow.look
    finish: ClassVar[Any] = ProposalFlow.finish


@persist(PostgresFlowPersistence())
class ClassificationFlow(ProposalFlow):
    """Proposes what assets of unknown type are."""

    prepare: ClassVar[Any] = ProposalFlow.prepare
    ask_batches: ClassVar[Any] = ProposalFlow.ask_batches
    look: ClassVar[Any] = ProposalFlow.look
    finish: ClassVar[Any] = ProposalFlow.finish


#: The flow of each step that has one.
FLOWS: dict[str, type[ProposalFlow]] = {
    "field_mapping": FieldMappingFlow,
    "classified_assets": ClassificationFlow,
}
