"""One asset is taken out of its group: its needs there are cut, other ties kept apart."""

from datetime import UTC, datetime

import pytest

from discovery_dagster.domain import graph, plan_moves
from discovery_dagster.domain.decisions.constraints import Constraint, check
from discovery_dagster.domain.planning import plan
from discovery_dagster_tests.domain.rows import classified_assets, edge_rows

AT = datetime(2026, 1, 1, tzinfo=UTC)
ASSETS = classified_assets(
    *({"name": name} for name in ("web", "app", "db", "mail", "relay")),
    {"name": "Shop", "type": "application"},
    *({"name": name, "applications": ["Shop"]} for name in ("shop-1", "shop-2", "shop-3")),
)
EDGES = edge_rows(
    {"source": "web", "target": "app"},
    {"source": "app", "target": "web"},
    {"source": "app", "target": "db"},
    {"source": "db", "target": "app"},
    {"source": "mail", "target": "relay"},
    {"source": "relay", "target": "mail"},
)
NODES = graph.analyse(ASSETS, EDGES)


def planned(*constraints: Constraint) -> plan.Plan:
    return plan.make(ASSETS, EDGES, NODES, plan.PlanSettings(constraints=constraints))


def groups(a_plan: plan.Plan) -> dict[str, str]:
    return dict(a_plan.placements.drop_nulls("group").select("asset_id", "group").iter_rows())


def moved(asset: str, to: str) -> tuple[list[plan_moves.Tie], plan.Plan]:
    """The ties of an asset, and the plan after it is moved."""
    before = planned()
    of = groups(before)
    tied = plan_moves.ties_to_group(ASSETS, EDGES, NODES, before.placements, asset)
    which = to.partition(" ")[2]
    members = [each for each in of if of[each] == of[asset] and each != asset]
    target = [each for each in of if of[each] == which]
    names = plan_moves.clear_names(ASSETS, of)
    wanted = plan_moves.settings(asset, to, tied, members, target, names)
    constraints = [
        Constraint(-number, kind, check(kind, values), None, "ann", AT)
        for number, (kind, values) in enumerate(wanted, start=1)
    ]
    return tied, planned(*constraints)


@pytest.mark.parametrize("asset", ["web", "app", "shop-2"])
def test_an_asset_leaves_its_group_and_the_others_stay_together(asset):
    before = groups(planned())
    others = [each for each in before if before[each] == before[asset] and each != asset]
    tied, after = moved(asset, "alone")
    assert tied, "something ties it"
    assert groups(after)[asset] not in {groups(after)[each] for each in others}
    assert all(tie.evidence for tie in tied if tie.needs)


def test_it_moves_in_the_wave_that_is_chosen():
    _, after = moved("web", "wave 3")
    waves = dict(after.placements.select("asset_id", "wave").iter_rows())
    assert waves["web"] == 3
    assert waves["app"] == 1


def test_it_joins_the_group_that_is_chosen():
    mail = groups(planned())["mail"]
    _, after = moved("web", f"group {mail}")
    assert groups(after)["web"] == groups(after)["mail"] == groups(after)["relay"]
    assert groups(after)["web"] != groups(after)["app"]
