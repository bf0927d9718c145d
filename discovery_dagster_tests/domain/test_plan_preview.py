"""A preview is the plan that the constraints would make, beside the one that there is."""

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from discovery_dagster.domain import graph
from discovery_dagster.domain.decisions.constraints import Constraint
from discovery_dagster.domain.decisions.scenarios import with_changes
from discovery_dagster.domain.plan_preview import preview
from discovery_dagster.domain.planning import plan
from discovery_dagster_tests.domain.rows import classified_assets, edge_rows
from discovery_dagster_tests.searching import examples

NAMES = ["web", "app", "db", "mail", "hr"]
ASSETS = classified_assets(*({"name": name} for name in NAMES))
EDGES = edge_rows(
    {"source": "web", "target": "app"},
    {"source": "app", "target": "db"},
    {"source": "hr", "target": "db"},
)
NODES = graph.analyse(ASSETS, EDGES)
AT = datetime(2026, 1, 1, tzinfo=UTC)


def constraint(number: int, kind: str, *values: str) -> Constraint:
    return Constraint(number, kind, values, None, "ann", AT)


KINDS = st.one_of(
    st.tuples(st.just("freeze"), st.sampled_from(NAMES)),
    st.tuples(st.just("pin"), st.sampled_from(NAMES), st.sampled_from("1234")),
    st.lists(st.sampled_from(NAMES), min_size=2, max_size=3, unique=True).map(
        lambda names: ("together", *names)
    ),
    st.tuples(st.just("assets-per-wave"), st.sampled_from("123")),
    st.just(("window", "1", "2026-03-06", "3")),
    st.just(("freeze-period", "2026-03-07", "2026-03-20")),
    st.tuples(st.just("capacity"), st.sampled_from(["4", "400"])),
)
SETS = st.lists(KINDS, max_size=3).map(
    lambda each: [constraint(at, kind, *values) for at, (kind, *values) in enumerate(each)]
)


def planned(constraints):
    return plan.make(ASSETS, EDGES, NODES, plan.PlanSettings(constraints=constraints))


@settings(max_examples=examples(40), deadline=None)
@given(SETS, SETS)
def test_moves_lead_from_the_waves_that_are_to_those_that_would_be(before, after):
    published, then = planned(before), planned(after)
    shown = preview(ASSETS, EDGES, NODES, published, after)
    assert shown.plan.placements.equals(then.placements)
    assert shown.plan.waves.equals(then.waves)
    assert shown.plan.conflicts.equals(then.conflicts)
    waves = dict(published.placements.select("asset_id", "wave").iter_rows())
    for row in shown.moves.filter(field="wave").iter_rows(named=True):
        assert str(waves[row["asset_id"]] or "") == (row["before"] or "")
        waves[row["asset_id"]] = int(row["after"]) if row["after"] else None
    assert waves == dict(then.placements.select("asset_id", "wave").iter_rows())
    assert shown.waves["after"].sum() == then.waves["assets"].sum()


def test_the_same_constraints_change_nothing():
    shown = preview(ASSETS, EDGES, NODES, planned([]), [])
    assert shown.moves.is_empty()
    assert shown.new_conflicts.is_empty()
    assert shown.ended_conflicts.is_empty()


def test_of_a_kind_that_holds_once_the_last_one_is_in_force():
    known = [constraint(1, "assets-per-wave", "5"), constraint(2, "freeze", "db")]
    added = [constraint(-1, "assets-per-wave", "2")]
    assert with_changes(known, added, [2]) == added
