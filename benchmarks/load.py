"""The inventory over HTTP under load: 10,000 sessions with 2,000,000 assets, 32 readers at a time.

Beside it, in the same run: the same with 10 sessions; the page's query through a pool as large as
the server's; and a handler behind the same token check that answers the same page from memory. The
readers are another process than the server, over loopback; none reaches beyond it.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from benchmarks.measure import report
from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.domain.scope import Scope
from discovery_dagster.settings import Settings
from discovery_dagster.store import tokens
from discovery_dagster.store.database import Database, open_database
from discovery_dagster.store.pooled import PooledDatabase
from discovery_dagster.store.reading import listing
from discovery_dagster.store.reading.assets import ASSETS
from discovery_dagster.store.reading.listing import Criteria

#: Sessions of an engagement and assets of a session; engagements when few and when many.
SESSIONS, ASSETS_EACH, FEW, MANY = 10, 200, 1, 1_000
READERS, REQUESTS = 32, 2_000

_FILL = (
    """insert into discovery.engagement (engagement, client)
       select format('bench.e%%s', n), 'bench'
       from generate_series(%(first)s::int, %(last)s::int) n""",
    """insert into discovery.session (engagement, session)
       select format('bench.e%%s', n), 's' || lpad(s::text, 3, '0')
       from generate_series(%(first)s::int, %(last)s::int) n,
            generate_series(1, %(sessions)s::int) s""",
    """insert into discovery.publication (engagement, session, step, publication, run_id, fence,
           code_version, inputs, counts, started_at)
       select format('bench.e%%s', n), 's' || lpad(s::text, 3, '0'), 'classified_assets',
              'made', 'run', 1, '1', '{}', '{}', now()
       from generate_series(%(first)s::int, %(last)s::int) n,
            generate_series(1, %(sessions)s::int) s""",
    """insert into discovery.asset (engagement, session, seq, asset_id, name, hostname,
           ip_addresses, mac_addresses, applications, type, environment, criticality, tier,
           os_family, os_name, eol_status, memory_gb, confidence, rationale)
       select format('bench.e%%s', n), 's' || lpad(s::text, 3, '0'), a, 'a' || a,
              'srv-' || md5(a::text), 'srv-' || a, array['10.0.0.' || a %% 256], '{}', '{}',
              'server', 'production', 'unknown', 'unknown', 'linux', 'Debian 12', 'supported',
              a %% 512, 0.9, '{}'
       from generate_series(%(first)s::int, %(last)s::int) n,
            generate_series(1, %(sessions)s::int) s,
            generate_series(1, %(assets)s::int) a""",
    """insert into discovery.asset_member (engagement, session, seq, asset_id, file, line, keys)
       select engagement, session, seq, asset_id, 'servers.csv', seq + 1, '{}'
       from discovery.asset where engagement = any (
           select format('bench.e%%s', n) from generate_series(%(first)s::int, %(last)s::int) n)""",
)

#: The server, with a page from memory at a path beside its own, behind the same check.
_SERVER = """
import socket
import uvicorn
from discovery_dagster.api.lists import Page
from discovery_dagster.api.routes.assets import Asset
from discovery_dagster.api.security import ViewerOf
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.server import create_app
from discovery_dagster.settings import Settings
from discovery_dagster.store.database import open_database
from discovery_dagster.store.reading import listing
from discovery_dagster.store.reading.assets import ASSETS
from discovery_dagster.store.reading.listing import Criteria

settings = Settings()
with open_database(settings) as database:
    app = create_app(settings, database)
    rows = listing.page(database, SessionKey.parse("bench.e1|s001"), ASSETS, Criteria()).rows

    def empty(viewer: ViewerOf):
        return {"items": rows, "next": None}

    app.add_api_route("/api/v1/empty", empty, response_model=Page[Asset])
    app.router.routes.insert(0, app.router.routes.pop())
    listening = socket.create_server(("127.0.0.1", 0))  # readers wait in its queue until it is up
    print(listening.getsockname()[1], flush=True)
    uvicorn.Server(uvicorn.Config(app, log_level="error")).run([listening])
"""

#: Reads URLs from stdin, a line each, READERS at a time; prints the seconds of each as JSON.
_READERS = """
import http.client, json, sys, threading, time
port, token, readers = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
paths = [line.strip() for line in sys.stdin]
lock, times, failures = threading.Lock(), [], []

def read():
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    while True:
        with lock:
            if not paths:
                return
            path = paths.pop()
        began = time.perf_counter()
        connection.request("GET", path, headers={"Authorization": "Bearer " + token})
        answer = connection.getresponse()
        body = answer.read()
        took = time.perf_counter() - began
        with lock:
            times.append(took)
            if answer.status != 200 or body.count(b'"hostname"') != 50:
                failures.append((answer.status, body[:200].decode(errors="replace")))

threads = [threading.Thread(target=read) for _ in range(readers)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(json.dumps({"times": times, "failures": failures}))
"""


@dataclass(frozen=True)
class Times:
    """Seconds of requests that ran side by side."""

    seconds: Sequence[float]

    def percentile(self, percent: int) -> float:
        """Return the seconds that so many percent took at most."""
        return statistics.quantiles(self.seconds, n=100)[percent - 1]

    def __str__(self) -> str:
        return " / ".join(f"{self.percentile(p) * 1000:.1f}" for p in (50, 95, 99))


def run() -> None:
    """Print what reading costs beside what it is made of, and how it grows with the sessions."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        settings = Settings(home=Path(folder) / "home", api_rate="10000000/minute")
        with open_database(settings) as database:
            _fill(database, 1, FEW)
            secret = tokens.create(database, Scope("bench"), timedelta(days=1))[1]
            few = _measured(settings, database, secret, FEW)["page"]
            _fill(database, FEW + 1, MANY)
            many = _measured(settings, database, secret, MANY)
    page, query, empty = many["page"], many["query"], many["empty"]
    allowed = empty.percentile(50) + 3 * query.percentile(50)
    named = f"{MANY * SESSIONS:,} sessions, {MANY * SESSIONS * ASSETS_EACH:,} assets"
    for name, times in {"page, 10 sessions": few, **many}.items():
        print(f"{name:<52} {times} ms: p50 / p95 / p99, {READERS} at a time", flush=True)
    report(
        f"page p95: {named} / 10 sessions",
        page.percentile(95) / few.percentile(95),
        "<= 1.5",
        f"{page.percentile(95) * 1000:.1f} ms / {few.percentile(95) * 1000:.1f} ms",
    )
    report(
        "page p50 / (empty handler + 3 queries)",
        page.percentile(50) / allowed,
        "<= 1",
        f"{page.percentile(50) * 1000:.1f} ms / {allowed * 1000:.1f} ms",
    )


def _measured(
    settings: Settings, database: Database, secret: str, engagements: int
) -> dict[str, Times]:
    keys = [
        SessionKey(EngagementKey("bench", f"e{1 + n * 7919 % engagements}"), 1 + n % SESSIONS)
        for n in range(REQUESTS)
    ]
    paths = [f"/api/v1/engagements/{k.engagement}/sessions/{k.session}/assets" for k in keys]
    server = subprocess.Popen(
        [sys.executable, "-c", _SERVER],
        env={
            **os.environ,
            "DISCOVERY_HOME": str(settings.home),
            "DISCOVERY_API_RATE": settings.api_rate,
        },
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        port = int((server.stdout or sys.stdin).readline())
        _read(port, secret, paths[:200])  # what is made at first use does not count
        page = _read(port, secret, paths)
        empty = _read(port, secret, ["/api/v1/empty"] * REQUESTS)
    finally:
        server.terminate()
        server.wait()
    return {"page": page, "empty": empty, "query": _queries(settings, database, keys)}


def _read(port: int, secret: str, paths: Sequence[str]) -> Times:
    done = subprocess.run(
        [sys.executable, "-c", _READERS, str(port), secret, str(READERS)],
        input="\n".join(paths),
        capture_output=True,
        check=True,
        text=True,
    )
    report = json.loads(done.stdout)
    if report["failures"]:
        raise RuntimeError(f"{len(report['failures'])} failed, such as {report['failures'][0]}")
    return Times(report["times"])


def _queries(settings: Settings, database: Database, keys: Sequence[SessionKey]) -> Times:
    pooled = PooledDatabase(database.url, settings.api_connections)

    def query(key: SessionKey) -> float:
        began = time.perf_counter()
        listing.page(pooled, key, ASSETS, Criteria())
        return time.perf_counter() - began

    try:
        with ThreadPoolExecutor(READERS) as readers:
            return Times(list(readers.map(query, keys)))
    finally:
        pooled.close()


def _fill(database: Database, first: int, last: int) -> None:
    values = {"first": first, "last": last, "sessions": SESSIONS, "assets": ASSETS_EACH}
    # As the server's superuser, whom policies do not bind: this fills many engagements at once.
    with database.connect() as connection:
        for statement in _FILL:
            connection.execute(statement, values)
    with database.connect(autocommit=True) as connection:
        connection.execute("vacuum analyze")
