"""What says of which type a thing is: the head of its class, its system, its image, its name."""

from datetime import date

import pytest

from discovery_dagster.domain.classification import classify
from discovery_dagster_tests.domain.rows import inventory_assets
from discovery_dagster_tests.domain.sources import records_of, table

pytestmark = pytest.mark.pipeline


def judged(**facts):
    return classify(inventory_assets(facts), date(2026, 1, 1)).row(0, named=True)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Windows Cluster Node", "server"),
        ("Windows Cluster", "cluster"),
        ("Computer Room", "other"),
        ("Computer Peripheral", "other"),
        ("Network Adapter", "other"),
        ("Oracle Database Catalog", "database"),
        ("Service Catalog", "unknown"),
        ("Server Room", "other"),
        ("Storage Card", "other"),
        ("Cisco access switch", "network_device"),
    ],
)
def test_the_last_word_of_a_class_decides_also_where_it_is_no_type(text, kind):
    assert judged(name="x", declared_type_text=text)["type"] == kind


@pytest.mark.parametrize("text", ["Computer", "cmdb_ci_computer"])
@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        ({}, "unknown"),
        ({"os_name": "Windows 11"}, "other"),
        ({"model": "Latitude 5400"}, "other"),
        ({"os_name": "Windows Server 2022"}, "server"),
        ({"os_name": "AIX 7.2"}, "server"),
        ({"model": "PowerEdge R740"}, "server"),
    ],
)
def test_a_computer_is_a_server_only_where_something_says_so(text, facts, kind):
    facts = {"name": "lt-0042", "declared_type": "server", "declared_type_text": text, **facts}
    assert judged(**facts)["type"] == kind


@pytest.mark.parametrize(
    ("image", "kind"),
    [
        ("postgres:15-alpine", "database"),
        ("redis", "database"),
        ("docker.io/bitnami/postgresql:15", "database"),
        ("rabbitmq:3-management", "middleware"),
        ("traefik:v2.9", "load_balancer"),
        ("registry.example.com:5000/shop/api:2", "service"),
        ("quay.io/prometheuscommunity/postgres-exporter:v0.12", "service"),
        ("mongo-express", "service"),
        ("Java, PostgreSQL", "service"),
    ],
)
def test_the_image_of_a_service_says_what_runs_in_it(image, kind):
    assert judged(name="x", declared_type="service", product=image)["type"] == kind


MAC = {"name": "p9", "mac_addresses": ["00:50:56:80:00:aa"], "declared_type": "server"}


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        ({"declared_type_text": "Server"}, "virtual_machine"),
        ({"declared_type_text": "Server (physisch)"}, "server"),
        ({"declared_type_text": "cmdb_ci_server, virtual: false"}, "server"),
        ({"declared_type_text": "cmdb_ci_aix_server", "os_name": "AIX 7.2"}, "server"),
        ({"declared_type_text": "Server", "vendor": "Dell Inc."}, "server"),
    ],
)
def test_what_is_stated_outranks_a_mac_address(facts, kind):
    assert judged(**MAC, **facts)["type"] == kind


@pytest.mark.parametrize(
    ("system", "kind"),
    [
        ("BIG-IP 15.1", "load_balancer"),
        ("PAN-OS 10.1.3", "security_device"),
        ("FortiOS v7.0.5", "security_device"),
        ("IOS 17.3.4", "network_device"),
        ("NX-OS 9.3", "network_device"),
        ("Arista EOS 4.28", "network_device"),
        ("Junos 21.2R1", "network_device"),
        ("NetApp ONTAP 9.8", "storage"),
        ("SANtricity 11.70", "storage"),
    ],
)
def test_the_system_of_an_appliance_says_what_it_is_also_in_a_list_of_servers(system, kind):
    assert judged(name="x", os_name=system)["type"] == kind
    assert judged(name="x", os_name=system, declared_type="server")["type"] == kind


@pytest.mark.parametrize(
    ("system", "is_network"), [("IOS", True), ("ios", True), ("iOS", False), ("iOS 17.2", False)]
)
def test_ios_as_apple_writes_it_is_no_system_of_a_network(system, is_network):
    assert (judged(name="x", os_name=system)["type"] == "network_device") is is_network


@pytest.mark.parametrize(
    ("flag", "kind", "virtual"),
    [("No", "server", False), ("Yes", "virtual_machine", True), (None, "server", None)],
)
def test_a_column_of_truth_values_says_which_servers_are_virtual(flag, kind, virtual):
    source = table(["Name", "Type", "Virtual"], ("a", "Server", flag), ("b", "Server", "yes"))
    first = records_of(source).assets.row(0, named=True)
    judgements = judged(
        **{name: first[name] for name in ("name", "declared_type", "declared_type_text")}
    )
    assert (judgements["type"], judgements["virtual"]) == (kind, virtual)


def test_a_cache_is_middleware_and_a_word_of_several_meanings_is_believed_less():
    judgements = judged(name="session-01", declared_type="middleware", declared_type_text="Cache")
    well_known = judged(name="mq", declared_type="middleware", declared_type_text="Message Broker")
    assert judgements["type"] == "middleware"
    assert judgements["confidence"] < well_known["confidence"]


@pytest.mark.parametrize(
    ("name", "tier"),
    [
        ("lnxweb01", "web"), ("srvapp02", "application"), ("crmdb01", "database"),
        ("paysql03", "database"), ("lxora02", "database"), ("prdpgs01", "database"),
        ("sql-prd-1", "database"), ("mongodb01", "database"), ("fedora01", "unknown"),
        ("snapp1", "unknown"), ("agora1", "unknown"), ("nosql1", "unknown"),
    ],
)  # fmt: skip
def test_the_role_in_a_name_is_the_tier_also_where_nothing_parts_it(name, tier):
    assert judged(name=name, declared_type="server")["tier"] == tier
