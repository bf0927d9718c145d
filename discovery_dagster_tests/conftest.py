"""What tests share: the real files beside the checkout, a real Postgres, a real installation."""

import gc
import inspect
import os
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from discovery_dagster.domain.keys import EngagementKey
from discovery_dagster.store import schema
from discovery_dagster.store.database import Database
from discovery_dagster.store.embedded_postgres import EmbeddedPostgres
from discovery_dagster.store.objects import ObjectStore
from discovery_dagster_tests.folders import open_folder
from discovery_dagster_tests.installation import EngagementOf, Installation
from discovery_dagster_tests.kept_child import end_kept_children
from discovery_dagster_tests.searching import FEW, MANY, PROFILE

PROJECT = Path(__file__).parents[1]

#: Folders whose files share what is dear to make, sessions and a server, or to import, CrewAI: one
#: worker runs each.
TOGETHER = ("ai", "api", "pages")


#: Folders whose files take longest come first, so that short ones fill what is left at the end.
FIRST = ("pages", "api", "cli", "defs", "ai")


class ByFolder(LoadScopeScheduling):
    """Gives a file, or a folder of `TOGETHER`, to one worker, in the order of the collection."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        folder = file.rpartition("/")[0]
        return folder if folder.rpartition("/")[2] in TOGETHER else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFolder:
    """Have pytest-xdist deal out the tests by folder, whatever its `--dist` says."""
    return ByFolder(config, log)


def pytest_collection_finish() -> None:
    """Have Python look for cycles among what tests make, and not among all that is imported."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000)  # as commands do


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests of the folders `FIRST` in front, in their order."""
    places = {folder: place for place, folder in enumerate(FIRST)}
    items.sort(key=lambda item: places.get(item.path.parent.name, len(FIRST)))


settings.register_profile("few", max_examples=FEW, derandomize=True, deadline=None)
settings.register_profile("many", max_examples=MANY, derandomize=True, deadline=None)
settings.register_profile("search", max_examples=MANY, deadline=None)
settings.load_profile(PROFILE)
#: Seconds that each search for examples takes at least; none where the examples are the same.
FUZZ_SECONDS = float(os.environ.get("FUZZ_SECONDS", "0"))


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Iterator[None]:
    """Repeat a search, with new examples each time, until its own time is over.

    So each target is searched, however long those before it took.
    """
    until = time.monotonic() + FUZZ_SECONDS
    result = yield
    names = inspect.signature(pyfuncitem.obj).parameters
    while time.monotonic() < until and pyfuncitem.get_closest_marker("hypothesis"):
        pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names})
    return result


def pytest_sessionfinish() -> None:
    """Leave no process behind, and what was frozen to whom counts it at the end."""
    end_kept_children()
    gc.unfreeze()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real exports that nobody here wrote; read where they are, never copied."""
    folder = PROJECT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the shared data is not beside the checkout")
    return folder


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """A server of the test run: the one that is set, or an embedded one."""
    if url := os.environ.get("DISCOVERY_POSTGRES_URL"):
        yield url
        return
    with open_folder() as folder, EmbeddedPostgres(folder) as server:
        _write_without_waiting(server)
        yield server.url()


def _write_without_waiting(server: EmbeddedPostgres) -> None:
    """Let the server not wait for its disk, as it would some hundred times a run: nobody kills it.

    Homes of their own, whose servers tests do kill, wait as those of users do.
    """
    with psycopg.connect(server.url(), autocommit=True) as connection:
        for setting in ("synchronous_commit", "fsync", "full_page_writes"):
            connection.execute(f"alter system set {setting} = off")
        connection.execute("select pg_reload_conf()")


@pytest.fixture(scope="session")
def make_database_url(server_url: str) -> Iterator:
    """Makes databases of their own on that server, which end with it, or with the test run."""
    names: list[str] = []

    def make(template: str = "template1") -> str:
        name = f"discovery_test_{uuid.uuid4().hex[:12]}"
        with psycopg.connect(server_url, autocommit=True) as connection:
            connection.execute(f"create database {name} template {template}")
        names.append(name)
        return psycopg.conninfo.make_conninfo(server_url, dbname=name)

    yield make
    if "DISCOVERY_POSTGRES_URL" not in os.environ:
        return  # forty take a worker half a minute, and the folder of the server is deleted
    with psycopg.connect(server_url, autocommit=True) as connection:
        for name in names:
            connection.execute(f"drop database {name} with (force)")


@pytest.fixture(scope="session")
def database(make_database_url) -> Database:
    """A migrated database; tests keep apart by their engagements."""
    url = make_database_url()
    schema.migrate(url)
    return Database(url)


@pytest.fixture
def engagement() -> EngagementKey:
    """An engagement that no other test has."""
    return EngagementKey("acme", f"e{uuid.uuid4().hex[:12]}")


@pytest.fixture
def objects(tmp_path: Path) -> ObjectStore:
    """An empty object store."""
    return ObjectStore(tmp_path / "objects")


@pytest.fixture(scope="session")
def standing(tmp_path_factory: pytest.TempPathFactory, make_database_url) -> Iterator[Installation]:
    """A home that tests share, with its Postgres kept running; they keep apart by engagement."""
    url = make_database_url() if os.environ.get("DISCOVERY_POSTGRES_URL") else None
    with open_folder() as folder, Installation(folder / "home", url) as shared:
        shared.run("env")
        if url is None:
            _write_without_waiting(EmbeddedPostgres(shared.home))
        yield shared


@pytest.fixture
def move(standing: Installation) -> EngagementOf:
    """An engagement in the standing installation that no other test has."""
    return standing.engagement(f"e{uuid.uuid4().hex[:12]}")


@pytest.fixture
def installation(request: pytest.FixtureRequest) -> Iterator[Installation]:
    """A home of its own, used through the command line."""
    url = None
    if os.environ.get("DISCOVERY_POSTGRES_URL"):
        url = request.getfixturevalue("make_database_url")()
    with open_folder() as folder, Installation(folder / "home", url) as fresh:
        yield fresh
