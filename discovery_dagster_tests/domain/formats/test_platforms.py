"""What virtualisation and container platforms list of themselves."""

import json

import pytest

from discovery_dagster_tests.domain.sources import counts, fields_of, records_of_files, table
from quality.derive import derive

pytestmark = pytest.mark.pipeline


def records_of_json(path, content):
    path.write_text(json.dumps(content))
    return records_of_files(path)


def test_kubernetes_lists_pods_on_nodes_and_services_beside_configuration(tmp_path):
    def of(kind, name, **status):
        return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name}, **status}

    items = [
        of(
            "Pod",
            "cart-0",
            spec={"nodeName": "n1"},
            status={"podIP": "10.2.0.4", "hostIP": "10.0.0.9"},
        ),
        of("Node", "n1", status={"capacity": {"cpu": "8", "memory": "32Gi"}}),
        of("Deployment", "cart"),
        of("ConfigMap", "cart-settings"),
    ]
    records = records_of_json(tmp_path / "a.json", {"kind": "List", "items": items})
    assets = records.assets.select("name", "declared_type", "ip_addresses", "memory_gb").rows()
    assert assets == [
        ("cart-0", "container", ["10.2.0.4"], None),
        ("n1", "server", [], 32.0),
        ("cart", "service", [], None),
    ]
    assert records.relations.select("source", "relation", "target").rows() == [
        ("cart-0", "runs_on", "n1")
    ]
    assert counts(records) == {"accepted": 3, "ignored": 1}


def test_proxmox_guests_have_what_they_are_given_not_what_they_use(tmp_path):
    guest = {"type": "qemu", "name": "db", "vmid": 7, "node": "pve1", "maxcpu": 4, "cpu": 0.02,
             "maxmem": 8589934592, "mem": 99, "maxdisk": 34000000000}  # fmt: skip
    node = {"type": "node", "node": "pve1", "maxcpu": 64, "maxmem": 1}
    records = records_of_json(tmp_path / "a.json", {"data": [guest, node]})
    [asset] = records.assets.select(
        "name", "declared_type", "cpu_cores", "memory_gb", "storage_gb"
    ).rows()
    assert asset == ("db", "virtual_machine", 4, 8.0, 34.0)


def test_backstages_entities_need_what_they_refer_to(tmp_path):
    def of(name, **spec):
        return {"apiVersion": "b/v1", "kind": "Component", "metadata": {"name": name},
                "spec": {"type": "service", "owner": "team", **spec}}  # fmt: skip

    entities = [of("web", dependsOn=["component:default/cart", "resource:db"]), of("cart")]
    records = records_of_json(tmp_path / "a.json", entities)
    assert records.relations.select("source", "target").rows() == [("web", "cart"), ("web", "db")]


def test_openstacks_servers_are_virtual_machines_on_their_hosts():
    header = ["ID", "Name", "Status", "Networks", "Image Name", "Flavor Name", "Host"]
    row = ("b3a1", "web", "ACTIVE", "net=10.0.0.5", "ubuntu-22.04", "m1.large", "compute-7")
    assert fields_of(table(header, row))["Host"] == "runs_on"


def test_what_compose_depends_on_are_the_keys_of_an_object(tmp_path):
    started = {"condition": "service_started", "required": True}
    model = {
        "name": "shop",
        "services": {
            "web": {"image": "web:1", "depends_on": {"cart": started, "auth": started}},
            "cart": {"image": "cart:1"},
            "auth": {"image": "auth:1"},
        },
    }
    records = records_of_json(tmp_path / "a.json", model)
    assert records.relations.select("source", "target").rows() == [("web", "cart"), ("web", "auth")]


COMPOSE = """# of the shop
x-shop: &shop
  image: shop/app:1.4
  environment: {REDIS_HOST: cache, BROKERS: "events:9092", EVENTS_ADDRESS: "http://events"}
services:
  web:
    <<: *shop
    links: ["orders:database"]
    ports:
      - target: 80
        published: 8080
  worker:
    build: .
    environment:
      - DATABASE_URL=postgres://shop:secret@orders:5432/shop
    depends_on: [web]
  report:
    build: .
    depends_on:
      orders: {condition: service_healthy}
  orders: {image: "postgres:16", restart: always}
  cache: {image: "redis:7"}
  events: {image: kafka, ports: ["9092"]}
networks:
  front: {driver: bridge}
"""


def test_services_of_compose_need_what_they_name_in_any_of_its_ways(tmp_path):
    path = tmp_path / "compose.yaml"
    path.write_text(COMPOSE)
    edges = derive([path]).edges
    assert set(edges.select("source", "target", "status").iter_rows()) == {
        ("web", "orders", "declared_only"),
        ("web", "cache", "inferred_only"),
        ("web", "events", "inferred_only"),
        ("worker", "web", "declared_only"),
        ("worker", "orders", "inferred_only"),
        ("report", "orders", "declared_only"),
    }


MANIFESTS = """apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      containers:
        - name: server
          image: web:2
          env:
            - {name: CART_ADDR, value: "cart:7070"}
            - {name: STARTED, value: "10:300"}
---
apiVersion: v1
kind: Service
metadata: {name: cart}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
"""


def test_manifests_of_kubernetes_are_objects_whose_settings_lead_to_others(tmp_path):
    path = tmp_path / "manifests.yaml"
    path.write_text(MANIFESTS)
    derived = derive([path])
    assert derived.assets["name"].to_list() == ["cart", "web"]
    rows = derived.edges.select("source", "target", "status", "port").rows()
    assert rows == [("web", "cart", "inferred_only", 7070)]
    assert derived.records.outcomes["line"].to_list() == [1, 14, 18]


def test_needs_are_listed_by_some_services_and_keys_of_others(tmp_path):
    model = {
        "services": {
            "web": {"depends_on": {"cart": {"condition": "service_started"}}},
            "cart": {"depends_on": ["db"]},
            "db": {"image": "postgres"},
        }
    }
    records = records_of_json(tmp_path / "a.json", model)
    assert records.relations.select("source", "target").rows() == [("web", "cart"), ("cart", "db")]


ONE_WORKLOAD = """apiVersion: apps/v1
kind: StatefulSet
metadata: {name: ledger, namespace: pay}
spec:
  template:
    spec:
      containers:
        - name: main
          image: pay/ledger:7
          env:
            - {name: PG_HOST, value: pg-ledger}
            - {name: PG_PASSWORD, value: HUSH}
      volumes: [{name: scratch, emptyDir: {}}]
"""


def test_one_manifest_alone_is_its_object_and_not_its_containers(tmp_path):
    path = tmp_path / "ledger.yaml"
    path.write_text(ONE_WORKLOAD)
    derived = derive([path])
    [asset] = derived.records.assets.select("name", "declared_type", "product", "custom").rows()
    assert asset[:3] == ("ledger", "service", "pay/ledger:7")
    assert "HUSH" not in str(derived.records.assets.to_dicts() + derived.mapping.to_dicts())
    edges = derived.edges.select("source", "target", "status").rows()
    assert edges == [("ledger", "pg-ledger", "inferred_only")]


def test_a_service_alone_is_not_called_after_its_port(tmp_path):
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "ledger"},
        "spec": {"ports": [{"name": "http-main", "port": 80}]},
    }
    records = records_of_json(tmp_path / "a.json", service)
    assert records.assets["name"].to_list() == ["ledger"]


def test_one_service_of_compose_is_found_by_its_name(tmp_path):
    path = tmp_path / "compose.yaml"
    path.write_text("services:\n  web:\n    image: web:1\n    environment: {PG_HOST: pg-1}\n")
    edges = derive([path]).edges.select("source", "target").rows()
    assert edges == [("web", "pg-1")]


def test_instances_two_lists_deep_are_called_by_their_tag(tmp_path):
    def instance(number, name):
        tags = [{"Key": "Name", "Value": name}, {"Key": "team", "Value": "pay"}]
        return {"InstanceId": f"i-{number}", "PrivateIpAddress": f"10.1.1.{number}", "Tags": tags}

    lists = [[instance(1, "pay-web")], [instance(2, "pay-db"), instance(3, "pay-mq")]]
    document = {"Reservations": [{"ReservationId": "r", "Instances": each} for each in lists]}
    records = records_of_json(tmp_path / "a.json", document)
    assert records.assets["name"].to_list() == ["pay-web", "pay-db", "pay-mq"]
    assert counts(records) == {"accepted": 3}


def test_a_backstage_entity_is_named_within_its_namespace(tmp_path):
    def of(name, namespace, **spec):
        return {"apiVersion": "backstage.io/v1alpha1", "kind": "Component",
                "metadata": {"name": name} | ({"namespace": namespace} if namespace else {}),
                "spec": {"type": "service", **spec}}  # fmt: skip

    needs = ["component:red/price", "price", "resource:red/stock", "component:default/price"]
    entities = [of("price", "red"), of("price", "blue"), of("shop", "blue", dependsOn=needs),
                of("web", None)]  # fmt: skip
    records = records_of_json(tmp_path / "a.json", entities)
    assert records.assets["scope"].to_list() == ["red", "blue", "blue", "default"]
    targets = records.relations["target"].to_list()
    assert targets == ["red/price", "price", "stock", "default/price"]


def test_namespaces_and_projects_are_the_scope_of_what_is_in_them(tmp_path):
    workload = {"apiVersion": "apps/v1", "kind": "Deployment"}
    items = [{**workload, "metadata": {"name": "pay", "namespace": ns}} for ns in ("blue", "green")]
    records = records_of_json(tmp_path / "a.json", {"kind": "List", "items": items})
    assert records.assets["scope"].to_list() == ["blue", "green"]
