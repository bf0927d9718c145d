"""Scenarios are kept as lines that people write, and two of them are compared as plans."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discovery_dagster.domain import graph, plan_comparison
from discovery_dagster.domain.decisions import scenarios
from discovery_dagster.domain.decisions.constraints import Constraint
from discovery_dagster.domain.decisions.scenarios import InvalidScenarioError
from discovery_dagster_tests.domain.rows import classified_assets, edge_rows
from discovery_dagster_tests.searching import examples

ASSETS = classified_assets(*({"name": name} for name in ("web", "app", "db", "mail")))
EDGES = edge_rows(
    {"source": "web", "target": "app"},
    {"source": "app", "target": "db"},
)
NODES = graph.analyse(ASSETS, EDGES)
AT = datetime(2026, 1, 1, tzinfo=UTC)


def constraint(number: int, kind: str, *values: str, reason: str | None = None) -> Constraint:
    return Constraint(number, kind, values, reason, "ann", AT)


WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]), min_size=1, max_size=12
) | st.sampled_from(["--reason", "it's", '"', "\\", "#", "$(x)"])
REASONS = st.none() | WORDS.map(lambda text: " ".join(text.split())).filter(bool)


@settings(max_examples=examples(100), deadline=None)
@given(st.lists(st.tuples(st.lists(WORDS, min_size=1, max_size=4), REASONS), max_size=4))
def test_what_is_written_is_read_back(sets):
    written = [
        constraint(-number, "freeze", *values, reason=reason)
        for number, (values, reason) in enumerate(sets, start=1)
    ]
    assert list(scenarios.read(scenarios.write(written), "ann", AT)) == written


@pytest.mark.parametrize("name", ["", "  ", "Board", "a" * 81, "a\x00b"])
def test_a_name_that_cannot_be_is_refused(name):
    with pytest.raises(InvalidScenarioError):
        scenarios.read_name(name)


def test_the_same_constraints_make_the_same_plan():
    compared = plan_comparison.compare(ASSETS, EDGES, NODES, [], [])
    assert compared.left == compared.right
    assert compared.groups.is_empty()
    assert compared.moves.is_empty()


def test_a_comparison_says_which_groups_move_and_how_large_the_waves_are():
    frozen = [constraint(-1, "freeze", "mail")]
    pinned = [constraint(-1, "pin", "mail", "3")]
    compared = plan_comparison.compare(ASSETS, EDGES, NODES, frozen, pinned)
    assert compared.left.assets == 3
    assert compared.right.assets == 4
    (mail,) = compared.groups.to_dicts()
    assert (mail["name"], mail["left"], mail["right"]) == ("mail", None, 3)
    assert compared.waves["right"].sum() == 4
    assert {row["name"] for row in compared.moves.to_dicts()} == {"mail"}


def test_a_need_of_a_later_wave_is_broken_unless_it_is_cut():
    apart = [
        constraint(-1, "apart", "app", "db"),
        constraint(-2, "pin", "app", "1"),
        constraint(-3, "pin", "db", "4"),
    ]
    cut = [*apart, constraint(-4, "cut", "app", "db")]
    compared = plan_comparison.compare(ASSETS, EDGES, NODES, apart, cut)
    waves = {need["target"]: need["target_wave"] for need in compared.left.broken}
    assert compared.right.broken == []
    assert waves in ({}, {"db": 4}), "dependencies take precedence over pins, or the need is told"
    assert waves or compared.left.conflicts
