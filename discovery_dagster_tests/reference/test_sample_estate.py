"""The bundled sample estate is what its generator writes, and its truth agrees with itself."""

import json
import subprocess
import sys
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from discovery_dagster.reference import load

PROJECT = Path(__file__).parents[2]
ESTATE = PROJECT / "discovery_dagster" / "reference" / "sample_estate"
GENERATOR = PROJECT / "scripts" / "build_sample_estate.py"
FILES = {
    "application_portfolio.csv",
    "cmdb_servers.csv",
    "database_list.csv",
    "rvtools_export.xlsx",
    "servicenow_cmdb.json",
    "servicenow_relations.json",
    "vm_metrics.csv",
    "vpc_flow.log",
}
LISTS = ("application_portfolio.csv", "database_list.csv", "vm_metrics.csv")


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    return json.loads((ESTATE / "truth.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("estate")
    subprocess.run([sys.executable, GENERATOR, folder], check=True)
    return folder


def members(workbook: Path) -> dict[str, bytes]:
    """Content of a workbook without its compression, which differs with the zlib in use."""
    with zipfile.ZipFile(workbook) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def accounts(truth: dict[str, Any]) -> dict[tuple[str, str | None], dict[str, Any]]:
    return {(f["file"], table["sheet"]): table for f in truth["files"] for table in f["tables"]}


@pytest.mark.parametrize("name", sorted({*FILES, "truth.json"}))
def test_a_committed_file_is_exactly_what_the_generator_writes(name: str, written: Path) -> None:
    if name.endswith(".xlsx"):
        assert members(written / name) == members(ESTATE / name)
    else:
        assert (written / name).read_bytes() == (ESTATE / name).read_bytes()


def test_the_generator_writes_the_same_workbook_bytes_twice(written: Path, tmp_path: Path) -> None:
    subprocess.run([sys.executable, GENERATOR, tmp_path], check=True)
    name = "rvtools_export.xlsx"
    assert (tmp_path / name).read_bytes() == (written / name).read_bytes()


def test_the_folder_holds_these_files_and_stays_small() -> None:
    assert {path.name for path in ESTATE.iterdir()} == {*FILES, "truth.json"}
    assert sum(path.stat().st_size for path in ESTATE.iterdir()) < 1_500_000


def test_encodings_and_delimiters_are_as_promised() -> None:
    cmdb = (ESTATE / "cmdb_servers.csv").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        cmdb.decode("utf-8")
    assert "Kritikalität;Standort" in cmdb.decode("cp1252")
    assert (ESTATE / "vpc_flow.log").read_bytes().isascii()
    for name in ("servicenow_cmdb.json", "servicenow_relations.json"):
        assert json.loads((ESTATE / name).read_text("utf-8"))["result"]


def test_the_estate_has_about_three_hundred_assets_of_all_kinds(truth: dict[str, Any]) -> None:
    types = Counter(thing["type"] for thing in truth["things"])
    assert 280 <= types.total() <= 320
    assert types["unknown"] >= 4
    assert 170 <= types["virtual_machine"] <= 190
    assert 20 <= types["application"] <= 30
    assert len(types) >= 10


def test_things_are_named_once_and_use_the_vocabulary(truth: dict[str, Any]) -> None:
    words = load("vocabulary")
    names = [thing["name"] for thing in truth["things"]]
    assert len(names) == len(set(names))
    for thing in truth["things"]:
        assert thing["type"] in words["asset_types"]
        assert thing["environment"] in words["environments"]
        assert thing["criticality"] in words["criticalities"]
        assert thing["name"] in thing["names"]
        assert bool(thing["records"]) != thing["named_only"]


def test_records_are_accounted_for_exactly(truth: dict[str, Any]) -> None:
    assert {file["file"] for file in truth["files"]} == FILES
    for table in accounts(truth).values():
        assert table["records"] == table["accepted"] + table["rejected"] + table["ignored"]
        assert table["rejected"] == len(table["rejected_records"])
        assert table["ignored"] == sum(map(len, table["ignored_lines"].values()))


def test_the_accounts_count_the_lines_that_are_in_the_files(truth: dict[str, Any]) -> None:
    lines = {name: (ESTATE / name).read_bytes().count(b"\n") for name in FILES}
    count = {name: table["records"] for (name, _), table in accounts(truth).items()}
    assert lines["cmdb_servers.csv"] == count["cmdb_servers.csv"] + 2  # header, line break in cell
    for name in ("vpc_flow.log", *LISTS):
        assert lines[name] == count[name] + 1
    for name in ("servicenow_cmdb.json", "servicenow_relations.json"):
        assert len(json.loads((ESTATE / name).read_text("utf-8"))["result"]) == count[name]


def test_every_record_of_a_thing_stands_for_that_thing_alone(truth: dict[str, Any]) -> None:
    places = Counter(
        (record["file"], record["sheet"], record["line"])
        for thing in truth["things"]
        for record in thing["records"]
    )
    assert set(places.values()) == {1}
    by_table = Counter((file, sheet) for file, sheet, _ in places)
    shared_label = 2  # two machines are called the same, and these tabs only give the label
    for (file, sheet), count in by_table.items():
        unattached = shared_label if sheet in {"vDisk", "vTools"} else 0
        assert accounts(truth)[file, sheet]["accepted"] == count + unattached


def test_edges_have_evidence_and_known_ends(truth: dict[str, Any]) -> None:
    names = {thing["name"] for thing in truth["things"]}
    relations = load("vocabulary")["relations"]
    for edge in truth["edges"]:
        assert {edge["source"], edge["target"]} <= names
        assert edge["relation"] in relations
        assert edge["evidence"] == [k for k in ("declared", "observed") if edge[k]] != []
    for edge in truth["implied_edges"]:
        assert {edge["source"], edge["target"]} <= names
    for edge in truth["unresolved_edges"]:
        assert len({edge["source"], edge["target"]} & names) == 1


def test_all_accepted_relations_and_flows_are_in_the_edges(truth: dict[str, Any]) -> None:
    edges = truth["edges"] + truth["unresolved_edges"]
    declared = Counter(place["file"] for edge in edges for place in edge["declared"])
    relations, flows = "servicenow_relations.json", "vpc_flow.log"
    assert declared[relations] == accounts(truth)[relations, None]["accepted"]
    databases = accounts(truth)["database_list.csv", None]["accepted"]
    assert declared["database_list.csv"] >= 2 * databases  # its host, and its application
    pings = 20  # accepted, but without a port they show no need
    observed = sum(edge["observed"] for edge in edges)
    assert observed + pings == accounts(truth)[flows, None]["accepted"]


def test_the_cases_worth_showing_are_there(truth: dict[str, Any]) -> None:
    edges = {(edge["source"], edge["target"]): edge for edge in truth["edges"]}
    things = {thing["name"]: thing for thing in truth["things"]}
    cycle = ("Webshop Ersatzteile", "Produktdaten PIM")
    assert cycle in edges and cycle[::-1] in edges
    assert edges["shop-app-t01", "shop-db-p01"]["evidence"] == ["observed"]
    assert edges["Personalverwaltung", "Lohnabrechnung"]["evidence"] == ["declared"]
    assert edges["erp-web-p01", "erp-app-p01"]["evidence"] == ["declared", "observed"]
    assert things["Zollanmeldung Extern"]["named_only"]
    assert len(things["crm-web-p01"]["records"]) == 7  # listed twice in the CMDB
    reasons = [row["reason"] for t in accounts(truth).values() for row in t["rejected_records"]]
    assert sorted(reasons) == [
        "more cells than columns",
        "no name or identifier",
        "unknown relation phrase",
    ]
