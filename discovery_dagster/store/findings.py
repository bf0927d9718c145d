"""What a session found and what its engagement decided, for the questions of the workbook."""

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO

from discovery_dagster.domain import decision_workbook
from discovery_dagster.domain.decision_workbook.open_questions import Findings, questions
from discovery_dagster.domain.errors import InvalidRequestError
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.domain.tables import (
    CLASSIFIED_ASSETS,
    EDGES,
    FIELD_MAPPING,
    INVENTORY_CONFLICTS,
    PLAN_PLACEMENTS,
    PROPOSALS,
)
from discovery_dagster.store import publications
from discovery_dagster.store.database import Database
from discovery_dagster.store.decisions import dictionary, endpoints, log
from discovery_dagster.store.decisions.log import PAIR
from discovery_dagster.store.objects import ObjectStore
from discovery_dagster.store.publications import PublishedFrames


class NotRunError(InvalidRequestError):
    """The session has not run far enough; the message is one sentence."""

    code = "not_run"


@dataclass(frozen=True)
class OpenWorkbook:
    """The workbook of what needs a person, as XLSX.

    `questions` are the rows by sheet, `left_out` how many more there are than a sheet holds.
    """

    content: bytes
    questions: Mapping[str, int]
    left_out: Mapping[str, int]


def open_workbook(database: Database, objects: ObjectStore, session: SessionKey) -> OpenWorkbook:
    """Return the decisions workbook of a session.

    Raises:
        NotRunError: when it has no dependencies yet.
    """
    as_of = log.last(database, session.engagement)
    asked_for, more = questions(findings(database, objects, session))
    written = BytesIO()
    decision_workbook.write(written, str(session), as_of, asked_for, more)
    return OpenWorkbook(
        written.getvalue(), {name: len(rows) for name, rows in asked_for.items()}, more
    )


def findings(database: Database, objects: ObjectStore, session: SessionKey) -> Findings:
    """Return what the steps of a session published last, beside what was decided.

    Raises:
        NotRunError: when it has no dependencies yet.
    """
    current = publications.current(database, session)
    if "dependencies" not in current:
        raise NotRunError(f"{session} has no dependencies yet: run it to its end first.")

    def frames(step: str) -> PublishedFrames:
        return PublishedFrames(objects, session, step, current[step].publication)

    decided = log.current(database, session.engagement)
    pairs = [each.subject.split(" ") for each in decided if each.kind == PAIR]
    about = endpoints.in_force(database, session.engagement)
    return Findings(
        mapping=frames("field_mapping").frame(FIELD_MAPPING),
        assets=frames("classified_assets").frame(CLASSIFIED_ASSETS),
        proposals=frames("classified_assets").frame(PROPOSALS),
        conflicts=frames("inventory").frame(INVENTORY_CONFLICTS),
        edges=frames("dependencies").frame(EDGES),
        placements=frames("migration_plan").frame(PLAN_PLACEMENTS)
        if "migration_plan" in current
        else None,
        decided_endpoints=set(endpoints.subjects([each.endpoint for each in about]).values()),
        apart={(one, other) for one, other in pairs},
        words=dictionary.words(database, session.engagement, session),
    )
