"""A page of somebody else, in the browser of a person who is signed in, changes and reads nothing.

It stands at another port of this machine, which browsers take for the same site, at another name,
and at another name that was made to lead to our ports (DNS rebinding).
"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from discovery_dagster.domain.keys import PARTITIONS_NAME
from discovery_dagster_tests.folders import open_folder
from discovery_dagster_tests.installation import Installation
from discovery_dagster_tests.pages.browsing import CHROMIUM
from discovery_dagster_tests.processes import ports
from discovery_dagster_tests.services import Services, running

pytestmark = pytest.mark.long

PAGE = (Path(__file__).parent / "hostile_page.html").read_bytes()
FOREIGN = "hostile.example"  # leads to this machine, in this browser alone

SESSION = "/api/v1/engagements/acme.move/sessions/s001"
API_READS = (
    "/engagements",
    "/engagements/acme.move",
    "/api/v1/engagements",
    f"{SESSION}/assets",
    f"{SESSION}/assets.csv",
    "/openapi.json",
    "/docs",
    "/metrics",
)
DAGSTER_READS = ("/", "/runs", "/server_info", "/dagit_info", "/graphql")

#: What Dagster lets its UI do; the first reads, each of the others changes something.
QUERIES = (
    "{ runsOrError { ... on Runs { results { runId } } } }",
    f"""mutation {{
      addDynamicPartition(
        repositorySelector: {{
          repositoryLocationName: "discovery", repositoryName: "__repository__"
        }}
        partitionsDefName: "{PARTITIONS_NAME}"
        partitionKey: "acme.taken|s001"
      ) {{ __typename }}
    }}""",
    """mutation { stopSensor(id: "inbox") { __typename } }""",
    """mutation { setConcurrencyLimit(concurrencyKey: "taken", limit: 1) }""",
)

#: All that a frame may show of an answer of ours; the browser itself shows none of the pages.
REFUSALS = (
    "Pages of another origin may not use Dagster.",
    "GraphQL needs POST.",
    "The Host header names no address of this machine.",
    "This server does not answer for this host",
)


@dataclass
class Stranger:
    """A server of somebody else on this machine; it hears what browsers send to it."""

    server: ThreadingHTTPServer
    heard: list[tuple[str, str]]

    @property
    def port(self) -> int:
        return int(self.server.server_address[1])


@pytest.fixture(scope="module")
def stranger() -> Iterator[Stranger]:
    received: list[tuple[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            received.append((self.command, self.path))
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(PAGE)))
            self.end_headers()
            self.wfile.write(PAGE)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.do_GET()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Stranger(server, received)
    server.shutdown()


@pytest.fixture(scope="module")
def services() -> Iterator[Services]:
    """`discovery up` on a home with a session."""
    with open_folder() as folder, Installation(folder / "home") as home:
        (folder / "servers.csv").write_text("Hostname,OS,IP Address\nweb-01,RHEL 8,10.0.0.1\n")
        home.engagement("move").import_files(folder / "servers.csv")
        with running(home) as opened:
            yield opened


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, in which the foreign name leads to this machine."""
    if not CHROMIUM.exists():
        pytest.skip("no browser: apt-get install chromium fonts-dejavu-core")
    rules = f"--host-resolver-rules=MAP {FOREIGN} 127.0.0.1"
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", rules])


@pytest.fixture(scope="module")
def person(browser: Browser, services: Services) -> Iterator[BrowserContext]:
    """Somebody who is signed in to the pages and has Dagster's UI open."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{services.api_url}/sign-in")
    page.get_by_label("Token").fill(services.token)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/engagements")
    context.new_page().goto(services.dagster_url)
    yield context
    context.close()


def targets(api: str, dagster: str, token: str) -> dict[str, Any]:
    """What a page that knows everything about us would ask for."""
    return {
        "reads": [*(api + path for path in API_READS), *(dagster + path for path in DAGSTER_READS)],
        "graphql": [{"url": f"{dagster}/graphql", "query": query} for query in QUERIES],
        "posts": [
            {"url": f"{api}/sign-out", "fields": {}},
            {"url": f"{api}/sign-in", "fields": {"token": token}},
        ],
        "streams": [f"{api}{SESSION}/events"],
    }


def attacked(page: Page, api: str, dagster: str, token: str) -> list[str]:
    """Have the page try everything; return what it could read, in words or in its frames."""
    responses: list[str] = page.evaluate("asked => attack(asked)", targets(api, dagster, token))
    for frame in page.frames:
        place = urlsplit(frame.url)
        if frame != page.main_frame and place.scheme == "http":
            text = frame.locator("body").inner_text(timeout=10_000)
            ours = place.port in {urlsplit(api).port, urlsplit(dagster).port}
            if ours and text and not any(refusal in text for refusal in REFUSALS):
                responses.append(f"frame {frame.url}: {text[:80]}")
    return responses


def state(services: Services) -> dict[str, Any]:
    """What the page would change: logins, tokens and what Dagster keeps."""
    tables = ("discovery.login", "discovery.access_token", "public.dynamic_partitions",
              "public.runs", "public.concurrency_limits", "public.bulk_actions")  # fmt: skip
    with services.home.database() as database, database.connect() as connection:
        kept: dict[str, Any] = {
            table: connection.execute(f"select * from {table} t order by t").fetchall()
            for table in tables
        }
        kept["sensors"] = connection.execute(
            "select selector_id, status from public.instigators order by 1"
        ).fetchall()
    for token in kept["discovery.access_token"]:
        del token["expires_at"]  # that of `up` is prolonged
    return kept


@pytest.fixture
def unchanged(services: Services, person: BrowserContext) -> Iterator[None]:
    """Nothing has changed at the end, and the person is signed in as before."""
    before, cookies = state(services), person.cookies(services.api_url)
    yield
    assert state(services) == before
    assert person.cookies(services.api_url) == cookies
    signed_in = person.request.get(f"{services.api_url}/engagements", max_redirects=0)
    assert signed_in.status == 200


def test_the_services_open_two_ports_and_no_other(services: Services) -> None:
    opened = {urlsplit(url).port for url in (services.api_url, services.dagster_url)}
    assert ports(services.home.home) == opened


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", FOREIGN])
def test_a_page_at_another_origin_changes_and_reads_nothing(
    services: Services, person: BrowserContext, stranger: Stranger, host: str
) -> None:
    page = person.new_page()
    page.goto(f"http://{host}:{stranger.port}/")
    assert attacked(page, services.api_url, services.dagster_url, services.token) == []
    page.close()


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("port", ["api", "dagster"])
def test_a_page_whose_name_was_made_to_lead_to_us_changes_and_reads_nothing(
    services: Services, person: BrowserContext, port: str
) -> None:
    api, dagster = (
        f"http://{FOREIGN}:{urlsplit(url).port}" for url in (services.api_url, services.dagster_url)
    )
    page = person.new_page()
    # The page came from this name and port before the name led here.
    mine = api if port == "api" else dagster
    page.route(f"{mine}/hostile", lambda route: route.fulfill(body=PAGE, content_type="text/html"))
    page.goto(f"{mine}/hostile")
    assert attacked(page, api, dagster, services.token) == []
    page.close()


def test_the_hostile_page_does_what_it_says_where_nobody_stands_guard(
    person: BrowserContext, stranger: Stranger
) -> None:
    """Or the tests above would show nothing."""
    page = person.new_page()
    mine = f"http://127.0.0.1:{stranger.port}"
    page.goto(f"{mine}/")
    stranger.heard.clear()
    responses = page.evaluate("asked => attack(asked)", targets(mine, mine, "dsc_x"))
    assert any(line.startswith("fetch") for line in responses)
    received = set(stranger.heard)
    assert {("POST", "/graphql"), ("POST", "/sign-out"), ("POST", "/sign-in")} <= received
    assert {("GET", path) for path in API_READS} <= received
    assert {("GET", f"{SESSION}/events"), ("GET", "/graphql")} <= received
    assert len({path for method, path in received if path.startswith("/graphql?query=")}) >= 4
    page.close()


def test_dagsters_own_page_could_have_done_it(services: Services) -> None:
    services.ask(QUERIES[0])
    services.add_partition("acme.taken|s001")
    with services.home.database() as database, database.connect() as connection:
        keys = connection.execute("select partition from public.dynamic_partitions").fetchall()
    assert {"partition": "acme.taken|s001"} in keys
