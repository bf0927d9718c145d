"""Dagster's Postgres storage with connections that serve more than one statement.

Dagster opens a connection for each statement: 975 in a run of eleven steps, for which Postgres took
4.8 s of processor time where it takes 1.5 s with kept ones, and 15 a second in services that have
nothing to do, which was 8 % of a core.
"""

from collections.abc import Mapping
from typing import Any, Final, Self

from dagster_postgres import DagsterPostgresStorage
from dagster_postgres.utils import pg_url_from_config

from discovery_dagster.defs.internals import ConfigurableClassData
from discovery_dagster.store.silent_connections import use_silent_only

#: Seconds after which a kept connection is replaced, and connections beyond the kept one of each of
#: the three storages. Those are closed when they are not used any more.
_RECYCLED_AFTER: Final = 300
_MORE: Final = 20


class PooledPostgresStorage(DagsterPostgresStorage):
    """One connection stays open for each of runs, events and schedules in every process.

    One that the server has closed meanwhile is not used again (`silent_connections`).
    """

    def __init__(self, postgres_url: str, inst_data: ConfigurableClassData | None = None) -> None:
        super().__init__(postgres_url, inst_data=inst_data)
        use_silent_only()
        for storage in (self.run_storage, self.event_log_storage, self.schedule_storage):
            # The one public way to a pool; the statements of Dagster have no time limit of ours.
            storage.optimize_for_webserver(
                statement_timeout=0, pool_recycle=_RECYCLED_AFTER, max_overflow=_MORE
            )

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> Self:
        """Make it from `storage.custom.config` of `dagster.yaml`, as Dagster asks its storages."""
        return cls(pg_url_from_config(config_value), inst_data)
