import pytest

from discovery_dagster.domain import dependencies
from discovery_dagster.domain.connection_strings import read
from discovery_dagster_tests.domain.rows import asset_records, classified_assets, relation_records


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("jdbc:oracle:thin:@//ora-01.acme.example:1522/PROD", "ora-01.acme.example", 1522),
        ("jdbc:oracle:thin:scott/tiger@ora1:1521:SID", "ora1", 1521),
        (r"jdbc:sqlserver://sql01\INST;databaseName=x", "sql01", 1433),
        ("jdbc:postgresql://user:secret@pg-01/app", "pg-01", 5432),
        ("Server=tcp:SQL07.acme.example,1444;Initial Catalog=x", "sql07.acme.example", 1444),
        (r"Driver={SQL Server};Server=sql09\PROD;Database=z", "sql09", None),
        ("host=pg-02 port=5433 dbname=x", "pg-02", 5433),
        ("amqp://u:p@mq-01:5673/vhost", "mq-01", 5673),
        ("(ADDRESS=(PROTOCOL=TCP)(HOST=ora7)(PORT=1599))", "ora7", 1599),
        (r"data on \\files01\data$\x", "files01", 445),
        ("ldaps://dc01", "dc01", 636),
    ],
)
def test_configuration_names_a_host_and_a_port(text, host, port):
    assert [one[:2] for one in read(text)] == [(host, port)]


@pytest.mark.parametrize("text", ["mailto://x", "Server=localhost", "a sentence", "C:\\temp\\x"])
def test_other_text_names_none(text):
    assert read(text) == []


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
