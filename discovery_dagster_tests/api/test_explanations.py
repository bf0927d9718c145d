"""The API about the map: external endpoints, cycles, coverage, and what explains an asset."""

import httpx
import pytest

from discovery_dagster_tests.api.test_reading import SESSION, paged, read


def test_strangers_are_filtered_by_what_they_are(upland: httpx.Client) -> None:
    everyone = paged(upland, "endpoints", limit=1000)
    kinds = {row["kind"] for row in everyone}
    assert "external" in kinds
    outside = paged(upland, "endpoints", kind="external", limit=1000)
    assert outside == [row for row in everyone if row["kind"] == "external"]
    assert all(row["assets"] and row["endpoints"] for row in outside)


def test_assets_without_evidence_come_first_in_coverage(upland: httpx.Client) -> None:
    rows = paged(upland, "coverage", limit=50)
    known = [row["evidence"] for row in rows]
    assert known == sorted(known) and set(known) == {False, True}
    unknown = paged(upland, "coverage", evidence="false", limit=1000)
    assert unknown == [row for row in rows if not row["evidence"]]
    wave = next(row["wave"] for row in rows if row["type"] == "server" and row["wave"])
    own = [row for row in rows if row["wave"] == wave and row["type"] == "server"]
    assert paged(upland, "coverage", wave=str(wave), type="server", limit=1000) == own
    assert all(row["declared"] == row["observed"] == row["inferred"] == 0 for row in unknown)


def test_cycles_are_those_of_the_graph(upland: httpx.Client) -> None:
    in_cycles = {
        node["id"] for node in read(upland, f"{SESSION}/graph")["nodes"] if node["in_cycle"]
    }
    rows = paged(upland, "cycles", limit=1000)
    assert {asset for row in rows for asset in row["asset_ids"]} == in_cycles
    for asset in sorted(in_cycles)[:3]:
        (own,) = paged(upland, "cycles", asset_id=asset)
        assert asset in own["asset_ids"]


def test_an_asset_is_explained_by_its_edges_group_and_place(upland: httpx.Client) -> None:
    edges = [row for row in paged(upland, "dependencies", limit=1000) if row["resolved"]]
    asset = edges[0]["source_id"]
    explanation = read(upland, f"{SESSION}/assets/{asset}/why")
    assert explanation["asset"]["id"] == asset
    own = {(row["target"], row["port"]) for row in edges if row["source_id"] == asset}
    assert {(e["target"], e["port"]) for e in explanation["needs"] if e["resolved"]} == own
    assert all(e["evidence"] and e["why"].endswith(")") for e in explanation["needs"])
    assert explanation["asset"]["name"] in explanation["group"]["assets"]
    assert explanation["placement"]["reason"].startswith(("Moves", "In wave"))
    assert explanation["graph"]["fan_out"] == len(
        {e["target"] for e in explanation["needs"] if e["target_id"]}
    )


def test_each_hop_of_an_impact_leads_on_from_the_one_before(upland: httpx.Client) -> None:
    nodes = read(upland, f"{SESSION}/graph")["nodes"]
    most = max(nodes, key=lambda node: node["blast_radius"] or 0)
    explanation = read(upland, f"{SESSION}/assets/{most['id']}/impact")
    assert explanation["needed_by"]["total"] == most["blast_radius"] > 0
    for one in explanation["needed_by"]["assets"]:
        assert len(one["path"]) == len(one["why"]) == one["distance"]
        at = most["id"]
        for edge in one["path"]:
            assert edge["target_id"] == at
            at = edge["source_id"]
        assert at == one["id"]


@pytest.mark.parametrize("what", ["why", "impact"])
def test_what_is_no_asset_of_the_session_explains_nothing(what: str, upland: httpx.Client) -> None:
    assert upland.get(f"{SESSION}/assets/nothing/{what}").status_code == 404
