"""The tier of hosts that nothing states: what they are used for tells it."""

from datetime import date

import pytest

from discovery_dagster import reference
from discovery_dagster.domain.classification import classify, sentences, uses
from discovery_dagster.domain.tables import INVENTORY_MEMBERS, empty
from discovery_dagster_tests.domain.rows import inventory_assets, relation_records


def host(name, **more):
    return {"asset_id": name, "name": name, "hostname": name, "declared_type": "server", **more}


def to(source, target, port):
    seen = {"kind": "observed", "relation": "connects_to"}
    return {"source": source, "target": target, "port": port, **seen}


def judge(assets, *relations):
    inventory = inventory_assets(*assets)
    used = uses.observe(inventory, relation_records(*relations), empty(INVENTORY_MEMBERS))
    classified = classify(inventory, date(2026, 1, 1), used=used).rows(named=True)
    return {row["name"]: (row["tier"], sentences(row)) for row in classified}


def test_a_host_that_databases_run_on_is_of_the_tier_of_databases():
    placed = {"source_type": "database", "relation": "runs_on", "target": "sv1"}
    judged = judge([host("sv1")], {"source": "CRM", **placed}, {"source": "HR", **placed})
    tier, reasons = judged["sv1"]
    assert tier == "database"
    assert "Tier database: nothing states it; of type database that run on it: 2." in reasons


def test_who_connects_to_whom_tells_the_tiers_of_one_application():
    names = ("sv1", "sv2", "sv3", "sv4")
    talk = [to("sv1", "sv2", 8080), to("sv2", "sv3", 5432), to("sv2", "sv4", 5672)]
    judged = judge([host(name) for name in names], *talk)
    tiers = {name: tier for name, (tier, _) in judged.items()}
    assert tiers == {"sv1": "web", "sv2": "application", "sv3": "database", "sv4": "integration"}
    assert "others that it connects to on port 5432: 1." in " ".join(judged["sv2"][1])


def test_what_is_stated_and_what_a_name_says_come_first():
    talk = [to(name, "sv3", 5432) for name in ("web-01", "sv2")]
    judged = judge([host("web-01"), host("sv2", tier="Frontend"), host("sv3")], *talk)
    assert judged["web-01"][0] == judged["sv2"][0] == "web"


def test_what_connects_to_every_database_looks_at_them_and_is_no_application():
    hosts = [host(f"sv{at}") for at in range(40)]
    judged = judge([host("watch"), *hosts], *(to("watch", one["name"], 5432) for one in hosts))
    assert judged["watch"][0] == judged["sv0"][0] == "unknown"


def test_only_hosts_have_a_tier_by_use():
    judged = judge([host("Shop", declared_type="application")], to("Shop", "db", 5432))
    assert judged["Shop"][0] == "unknown"


@pytest.mark.parametrize(
    ("name", "tier"),
    [("manrkmwebp01", "web"), ("STUCNNAPPT02", "application"), ("ulmttrmqp01", "integration"),
     ("dbp01", "database"), ("mandbaker", "unknown"), ("cobwebs", "unknown")],
)  # fmt: skip
def test_a_role_and_the_letter_of_an_environment_end_a_name_before_its_number(name, tier):
    assert judge([host(name)])[name][0] == tier


def test_every_tier_of_a_use_is_a_tier_and_each_rule_names_ports_that_are_listed():
    rules = reference.load("classification")["uses"]
    tiers = {rule["tier"] for rule in rules["rules"]}
    assert tiers <= set(reference.load("classification")["tiers"]["name"])
    asked = {
        rule[way] for rule in rules["rules"] for way in ("reached_on", "reaches") if way in rule
    }
    assert asked <= set(rules["ports"])
