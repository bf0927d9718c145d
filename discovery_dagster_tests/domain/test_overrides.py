"""Decisions about assets: which values they may have, and what they do to assets."""

from datetime import UTC, date, datetime
from functools import partial

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discovery_dagster.domain.classification import classify
from discovery_dagster.domain.classification.overriding import apply_overrides, plan
from discovery_dagster.domain.decisions.overrides import (
    InvalidOverrideError,
    Override,
    allowed_words,
    read_field,
    read_value,
    stages,
    typed,
)
from discovery_dagster.domain.tables import PLAN_PLACEMENTS
from discovery_dagster_tests.domain.rows import frame, inventory_assets
from discovery_dagster_tests.searching import examples

pytestmark = pytest.mark.pipeline

RULES = partial(classify, as_of=date(2026, 3, 1))
ASSETS = inventory_assets(
    {"asset_id": "a", "name": "web-01", "os_name": "Ubuntu 22.04", "environment": "prod"},
    {"asset_id": "b", "name": "thing", "location": "Berlin"},
    {"asset_id": "c", "name": "db-01", "declared_type": "virtual_machine"},
)


def said(asset_id: str, field: str, value: str, decision: int = 1) -> Override:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    return Override(
        decision, "s001", asset_id, asset_id, field, value, None, "seen.", "ann", "command line", at
    )


def test_without_decisions_assets_are_as_rules_judge_them():
    classified = apply_overrides(ASSETS, [said("another", "type", "database")], RULES)
    assert classified.drop("overridden").equals(RULES(ASSETS))
    assert classified["overridden"].to_list() == [[], [], []]


def test_a_decision_outranks_the_rules_and_is_named_beside_them():
    classified = apply_overrides(ASSETS, [said("a", "environment", "test")], RULES)
    row = classified.row(0, named=True)
    assert (row["environment"], row["overridden"]) == ("test", ["environment"])
    assert row["rationale"][-1] == (
        "Environment test: set by ann on 2026-03-02: seen; the rules said production "
        "(Environment production: declared as `prod`)."
    )
    assert not any(code.startswith("environment:") for code in row["rationale"])


def test_what_follows_from_a_decided_type_follows():
    row = apply_overrides(ASSETS, [said("b", "type", "database")], RULES).row(1, named=True)
    assert (row["type"], row["tier"], row["confidence"]) == ("database", "database", 1.0)
    assert row["declared_type"] is None


def test_a_person_may_say_that_nobody_knows():
    row = apply_overrides(ASSETS, [said("c", "type", "unknown")], RULES).row(2, named=True)
    assert (row["type"], row["confidence"]) == ("unknown", 0.0)


def test_other_words_of_a_source_are_judged_like_its_own():
    row = apply_overrides(ASSETS, [said("a", "os_name", "Windows Server 2008 R2")], RULES).row(
        0, named=True
    )
    assert (row["os_family"], row["eol_status"]) == ("windows", "ended")
    assert any("the sources said Ubuntu 22.04" in sentence for sentence in row["rationale"])


def test_a_decided_strategy_replaces_the_hint_and_quotes_it():
    hint = {"asset_id": "a", "strategy": "rehost", "strategy_reason": "It is supported."}
    placed = frame(PLAN_PLACEMENTS, [hint, {**hint, "asset_id": "b"}])
    decided = plan(placed, [said("a", "strategy", "retain")])
    assert decided["strategy"].to_list() == ["retain", "rehost"]
    assert "the rules said rehost (It is supported)." in decided["strategy_reason"][0]


def test_fields_and_words_are_read_whatever_their_case_and_separators():
    assert read_field("OS Family") == "os_family"
    assert read_value("type", "Virtual Machine") == "virtual_machine"
    assert read_value("memory_gb", "16 GB") == "16.0"
    assert read_value("memory_gb", "16") == "16.0", "a bare number is in the field's own unit"
    assert read_value("storage_gb", "137.44") == "137.44"
    assert read_value("applications", "Shop;  Billing") == "Shop; Billing"


@pytest.mark.parametrize(
    ("field", "value"), [("type", "toaster"), ("cpu_cores", "many"), ("location", "  ")]
)
def test_a_value_that_a_field_cannot_have_is_refused(field, value):
    with pytest.raises(InvalidOverrideError):
        read_value(field, value)


words = {field: list(allowed_words(field) or ()) for field in stages()}
decisions = st.sampled_from(
    sorted(field for field, stage in stages().items() if stage != "planned")
)


def _value(field: str) -> st.SearchStrategy[str]:
    if words[field]:
        return st.sampled_from(words[field])
    numbers = {"cpu_cores": "4", "memory_gb": "16.0", "storage_gb": "100.0"}
    return st.sampled_from([numbers.get(field, "Bonn; 2"), numbers.get(field, '=1"x\\')])


chosen = decisions.flatmap(
    lambda field: st.tuples(st.sampled_from("abc"), st.just(field), _value(field))
)


@settings(max_examples=examples(25))  # each judges by every rule, three times
@given(st.lists(chosen, max_size=6, unique_by=lambda one: one[:2]))
def test_each_decision_holds_and_nothing_else_changes(chosen):
    own = [said(*one, decision=at) for at, one in enumerate(chosen, 1)]
    classified = apply_overrides(ASSETS, own, RULES)
    assert classified["asset_id"].to_list() == ["a", "b", "c"]
    for each in own:
        row = classified.row(by_predicate=pl.col("asset_id") == each.asset_id, named=True)
        if each.field not in ("os_name", "os_version"):  # which the rules read further
            assert row[each.field] == typed(each.field, each.value)
        assert each.field in row["overridden"]
    untouched = ~pl.col("asset_id").is_in([each.asset_id for each in own])
    alone = classified.filter(untouched).drop("overridden")
    assert alone.equals(RULES(ASSETS).filter(untouched))
