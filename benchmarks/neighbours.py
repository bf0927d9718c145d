"""A client's requests while another client does what it may: slow readers, streams, floods, drops.

Each figure is the 95th percentile of a calm client's requests for a page of its inventory, beside
the same just before and after, alone. The other client keeps within its rate and its number of
streams: it is what one client can do to all others without being refused. Its work is done by other
processes.
"""

import http.client
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from benchmarks.measure import report
from discovery_dagster.domain.scope import Scope
from discovery_dagster.settings import Settings
from discovery_dagster.store import tokens
from discovery_dagster.store.database import Database
from discovery_dagster_tests.installation import Installation
from discovery_dagster_tests.serving import Served, serving

#: Assets of the calm client and of the loud one; requests that are measured, and seconds between.
CALM_ASSETS, LOUD_ASSETS = 1_000, 30_000
REQUESTS, PAUSE = 200, 0.02

#: Event streams in all; what a token may have open; requests a second of one within its rate.
STREAMS, A_TOKEN, FLOOD = 200, 16, 95

_FILL = (
    """insert into discovery.engagement (engagement, client) values (%(key)s, %(client)s)""",
    """insert into discovery.session (engagement, session) values (%(key)s, 's001')""",
    """insert into discovery.publication (engagement, session, step, publication, run_id, fence,
           code_version, inputs, counts, started_at)
       values (%(key)s, 's001', 'classified_assets', 'made', 'run', 1, '1', '{}', '{}', now())""",
    """insert into discovery.asset (engagement, session, seq, asset_id, name, hostname,
           ip_addresses, mac_addresses, applications, type, environment, criticality, tier,
           os_family, os_name, eol_status, memory_gb, confidence, rationale)
       select %(key)s, 's001', n, 'a' || n, 'srv-' || md5(n::text), 'srv-' || n,
              array['10.0.0.' || n %% 256], '{}', '{}', 'server', 'production', 'unknown',
              'unknown', 'linux', 'Debian 12', 'supported', n %% 512, 0.9, '{}'
       from generate_series(1, %(assets)s::int) n""",
)

#: The loud client: says `ready` when all is under way, and goes on until its input ends.
_LOUD = """
import http.client, select, socket, sys, threading, time
what, port, path, number = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
tokens = sys.argv[5:]

def opened(token, path, buffer):
    peer = socket.socket()
    if buffer:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    peer.connect(("127.0.0.1", port))
    peer.sendall(
        f"GET {path} HTTP/1.1\\r\\nHost: 127.0.0.1:{port}\\r\\n"
        f"Authorization: Bearer {token}\\r\\n\\r\\n".encode()
    )
    answer = peer.recv(12)
    assert answer == b"HTTP/1.1 200", answer
    return peer

def flood(over):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    while not over.wait(8 / number):
        connection.request("GET", path, headers={"Authorization": "Bearer " + tokens[0]})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200, answer.status

over = threading.Event()
if what == "flood":
    for _ in range(8):
        threading.Thread(target=flood, args=[over], daemon=True).start()
else:
    buffer = 4096 if what == "slow" else 0
    peers = [opened(tokens[n % len(tokens)], path, buffer) for n in range(number)]
print("ready", flush=True)
while True:
    readable, _, _ = select.select([sys.stdin, *(peers if what == "streams" else [])], [], [], 1)
    for each in readable:
        if each is sys.stdin:
            sys.exit()
        each.recv(1 << 16)
"""


def run() -> None:
    """Print by how much each kind of neighbour slows a client down."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        with Installation(folder / "home") as home:
            home.run("env")
            with home.database() as database, serving(home, Settings().api_rate) as server:
                for client, assets in (("calm", CALM_ASSETS), ("loud", LOUD_ASSETS)):
                    _fill(database, client, assets)
                _measure(home, database, server, folder)


def _measure(home: Installation, database: Database, server: Served, folder: Path) -> None:
    calm = _tokens(database, "calm", 1)[0]
    loud = _tokens(database, "loud", -(-STREAMS // A_TOKEN))
    session = "/api/v1/engagements/loud.exit/sessions/s001"
    neighbours = {
        f"{A_TOKEN} downloads that are not read": lambda: _loud(
            server, "slow", f"{session}/assets.csv", A_TOKEN, loud[:1]
        ),
        f"{STREAMS} event streams": lambda: _loud(
            server, "streams", f"{session}/events", STREAMS, loud
        ),
        f"{FLOOD} requests a second": lambda: _loud(
            server, "flood", f"{session}/assets", FLOOD, loud[:1]
        ),
        "a drop of hostile files": lambda: _importing(home, folder),
    }
    _times(server, calm)  # what is made at first use does not count
    for name, neighbour in neighbours.items():
        before = _times(server, calm)
        with neighbour():
            beside = _times(server, calm)
        alone = before + _times(server, calm)  # other work of a machine comes and goes
        figures = [statistics.quantiles(times, n=20)[-1] for times in (beside, alone)]
        report(
            f"a page's p95 beside {name} / alone",
            figures[0] / figures[1],
            "<= 2",
            " / ".join(f"{figure * 1000:.1f} ms" for figure in figures),
        )


def _fill(database: Database, client: str, assets: int) -> None:
    with database.connect() as connection:
        for statement in _FILL:
            connection.execute(
                statement, {"key": f"{client}.exit", "client": client, "assets": assets}
            )
    with database.connect(autocommit=True) as connection:
        connection.execute("analyze")


def _tokens(database: Database, client: str, number: int) -> list[str]:
    scope, lifetime = Scope(client), timedelta(days=1)
    return [tokens.create(database, scope, lifetime)[1] for _ in range(number)]


def _times(server: Served, token: str) -> list[float]:
    """Seconds of each request of the calm client, which come one after the other."""
    connection = http.client.HTTPConnection(server.url.partition("//")[2], timeout=60)
    path = "/api/v1/engagements/calm.exit/sessions/s001/assets"
    times = []
    for _ in range(REQUESTS):
        began = time.perf_counter()
        connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
        answer = connection.getresponse()
        answer.read()
        times.append(time.perf_counter() - began)
        if answer.status != http.client.OK:
            raise RuntimeError(f"A request of the calm client was answered with {answer.status}.")
        time.sleep(PAUSE)
    connection.close()
    return times


@contextmanager
def _loud(
    server: Served, what: str, path: str, number: int, secrets: Sequence[str]
) -> Iterator[None]:
    """The loud client at work, in a process of its own."""
    port = server.url.rpartition(":")[2]
    process = subprocess.Popen(
        [sys.executable, "-c", _LOUD, what, port, path, str(number), *secrets],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        if process.stdout is None or process.stdout.readline() != "ready\n":
            raise RuntimeError(f"The loud client could not begin its {what}.")
        yield
        if process.poll() is not None:
            raise RuntimeError(f"The loud client ended before its {what} was over.")
        process.kill()


@contextmanager
def _importing(home: Installation, folder: Path) -> Iterator[None]:
    """The loud client's import of files that are dear to read, begun again when it ends."""
    hostile = folder / "hostile"
    hostile.mkdir()
    columns, keys = ([f"c{n}" for n in range(number)] for number in (4_000, 900))
    (hostile / "wide.csv").write_text(",".join(columns) + "\n" + "x\n" * 9_000)
    (hostile / "keys.json").write_text(json.dumps([{column: 1} for column in columns]))
    (hostile / "deep.json").write_text("[" * 100_000 + "]" * 100_000)
    (hostile / "quotes.csv").write_text('Name,OS\n"' + 'a,"b\n' * 200_000)
    (hostile / "graph.dot").write_text(f"digraph {{ {{{' '.join(keys)}}} -> b }}")
    over = threading.Event()

    def work() -> None:
        while not over.is_set():
            process = home.start("import", hostile, "--client", "loud", "--engagement", "drops")
            while process.poll() is None and not over.wait(0.1):
                pass
            process.terminate()
            process.communicate()

    importer = threading.Thread(target=work)
    importer.start()
    time.sleep(4)  # until it reads
    try:
        yield
    finally:
        over.set()
        importer.join()
