"""What happens in a week: drops, decisions, backfills, kills, and the nights between the days."""

import json
import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from discovery_dagster.domain.steps import STEPS
from discovery_dagster.store.database import Database
from discovery_dagster_tests.processes import processes
from discovery_dagster_tests.services import Services

#: Sessions of an engagement. Bounded, so that a decision or a backfill concerns as much at the end
#: as at the beginning, and what grows faster than the drops grows without a reason.
_SESSIONS = 3

#: Of so many drops one cannot be read: its run fails, and the webhook is told.
_UNREADABLE = 9

_ENDED = ("SUCCESS", "FAILURE", "CANCELED")

#: Dagster's own retries are the only runs with a root; a second kill of one would end its session.
_BUSY_WITH = """
select count(*) filter (where root_run_id is not null or pipeline_name = 'retention') as retries,
       count(*) as runs
from (select r.*, r.run_body::jsonb ->> 'root_run_id' as root_run_id from runs r) run
where status not in ('SUCCESS', 'FAILURE', 'CANCELED')
"""

#: A day goes by for what retention judges by its age.
_DAY_PASSES = (
    "update runs set end_time = end_time - 86400 where end_time is not null",
    "update job_ticks set timestamp = timestamp - interval '1 day'",
)
_DAY = 24 * 3600 + 60


@dataclass
class Week:
    """Does to a home, by its inbox, commands and UI, what a week does to it."""

    services: Services
    database: Database
    draw: random.Random
    readable: int = 0
    unreadable: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    lived: float = 0.0  # seconds of the week
    due: dict[float, float] = field(default_factory=dict)  # when what has a period happens next

    @property
    def drops(self) -> int:
        """How many drops there were."""
        return self.readable + self.unreadable

    def live(self, seconds: float) -> None:
        """Let part of the week go by; its load is the same however long the week takes."""
        happenings = {12.0: self.drop, 30.0: self.decide, 45.0: self.backfill, 50.0: self.kill}
        end = self.lived + seconds
        while self.lived < end:
            started = time.monotonic()
            for period, happen in happenings.items():
                if self.lived >= self.due.setdefault(period, period / 2):
                    self.due[period] = self.lived + period
                    name = happen.__name__
                    self.counts[name] = self.counts.get(name, 0) + happen()
            time.sleep(0.5)
            self.lived += time.monotonic() - started

    def drop(self) -> bool:
        """Put files into the inbox: of the same size each time, one in nine of them unreadable."""
        number = self.drops
        engagement = f"week-{number // _SESSIONS:03d}"
        folder = self.services.home.home / "inbox" / "acme" / engagement / f"drop-{number}"
        folder.mkdir(parents=True)
        if number % _UNREADABLE == _UNREADABLE - 1:
            (folder / "noise.bin").write_bytes(self.draw.randbytes(4096))
            self.unreadable += 1
        else:
            rows = "\n".join(
                f"srv-{n:03d},Ubuntu 22.04,10.0.{number % 250}.{n}" for n in range(100)
            )
            needs = "\n".join(f"srv-{n:03d},srv-{n // 3:03d},Depends on" for n in range(1, 100))
            (folder / "servers.csv").write_text(f"Hostname,OS,IP Address\n{rows}\n")
            (folder / "relations.csv").write_text(f"Source,Target,Relation\n{needs}\n")
            self.readable += 1
        (folder / "_READY").touch()
        return True

    def decide(self) -> bool:
        """Decide something about the newest engagement that is done, which makes it stale."""
        done = [state for state in self.states() if state["status"] == "done"]
        if not done:
            return False
        state = done[-1]
        where = ("--client", state["client"], "--engagement", state["engagement"])
        wave = str(self.draw.randint(1, 5))
        self.services.home.json("plan", "set", "pin", "srv-001", wave, *where)
        return True

    def backfill(self) -> bool:
        """Backfill the newest session that is done from the UI, without waiting for its end."""
        done = [state["partition_key"] for state in self.states() if state["status"] == "done"]
        if not done:
            return False
        self.services.launch_backfill([step.key for step in STEPS], done[-1:])
        return True

    def kill(self) -> bool:
        """Kill a worker, for Dagster to retry its run; not one that is a retry itself."""
        workers = list(processes(self.services.home.home, "spawn_main"))
        with self.database.connect() as connection:
            busy = connection.execute(_BUSY_WITH).fetchone()
        if not workers or busy is None or busy["retries"]:
            return False
        try:
            os.kill(self.draw.choice(workers), signal.SIGKILL)
        except ProcessLookupError:
            return False
        return True

    def night(self) -> None:
        """Let a day have gone by, and run what retention runs each night."""
        with self.database.connect() as connection:
            for statement in _DAY_PASSES:
                connection.execute(statement)
        for path in (self.services.home.home / "objects").rglob("*"):
            try:
                then = path.stat().st_mtime - _DAY
                os.utime(path, (then, then))
            except OSError:
                continue  # deleted meanwhile
        run = self.services.launch("retention")
        self.services.until(lambda: self.services.runs()[run] in _ENDED, 300)
        ended = self.services.runs()[run]
        if ended != "SUCCESS":
            raise RuntimeError(f"retention ended as {ended}")
        self.counts["night"] = self.counts.get("night", 0) + 1

    def settle(self, seconds: float) -> None:
        """Wait until every drop is a session, and each has ended without anybody's help."""

        def quiet() -> bool:
            statuses = [state["status"] for state in self.states()]
            with self.database.connect() as connection:
                busy = connection.execute(_BUSY_WITH).fetchone()
            settled = not busy or busy["runs"] == 0
            return settled and len(statuses) == self.drops and set(statuses) <= {"done", "failed"}

        self.services.until(quiet, seconds)

    def states(self) -> list[dict[str, Any]]:
        """The state of each session, in the order of their engagements."""
        done = self.services.home.run("status", "--json")
        return list(json.loads(done.stdout)["sessions"]) if done.returncode == 0 else []


@contextmanager
def webhook() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A receiver of alerts: its address, and what it was told so far."""
    alerts: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            alerts.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/alerts", alerts
    finally:
        server.shutdown()
        server.server_close()
