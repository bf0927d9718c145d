"""Dagster's Postgres storage with connections and answers that serve more than one statement.

Dagster opens a connection for each statement: 975 in a run of eleven steps, for which Postgres took
4.8 s of processor time where it takes 1.5 s with kept ones, and 15 a second in services that have
nothing to do, which was 8 % of a core. Each tick of a sensor makes an instance of Dagster, so that
connections are kept for the process, not for an instance. And before most statements Dagster reads
the catalogue of Postgres for tables and columns that its migrations may lack: 8 a second at rest.
"""

import os
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any, Final, Self

from dagster_postgres import DagsterPostgresStorage
from dagster_postgres.utils import create_pg_engine, pg_url_from_config

from discovery_dagster.defs.internals import ConfigurableClassData
from discovery_dagster.store.silent_connections import use_silent_only

#: Connections that stay open, connections beyond them, which are closed when they are not used any
#: more, and seconds after which a kept one is replaced.
_KEPT, _MORE, _RECYCLED_AFTER = 2, 40, 300

#: What the storages ask about Dagster's own migrations. What has been brought over stays so.
MIGRATED: Final = (
    "_has_asset_key_col_on_connection",
    "_has_instigators_table",
    "has_asset_key_index_cols",
    "has_backfill_id_column",
    "has_backfill_tags_table",
    "has_built_index",
    "has_bulk_action_job_name_column",
    "has_bulk_actions_selector_cols",
    "has_instigators_table",
    "has_run_stats_index_cols",
    "has_secondary_index_table",
    "has_table",
)


class _Process:
    """What this process keeps for one URL: a pool, and what is known to have been migrated."""

    def __init__(self, postgres_url: str) -> None:
        self.engine = create_pg_engine(
            postgres_url,
            isolation_level="AUTOCOMMIT",
            pool_size=_KEPT,
            max_overflow=_MORE,
            pool_recycle=_RECYCLED_AFTER,
            pool_use_lifo=True,
        )
        self._migrated: set[tuple[str, ...]] = set()

    def remembering(self, name: str, ask: Callable[..., bool]) -> Callable[..., bool]:
        """The question with a memory of each answer that was yes."""

        def answer(*of: object) -> bool:
            # Of which connection it is asked is no part of the question.
            question = (name, *(part for part in of if isinstance(part, str)))
            if question in self._migrated:
                return True
            if yes := ask(*of):
                self._migrated.add(question)
            return yes

        return answer


_processes: dict[str, _Process] = {}
_lock = Lock()
# A connection belongs to the process that opened it.
os.register_at_fork(after_in_child=_processes.clear)


class PooledPostgresStorage(DagsterPostgresStorage):
    """Runs, events and schedules of all instances of a process share its connections.

    A connection that the server has closed meanwhile is not used again (`silent_connections`).
    """

    def __init__(self, postgres_url: str, inst_data: ConfigurableClassData | None = None) -> None:
        use_silent_only()
        with _lock:
            # Only the first instance looks whether there are tables.
            super().__init__(postgres_url, postgres_url not in _processes, inst_data)
            if postgres_url not in _processes:
                _processes[postgres_url] = _Process(postgres_url)
            process = _processes[postgres_url]
        for storage in (self.run_storage, self.event_log_storage, self.schedule_storage):
            # The storages take no pool from outside, and a method of theirs that makes one makes
            # one for each.
            setattr(storage, "_engine", process.engine)  # noqa: B010 - private to each class
            for name in MIGRATED:
                if ask := getattr(storage, name, None):
                    setattr(storage, name, process.remembering(name, ask))

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> Self:
        """Make it from `storage.custom.config` of `dagster.yaml`, as Dagster asks its storages."""
        return cls(pg_url_from_config(config_value), inst_data)
