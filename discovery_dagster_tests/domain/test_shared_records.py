"""What real exports become; their facts are stated beside them."""

import json

import polars as pl
import pytest

from discovery_dagster_tests.domain.sources import counts, records_of_files

pytestmark = pytest.mark.pipeline


@pytest.mark.parametrize("name", ["template", "hub_template"])
def test_konveyors_template_gives_three_applications_and_two_dependencies(shared_data, name):
    records = records_of_files(shared_data / "konveyor" / f"{name}_application_import.csv")
    assert counts(records) == {"accepted": 5}
    assert records.assets["name"].to_list() == ["Customers", "Inventory", "Gateway"]
    assert set(records.assets["declared_type"]) == {"application"}
    assert records.assets["os_name"].to_list() == ["RHEL 8"] * 3
    assert records.relations.select("kind", "source", "relation", "target").rows() == [
        ("declared", "Gateway", "depends_on", "Inventory"),
        ("declared", "Gateway", "depends_on", "Customers"),
    ]


def test_konveyors_blank_record_is_ignored_between_two_good_ones(shared_data):
    records = records_of_files(shared_data / "konveyor" / "mandatory_and_empty_row_21.csv")
    assert counts(records) == {"accepted": 2, "ignored": 1}


def test_konveyors_unknown_record_types_are_rejected_and_quoted(shared_data):
    records = records_of_files(shared_data / "konveyor" / "invalid_record_type_21.csv")
    assert counts(records) == {"rejected": 2}
    for message, value in zip(records.issues["message"], ["3", "100"], strict=True):
        assert f'"{value}"' in message
        assert "1 = application and 2 = dependency" in message


def test_the_cmdb_kit_gives_its_assets_and_relations(shared_data):
    names = ("server", "database", "product", "relationships")
    records = records_of_files(*(shared_data / "cmdb-kit" / f"{name}.json" for name in names))
    assert counts(records) == {"accepted": 38}
    assert dict(records.assets["declared_type"].value_counts().iter_rows()) == {
        "server": 8,
        "database": 4,
        "application": 6,
    }
    relations = records.relations
    assert relations.filter(file="relationships.json").height == 20
    columns = relations.filter(file="database.json")
    assert columns["relation"].to_list() == ["runs_on"] * 4
    contained = relations.filter(pl.col("phrase").str.starts_with("Contains"))
    assert set(contained.select("source", "target").rows()) == set(
        columns.select("source", "target").rows()
    )
    sizes = records.assets.filter(declared_type="database")["storage_gb"].to_list()
    assert sizes == [1200.0, 1200.0, 800.0, 16.0]
    assert records.assets["memory_gb"][0] == 32.0


def test_the_discovery_report_gives_machines_and_no_number_of_minus_one(shared_data):
    path = shared_data / "azure-migrate" / "AzureMigrate_Discovery_Report.scrubbed.xlsx"
    records = records_of_files(path)
    assert counts(records) == {"accepted": 294, "ignored": 1}
    assert dict(records.assets["status"].value_counts().iter_rows()) == {"ON": 250, "OFF": 44}
    custom = [json.loads(text) for text in records.assets["custom"]]
    assert not any("-1" in attributes.values() for attributes in custom)
    assert (records.assets["memory_gb"] < 1024).all()
    assert records.issues.is_empty()


def test_the_rvtools_workbook_gives_machines_on_hosts_in_gib(shared_data):
    records = records_of_files(shared_data / "rvtools" / "rvtools-small-complete.xlsx")
    assets = records.assets
    assert dict(assets.filter(~pl.col("detail"))["declared_type"].value_counts().iter_rows()) == {
        "virtual_machine": 3,
        "server": 2,
        "cluster": 1,
    }
    first = assets.row(0, named=True)
    assert (first["memory_gb"], first["storage_gb"]) == (8.0, 128.85)
    assert first["os_name"] == "Ubuntu Linux (64-bit)"
    interfaces = assets.filter("detail", sheet="vNetwork")
    assert interfaces["mac_addresses"].list.len().to_list() == [1] * 4
    hosts = records.relations.filter(phrase="Host")
    assert hosts["relation"].to_list() == ["runs_on"] * 3
    assert set(hosts["target"]) <= set(assets.filter(declared_type="server")["name"])
    assert records.outcomes.filter(pl.col("outcome") == "rejected").is_empty()


def test_the_dependency_export_gives_five_connections_of_named_servers(shared_data):
    path = shared_data / "azure-migrate" / "shabbir_dependency-export-sample.csv"
    records = records_of_files(path)
    assert counts(records) == {"accepted": 5}
    assert records.relations.height == 5
    assert records.relations["source_names_asset"].all()
    assert records.relations["port"].to_list() == [443, 1433, 8080, 8080, 3389]


def test_the_flow_log_gives_its_accepted_flow(shared_data):
    records = records_of_files(shared_data / "otel-vpcflow" / "valid_vpc_flow_log_multi.log")
    assert counts(records) == {"accepted": 1, "ignored": 1}
    columns = ("source_address", "target_address", "port", "protocol")
    assert records.relations.select(columns).rows() == [
        ("172.31.16.139", "172.31.16.21", 22, "tcp")
    ]


def test_the_intake_of_a_migration_factory_is_read_by_its_words(shared_data):
    records = records_of_files(shared_data / "aws-cmf" / "server-list.csv")
    assert counts(records) == {"accepted": 8}
    first = records.assets.row(0, named=True)
    assert (first["name"], first["fqdn"]) == ("Server1", "server1.example.local")
    assert (first["applications"], first["tier"]) == (["app01-hr"], "web")
    assert (first["environment"], first["os_name"]) == ("dev", "windows")


def test_the_service_graph_gives_its_calls(shared_data):
    records = records_of_files(shared_data / "jaeger" / "dependencies_small.json")
    assert counts(records) == {"accepted": 7}
    assert records.relations["count"].min() > 1
