"""A session from request to done on an idle machine, alone and by the running services.

Of the second, where the time goes, by Dagster's own events.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.measure import report
from discovery_dagster.settings import Settings
from discovery_dagster.store.database import open_database

ASSETS = 1_000


def run() -> None:
    """Print the seconds of an import of 1,000 assets, of which the steps, and of a second one."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        drop = Path(folder) / "servers.csv"
        rows = "".join(
            f"srv-{n:04d},Ubuntu 22.04,10.0.{n // 250}.{n % 250}\n" for n in range(ASSETS)
        )
        drop.write_text(f"Hostname,OS,IP Address\n{rows}")
        home = str(Path(folder) / "home")
        for figure in ("first import into an empty home", "import into a home that exists"):
            started = time.perf_counter()
            document = _discovery(home, "import", drop, "--client", "bench", "--engagement", "b")
            whole = time.perf_counter() - started
            state = _discovery(home, "status", "--client", "bench")["sessions"][-1]
            steps = state["steps"]
            detail = f"{document['counts']['assets']} assets, {len(steps)} steps"
            report(f"{figure}, seconds", whole, "< 10", detail)
        with _services(home):
            _discovery(home, "import", drop, "--client", "bench", "--engagement", "b")
            _by_services(home, drop)


@contextmanager
def _services(home: str) -> Iterator[None]:
    ports = ["--api-port", "0", "--dagster-port", "0"]
    up = subprocess.Popen(
        [sys.executable, "-m", "discovery_dagster", "up", *ports, "--json"],
        env={**os.environ, "DISCOVERY_HOME": home},
        stdout=subprocess.PIPE,
    )
    try:
        if not up.stdout or not up.stdout.readline():
            raise RuntimeError("the services did not start")
        yield
    finally:
        up.terminate()
        up.wait()


def _by_services(home: str, drop: Path) -> None:
    started = time.time()
    document = _discovery(home, "import", drop, "--client", "bench", "--engagement", "b")
    ended = time.time()
    at = _events(home, document["run_id"])
    detail = f"{document['counts']['assets']} assets; of which"
    report("import by the services, seconds", ended - started, "< 10", detail)
    moments = {
        "the command, until its run is queued": (started, at["PIPELINE_ENQUEUED"]),
        "the queue": (at["PIPELINE_ENQUEUED"], at["PIPELINE_STARTING"]),
        "the worker, until it begins": (at["PIPELINE_STARTING"], at["PIPELINE_START"]),
        "claim and resources, until the first step": (at["PIPELINE_START"], at["STEP_START"]),
        "the steps": (at["STEP_START"], at["PIPELINE_SUCCESS"]),
        "the command, until it has told": (at["PIPELINE_SUCCESS"], ended),
    }
    for part, (begin, end) in moments.items():
        print(f"    {part:<48} {end - begin:8.2f}", flush=True)


def _events(home: str, run_id: str) -> dict[str, float]:
    """When the run's first event of each type was, in seconds of Unix time."""
    settings = Settings(home=Path(home))
    with open_database(settings) as database, database.connect() as connection:
        rows = connection.execute(
            "select dagster_event_type as kind, min(event::json ->> 'timestamp')::float as at"
            " from event_logs where run_id = %s group by dagster_event_type",
            [run_id],
        ).fetchall()
    return {row["kind"]: row["at"] for row in rows}


def _discovery(home: str, *arguments: object) -> dict:
    done = subprocess.run(
        [sys.executable, "-m", "discovery_dagster", *map(str, arguments), "--json"],
        env={**os.environ, "DISCOVERY_HOME": home},
        capture_output=True,
        check=True,
        text=True,
    )
    return json.loads(done.stdout)
