"""A client's reads and writes while another client's rows are replaced, and vacuumed.

One table for all clients, as it is, beside the same table in 16 partitions by engagement. The loud
client has 100,000 assets, the calm one 2,000. Figures are of the middle and of the 95th percentile
of the calm client's first page with its count, and of its publishing: its rows deleted and written
again. What the loud client does goes on in a process of its own all the while.
"""

import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from discovery_dagster.store import schema
from discovery_dagster.store.embedded_postgres import EmbeddedPostgres

#: Engagements of the loud client, and assets of each engagement.
ENGAGEMENTS, ASSETS = 50, 2_000

#: Seconds for which each is measured.
_SECONDS = 6.0

_PARTITIONS = 16

_CALM = "calm.move"

_ROWS = """
insert into {table} (engagement, session, seq, asset_id, name, type, tier, environment, criticality,
                     ip_addresses, mac_addresses, applications, confidence, rationale)
select %(engagement)s, 's001', n, md5(%(engagement)s || n), 'srv-' || n, 'server', 'unknown',
       'production', 'unknown', array['10.0.' || n / 250 || '.' || n %% 250], '{{}}', '{{}}', 0.9,
       '{{}}'
from generate_series(1, %(assets)s) n
"""

_DELETE = "delete from {table} where engagement = %(engagement)s and session = 's001'"

_PAGE = """
select name, type, environment from {table}
where engagement = 'calm.move' and session = 's001' order by seq limit 100
"""

_COUNT = """
select type, count(*) from {table}
where engagement = 'calm.move' and session = 's001' group by type
"""


def run() -> None:
    """Print how long the calm client waits, at rest and beside each, for both tables."""
    with tempfile.TemporaryDirectory(prefix="discovery-vacuum-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with EmbeddedPostgres(folder / "home") as server:
            url = server.url()
            schema.migrate(url)
            for table in ("discovery.asset", "split_asset"):
                _fill(url, table)
                _measure(url, table)


def _fill(url: str, table: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        if table == "split_asset":
            connection.execute(
                "create table split_asset (like discovery.asset including all)"
                " partition by hash (engagement)"
            )
            for number in range(_PARTITIONS):
                connection.execute(
                    f"create table split_asset_{number} partition of split_asset"
                    f" for values with (modulus {_PARTITIONS}, remainder {number})"
                )
        else:
            # The copy has no policies and references either; a superuser is subject to no policy.
            connection.execute(
                "alter table discovery.asset drop constraint asset_engagement_session_fkey"
            )
        for engagement in (_CALM, *_loud()):
            _write(connection, table, engagement)
        connection.execute(f"vacuum (analyze) {table}")


def _loud() -> Iterator[str]:
    for number in range(ENGAGEMENTS):
        yield f"loud.move-{number}"


def _write(connection: psycopg.Connection, table: str, engagement: str) -> None:
    values = {"engagement": engagement, "assets": ASSETS}
    with connection.transaction():
        connection.execute(_DELETE.format(table=table), values)
        connection.execute(_ROWS.format(table=table), values)


def _replace(url: str, table: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        while True:
            for engagement in _loud():
                _write(connection, table, engagement)


def _vacuum(url: str, table: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        while True:
            connection.execute(f"vacuum (analyze) {table}")


def _measure(url: str, table: str) -> None:
    for beside, works in {
        "nobody": (),
        "a client whose rows are replaced": (_replace,),
        "that and a vacuum": (_replace, _vacuum),
    }.items():
        with _going_on(url, table, works), psycopg.connect(url, autocommit=True) as connection:
            reads = _timed(lambda connection=connection: _read(connection, table))
            writes = _timed(lambda connection=connection: _write(connection, table, _CALM))
        print(
            f"{table:<16} beside {beside:<34} page {_figures(reads)}   publishing"
            f" {_figures(writes)}",
            flush=True,
        )


def _read(connection: psycopg.Connection, table: str) -> None:
    connection.execute(_PAGE.format(table=table)).fetchall()
    connection.execute(_COUNT.format(table=table)).fetchall()


@contextmanager
def _going_on(
    url: str, table: str, works: tuple[Callable[[str, str], None], ...]
) -> Iterator[None]:
    processes = [multiprocessing.Process(target=work, args=(url, table)) for work in works]
    for process in processes:
        process.start()
    try:
        time.sleep(1.0 if works else 0.0)
        yield
    finally:
        for process in processes:
            process.kill()
            process.join()


def _timed(work: Callable[[], None]) -> list[float]:
    seconds, end = [], time.monotonic() + _SECONDS
    while time.monotonic() < end:
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return seconds


def _figures(seconds: list[float]) -> str:
    most = sorted(seconds)[int(0.95 * len(seconds))]
    return f"{1000 * statistics.median(seconds):6.1f} ms, {1000 * most:6.1f} ms"
