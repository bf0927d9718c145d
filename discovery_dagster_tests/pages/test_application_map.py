"""The map of applications: all of a small estate, the clearest of a large one."""

import json

import polars as pl

from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.pages import application_map
from discovery_dagster.pages.application_map import MOST, MOST_DRAWN

SESSION = SessionKey.of(EngagementKey("acme", "exit"), "s001")
ROW = {"status": "observed_only", "ports": [443], "connections": 1, "evidence": "seen"}
APPLICATION = {"members": 2, "criticality": "high", "deployments": []}


def drawn(pairs, applications, **more):
    """The map of interfaces between applications that are called by their numbers."""
    rows = [
        {"source": f"App {a}", "target": f"App {b}", "source_id": str(a), "target_id": str(b)}
        | ROW
        | more.get(f"of_{a}_{b}", {})
        for a, b in pairs
    ]
    known = [{"application_id": str(at), **APPLICATION} for at in range(applications)]
    schema = {"deployments": pl.List(pl.Struct({"environment": pl.String, "waves": pl.List(int)}))}
    return application_map.draw(
        SESSION, pl.DataFrame(known, schema_overrides=schema), pl.DataFrame(rows)
    )


def edges(map_):
    return [(each["source"], each["target"]) for each in json.loads(map_.drawing.document)["edges"]]


def test_all_interfaces_of_a_small_estate_are_drawn_and_what_has_none_is_counted():
    shown = drawn([(0, 1), (1, 2)], 5)
    assert edges(shown) == [("0", "1"), ("1", "2")]
    assert shown.sentence == "3 applications and 2 interfaces. 2 more have none."


def test_of_many_interfaces_those_declared_and_those_seen_most_are_drawn():
    every = [(a, b) for a in range(30) for b in range(30) if a != b]
    rare = {"of_28_29": {"status": "declared_only", "connections": 0}}
    often = {"of_29_28": {"connections": 900}}
    shown = drawn(every, 30, **rare, **often)
    assert len(edges(shown)) == MOST_DRAWN
    assert {("28", "29"), ("29", "28")} <= set(edges(shown))
    assert "of 870 interfaces those that are declared or seen most often" in shown.sentence


def test_of_many_applications_those_of_most_interfaces_are_drawn():
    shown = drawn([(0, at) for at in range(1, MOST + 40)], MOST + 40)
    nodes = json.loads(shown.drawing.document)["nodes"]
    assert len(nodes) == MOST
    assert "0" in {node["id"] for node in nodes}


def test_nothing_is_drawn_where_there_is_no_interface():
    assert application_map.draw(SESSION, pl.DataFrame(), pl.DataFrame()) is None
