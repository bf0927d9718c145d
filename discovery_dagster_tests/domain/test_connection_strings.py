from discovery_dagster.domain import dependencies
from discovery_dagster_tests.domain.rows import asset_records, classified_assets, relation_records


def edges_of(**cells):
    assets = classified_assets({"name": "web"}, {"name": "pg-01"})
    records = asset_records({"name": "web", **cells})
    edges = dependencies.build(assets, relation_records(), records)
    return edges.select("source", "target", "port", "status", "resolved").rows()


def test_a_connection_string_is_an_inferred_edge():
    text = "db: jdbc:postgresql://u:secret@pg-01/app"
    assert edges_of(description=text) == [("web", "pg-01", 5432, "inferred_only", True)]


def test_a_column_that_no_field_stands_for_is_read_too():
    assert edges_of(custom='{"Conn": "Server=pg-01;Database=x"}')[0][1] == "pg-01"


def test_no_password_is_kept():
    assets = classified_assets({"name": "web"})
    records = asset_records({"name": "web", "description": "amqp://u:hunter2@mq/v"})
    edges = dependencies.build(assets, relation_records(), records)
    assert "hunter2" not in str(edges.to_dicts())


def test_a_link_to_the_web_counts_only_where_it_leads_to_an_asset():
    assert edges_of(description="see https://wiki.example/page") == []
    assert edges_of(description="calls http://pg-01:8080/x")[0][2] == 8080


def test_a_host_in_no_inventory_stays_unresolved():
    assert edges_of(description="amqp://mq-99") == [("web", "mq-99", 5672, "inferred_only", False)]


def test_a_mount_counts_only_where_it_leads_to_an_asset():
    text = "mounts nas-99:/export, log:/var/log and pg-01:/export/home"
    assert edges_of(description=text) == [("web", "pg-01", 2049, "inferred_only", True)]
