"""The notebook client against a server that misbehaves."""

import httpx
import pytest

from discovery_dagster.client import Discovery, DiscoveryError


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("discovery_dagster.client.connection.time.sleep", lambda seconds: None)


def against(*answers: httpx.Response | Exception) -> tuple[Discovery, list[httpx.Request]]:
    """A client whose requests are given these answers, one after the other."""
    requests: list[httpx.Request] = []
    queue = list(answers)

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        given = queue.pop(0)
        if isinstance(given, Exception):
            raise given
        return given

    return Discovery("http://host", "secret", transport=httpx.MockTransport(answer)), requests


def page(*names: str, following: str | None = None) -> httpx.Response:
    items = [{"id": name, "name": name} for name in names]
    return httpx.Response(200, json={"items": items, "next": following})


def test_pages_are_followed_to_their_end():
    discovery, requests = against(page("a", "b", following="there"), page("c"))
    assets = discovery.session("acme.exit", "s001").assets(type=["server", "database"])
    assert list(assets.index) == ["a", "b", "c"]
    assert [request.url.params.get("cursor") for request in requests] == [None, "there"]
    assert requests[1].url.params.get_list("type") == ["server", "database"]
    assert requests[0].headers["authorization"] == "Bearer secret"


def test_passing_failures_are_tried_again():
    discovery, requests = against(
        httpx.ConnectError("refused"), httpx.Response(503), httpx.Response(429), page("a")
    )
    assert len(discovery.session("acme.exit", "s001").files()) == 1
    assert len(requests) == 4


def test_what_stays_refused_is_said_with_its_status():
    missing = httpx.Response(404, json={"detail": "There is no such thing here."})
    discovery, requests = against(missing)
    with pytest.raises(DiscoveryError, match="no such thing") as refused:
        discovery.session("acme.exit", "s001").state()
    assert refused.value.status == 404
    assert len(requests) == 1


def test_a_server_that_is_gone_is_given_up():
    discovery, requests = against(*[httpx.ConnectError("refused")] * 9)
    with pytest.raises(DiscoveryError, match="Nothing answers"):
        discovery.engagements()
    assert len(requests) == 4


def test_an_error_page_of_a_proxy_is_one_sentence():
    discovery, _ = against(httpx.Response(400, text="<html>"))
    with pytest.raises(DiscoveryError, match="answered 400"):
        discovery.engagements()


def test_an_empty_list_is_an_empty_frame():
    discovery, _ = against(page())
    assert discovery.session("acme.exit", "s001").assets().empty
