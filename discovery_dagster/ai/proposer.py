"""The proposer that steps are given when a model is configured: it runs the step's flow."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid5

from discovery_dagster import reference
from discovery_dagster.ai.quiet import import_crewai, silenced
from discovery_dagster.ai.state import FlowState, Said
from discovery_dagster.domain.proposals import (
    PROPOSED,
    UNANSWERED,
    UNDECIDED,
    WITHHELD,
    Answer,
    Answers,
    Question,
    Usage,
)
from discovery_dagster.domain.steps import Step
from discovery_dagster.settings import Settings
from discovery_dagster.store import flows as saved
from discovery_dagster.store.claims import Claim

#: Ids of flows are derived from this and from what they work on.
_NAMESPACE = UUID("1d1c7e0a-52fb-5f0d-9d53-3a4f6c8e21b7")

#: Raise when the same prompt and questions would be asked in another way.
_VERSION = 1

Report = Callable[[int, int | None], None]


def model_version(settings: Settings, step: Step) -> str | None:
    """Return what decides a step's proposals beside its inputs; None without a model or prompts.

    The model's name, the prompts and the way of asking: the part of the step's code version that
    exists only with a model.
    """
    if settings.llm_model is None or not step.prompts:
        return None
    return f"{settings.llm_model} {prompt_digest(step)}.{_VERSION}"


def prompt_digest(step: Step) -> str:
    """Return a digest of the files of which the step's prompts are made."""
    return reference.digest(*step.prompts, "prompts/controls.yaml", "prompts/suspicious.yaml")


def flow_id(
    claim: Claim,
    step: Step,
    questions: Sequence[Question],
    values: Mapping[str, str],
    version: str,
) -> UUID:
    """Return the id of the flow that answers these questions for a session's step.

    Starting and resuming are the same call, because a killed run's successor derives the same id.
    Answers are kept by the numbers of the questions, so another question, or another order of them,
    is another flow: none is answered with what was said of another.
    """
    asked = json.dumps([[dict(each.facts) for each in questions], dict(values)], sort_keys=True)
    digest = hashlib.sha256(asked.encode()).hexdigest()
    return uuid5(_NAMESPACE, "\n".join((claim.session.partition_key, step.key, version, digest)))


@dataclass(frozen=True)
class FlowProposer:
    """Asks the configured model through the step's flow."""

    settings: Settings
    claim: Claim
    step: Step
    report: Report

    @property
    def accepts(self) -> bool:
        """Whether proposals that independent evidence agrees with are accepted unasked."""
        return self.settings.llm_accept_agreeing

    def propose(
        self, questions: Sequence[Question], values: Mapping[str, str], abstention: str
    ) -> Answers:
        """Answer the questions; what the flow has answered before is not asked again.

        Raises:
            FencedError: when another run owns the session.
        """
        version = model_version(self.settings, self.step)
        if version is None:
            raise ValueError(f"No model is configured for {self.step.key}.")
        flow = flow_id(self.claim, self.step, questions, values, version)
        import_crewai(self.settings.home / "crewai")
        from discovery_dagster.ai.asking import Task
        from discovery_dagster.ai.flows import FLOWS, SPENT
        from discovery_dagster.ai.metering import Budget
        from discovery_dagster.ai.persistence import PostgresFlowPersistence

        persistence = PostgresFlowPersistence.of(self.claim)
        before = FlowState.model_validate(persistence.load_state(str(flow)) or {})
        calls, tokens = saved.spent(self.claim.database, self.claim.session, apart_from=flow)
        budget = Budget(
            self.settings.llm_max_calls - calls - before.calls,
            self.settings.llm_max_tokens - tokens - before.tokens,
        )
        task = Task(self.step.key, self.step.prompts[0], questions, values)
        with silenced():
            made = FLOWS[self.step.key](
                persistence=persistence, suppress_flow_events=True, tracing=False
            )
            made.give(task, self.settings, budget, self.report)
            session = self.claim.session
            made.kickoff(
                inputs={
                    "id": str(flow),
                    "engagement": str(session.engagement),
                    "session": session.session,
                    "step": self.step.key,
                    "model": self.settings.llm_model,
                }
            )
        return self._answers(made.state, len(questions), abstention, made.stopped or SPENT)

    def _answers(self, state: FlowState, count: int, abstention: str, stopped: str) -> Answers:
        found = {
            question: (outcome.answers.get(question), outcome.failure, outcome.response)
            for batch in state.batches
            if (outcome := state.outcomes.get(batch.key)) and outcome.kind != "split"
            for question in batch.questions
        }
        withheld = set(state.withheld)
        answers = [
            self._withheld()
            if number in withheld
            else self._answer(*found.get(number, (None, stopped, None)), abstention)
            for number in range(count)
        ]
        usage = Usage(state.calls, state.prompt_tokens, state.completion_tokens)
        return Answers(answers, usage)

    def _answer(
        self, said: Said | None, failure: str, response: str | None, abstention: str
    ) -> Answer:
        if said is None:
            return self._made(None, None, None, failure, UNANSWERED, response)
        if said.value == abstention:
            reason = "The model says that it cannot tell."
            return self._made(None, said.confidence, said.rationale, reason, UNDECIDED, response)
        return self._made(said.value, said.confidence, said.rationale, None, PROPOSED, response)

    def _withheld(self) -> Answer:
        reason = "Its text reads like an instruction to a model, so it is left to a person."
        return self._made(None, None, None, reason, WITHHELD, None)

    def _made(
        self,
        value: str | None,
        confidence: float | None,
        rationale: str | None,
        failure: str | None,
        status: str,
        response: str | None,
    ) -> Answer:
        model = self.settings.llm_model or ""
        prompt = prompt_digest(self.step)
        return Answer(value, confidence, rationale, failure, status, model, prompt, response)
