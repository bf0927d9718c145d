"""Peers that read slowly, or not at all: they cost others nothing, and end when they should."""

import socket
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from urllib.parse import urlsplit

import httpx
import pytest

from discovery_dagster.domain.keys import EngagementKey
from discovery_dagster_tests.api.conftest import Served
from discovery_dagster_tests.serving import serving

pytestmark = pytest.mark.long

SESSION = "/api/v1/engagements/upland.exit/sessions/s001"
LOWLAND = "/engagements/lowland.exit/sessions/s001"

#: More than the buffers of a socket take, so that a reader that stops holds the answer up.
ASSETS = 6_000

#: Seconds after which this server leaves a peer that takes nothing.
LEFT_AFTER = 15

#: Downloads, and event streams, that a token may have here.
AT_A_TIME = 12


@pytest.fixture(scope="module")
def server(served: Served) -> Iterator[Served]:
    """A server that shows a session of many assets, and soon leaves a peer that takes nothing."""
    with many_assets(served), serving(served.home, **limits(patience=LEFT_AFTER)) as other:
        yield other


@pytest.fixture(scope="module")
def patient(server: Served) -> Iterator[Served]:
    """The same with a patience that outlasts any test: what it counts as open stays open."""
    with serving(server.home, **limits(patience=600)) as other:
        yield other


def limits(patience: int) -> dict[str, str]:
    """Settings of a server: seconds until it leaves a peer, and few streams a token."""
    return {
        "DISCOVERY_API_PEER_SECONDS": str(patience),
        "DISCOVERY_API_STREAMS": str(AT_A_TIME),
    }


@contextmanager
def many_assets(served: Served) -> Iterator[None]:
    """While it lasts, the first session has so many assets more."""
    with served.home.database() as database:
        with database.writer(EngagementKey("upland", "exit")) as connection:
            connection.execute(
                "insert into discovery.asset select copy.*"
                " from (select * from discovery.asset where session = 's001' limit 1) a,"
                " generate_series(1, %s) n,"
                " jsonb_populate_record(null::discovery.asset, to_jsonb(a) || jsonb_build_object("
                "  'asset_id', gen_random_uuid()::text, 'seq', 1000000 + n,"
                "  'description', repeat('slow', 300))) copy",
                [ASSETS],
            )
        yield
        with database.writer(EngagementKey("upland", "exit")) as connection:
            connection.execute("delete from discovery.asset where seq > 1000000")


@contextmanager
def not_reading(server: Served, path: str, token: str) -> Iterator[socket.socket]:
    """A request whose answer begins, and of which its peer takes no more than the first bytes."""
    place = urlsplit(server.url)
    with socket.socket() as peer:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        peer.settimeout(30)
        peer.connect((place.hostname, place.port))
        peer.sendall(
            f"GET {path} HTTP/1.1\r\nHost: {place.netloc}\r\nAuthorization: Bearer {token}\r\n"
            "\r\n".encode()
        )
        assert peer.recv(12) == b"HTTP/1.1 200"
        yield peer


def seconds(ask: Callable[[], httpx.Response]) -> float:
    """The median of a few requests, all of which succeed."""
    times = []
    for _ in range(15):
        began = time.perf_counter()
        ask().raise_for_status()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


@pytest.mark.parametrize("ending", ["assets.csv", "assets.ndjson", "assets.parquet"])
def test_slow_downloads_of_one_client_do_not_slow_another(patient: Served, ending: str) -> None:
    token = patient.token("upland")
    with patient.asking(patient.token("lowland")) as lowland, ExitStack() as slow:
        alone = seconds(lambda: lowland.get(f"{LOWLAND}/assets"))
        for _ in range(AT_A_TIME):
            slow.enter_context(not_reading(patient, f"{SESSION}/{ending}", token))
        beside = seconds(lambda: lowland.get(f"{LOWLAND}/assets"))
        download = lowland.get(f"{LOWLAND}/assets.csv")
    assert beside < 20 * alone + 0.5
    assert "lowland-01" in download.text


def test_a_peer_that_takes_nothing_is_left(server: Served) -> None:
    with not_reading(server, f"{SESSION}/assets.ndjson", server.token("upland")) as peer:
        time.sleep(LEFT_AFTER + 4)
        taken = 0
        with suppress(ConnectionResetError):
            while piece := peer.recv(1024 * 1024):
                taken += len(piece)
    assert taken < ASSETS * 1200, "its answer was not cut off"


def test_whoever_reads_slowly_but_reads_gets_all(server: Served) -> None:
    path = "/engagements/upland.exit/sessions/s001/assets.ndjson"
    with (
        server.asking(server.token("upland")) as upland,
        upland.stream("GET", path, headers={"Accept-Encoding": "identity"}) as answer,
    ):
        rows = 0
        for piece in answer.iter_raw(512 * 1024):
            rows += piece.count(b"\n")
            time.sleep(0.2)
    assert rows > ASSETS


def test_a_token_has_so_many_downloads_and_no_more(patient: Served) -> None:
    token = patient.token("upland")
    with ExitStack() as slow, patient.asking(token) as upland:
        for _ in range(AT_A_TIME):
            slow.enter_context(not_reading(patient, f"{SESSION}/assets.ndjson", token))
        path = "/engagements/upland.exit/sessions/s001/assets"
        refused = upland.get(f"{path}.csv")
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) > 0
        assert f"{AT_A_TIME} downloads open" in refused.json()["detail"]
        assert upland.get(path).status_code == 200, "pages are none"
    with patient.asking(token) as upland:
        deadline = time.monotonic() + 5
        while upland.get(f"{path}.csv?q=none").status_code == 429:
            assert time.monotonic() < deadline, "what was closed still counts"
            time.sleep(0.05)


def test_a_flood_of_event_streams_of_one_token_hurts_no_other(server: Served) -> None:
    token = server.token("upland")
    statuses: list[int] = []
    with server.asking(server.token("lowland")) as lowland, ExitStack() as streams:
        alone = seconds(lambda: lowland.get(f"{LOWLAND}/assets"))
        limits = httpx.Limits(max_connections=None)
        flood = streams.enter_context(httpx.Client(limits=limits, timeout=30))
        for _ in range(200):
            headers = {"Authorization": f"Bearer {token}"}
            answer = streams.enter_context(
                flood.stream("GET", f"{server.url}{SESSION}/events", headers=headers)
            )
            statuses.append(answer.status_code)
        beside = seconds(lambda: lowland.get(f"{LOWLAND}/assets"))
        with lowland.stream("GET", f"{LOWLAND}/events") as mine:
            assert next(mine.iter_lines()) == "event: state"
    assert statuses.count(200) == AT_A_TIME
    assert statuses.count(429) == 200 - AT_A_TIME
    assert beside < 20 * alone + 0.5


def test_a_revoked_token_ends_its_event_stream_and_no_other(server: Served) -> None:
    created = server.home.json("token", "create", "--client", "upland")
    path = "/engagements/upland.exit/sessions/s001/events"
    with (
        server.asking(created["token"]) as revoked,
        server.asking(server.token("upland")) as living,
        revoked.stream("GET", path) as ending,
        living.stream("GET", path) as going_on,
    ):
        server.home.json("token", "revoke", created["id"])
        began = time.monotonic()
        assert "event: state" in list(ending.iter_lines()), "it ends"
        assert time.monotonic() - began < 10
        lines = going_on.iter_lines()
        while next(lines) != ": still here":
            pass
