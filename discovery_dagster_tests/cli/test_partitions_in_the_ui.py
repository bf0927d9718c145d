"""What the UI offers to run is a session, and what it lists as missing or stale is that."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import dagster as dg
import pytest

from discovery_dagster.defs.home import dagster_environment
from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.settings import Settings
from discovery_dagster.store import sessions
from discovery_dagster.store.objects import ObjectStore
from discovery_dagster_tests.folders import open_folder
from discovery_dagster_tests.installation import Installation
from discovery_dagster_tests.services import Services, running

pytestmark = pytest.mark.long

NUMBERS = count(1)


@pytest.fixture(scope="module")
def services() -> Iterator[Services]:
    """Services started on a home of the former shape: a grid of 2 engagements and 3 sessions."""
    with open_folder() as folder, Installation(folder / "home") as home:
        home.run("env")
        for engagement, session in (("exit", None), ("exit", None), ("move", None)):
            register(home, engagement, session)
        with former_instance(home) as instance:
            instance.add_dynamic_partitions("engagement", ["acme.exit", "acme.move"])
            instance.add_dynamic_partitions("session", ["s001", "s002", "s003"])
        with running(home, DISCOVERY_MAX_RUNS="2") as opened:
            yield opened


def former_instance(home: Installation) -> dg.DagsterInstance:
    """Dagster's instance of the home, in this process."""
    settings = Settings(home=home.home)
    with home.database() as database, pytest.MonkeyPatch.context() as patch:
        for name, value in dagster_environment(settings, database).items():
            patch.setenv(name, value)
        return dg.DagsterInstance.get()


def register(home: Installation, engagement: str, session: SessionKey | None = None) -> SessionKey:
    """Make a session of a table of its own, or add one to it; nothing is run."""
    number = next(NUMBERS)
    file: Path = home.home.parent / f"servers-{number}.csv"
    rows = "\n".join(f"srv-{number}-{n},Ubuntu 22.04,10.{number}.0.{n}" for n in range(1, 20))
    file.write_text(f"Hostname,OS,IP Address\n{rows}\n")
    with home.database() as database:
        objects = ObjectStore(Settings(home=home.home).objects)
        key = EngagementKey("acme", engagement)
        files = [sessions.IncomingFile(file.name, file)]
        return sessions.register(database, objects, key, files, session=session)


def offered(services: Services) -> set[str]:
    """The partitions that the UI offers, which are the same of every asset."""
    (keys,) = {tuple(asset["partitionKeys"]) for asset in services.assets().values()}
    return set(keys)


def missing(services: Services) -> set[str]:
    """What the UI lists as failed or missing of any asset."""
    return {
        key
        for asset in services.assets().values()
        for state in ("failedPartitions", "unmaterializedPartitions")
        for key in asset["assetPartitionStatuses"][state]
    }


def unsynced(services: Services) -> set[str]:
    """The partitions at which the UI shows any asset as missing or stale."""
    keys = sorted(offered(services))
    return {
        key
        for asset in services.assets(*keys).values()
        for key, status in zip(keys, asset["staleStatusByPartition"], strict=True)
        if status != "FRESH"
    }


def test_the_ui_runs_every_session_and_lists_what_is_unsynced_and_nothing_else(
    services: Services,
):
    exit_, move = {"acme.exit|s001", "acme.exit|s002"}, {"acme.move|s001"}
    # The services bring a home of the former shape over: six pairs were three sessions.
    services.until(lambda: offered(services) == exit_ | move)
    assert missing(services) == exit_ | move
    assets = list(services.assets())

    assert services.backfill(assets, sorted(exit_)) == "COMPLETED_SUCCESS"
    assert missing(services) == unsynced(services) == move

    assert services.backfill(assets) == "COMPLETED_SUCCESS"
    assert missing(services) == unsynced(services) == set()

    added = register(services.home, "move").partition_key
    services.add_partition(added)
    assert missing(services) == unsynced(services) == {added}

    changed = SessionKey.parse("acme.exit|s002")
    register(services.home, "exit", changed)
    # The first step alone is run: what is below it is stale now.
    run = services.launch("session_job", changed.partition_key, ["source_files"])
    services.until(lambda: services.runs()[run] == "SUCCESS")
    assert unsynced(services) == {added, changed.partition_key}
    assert missing(services) == {added}
