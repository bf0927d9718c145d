"""What hardware, products, names and the words of sources tell of a thing."""

from datetime import date

import pytest

from discovery_dagster.domain.classification import classify, open_assets, sentences
from discovery_dagster_tests.domain.rows import Row, inventory_assets

pytestmark = pytest.mark.pipeline

TODAY = date(2026, 9, 1)


def judge(*assets: Row) -> list[dict]:
    rows = [{"asset_id": str(at), "name": "x", **row} for at, row in enumerate(assets)]
    classified = classify(inventory_assets(*rows), TODAY).rows(named=True)
    return [{**asset, "rationale": sentences(asset)} for asset in classified]


HARDWARE = [
    ("Cisco Systems", "WS-C3850-48P", "network_device"),
    ("Cisco", "N5K-C5548UP", "network_device"),
    ("Juniper Networks", "EX4300-48T", "network_device"),
    ("Juniper", "SRX345", "security_device"),
    ("Hewlett Packard Enterprise", "ProCurve 2920", "network_device"),
    ("MikroTik", "CRS328", "network_device"),
    ("Palo Alto Networks", "PA-850", "security_device"),
    ("Sophos", "XGS 3300", "security_device"),
    ("A10 Networks", "Thunder 1040", "load_balancer"),
    ("Citrix", "NetScaler SDX", "load_balancer"),
    ("HPE", "3PAR 8440", "storage"),
    ("IBM", "FlashSystem 7200", "storage"),
    ("Huawei", "OceanStor 5300", "storage"),
    ("Dell", "PowerVault ME4024", "storage"),
    ("Lenovo", "ThinkSystem SR650", "server"),
    ("Cisco", "UCSC-C220-M5SX", "server"),
    ("Fujitsu", "PRIMERGY RX2530 M5", "server"),
    ("APC", "AP7920", "other"),
    ("HP", "LaserJet Pro 400", "other"),
    (None, "m5.2xlarge", "virtual_machine"),
    (None, "Standard_D4s_v3", "virtual_machine"),
    (None, "db.r5.large", "database"),
]


def test_hardware_tells_the_type_for_certain():
    assets = judge(*({"vendor": vendor, "model": model} for vendor, model, _ in HARDWARE))
    assert [asset["type"] for asset in assets] == [kind for _, _, kind in HARDWARE]
    assert all(asset["confidence"] >= 0.8 for asset in assets)


NAMES = [
    ("mongodb", "database"),
    ("orders-postgres-0", "database"),
    ("redis-cart", "database"),
    ("payment-kafka-01", "middleware"),
    ("haproxy", "load_balancer"),
    ("cartservice", "service"),
    ("user-svc", "service"),
    ("kafka-ui", "unknown"),
    ("redis-commander", "unknown"),
    ("mysqlfrontend", "unknown"),
    ("lansing", "unknown"),
    ("Kundenportal", "application"),
    ("patch panel 3", "other"),
    ("devsqlvm01", "virtual_machine"),
    ("printserver-2", "server"),
    ("drweb", "unknown"),
]


def test_names_tell_the_type_by_whole_words_and_never_for_certain():
    assets = judge(*({"name": name} for name, _ in NAMES))
    assert [(asset["name"], asset["type"]) for asset in assets] == NAMES
    assert all(asset["confidence"] < 0.8 for asset in assets)


WRITTEN_TOGETHER = [
    ("DEVSQLVM07", "development", "database"),
    ("prodapp", "production", "application"),
    ("webtest01", "test", "web"),
    ("CRMSQLVM02", "unknown", "database"),
    ("drweb01", "unknown", "unknown"),
    ("contest", "unknown", "unknown"),
    ("latest-build", "unknown", "unknown"),
]


def test_environment_and_role_are_read_in_one_word_only_where_it_is_nothing_else():
    hosts = judge(*({"name": name, "os_name": "RHEL 8"} for name, _, _ in WRITTEN_TOGETHER))
    facts = [(host["name"], host["environment"], host["tier"]) for host in hosts]
    assert facts == WRITTEN_TOGETHER


def test_what_people_work_at_is_no_server_though_it_is_declared_a_computer():
    desk, host = judge(
        {"declared_type": "server", "declared_type_text": "Computer", "os_name": "Windows 10"},
        {"declared_type": "server", "declared_type_text": "Computer", "os_name": "RHEL 8"},
    )
    assert (desk["type"], host["type"]) == ("other", "server")


def test_the_name_of_a_product_is_none_of_a_host():
    (host,) = judge({"name": "crm-mysql-01", "os_name": "Ubuntu 22.04", "cpu_cores": 4})
    assert host["type"] == "server"


WORDS = [
    ("Cisco Core Switch", "network_device"),
    ("Linux VM (Ubuntu)", "virtual_machine"),
    ("AWS::RDS::DBInstance", "database"),
    ("Storage Array - NetApp", "storage"),
    ("Microsoft.Network/loadBalancers", "load_balancer"),
    ("Blinkenlight", "unknown"),
]


def test_the_last_known_word_of_a_longer_text_is_its_head():
    assets = judge(*({"declared_type_text": text} for text, _ in WORDS))
    assert [asset["type"] for asset in assets] == [kind for _, kind in WORDS]


def test_a_service_of_which_a_model_says_only_its_purpose_may_be_a_product():
    broker, internal = judge(
        {"name": "rabbitmq", "declared_type": "service", "declared_type_text": "infrastructural"},
        {"name": "rabbitmq", "declared_type": "service", "declared_type_text": "internal"},
    )
    assert (broker["type"], internal["type"]) == ("middleware", "service")
    assert broker["rationale"][0] == (
        "Type middleware: rule product_node with name_product.rabbitmq, name `rabbitmq`; "
        "it is declared as `infrastructural`."
    )


def test_an_application_server_with_an_operating_system_is_the_host():
    words = {"declared_type": "middleware", "declared_type_text": "Application Server"}
    host, software = judge({**words, "os_name": "RHEL 8"}, words)
    assert (host["type"], software["type"]) == ("server", "middleware")
    assert "has os_name of its own" in host["rationale"][0]


def test_hardware_tells_virtual_from_physical():
    virtual, physical, untold = judge(
        {"declared_type": "virtual_machine"}, {"model": "PowerEdge R740"}, {"os_name": "Ubuntu"}
    )
    assert [one["virtual"] for one in (virtual, physical, untold)] == [True, False, None]
    assert "Physical: rule server_model, hardware `PowerEdge R740`." in physical["rationale"]


def test_every_product_of_a_stack_is_named_and_dated():
    (asset,) = judge(
        {"declared_type": "application", "product": "PHP 7.4, PostgreSQL 12", "os_name": "RHEL 8"}
    )
    products = [(one["kind"], one["name"], one["version"], one["eol_date"], one["eol_status"])
             for one in asset["software"]]  # fmt: skip
    assert products == [
        ("operating_system", "Red Hat Enterprise Linux", "8", "2029-05-31", "supported"),
        ("runtime", "PHP", "7.4", "2022-11-28", "ended"),
        ("database", "PostgreSQL", "12", "2024-11-21", "ended"),
    ]
    assert all(one["source"].startswith("https://endoflife.date/") for one in asset["software"])


def test_each_judged_field_says_how_certain_it_is():
    (asset,) = judge(
        {"name": "web-prd-01", "declared_type": "server", "criticality": "hoch", "os_name": "AIX"}
    )
    assert asset["confidence"] == 0.85  # `server` is said of virtual machines, too
    assert asset["environment_confidence"] == 0.6  # by its name alone
    assert asset["criticality_confidence"] == 0.95
    assert asset["os_confidence"] == 0.9  # without a version


def test_what_rules_leave_open_is_handed_on_with_its_evidence():
    rows = inventory_assets(
        {"asset_id": "1", "name": "x", "os_name": "Plan 9", "description": "time clock of hall 3"},
        {"asset_id": "2", "name": "y", "declared_type": "server"},
        {"asset_id": "3", "name": "z", "model": "Catalyst 9300", "vendor": "VMware"},
    )
    classified = open_assets(classify(rows, TODAY)).rows(named=True)
    assert [(one["asset_id"], one["evidence"]) for one in classified] == [("1", 3), ("3", 3)]
    assert classified[0]["reason"] == "type:open"
    assert classified[0]["description"] == "time clock of hall 3"
    assert classified[1]["reason"] == "type:disputed/virtual_vendor/network_model"


def test_words_that_are_no_code_stand_as_they_are():
    (asset,) = classify(inventory_assets({"asset_id": "1", "name": "x"}), TODAY).rows(named=True)
    sentence = "Type server: decided by anna, because it is labelled so."
    assert sentences({**asset, "rationale": [sentence, "type:open"]})[0] == sentence
