"""The two flows: what columns mean, and what assets are. They differ in what they ask, not in how.

CrewAI's `Flow` restores the last saved state and runs every method again, so each method looks at
the state for what is done; the state is saved after each batch. The session's claim keeps a flow
to one process. This module imports CrewAI.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any, ClassVar

from crewai.flow.flow import Flow, listen, or_, router, start
from crewai.flow.persistence import persist
from pydantic import PrivateAttr

from discovery_dagster.ai.asking import Task, ask
from discovery_dagster.ai.batches import halves, plan
from discovery_dagster.ai.failures import BudgetError, LateError, UnavailableError
from discovery_dagster.ai.metering import Budget, Exchange
from discovery_dagster.ai.model import Model
from discovery_dagster.ai.persistence import PostgresFlowPersistence
from discovery_dagster.ai.state import Batch, FlowState, Outcome
from discovery_dagster.ai.text import is_suspicious
from discovery_dagster.settings import Settings

Report = Callable[[int, int | None], None]

SPENT = "The budget of the session for the model is used up."

#: Failures of the server one after the other after which the flow stops asking it.
PATIENCE = 3


class ProposalFlow(Flow[FlowState]):
    """Asks what the rules left open, batch by batch, and remembers every answer."""

    _task: Task = PrivateAttr()
    _settings: Settings = PrivateAttr()
    _budget: Budget = PrivateAttr()
    _report: Report = PrivateAttr()
    _failures: int = PrivateAttr(default=0)
    _stopped: str = PrivateAttr(default="")

    def give(self, task: Task, settings: Settings, budget: Budget, report: Report) -> None:
        """Hand over what the flow works with and does not remember."""
        self._task, self._settings = task, settings
        self._budget, self._report = budget, report

    @property
    def stopped(self) -> str:
        """Why batches were left unasked, empty when none was."""
        return self._stopped

    @start()
    def prepare(self) -> None:
        """Plan the batches once. A finished flow asks again what it has no answer to."""
        state, settings = self.state, self._settings
        # No more than the budget could ask: the state is saved after each batch.
        within = min(len(self._task.questions), settings.llm_max_calls * settings.llm_batch_size)
        numbers = range(state.planned, within)
        suspicious = {
            number for number in numbers if is_suspicious(self._task.questions[number].facts)
        }
        state.withheld.extend(sorted(suspicious))
        asked = [number for number in numbers if number not in suspicious]
        state.batches.extend(plan(asked, settings.llm_batch_size))
        state.planned = max(state.planned, within)
        if state.finished:
            state.outcomes = {
                key: outcome
                for key, outcome in state.outcomes.items()
                if outcome.kind != "failed" or outcome.lasting
            }
            state.finished = False

    @listen(prepare)
    async def ask_batches(self) -> None:
        """Ask every batch that has no outcome, some at a time, and save each outcome."""
        if not self.state.open_batches:
            return
        model = Model(self._settings, self._budget)
        waiting = deque(self.state.open_batches)

        async def work() -> None:
            while waiting and not self._stopped:
                waiting.extend(await self._ask(model, waiting.popleft()))

        await asyncio.gather(*(work() for _ in range(self._settings.llm_concurrency)))

    @router(ask_batches)
    def look(self) -> str:
        """Whether every batch has an outcome."""
        return "incomplete" if self.state.open_batches else "complete"

    @listen(or_("complete", "incomplete"))
    def finish(self) -> None:
        """Say that this turn has come to its end; what is open is for another turn."""
        self.state.finished = True

    async def _ask(self, model: Model, batch: Batch) -> list[Batch]:
        """Ask one batch and save what came of it; return the parts that are to be asked instead."""
        exchange = Exchange()
        try:
            outcome = await ask(model, self._task, batch, exchange)
            self._failures = 0
        except BudgetError:
            self._stopped = SPENT
            self._count(exchange)
            return []
        except (UnavailableError, LateError) as error:
            outcome = Outcome(failure=f"The model gave no answer: {error}.")
            self._failures += 1
            if self._failures >= PATIENCE:
                self._stopped = f"The model was given up: {error}, {PATIENCE} times."
        self._count(exchange)
        return self._record(batch, outcome)

    def _count(self, exchange: Exchange) -> None:
        self.state.calls += exchange.calls
        self.state.prompt_tokens += exchange.prompt_tokens
        self.state.completion_tokens += exchange.completion_tokens

    def _record(self, batch: Batch, outcome: Outcome) -> list[Batch]:
        state = self.state
        parts = halves(batch) if outcome.kind == "split" else []
        state.outcomes[batch.key] = outcome
        state.batches.extend(parts)
        # In the loop's thread, so that saves keep their order; it takes milliseconds.
        assert self.persistence is not None  # noqa: S101 - every flow is given one
        self.persistence.save_state(state.id, "batch", state)
        self._report(len(state.outcomes), len(state.batches))
        return parts


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
