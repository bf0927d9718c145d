"""An endpoint that means several assets is told apart from one that means none."""

import polars as pl

from discovery_dagster.domain import dependencies
from discovery_dagster.domain.decision_workbook.open_questions import Findings, questions
from discovery_dagster.domain.decisions.endpoints import EXTERNAL
from discovery_dagster.domain.dependencies import endpoints
from discovery_dagster.domain.tables import (
    FIELD_MAPPING,
    INVENTORY_CONFLICTS,
    PROPOSALS,
    empty,
)
from discovery_dagster_tests.domain.rows import classified_assets, relation_records
from discovery_dagster_tests.domain.test_endpoint_decisions import said

ASSETS = classified_assets(
    {"name": "pay-01", "ip_addresses": ["10.4.0.20"]},
    {"name": "ora-a", "ip_addresses": ["10.4.0.11", "10.4.0.10", "169.254.7.7"]},
    {"name": "ora-b", "ip_addresses": ["10.4.0.12", "10.4.0.10", "169.254.7.7"]},
    {"name": "queue", "asset_id": "queue-1"},
    {"name": "queue", "asset_id": "queue-2"},
)
TARGETS = (
    {"target_address": "10.4.0.10"},
    {"target": "queue"},
    {"target_address": "10.4.0.99"},
    {"target_address": "198.51.100.7"},
    {"target_address": "169.254.7.7"},
)
RELATIONS = relation_records(*({"source": "pay-01", "port": 443, **each} for each in TARGETS))


def edges(*decided):
    return dependencies.build(ASSETS, RELATIONS, decided=decided)


def why(*decided):
    return dict(edges(*decided).select("target", "target_why").rows())


def candidates(*decided):
    rows = edges(*decided).select("target", "target_candidates").rows()
    return {
        target: [one["id"] for one in candidates_of_end]
        for target, candidates_of_end in rows
        if candidates_of_end
    }


def test_ambiguous_unmatched_external_and_local_are_four_answers():
    assert why() == {
        "10.4.0.10": "ambiguous",
        "queue": "ambiguous",
        "10.4.0.99": "unmatched",
        "198.51.100.7": "external",
        "169.254.7.7": "local",
    }
    assert edges()["source_why"].null_count() == len(TARGETS), "the source is an asset"


def test_only_what_is_ambiguous_has_candidates():
    assert candidates() == {"10.4.0.10": ["ora-a", "ora-b"], "queue": ["queue-1", "queue-2"]}


def test_what_a_person_decided_is_ambiguous_no_more():
    decided = said("10.4.0.10", EXTERNAL), said("queue", "queue-2", 2)
    assert why(*decided)["10.4.0.10"] == "external"
    assert candidates(*decided) == {}
    assert "queue-2" in edges(*decided)["target_id"].to_list()


def test_the_report_of_endpoints_says_which_asset_each_of_them_may_be():
    rows = endpoints.report(edges()).filter(pl.col("kind") == "ambiguous").sort("subnet")
    assert rows["subnet"].to_list() == ["10.4.0.0/24", "queue"]
    assert rows["candidates"].to_list()[0] == [
        {"endpoint": "10.4.0.10", "id": "ora-a", "name": "ora-a"},
        {"endpoint": "10.4.0.10", "id": "ora-b", "name": "ora-b"},
    ]


def test_the_workbook_offers_candidates_by_a_text_that_means_one_of_them():
    findings = Findings(
        empty(FIELD_MAPPING), ASSETS, empty(PROPOSALS), empty(INVENTORY_CONFLICTS), edges()
    )
    questions_asked = {one.cells["Endpoint"]: one for one in questions(findings)[0]["Endpoints"]}
    assert questions_asked.keys() == {"10.4.0.10", "queue", "10.4.0.99"}
    assert questions_asked["10.4.0.10"].choices == ("ora-a", "ora-b", EXTERNAL)
    assert questions_asked["queue"].choices == ("queue-1", "queue-2", EXTERNAL)
    assert questions_asked["10.4.0.99"].choices == (EXTERNAL,)
    assert (
        questions_asked["queue"].cells["Why"]
        == "several assets have it: queue (queue-1); queue (queue-2)"
    )
