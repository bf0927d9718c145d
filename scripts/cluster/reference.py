"""What the sessions end in on one machine: an embedded Postgres, a folder, and one process.

Each client has such a machine of its own, side by side, to be done sooner.
"""

import multiprocessing
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from discovery_dagster.defs.engine import Engine, open_engine
from discovery_dagster.settings import Settings
from discovery_dagster.store.database import open_database
from discovery_dagster_tests.buckets import surroundings
from scripts.cluster import work

#: A word for several sessions, and how many they are.
Label = tuple[str, int]


def results(folder: Path, labels: Sequence[Label]) -> tuple[dict[str, str], float]:
    """The results of all sessions by partition key, and the seconds of one, in the mean."""
    folder.mkdir()
    folder.chmod(0o755)  # for the account of Postgres
    by_key: dict[str, str] = {}
    seconds = 0.0
    spawned = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(len(work.CLIENTS), mp_context=spawned) as pool:
        arguments = [(folder / client, client, labels) for client in work.CLIENTS]
        for of_client, spent in pool.map(_of_client, *zip(*arguments, strict=True)):
            by_key |= of_client
            seconds += spent
    return by_key, seconds / len(by_key)


@contextmanager
def by_settings(variables: Mapping[str, str]) -> Iterator[Engine]:
    """An engine by these settings and no others."""
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith(("DISCOVERY_", "DAGSTER_"))]:
        del os.environ[name]
    try:
        with surroundings(variables):
            settings = Settings()
            with open_database(settings) as database, open_engine(settings, database) as engine:
                yield engine
    finally:
        os.environ.clear()
        os.environ.update(before)


def _of_client(home: Path, client: str, labels: Sequence[Label]) -> tuple[dict[str, str], float]:
    by_key = {}
    with by_settings({"DISCOVERY_HOME": str(home)}) as engine:
        began = time.monotonic()
        for label, number in labels:
            for place, engagement in enumerate(work.sessions_of(label, number)):
                if engagement.client == client:
                    files = work.write_files(home / "files" / str(engagement), place)
                    key = work.register(engine, engagement, files)
                    engine.execute_here(key)
                    by_key[key.partition_key] = work.results(engine, key)
        return by_key, time.monotonic() - began
