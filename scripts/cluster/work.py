"""The sessions of the test: what is imported, what it ends in, and how long each part took."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median

import dagster as dg

from discovery_dagster.defs.engine import Engine
from discovery_dagster.defs.partitions import PARTITION_TAG
from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.settings import Settings
from discovery_dagster.store import dagster_events, exports, sessions, states
from discovery_dagster.store.objects import object_store
from discovery_dagster.store.sessions import IncomingFile

CLIENTS = ("acme", "bolt", "crane", "delta")

#: What differs between two runs of the same: ids and moments of publications.
TABLES = [name for name in exports.LISTINGS if name != "publications"]


def sessions_of(label: str, number: int) -> list[EngagementKey]:
    """Engagements of four clients, all of a client's one after the other: a loud one is first."""
    return sorted(
        EngagementKey(CLIENTS[each % len(CLIENTS)], f"{label}-{each:03}") for each in range(number)
    )


def write_files(folder: Path, number: int) -> list[Path]:
    """Two files of an estate of 200 machines, another for each number."""
    folder.mkdir(parents=True)
    machines = [f"srv-{number:02}-{n:04}" for n in range(200)]
    lists, needs = folder / "servers.csv", folder / "relations.csv"
    lists.write_text(
        "Hostname,OS,IP Address\n"
        + "".join(
            f"{name},Ubuntu 22.04,10.{number % 250}.{n // 250}.{n % 250}\n"
            for n, name in enumerate(machines)
        )
        + ",,\n"
    )
    needs.write_text(
        "Source,Target,Relation\n"
        + "".join(f"{name},{machines[n // 3]},Depends on\n" for n, name in enumerate(machines) if n)
    )
    return [lists, needs]


def register(engine: Engine, engagement: EngagementKey, files: Iterable[Path]) -> SessionKey:
    """Make a session of the files, with their bytes where the settings say."""
    incoming = [IncomingFile(path.name, path) for path in files]
    return sessions.register(engine.database, object_store(Settings()), engagement, incoming)


def status(engine: Engine, session: SessionKey) -> str:
    """The session's status now."""
    return states.state(engine.database, session).status


def results(engine: Engine, session: SessionKey) -> str:
    """All that people get of a session, as text."""
    tables = {name: exports.rows(engine.database, session, name) for name in TABLES}
    return json.dumps(tables, sort_keys=True, default=str)


def published_twice(engine: Engine, session: SessionKey) -> list[str]:
    """The steps of which Dagster has receipts of more than one publication."""
    publications = defaultdict(set)
    for receipt in dagster_events.materialisations(engine.database, session):
        publications[receipt["asset_key"]].add(receipt["publication"])
    return [step for step, ids in publications.items() if len(ids) > 1]


@dataclass(frozen=True)
class Timing:
    """Seconds of a run: in the queue, on its way to a worker, and in the worker."""

    queued: float
    launched: float
    executed: float


def timings(engine: Engine, keys: Sequence[SessionKey]) -> list[Timing]:
    """The timing of each run of these sessions that succeeded."""
    wanted, successes = {key.partition_key for key in keys}, []
    for run in engine.instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.SUCCESS])):
        stats = engine.instance.get_run_stats(run.run_id)
        moments = (stats.enqueued_time, stats.launch_time, stats.start_time, stats.end_time)
        if run.tags.get(PARTITION_TAG) in wanted and None not in moments:
            successes.append(Timing(*(after - before for before, after in pairwise(moments))))
    return successes


def typical(values: Iterable[float]) -> str:
    """The middle of the values, in seconds."""
    return f"{median(values):.1f} s"


def turns(engine: Engine, keys: Sequence[SessionKey]) -> Iterator[str]:
    """The clients in the order in which the first run of each of these sessions began."""
    wanted = {key.partition_key: key.engagement.client for key in keys}
    records = engine.instance.get_run_records(ascending=True)
    began = [
        (record.start_time, record.dagster_run.tags.get(PARTITION_TAG))  # the daily upkeep has none
        for record in records
        if record.start_time is not None and record.dagster_run.parent_run_id is None
    ]
    for _, partition in sorted(run for run in began if run[1] in wanted):
        yield wanted[partition]


def longest_wait(order: Iterable[str]) -> int:
    """The most sessions of others that began before the first one of a client."""
    begun: Counter[str] = Counter()
    waits = []
    for client in order:
        if client not in begun:
            waits.append(begun.total())
        begun[client] += 1
    return max(waits)
