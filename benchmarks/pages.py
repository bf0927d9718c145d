"""The inventory of many assets as a page beside the API call behind it, and as files; a drawing.

The rows are written by SQL, with the publications that the pages ask for: what is measured is
reading them. Where people work (the queue, the board, the map of applications) an import wrote the
rows, since those pages reckon with all of them.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import httpx
from playwright.sync_api import Browser, sync_playwright

from benchmarks import estate
from benchmarks.measure import report
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.domain.scope import Scope
from discovery_dagster.settings import Settings
from discovery_dagster.store import tokens
from discovery_dagster.store.database import Database, open_database
from discovery_dagster.store.facets import count_again
from discovery_dagster_tests.installation import Installation
from discovery_dagster_tests.pages.browsing import CHROMIUM, Visitor
from discovery_dagster_tests.serving import Served, serving

ASSETS = 200_000
SESSION = "/engagements/bench.large/sessions/s001"

#: Assets of the estate that people work in, and of each of its applications.
WORKED_ON, EACH = 5_000, 20
WORKED_SESSION = "/engagements/work.exit/sessions/s001"

#: Of the neighbourhood: assets of the application in the middle, and assets around it.
MEMBERS, AROUND = 40, 160

_KEYS = "'bench.large', 's001'"
_FILL = (
    "insert into discovery.engagement (engagement, client) values ('bench.large', 'bench')",
    f"insert into discovery.session (engagement, session) values ({_KEYS})",
    f"""insert into discovery.publication (engagement, session, step, publication, run_id, fence,
            code_version, inputs, counts, started_at)
        select {_KEYS}, step, 'made', 'run', 1, '1', '{{}}',
               jsonb_build_object('assets', {ASSETS}), now()
        from unnest(array['classified_assets', 'dependencies']) as step""",
    f"""insert into discovery.asset (engagement, session, seq, asset_id, name, hostname,
            ip_addresses, mac_addresses, applications, type, environment, criticality, tier,
            os_family, os_name, eol_status, memory_gb, confidence, rationale)
        select {_KEYS}, n, 'a' || n, 'srv-' || md5(n::text), 'srv-' || n,
               array['10.' || n / 65536 || '.' || n / 256 % 256 || '.' || n % 256], '{{}}',
               case when n < {MEMBERS} then array['Shop'] else '{{}}' end,
               (array['server', 'virtual_machine', 'database', 'unknown'])[1 + n % 4],
               (array['production', 'test', 'unknown'])[1 + n % 3], 'unknown', 'unknown',
               'linux', 'Debian 12', 'supported', n % 512, (n % 100) / 100.0, '{{}}'
        from generate_series(0, {ASSETS} - 1) n""",
    f"""insert into discovery.asset_member (engagement, session, seq, asset_id, file, line, keys)
        select {_KEYS}, n, 'a' || n, 'servers.csv', n + 2, '{{}}'
        from generate_series(0, {ASSETS} - 1) n""",
    f"""insert into discovery.plan_placement (engagement, session, seq, asset_id, "group", wave,
            strategy)
        select {_KEYS}, n, 'a' || n, 'G' || n / 20, 1 + n % 8, 'rehost'
        from generate_series(0, {ASSETS} - 1) n""",
    f"""insert into discovery.dependency (engagement, session, seq, edge, source, target, source_id,
            target_id, relation, port, protocol, evidence, confidence, status, resolved)
        select {_KEYS}, row_number() over (), row_number() over (), 'a' || s, 'a' || t, 'a' || s,
               'a' || t, 'connects_to', 443, 'tcp', '[]', 0.9, 'observed_only', true
        from (
            select n % {MEMBERS} as s, {MEMBERS} + n % {AROUND} as t
            from generate_series(0, {2 * AROUND} - 1) n
            union all
            select n, (n * 7 + 3) % {MEMBERS} from generate_series(0, {MEMBERS} - 1) n
        ) edges where s <> t""",
)


def run() -> None:
    """Print what a page of the inventory, pages of work and a drawing cost."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        home = Installation(Path(folder) / "home")
        with home, open_database(Settings(home=home.home)) as database:
            _fill(database)
            secret = tokens.create(database, Scope("bench"), timedelta(days=1))[1]
            with serving(home) as server:
                _inventory(server, secret)
                _streaming(server, secret)
                _working(server, Path(folder))
                if CHROMIUM.exists():
                    _drawing(server)
                else:
                    print("The drawing was not measured: there is no Chromium.")


def _inventory(server: Served, secret: str) -> None:
    headers = {"Authorization": f"Bearer {secret}"}
    with httpx.Client(base_url=server.url, headers=headers, timeout=60) as client:
        for name, query in (("", ""), (", filtered", "?type=database&environment=test")):
            page = _first_byte(client, f"{SESSION}/assets{query}")
            api = _first_byte(client, f"/api/v1{SESSION}/assets{query}")
            report(
                f"inventory of {ASSETS:,}{name}: page / API call",
                page / api,
                "<= 3",
                f"{page * 1000:.1f} ms / {api * 1000:.1f} ms to the first byte",
            )


def _working(server: Served, folder: Path) -> None:
    """Milliseconds that the server computes for a page without its forms, and that it takes."""
    files = [*estate.write(folder, WORKED_ON), folder / "applications.csv"]
    lines = (f"App {n // EACH},srv{n:08}" for n in range(WORKED_ON))
    files[-1].write_text("Application,Server\n" + "\n".join(lines) + "\n")
    server.home.json("import", *files, "--client", "work", "--engagement", "exit")
    token = server.token("work")
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=server.url, headers=headers, timeout=60) as client:
        for name, page, part in (
            ("the queue", "review", "data-question"),
            ("the board", "plan", "data-wave"),
            ("the map of applications", "dependencies", "data-map"),
        ):
            url = f"{WORKED_SESSION}/{page}"
            assert part in client.get(url).text  # noqa: S101 - else it is no figure
            wall, computed = _whole(client, server.pid, url)
            report(
                f"{name} of {WORKED_ON:,} assets: ms computed by the server",
                computed * 1000,
                "< 300",
                f"{wall * 1000:.0f} ms by the clock, with Postgres",
            )


def _whole(client: httpx.Client, pid: int, url: str, rounds: int = 9) -> tuple[float, float]:
    """Seconds by the clock (median) and of the server's processor time (mean) of a whole answer."""
    client.get(url).raise_for_status()  # what is made at first use does not count
    before, walls = _processor_time(pid), []
    for _ in range(rounds):
        began = time.perf_counter()
        client.get(url).raise_for_status()
        walls.append(time.perf_counter() - began)
    return statistics.median(walls), (_processor_time(pid) - before) / rounds


def _processor_time(pid: int) -> float:
    """Seconds that a process has computed so far, as itself and for the system."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _streaming(server: Served, secret: str) -> None:
    """MiB by which the server's peak grows from sending a quarter of the rows to sending all."""
    headers = {"Authorization": f"Bearer {secret}"}
    with httpx.Client(base_url=server.url, headers=headers, timeout=600) as client:
        for form in ("csv", "ndjson", "parquet"):
            url = f"/api/v1{SESSION}/assets.{form}"
            quarter = _peak_after(client, server, f"{url}?type=database")
            whole = _peak_after(client, server, url)
            report(
                f"{ASSETS:,} assets as {form}: MiB beyond a quarter's",
                whole - quarter,
                "< 16",
                f"{whole:.0f} MiB at the most",
            )


def _peak_after(client: httpx.Client, server: Served, url: str) -> float:
    with client.stream("GET", url) as answer:
        answer.raise_for_status()
        for _ in answer.iter_raw():
            pass
    return _mebibytes(server.pid, "VmHWM")


def _mebibytes(pid: int, measure: str) -> float:
    """A line of the kernel's account of a process, such as `VmHWM`, its peak."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{measure}:"))


def _first_byte(client: httpx.Client, url: str) -> float:
    def once() -> float:
        began = time.perf_counter()
        with client.stream("GET", url) as answer:
            answer.raise_for_status()
            next(answer.iter_raw(1))
            return time.perf_counter() - began

    return _median(once, rounds=15)


def _drawing(server: Served) -> None:
    """Milliseconds from the navigation until the drawing stands, on a renderer without a GPU."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        seconds = _median(lambda: _drawn(browser, server), rounds=5)
        browser.close()
    report(
        f"neighbourhood of {MEMBERS + AROUND} nodes drawn, in seconds",
        seconds,
        "< 2",
        f"{2 * AROUND + MEMBERS} dependencies, software rendering, from the navigation on",
    )


def _drawn(browser: Browser, server: Served) -> float:
    with Visitor.of(browser, server, "bench") as visitor:
        page = visitor.open(f"{SESSION}/dependencies?application=Shop&limit=200")
        assert page.locator(".node").count() == MEMBERS + AROUND  # noqa: S101 - else it is no figure
        return (
            float(page.evaluate("Number(document.querySelector('[data-drawn]').dataset.drawn)"))
            / 1000
        )


def _median(once: Callable[[], float], rounds: int) -> float:
    once()  # what is made at first use does not count
    return statistics.median(once() for _ in range(rounds))


def _fill(database: Database) -> None:
    # As the server's superuser, whom policies do not bind.
    with database.connect() as connection:
        for statement in _FILL:
            connection.execute(statement)
        count_again(connection, SessionKey.parse("bench.large|s001"))
    with database.connect(autocommit=True) as connection:
        connection.execute("analyze")
