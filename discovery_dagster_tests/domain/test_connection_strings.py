import pytest

from discovery_dagster.domain import dependencies
from discovery_dagster_tests.domain.rows import asset_records, classified_assets, relation_records

pytestmark = pytest.mark.pipeline


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


def hosts_of(custom, declared_type="application"):
    assets = classified_assets(
        {"name": "shop", "type": "application"},
        {"name": "web-01"},
        {"name": "db-01", "ip_addresses": ["10.0.0.3"]},
        {"name": "crm", "type": "application"},
    )
    records = asset_records({"name": "shop", "declared_type": declared_type, "custom": custom})
    edges = dependencies.build(assets, relation_records(), records)
    return edges.select("target", "status").rows()


def test_hosts_in_a_column_of_an_application_are_inferred():
    targets = [("db-01", "inferred_only"), ("web-01", "inferred_only")]
    assert hosts_of('{"Web Tier": "WEB-01", "DB Host": "10.0.0.3"}') == targets
    assert hosts_of('{"Infra": "web-01; db-01"}') == targets


@pytest.mark.parametrize(
    "custom",
    [
        '{"Infra": "web-01, gone-07"}',  # not all of it is known
        '{"Remarks": "replaced web-01"}',
        '{"Previous Server": "web-01"}',
        '{"Monitored by": "web-01"}',
        '{"Related": "crm"}',  # no host
    ],
)
def test_what_else_stands_in_a_column_of_an_application_names_no_host(custom):
    assert hosts_of(custom) == []


@pytest.mark.parametrize(
    "header",
    ["sys_created_by", "Created By", "updatedBy", "Assigned To", "Opened by", "Last Modified By",
     "Service User", "Requested By", "Last Login", "Erstellt von", "Geändert von", "Benutzer",
     "Zugewiesen an", "Créé par", "Utilisateur", "Creado por", "Usuario", "Asignado a",
     "Criado por", "Atualizado por", "Responsável", "Attested by", "Comment", "Installation Date"],
)  # fmt: skip
def test_columns_of_people_and_of_keeping_the_record_name_no_host(header):
    assert hosts_of(f'{{"{header}": "web-01"}}') == []


def test_columns_of_hosts_themselves_name_no_needs():
    assert hosts_of('{"Partner": "web-01"}', "server") == []
