"""Requests that no page or program of ours makes: of other sites or hosts, or malformed."""

import socket
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from discovery_dagster_tests.api.conftest import Served
from discovery_dagster_tests.serving import serving

SESSION = "/engagements/upland.exit/sessions/s001"


@pytest.fixture
def browser(served: Served) -> Iterator[httpx.Client]:
    """Somebody who has signed in."""
    with httpx.Client(base_url=served.url, timeout=30) as client:
        client.post("/sign-in", data={"token": served.token("upland")})
        assert client.get("/engagements").status_code == 200
        yield client


def test_a_copied_cookie_is_worth_nothing_after_sign_out(
    served: Served, browser: httpx.Client
) -> None:
    cookie = f"discovery={browser.cookies['discovery']}"
    browser.post("/sign-out")
    for path in ("/engagements", "/api/v1/engagements"):
        copied = httpx.get(f"{served.url}{path}", headers={"Cookie": cookie})
        assert copied.status_code in (303, 401), path
    with serving(served.home) as restarted:
        copied = httpx.get(f"{restarted.url}/api/v1/engagements", headers={"Cookie": cookie})
        assert copied.status_code == 401


def test_signing_out_ends_one_login_and_the_token_lives_on(served: Served) -> None:
    token = served.token("upland")
    with httpx.Client(base_url=served.url) as here, httpx.Client(base_url=served.url) as there:
        for client in (here, there):
            client.post("/sign-in", data={"token": token})
        here.post("/sign-out")
        assert here.get("/api/v1/engagements").status_code == 401
        assert there.get("/api/v1/engagements").status_code == 200


def test_signing_out_ends_the_event_stream_of_that_browser(
    served: Served, browser: httpx.Client
) -> None:
    with browser.stream("GET", f"/api/v1{SESSION}/events") as events:
        began = time.monotonic()
        httpx.post(f"{served.url}/sign-out", cookies=browser.cookies)
        assert "event: state" in list(events.iter_lines())
    assert time.monotonic() - began < 30


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://example.com"},
        {"Origin": "null"},
    ],
)
@pytest.mark.parametrize("path", ["/sign-in", "/sign-out"])
def test_no_other_site_signs_anybody_in_or_out(
    served: Served, browser: httpx.Client, path: str, headers: dict[str, str]
) -> None:
    answer = browser.post(path, data={"token": served.token("upland")}, headers=headers)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    assert browser.get("/engagements").status_code == 200


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "same-origin"}, {"Origin": "here"}])
def test_a_page_of_this_site_signs_in(served: Served, headers: dict[str, str]) -> None:
    headers = {name: value.replace("here", served.url) for name, value in headers.items()}
    data = {"token": served.token("upland")}
    answer = httpx.post(f"{served.url}/sign-in", data=data, headers=headers)
    assert answer.status_code == 303


@pytest.mark.parametrize(
    "path",
    [
        "/%00",
        "/engagements/%00",
        "/engagements/upland.exit%00",
        f"{SESSION}/assets?q=%00",
        f"{SESSION}/assets/%00",
        f"{SESSION}/dependencies?application=%00",
        f"{SESSION}/changes?against=%00",
        f"{SESSION}/quality?%00=x",
        "/static/%00",
        "/docs%00",
        "/sign-in?next=%00",
        f"{SESSION}/assets?q=%ff",
        f"{SESSION}/assets/%ff%fe",
        f"{SESSION}/assets?q=%ed%a0%80",
        "/engagements/%c0%80",
    ],
)
def test_bytes_that_are_no_text_find_nothing_and_break_nothing(
    browser: httpx.Client, path: str
) -> None:
    for prefix in ("", "/api/v1"):
        assert browser.get(prefix + path).status_code in (200, 404, 422), prefix + path


def test_nothing_leads_to_the_host_that_a_request_names(served: Served) -> None:
    place = urlsplit(served.url)
    for path in (
        "/engagements/",
        "/api/v1/engagements/",
        "/",
        "/docs/",
        "//example.com/",
        "/static",
    ):
        answer = raw(served, path, host=place.netloc)
        location = [line for line in answer.splitlines() if line.lower().startswith("location:")]
        assert all(line.split(":", 1)[1].strip().startswith("/") for line in location), answer
        assert not any("//" in line for line in location), answer


@pytest.mark.parametrize("host", ["example.com", "example.com:80", "localhost.example.com", "[x"])
def test_a_name_that_was_made_to_lead_here_is_refused(served: Served, host: str) -> None:
    for path in ("/", "/engagements", "/api/v1/engagements", "/healthz", "/docs"):
        assert raw(served, path, host).startswith("HTTP/1.1 421"), path


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:80", "127.0.0.1", "[::1]:1", "127.9.9.9"])
def test_this_machine_is_answered_by_any_of_its_own_names(served: Served, host: str) -> None:
    assert raw(served, "/healthz", host).startswith("HTTP/1.1 200")


def test_a_name_that_was_set_is_answered(served: Served) -> None:
    settings = {
        "DISCOVERY_API_HOSTS": "plans.example",
        "DISCOVERY_PAGES_URL": "https://pages.example/",
    }
    with serving(served.home, **settings) as named:
        for host in ("plans.example", "pages.example:443"):
            assert raw(named, "/healthz", host).startswith("HTTP/1.1 200")
        assert raw(named, "/healthz", "other.example").startswith("HTTP/1.1 421")


@pytest.mark.parametrize(
    "path",
    [
        "/engagements",
        f"{SESSION}/assets",
        f"/api/v1{SESSION}",
        f"/api/v1{SESSION}/assets",
        f"/api/v1{SESSION}/assets.csv",
        f"/api/v1{SESSION}/events",
        "/healthz",
        "/openapi.json",
        "/static/discovery.css",
        "/engagements/nobody.nothing",
    ],
)
def test_head_has_the_headers_of_get(browser: httpx.Client, path: str) -> None:
    head = browser.head(path)
    with browser.stream("GET", path) as get:
        expected = get.headers
    assert (head.status_code, head.content) == (get.status_code, b"")
    ours = {"x-request-id", "date", "transfer-encoding", "connection"}
    assert {name: head.headers[name] for name in head.headers.keys() - ours} == {
        name: expected[name] for name in expected.keys() - ours
    }


def test_guesses_at_the_sign_in_are_counted_and_refused(served: Served) -> None:
    with serving(served.home) as guessed, guessed.from_elsewhere() as client:
        statuses = [
            client.post("/sign-in", data={"token": f"dsc_{number}"}).status_code
            for number in range(12)
        ]
        refused = client.post("/sign-in", data={"token": guessed.token("upland")})
    assert statuses == [401] * 10 + [429] * 2
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0
    assert "Too many wrong tokens" in refused.text


@pytest.mark.parametrize(
    "header", ["X-Forwarded-For", "X-Forwarded-Host", "Forwarded", "Via", "X-Real-IP"]
)
def test_a_proxy_on_this_machine_shows_nobody_the_metrics(served: Served, header: str) -> None:
    url = f"{served.url}/metrics"
    assert httpx.get(url).status_code == 200
    for value in ("127.0.0.1", "192.0.2.1"):
        assert httpx.get(url, headers={header: value}).status_code == 401
    token = {"Authorization": f"Bearer {served.token('upland')}"}
    assert httpx.get(url, headers={header: "192.0.2.1", **token}).status_code == 200


def raw(served: Served, path: str, host: str) -> str:
    """The head of an answer, asked for without a client that tidies the request up."""
    place = urlsplit(served.url)
    with socket.create_connection((place.hostname, place.port), timeout=30) as peer:
        peer.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        return peer.makefile("rb").read().decode("latin-1").split("\r\n\r\n")[0]
