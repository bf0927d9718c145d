"""How many connections an installation may hold at once, and how many its server takes."""

from typing import Final

from discovery_dagster.settings import Settings
from discovery_dagster.store.database import Database

#: Connections of one process at most. Counted while four sessions ran at once: Dagster's storages
#: share two that a process keeps, so a daemon had these and the one that holds its lock, a
#: webserver one, a code server five while sensors worked side by side, a run four, and five by a
#: pooler. Where transactions meet there may be more.
DAEMON: Final = 3
WEBSERVER: Final = 3
CODE_SERVER: Final = 8
RUN: Final = 6

#: Of each API, besides those that requests share: on it notices are heard.
LISTENING: Final = 1

#: For people's commands, such as `doctor`, and their sessions of psql.
COMMANDS: Final = 10

_LIMIT = """
select least(
    current_setting('max_connections')::int
      - current_setting('superuser_reserved_connections')::int
      - coalesce(current_setting('reserved_connections', true)::int, 0),
    (select nullif(datconnlimit, -1) from pg_database where datname = current_database()),
    (select nullif(rolconnlimit, -1) from pg_roles where rolname = session_user)
) as most
"""


def needed(settings: Settings) -> int:
    """Connections that one of each service and as many runs as may be hold at most."""
    services = DAEMON + WEBSERVER + CODE_SERVER + settings.api_connections + LISTENING
    return services + settings.max_runs * RUN + COMMANDS


def most(database: Database) -> int:
    """Connections that the server, the database and the login leave to Discovery."""
    with database.connect() as connection:
        row = connection.execute(_LIMIT).fetchone()
    assert row is not None  # noqa: S101 - the statement returns one row
    return int(row["most"])
