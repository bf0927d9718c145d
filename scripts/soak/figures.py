"""What a home holds and what its processes take, as the database and the kernel count it."""

import os
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from discovery_dagster.store.database import Database
from discovery_dagster_tests.processes import (
    family,
    memory_bytes,
    processes,
    processor_seconds,
)

_ROWS = "select count(*) as rows from {table}"

_TABLES = """
select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'discovery'
"""

_MIB = 2**20

#: Times what a drop added in the first half that it may add in the second. Files of a database grow
#: in steps, and the two halves meet other retries.
TOLERANCE = 1.25

#: What is too little to judge, for each drop.
_NEGLIGIBLE = {
    "sessions": 1.0,
    "events": 20.0,
    "runs": 0.5,
    "store_rows": 20.0,
    "database_mib": 0.5,
    "files_mib": 0.1,
}


@dataclass(frozen=True)
class Holdings:
    """What a home holds at a moment; rows, and MiB of the database and of files."""

    sessions: int
    events: int
    runs: int
    store_rows: int
    database_mib: float
    files_mib: float

    def since(self, before: "Holdings") -> dict[str, float]:
        """How much more of each there is than `before`, for each session that was made since."""
        new_sessions = max(1, self.sessions - before.sessions)
        earlier = asdict(before)
        return {
            name: (value - earlier[name]) / new_sessions for name, value in asdict(self).items()
        }


def holdings(home: Path, database: Database) -> Holdings:
    """Count what a home holds; of files, those that are not Postgres' own."""
    with database.connect() as connection:

        def rows(table: str) -> int:
            counted = connection.execute(_ROWS.format(table=table)).fetchone()
            return int(counted["rows"]) if counted else 0

        names = [row["name"] for row in connection.execute(_TABLES).fetchall()]
        size = connection.execute("select pg_database_size(current_database()) as bytes").fetchone()
        return Holdings(
            sessions=rows("discovery.session"),
            events=rows("event_logs"),
            runs=rows("runs"),
            store_rows=sum(rows(name) for name in names),
            database_mib=(size["bytes"] if size else 0) / _MIB,
            files_mib=_size(home, without="postgres") / _MIB,
        )


def grown(first: Mapping[str, float], second: Mapping[str, float]) -> list[str]:
    """What grew faster in the second half than in the first: the names of the figures.

    Args:
        first: what a drop added in the first half, by figure.
        second: the same of the second half.
    """
    return [
        name
        for name, more in second.items()
        if more > max(first[name], _NEGLIGIBLE[name]) * TOLERANCE
    ]


def disk_mib(home: Path) -> float:
    """Return what the whole home takes on disk, Postgres' own files included."""
    return _size(home) / _MIB


def _size(home: Path, without: str | None = None) -> int:
    total = 0
    for folder, below, names in os.walk(home):
        if Path(folder) == home and without in below:
            below.remove(str(without))
        for name in names:
            try:
                total += (Path(folder) / name).lstat().st_blocks * 512
            except OSError:
                continue  # deleted meanwhile
    return total


@dataclass(frozen=True)
class Rest:
    """What the processes of a home take while nothing is to be done.

    Attributes:
        memory: MB of each kind of process, with what several processes share counted once.
        processor: share of one core of each kind.
    """

    memory: Mapping[str, float]
    processor: Mapping[str, float]

    @property
    def gigabytes(self) -> float:
        """Memory of all of them."""
        return sum(self.memory.values()) / 1000

    @property
    def core_share(self) -> float:
        """Share of one core of all of them."""
        return sum(self.processor.values())


#: Parts of command lines, with what the process is called; the first that fits.
_KINDS = {
    "postgres": "Postgres",
    "api grpc": "code server",
    "guarded_webserver": "webserver",
    "dagster-daemon": "daemon",
    "discovery_dagster api": "API and pages",
    "discovery_dagster up": "discovery up",
}


def at_rest(home: Path, seconds: float) -> Rest:
    """Measure all processes of a home for some seconds."""
    before, started = _spent(home), time.monotonic()
    time.sleep(seconds)
    after, took = _spent(home), time.monotonic() - started
    memory: dict[str, float] = defaultdict(float)
    processor: dict[str, float] = defaultdict(float)
    for pid, spent in after.items():
        kind = _kind(pid)
        memory[kind] += memory_bytes(pid) / 1e6
        # One that was started meanwhile counts from its beginning.
        processor[kind] += (spent - before.get(pid, 0.0)) / took
    return Rest(memory, processor)


def _kind(pid: int) -> str:
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        command = ""  # it has ended
    return next((kind for part, kind in _KINDS.items() if part in command), "others")


def _spent(home: Path) -> Mapping[int, float]:
    """Seconds of processors that each process of the home has taken, by number."""
    return {pid: processor_seconds(pid) for pid in family(processes(home, ""))}
