"""What a session found and what its engagement decided, for the questions of the workbook."""

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO

import polars as pl

from discovery_dagster.domain import decision_workbook
from discovery_dagster.domain.decision_workbook.open_questions import Findings, questions
from discovery_dagster.domain.errors import InvalidRequestError
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.store import publications
from discovery_dagster.store.database import Database
from discovery_dagster.store.decisions import endpoints, log
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

    def frame(step: str, name: str) -> pl.DataFrame:
        return PublishedFrames(objects, session, step, current[step].publication)[name]

    decided = log.current(database, session.engagement)
    pairs = [each.subject.split(" ") for each in decided if each.kind == PAIR]
    about = endpoints.in_force(database, session.engagement)
    return Findings(
        mapping=frame("field_mapping", "mapping"),
        assets=frame("classified_assets", "assets"),
        proposals=frame("classified_assets", "proposals"),
        conflicts=frame("inventory", "conflicts"),
        edges=frame("dependencies", "edges"),
        placements=frame("migration_plan", "placements") if "migration_plan" in current else None,
        decided_endpoints=set(endpoints.subjects([each.endpoint for each in about]).values()),
        apart={(one, other) for one, other in pairs},
    )
