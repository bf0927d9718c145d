"""What a session found and what its engagement decided, for the questions of the workbook."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import combinations

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
from discovery_dagster.domain.words import fold
from discovery_dagster.store import publications
from discovery_dagster.store.database import Database
from discovery_dagster.store.decisions import dictionary, endpoints, identity, log, mappings
from discovery_dagster.store.decisions.log import ASSET, PAIR
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
    return with_decisions(database, session, published(database, objects, session))


def published(database: Database, objects: ObjectStore, session: SessionKey) -> Findings:
    """Return what the steps of a session published last, as if nothing had been decided since.

    Raises:
        NotRunError: when it has no dependencies yet.
    """
    current = publications.current(database, session)
    if "dependencies" not in current:
        raise NotRunError(f"{session} has no dependencies yet: run it to its end first.")

    def frames(step: str) -> PublishedFrames:
        return PublishedFrames(objects, session, step, current[step].publication)

    return Findings(
        mapping=frames("field_mapping").frame(FIELD_MAPPING),
        assets=frames("classified_assets").frame(CLASSIFIED_ASSETS),
        proposals=frames("classified_assets").frame(PROPOSALS),
        conflicts=frames("inventory").frame(INVENTORY_CONFLICTS),
        edges=frames("dependencies").frame(EDGES),
        placements=frames("migration_plan").frame(PLAN_PLACEMENTS)
        if "migration_plan" in current
        else None,
    )


def with_decisions(database: Database, session: SessionKey, published: Findings) -> Findings:
    """Return what was published beside what is decided now."""
    decided = log.current(database, session.engagement)
    pairs = [each.subject.split(" ") for each in decided if each.kind == PAIR]
    about = endpoints.in_force(database, session.engagement)
    return replace(
        published,
        decided_endpoints=set(endpoints.subjects([each.endpoint for each in about]).values()),
        apart={(one, other) for one, other in pairs},
        joined=_joined(database, session),
        decided_fields={(each.subject, each.field) for each in decided if each.kind == ASSET},
        decided_columns=_decided_columns(database, session),
        words=dictionary.words(database, session.engagement, session),
    )


def _joined(database: Database, session: SessionKey) -> set[frozenset[str]]:
    """The pairs of assets that decisions in force say are one."""
    return {
        frozenset(pair)
        for ids in identity.joined(database, session.engagement)
        for pair in combinations(sorted(ids), 2)
    }


def _decided_columns(database: Database, session: SessionKey) -> set[tuple[str, str | None, str]]:
    """The columns of the session about whose present field, or any, a person has decided."""
    known = mappings.in_force(database, session.engagement)
    if not known:
        return set()
    accepted = {(each.format, each.header) for each in known if each.accepted}
    rejected = {(each.format, each.header, each.field) for each in known if not each.accepted}
    return {
        (row["file"], row["sheet"], row["column"])
        for row in mappings.of_session(database, session)
        if (subject := (row["format"], fold(row["column"]))) in accepted
        or (*subject, row["field"]) in rejected
    }
