"""Real exports, through the command line and Dagster, against what is known to be true of them."""

import pytest


@pytest.fixture
def imported(move, shared_data):
    def run(*names: str):
        return move.import_files(*(shared_data / name for name in names))

    return run


def by_name(rows):
    return {row["name"]: row for row in rows}


def test_konveyor_applications_and_their_dependencies(move, imported):
    document = imported("konveyor/template_application_import.csv")
    assert document["status"] == "done"
    assert document["partition_key"] == f"acme.{move.name}|s001"
    assert document["counts"]["assets_by_type"] == {"application": 3}
    (file,) = document["files"]
    assert (file["records"], file["accepted"], file["rejected"], file["ignored"]) == (5, 5, 0, 0)
    edges = move.export("dependencies")
    assert {(edge["source"], edge["relation"], edge["target"]) for edge in edges} == {
        ("Gateway", "depends_on", "Inventory"),
        ("Gateway", "depends_on", "Customers"),
    }


def test_the_four_files_of_a_servicenow_shaped_estate(move, imported):
    document = imported(
        *(f"cmdb-kit/{name}.json" for name in ("server", "database", "product", "relationships"))
    )
    types = document["counts"]["assets_by_type"]
    assert types == {"application": 6, "database": 4, "server": 8}
    assert document["counts"]["assets"] == 18
    edges = move.export("dependencies")
    assert len(edges) == 20
    assert all(edge["resolved"] for edge in edges)
    assert sum(len(edge["evidence"]) == 2 for edge in edges) == 4
    pairs = {(edge["source"], edge["relation"], edge["target"]) for edge in edges}
    assert ("crm-primary", "runs_on", "crm-db-01") in pairs
    assert ("CRM Core", "depends_on", "crm-cache") in pairs
    databases = by_name(move.export("assets"))
    assert databases["crm-primary"]["storage_gb"] == 1200


def test_a_discovery_report_whose_minus_one_is_no_number(move, imported):
    document = imported("azure-migrate/AzureMigrate_Discovery_Report.scrubbed.xlsx")
    (file,) = document["files"]
    assert (file["accepted"], file["rejected"]) == (294, 0)
    assets = move.export("assets")
    assert len(assets) == 294
    assert "-1" not in {
        str(value)
        for asset in assets
        for value in [*asset.values(), *(asset["custom"] or {}).values()]
    }


def test_an_rvtools_workbook_gives_machines_on_their_hosts(move, imported):
    imported("rvtools/rvtools-small-complete.xlsx")
    assets = by_name(move.export("assets"))
    assert assets["sample-web-01"]["type"] == "virtual_machine"
    assert assets["sample-web-01"]["memory_gb"] == 8
    assert assets["sample-web-01"]["storage_gb"] == pytest.approx(128.85, abs=0.005)
    assert len(assets["sample-db-01"]["mac_addresses"]) == 2
    placed = {
        (edge["source"], edge["target"])
        for edge in move.export("dependencies")
        if edge["relation"] == "runs_on"
    }
    assert {
        ("sample-web-01", "sample-host-01"),
        ("sample-db-01", "sample-host-02"),
        ("sample-archive-01", "sample-host-01"),
    } <= placed


def test_a_dependency_export_gives_named_servers_their_connections_and_move_groups(move, imported):
    document = imported("azure-migrate/shabbir_dependency-export-sample.csv")
    assert document["counts"]["assets"] == 8
    edges = {(e["source"], e["target"], e["port"]) for e in move.export("dependencies")}
    assert edges == {
        ("app1-server", "app2-server", 443),
        ("app1-server", "db1-server", 1433),
        ("web1-server", "api1-server", 8080),
        ("web2-server", "api2-server", 8080),
        ("admin-server", "app1-server", 3389),
    }
    groups = {frozenset(group["assets"]) for group in move.export("groups")}
    assert groups == {
        frozenset({"app1-server", "app2-server", "db1-server"}),
        frozenset({"web1-server", "api1-server"}),
        frozenset({"web2-server", "api2-server"}),
        frozenset({"admin-server"}),
    }


def test_a_rejected_flow_is_no_dependency(move, imported):
    document = imported("otel-vpcflow/valid_vpc_flow_log_multi.log")
    (file,) = document["files"]
    assert (file["records"], file["accepted"], file["ignored"]) == (2, 1, 1)
    assert document["counts"]["assets"] == 0
    assert document["counts"]["unresolved"] == 1


def test_first_imports_of_peer_files_count_as_their_owners_say(imported):
    wanted = {
        "hub_template_application_import.csv": (5, 0, 0),
        "sample-applications.csv": (5, 0, 0),
        "mandatory_and_empty_row_21.csv": (2, 0, 1),
        "invalid_record_type_21.csv": (0, 2, 0),
    }
    files = imported(*(f"konveyor/{name}" for name in wanted))["files"]
    counted = {f["name"]: (f["accepted"], f["rejected"], f["ignored"]) for f in files}
    assert counted == wanted


def test_a_rejected_record_says_why_in_words(move, imported):
    imported("konveyor/invalid_record_type_21.csv")
    first, _ = move.export("rejects")
    assert (first["line"], first["raw"]["Record Type 1"]) == (2, "3")
    message = first["reasons"][0]["message"]
    assert "'3'" in message or '"3"' in message
    assert "1 = application" in message
    assert "2 = dependency" in message
