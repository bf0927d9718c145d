"""A client's work while another client does what it may: slow readers, streams, floods, drops.

Pages: the 95th percentile of a calm client's requests for a page of its inventory, beside the same
just before and after, alone. Imports: seconds from the mark of a calm client's drop to the start of
its run, with all services up. The loud client keeps within its rate and its number of streams: it
is what one client can do to all others without being refused.
"""

import http.client
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.loud_client import fill, neighbours, new_tokens
from benchmarks.measure import report
from discovery_dagster.settings import Settings
from discovery_dagster.store.database import Database
from discovery_dagster_tests.installation import Installation
from discovery_dagster_tests.services import Services, running
from discovery_dagster_tests.serving import Served, serving

#: Requests that are measured, and seconds between.
REQUESTS, PAUSE = 200, 0.02

#: Drops that are measured, and seconds in which each is to start: the inbox is looked at every 15,
#: and a worker takes some to start.
DROPS, PROMISE = 3, 30

#: Seconds after which a drop that has not started is given up.
LIMIT = 300

_STARTED = """
select r.start_time as started from runs r join run_tags t on t.run_id = r.run_id
where t.key = 'dagster/partition' and t.value like %(key)s || '|%%' and r.start_time is not null
"""


def pages() -> None:
    """Print by how much each kind of neighbour slows a client's pages down."""
    with (
        _home() as (home, folder),
        home.database() as database,
        serving(home, Settings().api_rate) as server,
    ):
        fill(database)
        _measure_pages(home, database, server, folder)


def imports() -> None:
    """Print after how many seconds a drop starts, alone and beside each kind of neighbour."""
    with _home() as (home, folder), running(home) as services, home.database() as database:
        fill(database)
        _measure_drops(home, database, services, folder)


@contextmanager
def _home() -> Iterator[tuple[Installation, Path]]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        with Installation(folder / "home") as home:
            home.run("env")
            yield home, folder


def _measure_pages(home: Installation, database: Database, server: Served, folder: Path) -> None:
    calm = new_tokens(database, "calm", 1)[0]
    _times(server, calm)  # what is made at first use does not count
    for name, neighbour in neighbours(home, server.url, database, folder).items():
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


def _measure_drops(
    home: Installation, database: Database, services: Services, folder: Path
) -> None:
    def longest(what: str) -> float:
        engagements = (f"{what}-{n}" for n in range(DROPS))
        return max(_seconds_to_start(home, database, services, name) for name in engagements)

    longest("warm")  # what is made at first use does not count
    report(
        "seconds until a drop starts, alone", longest("alone"), f"<= {PROMISE}", f"{DROPS} drops"
    )
    loud = neighbours(home, services.api_url, database, folder)
    for number, (name, neighbour) in enumerate(loud.items()):
        with neighbour():
            seconds = longest(f"beside-{number}")
        report(f"the same beside {name}", seconds, f"<= {PROMISE}", f"{DROPS} drops")


def _seconds_to_start(
    home: Installation, database: Database, services: Services, engagement: str
) -> float:
    """Put a list of servers into the calm client's inbox and wait for the start of its run."""
    drop = home.home / "inbox" / "calm" / engagement / "drop"
    drop.mkdir(parents=True)
    rows = "\n".join(f"{engagement}-{n},Ubuntu 22.04" for n in range(100))
    (drop / "servers.csv").write_text(f"Hostname,OS\n{rows}\n")
    (drop / "_READY").touch()
    marked = time.time()

    def started() -> float | None:
        with database.connect() as connection:
            row = connection.execute(_STARTED, {"key": f"calm.{engagement}"}).fetchone()
        return float(row["started"]) if row else None

    return float(services.until(started, LIMIT)) - marked
