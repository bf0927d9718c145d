"""Two clients of one server: a calm one, and a loud one that does all it may without being refused.

What the loud client does, other processes do: readers that do not read, event streams, requests at
its rate, and imports of files that are dear to read.
"""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from pathlib import Path

from discovery_dagster.domain.scope import Scope
from discovery_dagster.store import tokens
from discovery_dagster.store.database import Database
from discovery_dagster_tests.installation import Installation

#: Assets of the calm client and of the loud one.
CALM_ASSETS, LOUD_ASSETS = 1_000, 30_000

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


def fill(database: Database) -> None:
    """Give each of the two an engagement with assets that are published."""
    with database.connect() as connection:
        for client, assets in (("calm", CALM_ASSETS), ("loud", LOUD_ASSETS)):
            for statement in _FILL:
                connection.execute(
                    statement, {"key": f"{client}.exit", "client": client, "assets": assets}
                )
    with database.connect(autocommit=True) as connection:
        connection.execute("analyze")


def new_tokens(database: Database, client: str, number: int) -> list[str]:
    """Return the secrets of as many new tokens of a client."""
    scope, lifetime = Scope(client), timedelta(days=1)
    return [tokens.create(database, scope, lifetime)[1] for _ in range(number)]


def neighbours(
    home: Installation, url: str, database: Database, folder: Path
) -> dict[str, Callable[[], AbstractContextManager[None]]]:
    """What the loud client can do, by name: each is under way while its context lasts.

    Args:
        home: whose command line it uses.
        url: of the API.
        database: with the two clients' assets (`fill`).
        folder: for its files.
    """
    secrets = new_tokens(database, "loud", -(-STREAMS // A_TOKEN))
    session = "/api/v1/engagements/loud.exit/sessions/s001"
    files = _hostile_files(folder)
    return {
        f"{A_TOKEN} downloads that are not read": lambda: _requests(
            url, "slow", f"{session}/assets.csv", A_TOKEN, secrets[:1]
        ),
        f"{STREAMS} event streams": lambda: _requests(
            url, "streams", f"{session}/events", STREAMS, secrets
        ),
        f"{FLOOD} requests a second": lambda: _requests(
            url, "flood", f"{session}/assets", FLOOD, secrets[:1]
        ),
        "drops of hostile files": lambda: _imports(home, files),
    }


@contextmanager
def _requests(
    url: str, what: str, path: str, number: int, secrets: Sequence[str]
) -> Iterator[None]:
    """A process that asks the API for `path`: as `slow`, `streams` or `flood`."""
    port = url.rpartition(":")[2]
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


def _hostile_files(folder: Path) -> Path:
    hostile = folder / "hostile"
    hostile.mkdir()
    columns, keys = ([f"c{n}" for n in range(number)] for number in (4_000, 900))
    (hostile / "wide.csv").write_text(",".join(columns) + "\n" + "x\n" * 9_000)
    (hostile / "keys.json").write_text(json.dumps([{column: 1} for column in columns]))
    (hostile / "deep.json").write_text("[" * 100_000 + "]" * 100_000)
    (hostile / "quotes.csv").write_text('Name,OS\n"' + 'a,"b\n' * 200_000)
    (hostile / "graph.dot").write_text(f"digraph {{ {{{' '.join(keys)}}} -> b }}")
    return hostile


@contextmanager
def _imports(home: Installation, files: Path) -> Iterator[None]:
    """Imports of those files into two engagements at once, begun again when they end."""
    over = threading.Event()

    def work(engagement: str) -> None:
        while not over.is_set():
            process = home.start("import", files, "--client", "loud", "--engagement", engagement)
            while process.poll() is None and not over.wait(0.1):
                pass
            process.terminate()
            process.communicate()

    importers = [threading.Thread(target=work, args=[name]) for name in ("drops", "more-drops")]
    for importer in importers:
        importer.start()
    time.sleep(4)  # until they read
    try:
        yield
    finally:
        over.set()
        for importer in importers:
            importer.join()
