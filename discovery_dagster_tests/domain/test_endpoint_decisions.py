"""What a person says that an endpoint is outranks what names and addresses say."""

from datetime import UTC, datetime

from discovery_dagster.domain import dependencies
from discovery_dagster.domain.decisions.endpoints import EXTERNAL, EndpointDecision
from discovery_dagster.domain.dependencies import endpoints
from discovery_dagster_tests.domain.rows import classified_assets, relation_records

ASSETS = classified_assets({"name": "web-01"}, {"name": "db-01", "ip_addresses": ["10.0.0.2"]})
RELATIONS = relation_records(
    {"source": "web-01", "target": "Old DB"},
    {"source": "web-01", "target_address": "10.0.0.77"},
)


def said(endpoint, means, number=1):
    at = datetime(2026, 3, 2, tzinfo=UTC)
    return EndpointDecision(number, endpoint, means, "seen", "ann", at, "s001", "command line")


def ends(*decided):
    edges = dependencies.build(ASSETS, RELATIONS, decided=decided)
    return edges.select("target", "target_id", "resolved").rows()


def test_without_decisions_strangers_stay_as_written():
    assert ends() == [("10.0.0.77", None, False), ("Old DB", None, False)]


def test_an_endpoint_becomes_the_asset_that_it_is_whatever_its_case():
    decided = said("old db", "db-01"), said("10.0.0.77", "db-01", 2)
    assert ends(*decided) == [("db-01", "db-01", True)]


def test_an_asset_that_the_session_lacks_has_no_effect():
    assert ends(said("Old DB", "gone")) == ends()


def test_what_is_outside_the_estate_is_reported_as_such():
    decided = [said("10.0.0.77", EXTERNAL)]
    edges = dependencies.build(ASSETS, RELATIONS, decided=decided)
    kinds = dict(endpoints.report(edges).select("subnet", "kind").rows())
    assert kinds == {
        "10.0.0.0/24": "external",
        "Old DB": "unmatched",
    }


def test_a_decision_outranks_the_address_of_an_asset():
    relations = relation_records({"source": "web-01", "target_address": "10.0.0.2"})
    edges = dependencies.build(ASSETS, relations, decided=[said("10.0.0.2", EXTERNAL)])
    assert edges.select("target", "target_id").rows() == [("10.0.0.2", None)]
