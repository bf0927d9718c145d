"""What is true of the answers: freshness, compression, headers, metrics, streams."""

import io
import json
import time
from typing import Any

import httpx
import networkx
import polars as pl
import pytest

from discovery_dagster_tests.api.conftest import Served
from discovery_dagster_tests.api.test_reading import SESSION, paged, read
from discovery_dagster_tests.serving import serving


@pytest.mark.parametrize("path", ["assets", "assets/facets", "issues.csv", "graph"])
def test_who_has_the_newest_answer_is_told_so(path: str, upland: httpx.Client) -> None:
    first = upland.get(f"{SESSION}/{path}")
    again = upland.get(f"{SESSION}/{path}", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = upland.get(f"{SESSION}/{path}", headers={"If-None-Match": 'W/"other"'})
    assert other.status_code == 200


def test_answers_are_compressed_private_and_traceable(upland: httpx.Client) -> None:
    answer = upland.get(f"{SESSION}/assets", headers={"X-Request-Id": "mine-1"})
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["cache-control"] == "private, no-cache"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-request-id"] == "mine-1"
    forged = upland.get(f"{SESSION}/assets", headers={"X-Request-Id": "a b\tc"})
    assert forged.headers["x-request-id"] != "a b\tc"
    assert "access-control-allow-origin" not in answer.headers


def test_parquet_holds_the_same_rows(upland: httpx.Client) -> None:
    frame = pl.read_parquet(io.BytesIO(upland.get(f"{SESSION}/assets.parquet").content))
    rows = paged(upland, "assets", limit=1000)
    assert frame["id"].to_list() == [row["id"] for row in rows]
    assert frame["memory_gb"].to_list() == [row["memory_gb"] for row in rows]
    assert json.loads(frame["sources"][0]) == rows[0]["sources"]


def test_the_graph_is_read_by_other_tools(upland: httpx.Client) -> None:
    document = read(upland, f"{SESSION}/graph")
    graph = networkx.read_graphml(io.BytesIO(upland.get(f"{SESSION}/graph.graphml").content))
    assert set(graph.nodes) == {node["id"] for node in document["nodes"]}
    assert graph.number_of_edges() == len(document["edges"])


def test_each_materialisation_names_its_publication_run_and_rows(upland: httpx.Client) -> None:
    state = read(upland, SESSION)
    materialisations = read(upland, f"{SESSION}/materializations")["items"]
    published = {step["step"]: step["publication"] for step in state["steps"]}
    assert {item["asset_key"]: item["publication"] for item in materialisations} == published
    by_key: dict[str, Any] = {item["asset_key"]: item for item in materialisations}
    assert by_key["inventory"]["rows"] == state["counts"]["assets"]
    assert {item["run_id"] for item in materialisations} == {state["run_id"]}


def test_lineage_leads_to_the_cell(upland: httpx.Client) -> None:
    asset = next(row for row in paged(upland, "assets", limit=1000) if row["os_name"])
    values = read(upland, f"{SESSION}/assets/{asset['id']}/lineage")["values"]
    by_field = {value["field"]: value for value in values}
    won = [source for source in by_field["os_name"]["sources"] if source["won"]]
    assert won[0]["text"] is not None
    assert {"file": won[0]["file"], "sheet": None, "line": won[0]["line"]} in asset["sources"]
    assert upland.get(f"{SESSION}/assets/nothing/lineage").status_code == 404


def test_a_listener_is_given_the_state_at_once(upland: httpx.Client) -> None:
    with upland.stream("GET", f"{SESSION}/events") as stream:
        lines = stream.iter_lines()
        assert next(lines) == "event: state"
        state = json.loads(next(lines).removeprefix("data: "))
    assert state == read(upland, SESSION)


def test_metrics_count_by_route_and_name_nobody(served: Served, upland: httpx.Client) -> None:
    upland.get(f"{SESSION}/assets", params={"q": "canary"})
    text = httpx.get(f"{served.url}/metrics").text
    assert '/engagements/{engagement}/sessions/{session}/assets",status="200"' in text
    assert "upland" not in text
    assert "canary" not in text


def test_the_server_says_that_it_lives_and_can_answer(served: Served) -> None:
    assert httpx.get(f"{served.url}/healthz").json() == {"status": "ok"}
    assert httpx.get(f"{served.url}/readyz").json() == {"status": "ok"}


def test_the_access_log_names_route_and_token_and_holds_no_data(
    served: Served, upland: httpx.Client
) -> None:
    upland.get(f"{SESSION}/assets", params={"q": "canary"}, headers={"X-Request-Id": "logged-1"})
    deadline = time.monotonic() + 30  # the line is written after the answer
    while not (lines := [line for line in served.log if "logged-1" in line]):
        assert time.monotonic() < deadline, served.log[-3:]
        time.sleep(0.05)
    line = json.loads(lines[0])
    assert (line["method"], line["status"]) == ("GET", 200)
    assert line["route"].endswith("/sessions/{session}/assets")
    assert line["token"] is not None
    assert not any("canary" in line or "upland" in line for line in served.log)


def test_a_token_that_asks_too_much_is_told_when_to_come_back(served: Served) -> None:
    with serving(served.home, rate="3/minute") as slow, slow.asking(served.token("upland")) as asks:
        answers = [asks.get("/engagements") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert int(answers[3].headers["retry-after"]) > 0
    assert answers[3].headers["content-type"] == "application/problem+json"
