"""Runs sessions of four clients on three workers that share no disk, and breaks every part once.

The workers take runs from Redis, read and write a bucket by S3's protocol, and have their rows in a
Postgres server with passwords, one of them through PgBouncer; one is on a machine of its own (a
network namespace). Throughput is measured with one, two and three workers. Then one is killed in
mid-run, one cut off for over a minute, and broker, Postgres and object store are killed and started
again. Every session must end as done without anybody's help, with results byte for byte those of
one machine, and no step published twice. Ends with 1 when anything is otherwise.
"""

import argparse
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from discovery_dagster.defs import reconciliation
from discovery_dagster.defs.engine import Engine
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.store.database import DatabaseError
from discovery_dagster_tests.folders import open_folder, processes_of
from discovery_dagster_tests.processes import family, processor_seconds
from scripts.cluster import connections, reference, work
from scripts.cluster.engines import Engines, engines, free_port
from scripts.cluster.faults import Faults
from scripts.cluster.network import Machine, machine
from scripts.cluster.reference import by_settings
from scripts.cluster.services import Services, services, until

WORKERS = 3

#: Seconds that a session may take on a busy machine, and those that all faults together may cost.
_SESSION, _FAULTS = 60.0, 1200.0


@dataclass
class Cluster:
    """The installation under test; `expected` are the results of one machine, by partition key."""

    folder: Path
    machine: Machine
    engines: Engines
    services: Services
    engine: Engine
    expected: dict[str, str]
    wrong: list[str] = field(default_factory=list)

    def submit(self, label: str, number: int) -> list[SessionKey]:
        """Make sessions and put them in the queue."""
        keys = []
        for place, engagement in enumerate(work.sessions_of(label, number)):
            files = work.write_files(self.folder / "files" / str(engagement), place)
            keys.append(work.register(self.engine, engagement, files))
        for key in keys:
            self.engine.submit(key)
        return keys

    def wait(self, keys: Sequence[SessionKey], seconds: float = 0.0) -> float:
        """Wait until all are done; return the seconds that it took."""
        limit = _SESSION * len(keys) + 180 + seconds
        return until(lambda: self.done(keys), "sessions have not ended", limit)

    def done(self, keys: Sequence[SessionKey]) -> bool:
        """Whether nothing of these is waiting, queued or running."""
        try:
            return not {work.status(self.engine, key) for key in keys} & {
                *("waiting", "queued", "running")
            }
        except DatabaseError:  # Postgres is away
            return False

    def judge(self, keys: Sequence[SessionKey]) -> None:
        """Compare what the sessions ended in with what they must."""
        for key in keys:
            if (status := work.status(self.engine, key)) != "done":
                self.wrong.append(f"{key} is {status}")
            elif work.results(self.engine, key) != self.expected[key.partition_key]:
                self.wrong.append(f"{key} has other results than on one machine")
            for step in work.published_twice(self.engine, key):
                self.wrong.append(f"{step} of {key} was published twice")


def main() -> int:
    """Measure, break and judge; print what happened and return whether anything went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=12, help="during the faults")
    parser.add_argument("--measured", type=int, default=6, help="with each number of workers")
    parser.add_argument("--cut-seconds", type=float, default=75)
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # and nothing is left behind
    with open_folder("discovery-cluster-") as folder, ExitStack() as opened:
        opened.callback(_end_what_is_left, folder)
        expected, seconds = reference.results(folder / "alone", list(_labels(arguments)))
        print(f"On one machine a session took {seconds:.1f} s.", flush=True)
        cluster = opened.enter_context(_cluster(folder, expected))
        if cluster.machine.refusal:
            print(f"No worker has a machine of its own: {cluster.machine.refusal}", flush=True)
        _measure(cluster, arguments.measured)
        _break(cluster, arguments.sessions, arguments.cut_seconds)
    for sentence in cluster.wrong:
        print(f"WRONG: {sentence}")
    print("Something is wrong." if cluster.wrong else "All sessions ended as on one machine.")
    return 1 if cluster.wrong else 0


def _end_what_is_left(folder: Path) -> None:
    """End what outlives a worker that was killed: programs that Dagster copies its output with."""
    for number in processes_of(folder):
        with suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)


def _labels(arguments: argparse.Namespace) -> Iterator[tuple[str, int]]:
    for workers in range(1, WORKERS + 1):
        yield f"measured-{workers}", arguments.measured
    yield "broken", arguments.sessions


@contextmanager
def _cluster(folder: Path, expected: dict[str, str]) -> Iterator[Cluster]:
    with ExitStack() as opened:
        place = opened.enter_context(machine())
        standing = opened.enter_context(engines(folder, place.host))
        shared = {
            **standing.shared,
            "DISCOVERY_CODE_SERVER_PORT": str(free_port("127.0.0.1")),
            "DISCOVERY_MAX_RUNS": str(WORKERS),
        }
        engine = opened.enter_context(
            by_settings({**shared, "DISCOVERY_HOME": str(folder / "own")})
        )
        running = opened.enter_context(services(folder, shared))
        running.start("code-server", "code-server")
        running.start("daemon", "daemon")
        yield Cluster(folder, place, standing, running, engine, expected)


def _measure(cluster: Cluster, number: int) -> None:
    """Print the throughput with each number of workers, and where the time goes."""
    print("\n| workers | sessions | seconds | a minute | ratio |\n|---|---|---|---|---|")
    first = 0.0
    for workers in range(1, WORKERS + 1):
        _add_worker(cluster, workers)
        before = _spent(cluster)
        with connections.counted(cluster.engines.postgres.administrator()) as held:
            keys = cluster.submit(f"measured-{workers}", number)
            seconds = cluster.wait(keys)
        spent = _spent(cluster)
        cluster.judge(keys)
        rate = 60 * number / seconds
        first = first or rate
        print(
            f"| {workers} | {number} | {seconds:.0f} | {rate:.1f} | {rate / first:.2f} |",
            flush=True,
        )
    timed = work.timings(cluster.engine, keys)
    print(
        f"\nWith {WORKERS} workers a run waited {work.typical(t.queued for t in timed)} for its"
        f" turn, took {work.typical(t.launched for t in timed)} from the daemon by the broker to"
        f" its worker, and {work.typical(t.executed for t in timed)} there.\n"
    )
    print("| part | processor seconds for a session | connections at once |\n|---|---|---|")
    for part, total in spent.items():
        used = (total - before.get(part, 0.0)) / number
        print(f"| {part} | {used:.2f} | {held.get(part, '')} |")
    print(flush=True)


def _add_worker(cluster: Cluster, number: int) -> None:
    """The second reaches Postgres by the pooler, the third is on a machine of its own."""
    name, settings = f"worker-{number}", {}
    if number == 2 and cluster.engines.pooled_url:
        settings["DISCOVERY_POSTGRES_URL"] = cluster.engines.pooled_url
    at = cluster.machine if number == 3 else None
    others = ["code-server", "daemon", "worker-1", "worker-2", "own", "files"]
    cluster.services.start(name, "worker", "--queue", "small", at=at, hidden=others, **settings)


def _spent(cluster: Cluster) -> dict[str, float]:
    """Processor time of each part so far."""
    parts = {**cluster.engines.pids, **cluster.services.pids}
    return {part: sum(map(processor_seconds, family(pids))) for part, pids in parts.items()}


def _break(cluster: Cluster, number: int, cut_seconds: float) -> None:
    """Let everything fail once while sessions run."""
    began = time.monotonic()
    keys = cluster.submit("broken", number)
    faults = Faults(
        cluster.engines,
        cluster.services,
        cluster.machine,
        cut_seconds,
        lambda: cluster.done(keys),
    )
    try:
        for sentence in faults.happen():
            print(f"{time.monotonic() - began:4.0f} s: {sentence}", flush=True)
    except TimeoutError as error:
        cluster.wrong.append(str(error))
    _tried(cluster, lambda: cluster.wait(keys, _FAULTS))
    print(f"{time.monotonic() - began:4.0f} s: {number} sessions have ended.", flush=True)
    cluster.judge(keys)
    wait = work.longest_wait(work.turns(cluster.engine, keys))
    print(f"The client that came last waited for {wait} sessions of others.")
    # Those that run, and one of each of the others in their turn.
    if wait > WORKERS + len(work.CLIENTS):
        cluster.wrong.append(f"a client waited for {wait} sessions of others")
    for finding in reconciliation.reconcile(cluster.engine):
        cluster.wrong.append(f"{finding.partition_key}: {finding.message}")


def _tried(cluster: Cluster, wait: Callable[[], float]) -> None:
    try:
        wait()
    except TimeoutError as error:
        cluster.wrong.append(str(error))


if __name__ == "__main__":
    sys.exit(main())
