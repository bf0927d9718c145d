"""The bundled estate through every step of the domain, against the truth written beside it."""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
import pytest

from discovery_dagster.domain import (
    canonical,
    classification,
    dependencies,
    graph,
    identity,
    intake,
)
from discovery_dagster.domain.planning import plan
from discovery_dagster.reference import SAMPLE_ESTATE

pytestmark = pytest.mark.pipeline

TRUTH = json.loads((SAMPLE_ESTATE / "truth.json").read_text("utf-8"))

#: What the portfolio wants to be retired, and what serves it alone.
ARCHIVE = {"altarchiv aufträge", "alt-app-p01", "alt-db-p01", "alt_p@alt-db-p01"}


@dataclass
class Result:
    accounts: dict[tuple[str, str | None], dict[str, Any]]
    asset_of: dict[tuple[str, str | None, int], str]
    assets: dict[str, dict[str, Any]]
    edges: pl.DataFrame
    plan: plan.Plan


@pytest.fixture(scope="module")
def result() -> Result:
    names = [file["file"] for file in TRUTH["files"]]
    tables = [t for n in names for t in intake.read_tables(SAMPLE_ESTATE / n, n)[1]]
    mapped = intake.understand(tables, lambda *_: None)["mapping"]
    records = canonical.canonicalise(tables, mapped)
    counted = records.outcomes.group_by("file", "sheet").agg(
        (pl.col("outcome") == outcome).sum().alias(outcome)
        for outcome in ("accepted", "rejected", "ignored")
    )
    inventory = identity.resolve("demo.sample-estate", records.assets, records.relations, {})
    classified = classification.classify(inventory.assets, date(2026, 1, 1))
    edges = dependencies.build(classified, records.relations)
    nodes = graph.analyse(classified, edges)
    return Result(
        {(row["file"], row["sheet"]): row for row in counted.iter_rows(named=True)},
        {
            (row["file"], row["sheet"], row["line"]): row["asset_id"]
            for row in inventory.members.iter_rows(named=True)
        },
        {row["asset_id"]: row for row in classified.iter_rows(named=True)},
        edges,
        plan.make(classified, edges, nodes),
    )


def asset_ids(result: Result, thing: dict[str, Any]) -> set[str | None]:
    places = [(place["file"], place["sheet"], place["line"]) for place in thing["records"]]
    return {result.asset_of.get(place) for place in places}


def test_each_table_counts_as_the_truth_says(result):
    for file in TRUTH["files"]:
        for table in file["tables"]:
            counted = result.accounts[(file["file"], table["sheet"])]
            for outcome in ("accepted", "rejected", "ignored"):
                assert counted[outcome] == table[outcome], (file["file"], table["sheet"], outcome)


def test_the_records_of_one_thing_make_one_asset_and_no_two_things_share_one(result):
    assert len(result.assets) == len(TRUTH["things"])
    owners: Counter[str | None] = Counter()
    for thing in TRUTH["things"]:
        if not thing["records"]:
            continue  # known by name only
        ids = asset_ids(result, thing)
        assert len(ids) == 1, thing["name"]
        owners.update(ids)
    assert None not in owners
    assert set(owners.values()) == {1}


def test_what_relations_name_keeps_its_id_when_the_list_that_described_it_is_gone():
    everything = [file["file"] for file in TRUTH["files"]]
    first = _inventory(everything, {})
    later = _inventory(
        [name for name in everything if name != "cmdb_servers.csv"],
        dict(first.identifiers.rows()),
    )
    (before,) = first.assets.filter(pl.col("name") == "stor-rz2-01")["asset_id"]
    (asset,) = later.assets.filter(pl.col("name") == "stor-rz2-01").rows(named=True)
    assert (asset["asset_id"], asset["named_only"]) == (before, True)
    assert later.members.filter(asset_id=before)["keys"].to_list() == [
        ["registered:qualified:storage|stor-rz2-01"]
    ]


def _inventory(names: list[str], known: dict[str, str]) -> identity.Inventory:
    tables = [t for n in names for t in intake.read_tables(SAMPLE_ESTATE / n, n)[1]]
    records = canonical.canonicalise(tables, intake.understand(tables, lambda *_: None)["mapping"])
    return identity.resolve("demo.sample-estate", records.assets, records.relations, known)


def test_no_type_is_wrong_and_few_are_unknown_that_could_be_known(result):
    missed = 0
    for thing in TRUTH["things"]:
        for asset_id in asset_ids(result, thing):
            type_of_asset = result.assets[asset_id]["type"] if asset_id else thing["type"]
            assert type_of_asset in (thing["type"], "unknown"), thing["name"]
            missed += type_of_asset != thing["type"]
    assert missed <= 0.01 * len(TRUTH["things"])


def test_environments_that_a_record_states_are_read_as_the_truth_says(result):
    for thing in TRUTH["things"]:
        if thing.get("environment") in (None, "unknown"):
            continue
        for asset_id in asset_ids(result, thing) - {None}:
            assert result.assets[asset_id]["environment"] == thing["environment"], thing["name"]


def test_the_edges_are_the_true_ones(result):
    names = {name: thing["name"] for thing in TRUTH["things"] for name in thing["names"]}
    wanted = {(edge["source"], edge["target"]) for edge in TRUTH["edges"]}
    allowed = wanted | {(edge["source"], edge["target"]) for edge in TRUTH["implied_edges"]}
    edges = {
        (names.get(source, source), names.get(target, target))
        for source, target in result.edges.filter("resolved").select("source", "target").iter_rows()
    }
    assert edges - allowed == set()
    assert len(wanted - edges) <= 0.01 * len(wanted)


def test_every_asset_has_its_place_in_the_plan_and_waves_follow_the_groups_needs(result):
    placements = {row["asset_id"]: row for row in result.plan.placements.iter_rows(named=True)}
    planned = {key for key, asset in result.assets.items() if asset["type"] != "external"}
    assert placements.keys() == planned
    assert all(row["reason"] for row in placements.values())
    ties = result.edges.filter("resolved", pl.col("infrastructure").is_null())
    later = sum(
        placements[source]["wave"] < placements[target]["wave"]
        for source, target in ties.select("source_id", "target_id").iter_rows()
        if not _is_placement(result, source, target)
        and None not in (placements[source]["wave"], placements[target]["wave"])
    )
    assert later == 0
    removed = [row for row in placements.values() if row["wave"] is None]
    retired = {row["asset_id"] for row in removed if row["strategy"] == "retire"}
    assert {row["strategy"] for row in removed} == {"retire", "retain"}
    names = {asset: result.assets[asset]["name"].lower() for asset in retired}
    with_archive = {asset for asset, name in names.items() if name in ARCHIVE}
    assert len(with_archive) == len(ARCHIVE)
    statuses = {result.assets[asset]["status"] for asset in retired - with_archive}
    assert statuses == {"Außer Betrieb"}
    staying = {result.assets[row["asset_id"]]["type"] for row in removed} - {"virtual_machine"}
    assert {"network_device", "security_device", "cluster"} <= staying


def _is_placement(result: Result, source: str, target: str) -> bool:
    """A machine's place on its host or cluster does not move with it.

    An application's own entry goes with its production, whatever its other deployments do.
    """
    ends = result.assets[source], result.assets[target]
    kinds = {end["type"] for end in ends}
    elsewhere = ends[0]["type"] == "application" and ends[1]["environment"] != "production"
    return bool(kinds & {"cluster"}) or kinds == {"virtual_machine", "server"} or elsewhere
