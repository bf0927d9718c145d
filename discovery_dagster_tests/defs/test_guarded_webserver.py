"""No other web page has a browser change or read anything in Dagster."""

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from discovery_dagster.defs.guarded_webserver import Guard, GuardedWebserver, way_to_pages

HOME = "http://127.0.0.1:3000"
JSON = {"content-type": "application/json"}
ELSEWHERE = {"sec-fetch-site": "cross-site"}
LINK = {"sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}


async def answer(request):
    return PlainTextResponse("Dagster")


async def talk(websocket):
    await websocket.accept()
    await websocket.send_text("Dagster")
    await websocket.close()


@pytest.fixture
def browser():
    methods = ["GET", "POST", "PUT", "DELETE"]
    routes = [
        Route("/{path:path}", answer, methods=methods),
        WebSocketRoute("/graphql", talk),
    ]
    return TestClient(Starlette(routes=routes, middleware=[Middleware(Guard)]), base_url=HOME)


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("GET", "/graphql?query=mutation", ELSEWHERE),  # an image
        ("GET", "/graphql?query=mutation", {}),  # an image in a browser without fetch metadata
        ("GET", "/graphql/?query=mutation", {}),
        ("GET", "/graphql?query=mutation", {**ELSEWHERE, **LINK}),
        ("POST", "/graphql", {"content-type": "text/plain", "origin": "http://example.org"}),
        ("POST", "/graphql", {"content-type": "text/plain"}),
        ("POST", "/graphql", {"content-type": "application/x-www-form-urlencoded"}),
        ("POST", "/graphql", {"content-type": "multipart/form-data; boundary=x"}),
        ("POST", "/graphql", {**JSON, "origin": "http://example.org"}),
        ("POST", "/graphql", {**JSON, "origin": "null"}),
        ("POST", "/graphql", {**JSON, "origin": "http://127.0.0.1:8000"}),
        ("POST", "/graphql", {**JSON, "sec-fetch-site": "same-site"}),
        ("POST", "/report_asset_materialization/assets", {}),
        ("PUT", "/anything", {**JSON, **ELSEWHERE}),
        ("GET", "/logs/1", ELSEWHERE),
        ("GET", "/runs", {**ELSEWHERE, **LINK, "sec-fetch-dest": "iframe"}),
        ("POST", "/graphql", {**JSON, "host": "rebound.example.org:3000"}),
        ("GET", "/", {"host": "127.0.0.1.example.org"}),
        ("GET", "/", {"host": "[::1"}),
        ("GET", "/", {"host": ""}),
    ],
)
def test_what_another_page_can_have_a_browser_send_is_refused(browser, method, path, headers):
    response = browser.request(method, path, headers=headers)
    assert (response.status_code, response.text == "Dagster") == (403, False)


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("GET", "/", {}),
        ("GET", "/graphql", {}),
        ("GET", "/runs", {"sec-fetch-site": "same-site", **LINK}),  # a link of our own pages
        ("POST", "/graphql", JSON),
        ("POST", "/graphql", {**JSON, "origin": HOME, "sec-fetch-site": "same-origin"}),
        ("POST", "/graphql", {"content-type": "application/json; charset=utf-8"}),
        ("GET", "/", {"host": "localhost:9999"}),  # a tunnel
        ("GET", "/", {"host": "[::1]:3000"}),
    ],
)
def test_people_and_programs_of_the_machine_are_served(browser, method, path, headers):
    assert browser.request(method, path, headers=headers).text == "Dagster"


@pytest.mark.parametrize("origin", ["http://example.org", "null", "http://127.0.0.1:8000"])
def test_a_websocket_of_another_page_is_closed(browser, origin):
    with (
        pytest.raises(WebSocketDisconnect),
        browser.websocket_connect("/graphql", headers={"origin": origin, "host": "127.0.0.1:3000"}),
    ):
        pass


def test_dagsters_own_page_talks_over_its_websocket(browser):
    headers = {"origin": HOME, "host": "127.0.0.1:3000"}
    with browser.websocket_connect("/graphql", headers=headers) as websocket:
        assert websocket.receive_text() == "Dagster"


def test_the_guard_stands_before_all_of_dagsters_middleware():
    assert GuardedWebserver.build_middleware(object.__new__(GuardedWebserver))[0].cls is Guard


@pytest.mark.parametrize(
    ("path", "led_to"),
    [
        ("engagements/acme.exit/sessions/s001/plan", "engagements/acme.exit/sessions/s001/plan"),
        ("/elsewhere.example/", "/elsewhere.example/"),
        ("@elsewhere.example", "@elsewhere.example"),
    ],
)
def test_a_link_to_a_page_leads_to_where_the_pages_are_now(path, led_to):
    webserver = TestClient(Starlette(routes=[way_to_pages("http://127.0.0.1:8123/")]))
    response = webserver.get(f"/discovery/{path}", follow_redirects=False)
    assert response.headers["location"] == f"http://127.0.0.1:8123/{led_to}"


def test_a_link_to_a_page_says_who_serves_it_where_nobody_does():
    response = TestClient(Starlette(routes=[way_to_pages(None)])).get("/discovery/engagements")
    assert (response.status_code, "discovery up" in response.text) == (404, True)
