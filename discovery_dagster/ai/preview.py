"""What a run would send to a model: the same requests, made and not sent. Imports no CrewAI."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from discovery_dagster.ai.batches import plan
from discovery_dagster.ai.prompts import Message
from discovery_dagster.ai.questions import Questions
from discovery_dagster.ai.sheets import Sheet, Task
from discovery_dagster.domain import classification, intake
from discovery_dagster.domain.classification import overriding
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.domain.proposals import UNANSWERED, Answer, Answers, Question
from discovery_dagster.domain.proposals.columns import propose_fields
from discovery_dagster.domain.proposals.types import propose_types
from discovery_dagster.domain.steps import BY_KEY, Step
from discovery_dagster.domain.tables import INVENTORY_ASSETS
from discovery_dagster.settings import Settings
from discovery_dagster.store import model_requests, publications, sessions
from discovery_dagster.store.database import Database
from discovery_dagster.store.decisions import (
    grains,
    mappings,
    overrides,
    taught_formats,
)
from discovery_dagster.store.findings import NotRunError
from discovery_dagster.store.objects import ObjectStore
from discovery_dagster.store.publications import PublishedFrames


@dataclass(frozen=True)
class PreviewedStep:
    """What a step would ask: the messages of each request, and what is not asked, in numbers."""

    step: str
    requests: Sequence[Sequence[Message]]
    questions: int  # in the requests, without the controls
    answered: int  # that the engagement has an answer to
    withheld: int  # that are left to a person
    beyond_budget: int


@dataclass
class _Previewer:
    """Takes the place of a model in steps; makes the requests and sends none."""

    settings: Settings
    database: Database
    session: SessionKey
    step: Step
    accepts: bool = False
    steps: list[PreviewedStep] = field(default_factory=list)

    def propose(
        self, questions: Sequence[Question], values: Mapping[str, str], abstention: str
    ) -> Answers:
        """Keep what would be sent; the answers are none."""
        lookup = Questions.of(
            self.settings, self.database, self.session.engagement, self.step, questions, values
        )
        spent = model_requests.cost(self.database, self.session)
        size = self.settings.llm_batch_size
        within = lookup.unasked[: size * max(0, self.settings.llm_max_calls - spent.calls)]
        task = Task(self.step.key, self.step.prompts[0], questions, values)
        self.steps.append(
            PreviewedStep(
                self.step.key,
                [Sheet.of(task, batch).messages for batch in plan(within, size)],
                questions=len(within),
                answered=sum(key in lookup.known for key in lookup.keys),
                withheld=len(lookup.withheld),
                beyond_budget=len(lookup.unasked) - len(within),
            )
        )
        none = Answer(None, None, None, None, UNANSWERED, "", "", None)
        return Answers([none] * len(questions))


def preview(
    settings: Settings, database: Database, objects: ObjectStore, session: SessionKey
) -> list[PreviewedStep]:
    """Return what the next run of a session would send, a step at a time.

    The ids and the marker are drawn anew for each request, so that those of a run differ. What is
    asked again, in halves or after an unusable answer, has the same rows.

    Raises:
        NoSuchSessionError: when there is no such session.
        NotRunError: when it has not come as far as the step.
    """
    created_at = sessions.find(database, session).created_at
    columns = _Previewer(settings, database, session, BY_KEY["field_mapping"])
    records = _published(database, objects, session, "source_records")
    tables = intake.session_tables(records)
    known = mappings.in_force(database, session.engagement)
    of_tables = grains.current(database, session.engagement)
    taught = taught_formats.current(database, session.engagement)
    understood = intake.understand(tables, _unreported, known, of_tables, taught)
    propose_fields(intake.as_decided(tables, understood["grains"]), understood["mapping"], columns)
    types = _Previewer(settings, database, session, BY_KEY["classified_assets"])
    inventory = _published(database, objects, session, "inventory")
    decided = overrides.in_force(database, session.engagement)
    rules = partial(classification.classify, as_of=created_at.date(), report=_unreported)
    propose_types(
        overriding.apply_overrides(inventory.frame(INVENTORY_ASSETS), decided, rules), types
    )
    return [*columns.steps, *types.steps]


def _published(
    database: Database, objects: ObjectStore, session: SessionKey, step: str
) -> PublishedFrames:
    publication = publications.current(database, session).get(step)
    if publication is None:
        raise NotRunError(f"{session} has no {step} yet: run it first.")
    return PublishedFrames(objects, session, step, publication.publication)


def _unreported(done: int, total: int | None) -> None:
    """Take no note of progress."""
