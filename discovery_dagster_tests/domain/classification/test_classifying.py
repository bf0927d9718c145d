"""What is said of an asset, and what is left open."""

from datetime import date

import pytest

from discovery_dagster import reference
from discovery_dagster.domain.classification import classify, sentences
from discovery_dagster.domain.tables import RULE_CLASSIFIED_ASSETS, empty
from discovery_dagster_tests.domain.rows import Row, inventory_assets

pytestmark = pytest.mark.pipeline

TODAY = date(2026, 9, 1)


def judge(*assets: Row) -> list[dict]:
    rows = [{"asset_id": str(at), **row} for at, row in enumerate(assets)]
    classified = classify(inventory_assets(*rows), TODAY).rows(named=True)
    return [{**asset, "rationale": sentences(asset)} for asset in classified]


NAMES = [
    # Names that fragments of words once misled; declared or not, right or unknown.
    ("SAP-PROD-01", None, "unknown"),
    ("core-banking-app", None, "application"),
    ("planning-app", None, "application"),
    ("Portland-srv-01", None, "server"),
    ("edge-app01", "server", "server"),
    ("edge-app01", None, "unknown"),
    ("sandbox-web-01", "server", "server"),
    ("sandbox-web-01", None, "unknown"),
    ("Security Portal", "application", "application"),
    ("Security Portal", None, "application"),
    ("Oracle Fin ERP", "application", "application"),
    ("Oracle Fin ERP", None, "application"),
    ("vmware-vm01", "virtual_machine", "virtual_machine"),
    ("vmware-vm01", None, "virtual_machine"),
    ("firewall rules", "application", "application"),
    ("Wallboard", None, "unknown"),
    ("swift", None, "unknown"),
    ("x", "unknown", "unknown"),
]


def test_names_mislead_no_rule():
    assets = judge(*({"name": name, "declared_type": declared} for name, declared, _ in NAMES))
    answers = [(asset["name"], asset["type"]) for asset in assets]
    assert answers == [(name, expected) for name, _, expected in NAMES]


EVIDENCE = [
    ({"os_name": "Ubuntu Linux (64-bit)"}, "server", False),
    ({"os_name": "VMware ESXi 7.0.3", "mac_addresses": ["00:50:56:00:00:01"]}, "server", True),
    ({"os_name": "Ubuntu", "vendor": "VMware, Inc."}, "virtual_machine", True),
    ({"model": "Virtual Machine", "vendor": "Microsoft Corporation"}, "virtual_machine", True),
    ({"os_name": "RHEL", "mac_addresses": ["52:54:00:12:34:56"]}, "virtual_machine", True),
    ({"mac_addresses": ["52:54:00:12:34:56", "3c:ec:ef:00:00:01"]}, "unknown", False),
    ({"model": "PowerEdge R740", "os_name": "Ubuntu"}, "server", True),
    ({"model": "Catalyst 9300"}, "network_device", True),
    ({"model": "FortiGate 100F"}, "security_device", True),
    ({"model": "BIG-IP i2600"}, "load_balancer", True),
    ({"provider_id": "i-0123456789abcdef0"}, "virtual_machine", True),
    ({"product": "PostgreSQL 16"}, "database", False),
    ({"product": "PostgreSQL 16", "os_name": "Ubuntu"}, "server", False),
    ({"cpu_cores": 4, "memory_gb": 8.0}, "unknown", False),
    ({"model": "Catalyst 9300", "vendor": "VMware"}, "unknown", False),
]


def test_evidence_tells_the_type_of_what_declares_none():
    assets = judge(*({"name": "x", **fields} for fields, _, _ in EVIDENCE))
    for asset, (fields, expected, certain) in zip(assets, EVIDENCE, strict=True):
        assert (asset["type"], asset["confidence"] >= 0.8) == (expected, certain), fields


def test_virtual_hardware_corrects_the_word_server_but_not_a_physical_one():
    virtual = {"name": "x", "declared_type": "server", "model": "VMware Virtual Platform"}
    judgements, physical = judge(
        {**virtual, "declared_type_text": "Server"},
        {**virtual, "declared_type_text": "Physical Server"},
    )
    assert judgements["type"] == "virtual_machine"
    assert "virtual_model" in judgements["rationale"][0]
    assert physical["type"] == "server"


WORDS = [
    ("environment", "x", "Produktion", "production"),
    ("environment", "x", "PROD", "production"),
    ("environment", "x", "Production - EU", "production"),
    ("environment", "x-dev-01", "PROD", "production"),
    ("environment", "x", "Non-Production", "unknown"),
    ("environment", "x", "Pre-Production", "staging"),
    ("environment", "x", "Dev/Test", "unknown"),
    ("environment", "x-prod-01", "Blue", "unknown"),
    ("environment", "web-prd-01.acme.example", None, "production"),
    ("environment", "web-prd-01.test", None, "production"),
    ("environment", "web-pre-prod-01", None, "staging"),
    ("environment", "prod-test-01", None, "unknown"),
    ("environment", "latest-web", None, "unknown"),
    ("environment", "Load Test Suite", None, "unknown"),
    ("criticality", "x", "Sehr hoch", "critical"),
    ("criticality", "x", "1 - most critical", "critical"),
    ("criticality", "x", "gering", "low"),
    ("criticality", "x", "2", "unknown"),
    ("tier", "x", "Frontend", "web"),
    ("tier", "crm-db-01", None, "database"),
    ("tier", "dbadmin01", None, "unknown"),
]


def test_words_are_declared_or_stand_in_the_name():
    rows = [
        {"name": name, "declared_type": "server", field: declared}
        for field, name, declared, _ in WORDS
    ]
    for asset, (field, name, declared, expected) in zip(judge(*rows), WORDS, strict=True):
        assert asset[field] == expected, (field, name, declared)


def test_each_answer_names_its_rule_and_the_cell():
    (asset,) = judge(
        {
            "name": "web-prd-01",
            "os_name": "Microsoft Windows Server 2012 R2 (64-bit)",
            "criticality": "hoch",
        }
    )
    assert asset["rationale"] == [
        "Type server: rule os_of_servers, os_name `Microsoft Windows Server 2012 R2 (64-bit)`.",
        "Tier web: rule name_tier, `web` in the name `web-prd-01`.",
        "Environment production: rule name_environment, `prd` in the name `web-prd-01`.",
        "Criticality high: declared as `hoch`.",
        "Operating system Windows Server 2012 R2: rule os_windows_server, "
        "`Microsoft Windows Server 2012 R2 (64-bit)`.",
        "End of life 2023-10-10 (extended on 2026-09-01): Windows Server 2012 R2, "
        "https://endoflife.date/windows-server.",
    ]


def test_an_unknown_type_says_what_is_missing():
    (asset,) = judge({"name": "x", "os_name": "Plan 9"})
    assert asset["rationale"][0] == (
        "Type unknown: no type is declared and no rule decides; "
        "missing: vendor, model, MAC addresses, provider id."
    )


def test_only_words_of_the_vocabulary_are_answers():
    vocabulary = reference.load("vocabulary")
    rules = reference.load("classification")
    tiers = {*rules["tiers"]["types"].values(), *rules["tiers"]["name"]}
    assert {rule["type"] for rule in rules["rules"]} <= set(vocabulary["asset_types"])
    assert tiers <= set(vocabulary["tiers"])
    assert set(reference.load("environments")) <= set(vocabulary["environments"])
    assert set(reference.load("criticalities")) <= set(vocabulary["criticalities"])
    assert set(reference.load("precedence")["specificity"]) == set(vocabulary["asset_types"])


def test_nothing_is_classified_as_nothing():
    assert classify(inventory_assets(), TODAY).equals(empty(RULE_CLASSIFIED_ASSETS))
