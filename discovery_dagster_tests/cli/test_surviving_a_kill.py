"""kill -9 in the middle of an import: nothing is lost and nothing is made twice.

A few seeded kills at exact moments; `make chaos` has fifty more, of the services, too.
"""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from discovery_dagster.defs.engine import open_engine
from discovery_dagster.defs.reconciliation import reconcile
from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.settings import Settings
from discovery_dagster.store import dagster_erasure, engagements, exports
from discovery_dagster.store.database import open_database
from discovery_dagster.store.objects import ObjectStore
from discovery_dagster_tests.folders import open_folder
from discovery_dagster_tests.installation import PROJECT, EngagementOf, Installation
from discovery_dagster_tests.victim import POSTGRES, Blow

pytestmark = pytest.mark.long

TABLES = [name for name in exports.LISTINGS if name != "publications"]
SEEDS = range(4)  # of each moment one


@pytest.fixture(scope="module")
def home(make_database_url) -> Iterator[Installation]:
    url = make_database_url() if os.environ.get("DISCOVERY_POSTGRES_URL") else None
    before = dict(os.environ)
    with open_folder() as folder, Installation(folder / "home", url) as opened:
        os.environ.update(opened.environment)
        try:
            yield opened
        finally:
            os.environ.clear()
            os.environ.update(before)


@pytest.fixture(scope="module")
def drop(tmp_path_factory) -> Path:
    """Two exports that give every step something to do."""
    folder = tmp_path_factory.mktemp("drop")
    rows = "\n".join(f"srv-{n:03d},Ubuntu 22.04,10.0.{n}.7" for n in range(100))
    (folder / "servers.csv").write_text(f"Hostname,OS,IP Address\n{rows}\n,,\n")
    edges = "\n".join(f"srv-{n:03d},srv-{n // 2:03d},Depends on" for n in range(1, 100))
    (folder / "relations.csv").write_text(f"Source,Target,Relation\n{edges}\n")
    flows = "\n".join(f"10.0.{n % 60}.7,10.0.{n % 55 + 40}.7,443,{n}" for n in range(500))
    (folder / "flows.csv").write_text(f"src_ip,dst_ip,dst_port,bytes\n{flows}\n")
    return folder


@pytest.fixture(scope="module")
def untouched(home, drop):
    """What the import gives when nothing happens to it."""
    move = home.engagement("move")
    move.import_files(drop)
    with erased(move):
        return home.tables(move.name, TABLES)


@contextmanager
def erased(move: EngagementOf) -> Iterator[None]:
    """Leave nothing of the engagement, so that the next import gives the same ids."""
    try:
        yield
    finally:
        settings, key = Settings(), EngagementKey("acme", move.name)
        with open_database(settings) as database:
            dagster_erasure.erase(database, key, settings.dagster_home)
            engagements.erase(database, ObjectStore(settings.objects), key)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_killed_import_is_resumed_and_ends_as_if_nothing_had_been(home, drop, untouched, seed):
    move = home.engagement("move")
    blow = Blow.of(seed, embedded=home.postgres_url is None)
    with erased(move):
        killed = subprocess.run(
            blow.command("import", drop, *move.options, "--json"),
            env=home.environment,
            cwd=PROJECT,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        # Its Postgres is started again; only a statement of Dagster's that broke off ends a run.
        expected = {0, 1} if blow.target == POSTGRES else {-9}
        assert killed.returncode in expected, (blow, killed)
        assert "Traceback" not in killed.stderr

        settings = Settings()
        with open_database(settings) as database, open_engine(settings, database) as engine:
            assert engine.execute_here(SessionKey.parse("acme.move|s001")).is_success
            assert reconcile(engine) == []
        tables = home.tables(move.name, TABLES)
    for name in TABLES:
        assert tables[name] == untouched[name], (blow, name)
