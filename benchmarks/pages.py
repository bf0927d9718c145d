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
from functools import partial
from pathlib import Path

import httpx
from playwright.sync_api import Browser, sync_playwright

from benchmarks import estate
from benchmarks.measure import report
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.domain.roles import Role
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

#: Assets of the estates that people work in with the milliseconds that a page may take the server
#: and the seconds until it stands in a browser; and assets of each application.
WORKED_ON = {5_000: (300, 2), 50_000: (1_000, 4)}
EACH = 20
#: Pages that people work on, what each has to show, and what of it has to be drawn.
WORK = (
    ("the queue", "review", "[data-question]"),
    ("the board", "plan", "[data-wave]"),
    ("the map of applications", "dependencies", "[data-map] .node"),
)

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
                for assets in WORKED_ON:
                    _working(server, Path(folder), assets)
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


def _working(server: Served, folder: Path, assets: int) -> None:
    """What an editor waits for: at the first look after a start, then, and until it is drawn."""
    client = f"work{assets}"
    session = f"/engagements/{client}.exit/sessions/s001"
    files = [*estate.write(folder, assets), folder / "applications.csv", folder / "unclear.csv"]
    lines = (f"App {n // EACH},srv{n:08}" for n in range(assets))
    files[-2].write_text("Application,Server\n" + "\n".join(lines) + "\n")
    # What is unclear of one asset in five: what it is, and whose memory is right.
    unclear = (f"srv{n:08},{900 + n % 7},Kiste" for n in range(0, assets, 5))
    files[-1].write_text("Hostname,Memory (GB),Typ\n" + "\n".join(unclear) + "\n")
    server.home.json("import", *files, "--client", client, "--engagement", "exit")
    token = server.token(client, role=Role.EDITOR, name="Ann Li")
    milliseconds, seconds = WORKED_ON[assets]
    with httpx.Client(base_url=server.url, timeout=120) as editor:
        editor.post("/sign-in", data={"token": token})
        for name, page, _ in WORK:
            url = f"{session}/{page}"
            first = _cost(editor, server.pid, url)
            then = [_cost(editor, server.pid, url) for _ in range(9)]
            report(
                f"{name} of {assets:,} assets for an editor: ms computed by the server",
                statistics.mean(each[1] for each in then) * 1000,
                f"< {milliseconds:,}",
                f"{statistics.median(each[0] for each in then) * 1000:.0f} ms by the clock, with"
                f" Postgres; at first {first[1] * 1000:.0f} ms and {first[0] * 1000:.0f} ms",
            )
        assert 'name="form"' in editor.get(f"{session}/review").text  # noqa: S101 - an editor's
    if CHROMIUM.exists():
        _standing(server, session, token, assets, seconds)


def _cost(client: httpx.Client, pid: int, url: str) -> tuple[float, float]:
    """Seconds by the clock and of the server's processor time of a whole answer."""
    before, began = _processor_time(pid), time.perf_counter()
    answer = client.get(url)
    answer.raise_for_status()
    return time.perf_counter() - began, _processor_time(pid) - before


def _standing(server: Served, session: str, token: str, assets: int, most: int) -> None:
    """Seconds from the navigation until a page stands, drawing and all, for an editor."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        with Visitor.of(browser, server, "", token=token) as editor:
            for name, page, part in WORK:
                stands = partial(_stands, editor, f"{session}/{page}", part)
                figure = f"{name} of {assets:,} assets in a browser, in seconds"
                report(figure, _median(stands, rounds=3), f"< {most}", "from the navigation on")
        browser.close()


def _stands(editor: Visitor, url: str, part: str) -> float:
    began = time.perf_counter()
    page = editor.open(url)
    page.locator(part).first.wait_for()
    seconds = time.perf_counter() - began
    page.close()
    return seconds


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
