"""An engine in this process, on a home and a database of its own."""

import os
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from psycopg.conninfo import conninfo_to_dict

from discovery_dagster.defs import storage
from discovery_dagster.defs.engine import Engine, open_engine
from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.settings import Settings
from discovery_dagster.store import schema, sessions
from discovery_dagster.store.database import Database
from discovery_dagster.store.objects import ObjectStore
from discovery_dagster.store.sessions import IncomingFile
from discovery_dagster_tests.kept_child import keeping_the_child


@pytest.fixture(scope="session")
def template(make_database_url) -> str:
    """The name of a database with all tables, ours and Dagster's, and no rows."""
    url = make_database_url()
    schema.migrate(url)
    storage.finish(Database(url))
    return str(conninfo_to_dict(url)["dbname"])


@pytest.fixture(scope="module")
def engine(tmp_path_factory, make_database_url, template) -> Iterator[Engine]:
    url = make_database_url(template)
    before = dict(os.environ)
    os.environ["DISCOVERY_HOME"] = str(tmp_path_factory.mktemp("home"))
    os.environ["DISCOVERY_POSTGRES_URL"] = url
    try:
        with keeping_the_child(), open_engine(Settings(), Database(url)) as opened:
            yield opened
    finally:
        os.environ.clear()
        os.environ.update(before)


def _servers(folder: Path) -> IncomingFile:
    path = folder / "servers.csv"
    path.write_text("Hostname,OS,IP Address\nweb-01,Ubuntu 22.04,10.0.0.1\n,,\n")
    return IncomingFile("servers.csv", path)


@pytest.fixture
def servers(tmp_path: Path) -> IncomingFile:
    return _servers(tmp_path)


@pytest.fixture
def session(engine: Engine, engagement: EngagementKey, servers: IncomingFile) -> SessionKey:
    objects = ObjectStore(Settings().objects)
    return sessions.register(engine.database, objects, engagement, [servers])


@pytest.fixture(scope="module")
def ran(
    engine: Engine, tmp_path_factory: pytest.TempPathFactory
) -> tuple[SessionKey, dg.DagsterRun]:
    """A session and its run, for tests that look at them or run the session again."""
    objects, file = ObjectStore(Settings().objects), _servers(tmp_path_factory.mktemp("drop"))
    session = sessions.register(engine.database, objects, EngagementKey("acme", "ran"), [file])
    return session, engine.execute_here(session)
