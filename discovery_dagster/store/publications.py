"""Publishing a step: its frames, its rows and its publication become current together.

The frames are written first, under the publication's own name, so a kill before the commit leaves
nothing but an orphan folder. Readers see the old rows or the new ones, never a mix.
"""

import json
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import cast

import polars as pl
import psycopg
from psycopg.rows import DictRow

from discovery_dagster.domain.facts import Publication
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.domain.steps import BY_KEY, Step
from discovery_dagster.domain.tables import Frame, Frames, StepTable, conform
from discovery_dagster.domain.tables.validation import validate
from discovery_dagster.store.bulk import MANY, analyze, replace_rows
from discovery_dagster.store.claims import Claim
from discovery_dagster.store.database import Database
from discovery_dagster.store.facets import COUNTED, count_again
from discovery_dagster.store.objects import ObjectStore
from discovery_dagster.store.outages import outlast
from discovery_dagster.store.sessions import WANTED, by_session, wanted

_CURRENT = f"""
select engagement, session, step, publication, run_id, code_version, inputs, counts, started_at, at
from {WANTED} join discovery.publication using (engagement, session)
"""

#: The tables that a step's frames fill: `{step: {table: frame}}`. Other frames stay files.
STEP_TABLES: Mapping[str, Mapping[str, str]] = {
    "source_files": {"source_file": "files"},
    "field_mapping": {
        "field_mapping": "mapping",
        "table_grain": "grains",
        "source_word": "words",
        "mapping_proposal": "proposals",
    },
    "canonical_records": {"table_account": "accounts"},
    "rejected_records": {
        "rejected_record": "rejects",
        "record_issue": "issues",
        "table_account": "accounts",  # now with the lines that name no asset
    },
    "inventory": {"asset_member": "members", "asset_conflict": "conflicts"},
    "classified_assets": {
        "asset": "assets",
        "type_proposal": "proposals",
        "asset_readiness": "readiness",
    },
    "dependencies": {"dependency": "edges", "endpoint": "endpoints"},
    "dependency_graph": {"graph_node": "nodes", "graph_cycle": "cycles"},
    "migration_plan": {
        "plan_placement": "placements",
        "plan_group": "groups",
        "plan_wave": "waves",
        "plan_conflict": "conflicts",
        "plan_coverage": "coverage",
        "application": "applications",
        "interface": "interfaces",
    },
    "session_changes": {"session_change": "changes"},
}

_FILLED = Counter(table for tables in STEP_TABLES.values() for table in tables)

#: Tables that more than one step fills.
_SHARED = frozenset(table for table, steps in _FILLED.items() if steps > 1)


@dataclass(frozen=True)
class PublishedFrames:
    """The frames of a publication, read when asked for."""

    objects: ObjectStore
    session: SessionKey
    step: str
    publication: str

    def __getitem__(self, name: str) -> pl.DataFrame:
        return self.objects.read_frame(self.session, self.step, self.publication, name)

    def frame(self, table: StepTable[Frame]) -> Frame:
        """Return the frame that has this table.

        Raises:
            KeyError: when the step hands on none.
        """
        return cast(Frame, self[BY_KEY[self.step].name_of(table)])

    def part(self, table: StepTable[Frame], *columns: str) -> Frame:
        """Return some columns of the frame that has this table; no other is read."""
        with self.path(BY_KEY[self.step].name_of(table)) as path:
            return cast(Frame, pl.read_parquet(path, columns=list(columns)))

    def column(self, name: str, column: str) -> pl.Series:
        """Return one column of the frame called `name`; no other is read."""
        with self.path(name) as path:
            return pl.read_parquet(path, columns=[column])[column]

    def path(self, name: str) -> AbstractContextManager[Path]:
        """Give the Parquet file of the frame called `name` while the block runs."""
        return self.objects.frame(self.session, self.step, self.publication, name)


@dataclass(frozen=True)
class Publisher:
    """Publishes the steps of one claimed session."""

    claim: Claim
    objects: ObjectStore

    @cached_property
    def session(self) -> SessionKey:
        """The session that is written."""
        return self.claim.session

    def publish(
        self,
        step: Step,
        inputs: Mapping[str, str],
        frames: Frames,
        counts: Mapping[str, int],
        started_at: datetime,
    ) -> Publication:
        """Make `frames` the current result of `step`.

        Raises:
            FencedError: when another run owns the session; nothing is changed then.
            DatabaseError: when Postgres cannot go on, or stays away for too long.
            ValueError: when a frame does not have the types of its table.
            WrongRowsError: when its rows do not hold what their table declares.
        """
        for name, table in step.frames.items():
            validate(conform(frames[name], table), table)
        tables = {table: frames[name] for table, name in STEP_TABLES.get(step.key, {}).items()}
        publication = Publication(
            step.key,
            uuid.uuid4().hex,
            self.claim.run_id,
            step.code_version,
            dict(inputs),
            dict(counts),
            started_at,
            datetime.now(UTC),
        )
        self.objects.write_frames(self.session, step.key, publication.publication, frames)
        with ExitStack() as kept:
            before = outlast(lambda: self._before(step, kept))
            # Under the same id each time: a commit whose answer was lost is only made again.
            written = outlast(lambda: self._commit(step, publication, tables, before))
        if large := [table for table, rows in written.items() if rows >= MANY]:
            analyze(self.claim.database, large)
        return publication

    def _before(self, step: Step, kept: ExitStack) -> Mapping[str, Path]:
        """The files of the rows that the step's tables have now, by table, as far as there are any.

        The tables that another step fills as well are left out: theirs may be the other's rows.
        """
        publication = current(self.claim.database, self.session).get(step.key)
        files: dict[str, Path] = {}
        if publication is None:
            return files
        for table, name in STEP_TABLES.get(step.key, {}).items():
            if table in _SHARED:
                continue
            frame = self.objects.frame(self.session, step.key, publication.publication, name)
            with suppress(FileNotFoundError):  # a backup has no frames
                files[table] = kept.enter_context(frame)
        return {table: path for table, path in files.items() if path.exists()}

    def _commit(
        self,
        step: Step,
        publication: Publication,
        tables: Mapping[str, pl.DataFrame],
        before: Mapping[str, Path],
    ) -> Mapping[str, int]:
        """Write in one transaction what is published; return the rows written, by table."""
        self.claim.keep()
        with self.claim.database.writer(self.session.engagement) as connection:
            self.claim.check(connection)
            written = {
                table: replace_rows(connection, self.session, table, rows, before.get(table))
                for table, rows in tables.items()
            }
            if step.key in COUNTED:
                count_again(connection, self.session)
            connection.execute(
                "insert into discovery.publication (engagement, session, step, publication,"
                " run_id, fence, code_version, inputs, counts, started_at, at)"
                " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
                " on conflict (engagement, session, step) do update set"
                " publication = excluded.publication, run_id = excluded.run_id,"
                " fence = excluded.fence, code_version = excluded.code_version,"
                " inputs = excluded.inputs, counts = excluded.counts,"
                " started_at = excluded.started_at, at = excluded.at",
                [
                    str(self.session.engagement),
                    self.session.session,
                    publication.step,
                    publication.publication,
                    publication.run_id,
                    self.claim.fence,
                    publication.code_version,
                    json.dumps(publication.inputs),
                    json.dumps(publication.counts),
                    publication.started_at,
                    publication.at,
                ],
            )
        return written


def current(database: Database, session: SessionKey) -> dict[str, Publication]:
    """Return the session's current publications by step."""
    with database.reader([session.engagement]) as connection:
        return current_of(connection, [session])[session]


def current_of(
    connection: psycopg.Connection[DictRow], keys: Sequence[SessionKey]
) -> dict[SessionKey, dict[str, Publication]]:
    """Return the current publications of each session by step."""
    rows = connection.execute(_CURRENT, wanted(keys)).fetchall()
    return {
        key: {row["step"]: Publication(**row) for row in steps}
        for key, steps in by_session(keys, rows).items()
    }
