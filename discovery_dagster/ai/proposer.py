"""The proposer that steps are given when a model is configured: it runs the step's flow."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID, uuid5

from discovery_dagster.ai.questions import SPENT, Questions, prompt_digest, prompted_model
from discovery_dagster.ai.quiet import import_crewai, silenced
from discovery_dagster.ai.sheets import Task
from discovery_dagster.domain.proposals import (
    PROPOSED,
    UNANSWERED,
    UNDECIDED,
    WITHHELD,
    Answer,
    Answers,
    Question,
)
from discovery_dagster.domain.steps import Step
from discovery_dagster.settings import Settings
from discovery_dagster.store import model_answers, model_requests
from discovery_dagster.store.claims import Claim
from discovery_dagster.store.model_answers import KeptAnswer, PromptedModel

#: Ids of flows are derived from this and from what they work on.
_NAMESPACE = UUID("1d1c7e0a-52fb-5f0d-9d53-3a4f6c8e21b7")

_WITHHELD = "Its text reads like an instruction to a model, so it is left to a person."
_UNDECIDED = "The model says that it cannot tell."

Report = Callable[[int, int | None], None]


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
        """Answer the questions; what the engagement has an answer to is not asked again.

        Raises:
            FencedError: when another run owns the session.
        """
        prompted = prompted_model(self.settings, self.step)
        if prompted is None:
            raise ValueError(f"No model is configured for {self.step.key}.")
        lookup = Questions.of(
            self.settings,
            self.claim.database,
            self.claim.session.engagement,
            self.step,
            questions,
            values,
        )
        answers, failures, stopped = dict(lookup.known), dict[str, str](), ""
        if lookup.unasked:
            task = Task(
                self.step.key,
                self.step.prompts[0],
                [questions[at] for at in lookup.unasked],
                values,
            )
            keys = [lookup.keys[at] for at in lookup.unasked]
            replies, failed, stopped = self._ask(prompted, task, keys)
            answers |= {keys[at]: answer for at, answer in replies.items()}
            failures = {keys[at]: failure for at, failure in failed.items()}
        return Answers(
            [
                self._outcome(WITHHELD, failure=_WITHHELD)
                if at in lookup.withheld
                else self._answer(answers.get(key), failures.get(key, stopped), abstention)
                for at, key in enumerate(lookup.keys)
            ],
            model_requests.cost(self.claim.database, self.claim.session, self.step.key),
        )

    def _ask(
        self, prompted: PromptedModel, task: Task, keys: Sequence[str]
    ) -> tuple[dict[int, KeptAnswer], dict[int, str], str]:
        """Run the flow; return answers, failures and why it stopped, by the task's questions."""
        spent = model_requests.cost(self.claim.database, self.claim.session)
        calls = self.settings.llm_max_calls - spent.calls
        tokens = self.settings.llm_max_tokens - spent.prompt_tokens - spent.completion_tokens
        if calls <= 0 or tokens <= 0:
            return {}, {}, SPENT
        import_crewai(self.settings.home / "crewai")
        from discovery_dagster.ai.flows import FLOWS, Work
        from discovery_dagster.ai.metering import Budget, Log
        from discovery_dagster.ai.persistence import PostgresFlowPersistence

        work = Work(
            task,
            self.settings,
            Budget(calls, tokens),
            Log(
                partial(
                    model_requests.sent,
                    self.claim,
                    self.step.key,
                    prompted.model,
                    self.settings.llm_host,
                ),
                partial(model_requests.answered, self.claim),
            ),
            lambda given: model_answers.keep(
                self.claim, prompted, {keys[at]: answer for at, answer in given.items()}
            ),
            self.report,
        )
        session = self.claim.session
        # Starting and resuming are the same call: a killed run's successor derives the same id.
        parts = (session.partition_key, self.step.key, *vars(prompted).values())
        with silenced():
            flow = FLOWS[self.step.key](
                persistence=PostgresFlowPersistence.of(self.claim),
                suppress_flow_events=True,
                tracing=False,
            )
            flow.assign(work)
            flow.kickoff(
                inputs={
                    "id": str(uuid5(_NAMESPACE, "\n".join(parts))),
                    "engagement": str(session.engagement),
                    "session": session.session,
                    "step": self.step.key,
                    "model": prompted.model,
                },
            )
        return work.answers, work.failures, work.stopped

    def _answer(self, kept: KeptAnswer | None, failure: str, abstention: str) -> Answer:
        if kept is None:
            return self._outcome(UNANSWERED, failure=failure)
        if kept.value is None:
            return self._outcome(UNANSWERED, failure=kept.failure, kept=kept)
        if kept.value == abstention:
            return self._outcome(UNDECIDED, failure=_UNDECIDED, kept=kept)
        return self._outcome(PROPOSED, kept=kept)

    def _outcome(
        self, status: str, *, failure: str | None = None, kept: KeptAnswer | None = None
    ) -> Answer:
        kept = kept or KeptAnswer(None)
        return Answer(
            kept.value if status == PROPOSED else None,
            kept.confidence,
            kept.rationale,
            failure,
            status,
            self.settings.llm_model or "",
            prompt_digest(self.step),
            kept.response,
        )
