"""Windows of waves, periods in which nothing moves, and the work of each wave."""

from datetime import UTC, datetime

import pytest

from discovery_dagster import reference
from discovery_dagster.domain import graph
from discovery_dagster.domain.decisions import constraints
from discovery_dagster.domain.decisions.constraints import Constraint, InvalidConstraintError
from discovery_dagster.domain.planning import plan
from discovery_dagster.reference import load
from discovery_dagster_tests.domain.rows import classified_assets, edge_rows

AT = datetime(2026, 1, 1, tzinfo=UTC)
ESTATE = classified_assets(
    {"name": "web", "environment": "production", "applications": ["Webshop"]},
    {"name": "db", "type": "database", "environment": "production"},
    {"name": "desk", "environment": "test"},
)
NEEDS = edge_rows({"source": "web", "target": "db", "relation": "connects_to"})


def setting(*texts):
    parsed = []
    for number, one in enumerate(texts, start=1):
        kind, *values = one.split()
        parsed.append(Constraint(number, kind, constraints.check(kind, values), None, "ann", AT))
    return parsed


def make(*texts, assets=ESTATE, edges=NEEDS):
    nodes = graph.analyse(assets, edges)
    return plan.make(assets, edges, nodes, plan.PlanSettings(constraints=setting(*texts)))


def said(planned):
    return planned.conflicts["message"].to_list()


def waves(planned):
    return dict(planned.placements.select("asset_id", "wave").iter_rows())


def test_waves_have_the_days_of_their_window_and_the_work_that_they_take():
    planned = make("pin desk 2", "window 1 2026-03-06 3")
    rows = planned.waves.select("wave", "starts", "ends", "effort_hours").rows()
    hours = load("effort")["hours"]
    assert rows == [
        (1, "2026-03-06", "2026-03-08", hours["virtual_machine"] + hours["database"]),
        (2, None, None, hours["virtual_machine"]),
    ]
    assert said(planned) == []


def test_a_window_in_a_freeze_that_ends_is_named_and_one_after_it_is_not():
    frozen = "freeze-period 2026-12-18 2027-01-06"
    assert said(make(frozen, "window 1 2027-01-06 2")) == [
        "The window of wave 1, 2027-01-06 to 2027-01-07, lies in it. Window of wave 1 from"
        " 2027-01-06 for 2 days (set by ann)."
    ]
    assert said(make(frozen, "window 1 2027-01-07 2")) == []


def test_a_freeze_of_some_concerns_the_window_of_their_wave_alone():
    frozen = "freeze-period 2026-12-18 2027-01-06 desk"
    held = ("pin desk 2", "window 1 2026-12-20 1", "window 2 2026-12-28 1")
    assert said(make(frozen, *held)) == [
        "The window of wave 2, 2026-12-28, lies in it, and desk would move then."
    ]


def test_windows_follow_each_other_as_their_waves_do():
    planned = make("pin desk 2", "window 1 2026-03-06 3", "window 2 2026-03-08 1")
    assert said(planned) == [
        "The window of wave 2, 2026-03-08, begins before that of wave 1 ends, on 2026-03-08: what"
        " it needs may not have moved."
    ]


def test_a_window_of_no_wave_moves_nothing():
    assert said(make("window 7 2026-03-06 1")) == [
        "The plan has no wave 7: nothing moves in its window."
    ]


def test_more_work_than_a_window_has_is_named():
    (message,) = said(make("capacity 10", "window 1 2026-03-06 1"))
    assert message.endswith("has 3 assets that take about 20 hours, more than 10.")


@pytest.mark.parametrize(
    ("kind", "values", "why"),
    [
        ("window", ["1", "6.3.2026", "2"], "is no day such as 2026-03-06"),
        ("window", ["1", "2026-03-06"], "a day and a number of days are needed"),
        ("freeze-period", ["2026-03-06", "2026-03-01"], "2026-03-01 is before 2026-03-06"),
        ("pin", ["environment:moon", "2"], "is no environment of production"),
        ("cut", ["application:Webshop", "db"], "is a pattern"),
    ],
)
def test_what_is_no_date_and_no_environment_is_refused(kind, values, why):
    with pytest.raises(InvalidConstraintError, match=why):
        constraints.check(kind, values)


def test_an_application_stands_for_what_serves_it_and_an_environment_for_what_is_in_it():
    shop = {"name": "Shop", "type": "application"}
    assets = classified_assets(shop, {"name": "srv1"}, {"name": "ci", "environment": "test"})
    edges = edge_rows({"source": "Shop", "target": "srv1", "relation": "runs_on"})
    assert waves(make("pin application:shop 2", assets=assets, edges=edges)) == {
        "ci": 1, "Shop": 2, "srv1": 2,
    }  # fmt: skip
    assert waves(make("freeze environment:qa", assets=assets, edges=edges))["ci"] is None
    listed = make("freeze application:Webshop")
    assert waves(listed)["web"] is None
    assert waves(listed)["desk"] == 1


def test_effort_is_data_of_types_and_strategies_that_there_are():
    rules, words = reference.load("effort"), reference.load("vocabulary")
    assert rules["hours"].keys() - {"default"} <= set(words["asset_types"])
    assert rules["factors"].keys() == set(words["strategies"])
