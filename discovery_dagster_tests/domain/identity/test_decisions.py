"""What a person decides about identity outranks the keys, and nothing else changes."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discovery_dagster.domain import identity
from discovery_dagster.domain.decisions.identity import JOIN, SPLIT, digest
from discovery_dagster.domain.identity import IdentityDecision
from discovery_dagster_tests.domain.rows import asset_records, relation_records

pytestmark = pytest.mark.pipeline

NONE = relation_records()


def decision(kind, *identifiers, number=1):
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return IdentityDecision(number, kind, identifiers, ("x",), "because", "ann", at)


def resolve(*records, decisions=(), known=None):
    rows = asset_records(*({"declared_type": "server", **record} for record in records))
    return identity.resolve("acme.exit", rows, NONE, known or {}, decisions)


def test_a_split_key_joins_nothing_and_other_keys_still_do():
    twins = {"name": "web01", "file": "a"}, {"name": "web01", "file": "b"}
    split = decision(SPLIT, "name:host|web01")
    assert resolve(*twins).assets.height == 1
    assert resolve(*twins, decisions=[split]).assets.height == 2
    serial = {"vendor": "Dell", "serial_number": "7XK2P"}
    assert resolve(*({**twin, **serial} for twin in twins), decisions=[split]).assets.height == 1


def test_a_join_joins_even_what_contradicts_itself():
    records = {"name": "web01", "fqdn": "web01.a.example"}, {"name": "db9", "fqdn": "db9.b.example"}
    join = decision(JOIN, "fqdn:web01.a.example", "name:host|db9")
    inventory = resolve(*records, decisions=[join])
    assert inventory.assets.height == 1
    assert inventory.members["keys"].to_list() == [["person:1"], ["person:1"]]


def test_the_number_of_a_decision_makes_no_id():
    records = {"name": "web01"}, {"name": "db9"}
    joins = [decision(JOIN, "name:host|web01", "name:host|db9", number=at) for at in (1, 2)]
    first, second = (resolve(*records, decisions=[join]) for join in joins)
    assert first.assets["asset_id"].to_list() == second.assets["asset_id"].to_list()
    assert not first.identifiers["identifier"].str.starts_with("person").any()


def test_nothing_decided_has_no_digest_and_the_author_is_no_part_of_it():
    assert digest([]) == {}
    assert digest([decision(JOIN, "a", "b")]) == digest([decision(JOIN, "b", "a", number=9)])
    assert digest([decision(JOIN, "a")]) != digest([decision(SPLIT, "a")])


@given(st.lists(st.sampled_from(["web01", "web02", "db01", "db02"]), min_size=1, max_size=8))
def test_a_decision_about_others_changes_nothing(names):
    records = [{"name": name, "file": str(at)} for at, name in enumerate(names)]
    others = [decision(JOIN, "name:host|x", "name:host|y"), decision(SPLIT, "name:host|z")]
    assert resolve(*records, decisions=others).assets.equals(resolve(*records).assets)
