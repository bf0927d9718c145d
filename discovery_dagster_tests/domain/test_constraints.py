"""What people set about a plan: what it does, what gives way, and how that is said."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discovery_dagster.domain import graph
from discovery_dagster.domain.decisions import constraints
from discovery_dagster.domain.decisions.constraints import Constraint, InvalidConstraintError
from discovery_dagster.domain.planning import plan
from discovery_dagster_tests.domain.rows import classified_assets, edge_rows
from discovery_dagster_tests.searching import examples

pytestmark = pytest.mark.pipeline

AT = datetime(2026, 1, 1, tzinfo=UTC)


def setting(*texts):
    """Constraints in the order in which they were set, each as `kind value…`."""
    parsed = []
    for number, one in enumerate(texts, start=1):
        kind, *values = one.split()
        parsed.append(Constraint(number, kind, constraints.check(kind, values), None, "ann", AT))
    return parsed


def make(assets, edges, *constraints, limit=25):
    nodes = graph.analyse(assets, edges)
    return plan.make(assets, edges, nodes, plan.PlanSettings(limit, setting(*constraints)))


def estate(*names, **environments):
    rows = [{"name": name} for name in names]
    of = [{"name": name, "environment": kind} for name, kind in environments.items()]
    return classified_assets(*rows, *of)


def waves(plan):
    return dict(plan.placements.select("asset_id", "wave").iter_rows())


def group_names(plan):
    return plan.groups["assets"].to_list()


def reason(plan, asset):
    return plan.placements.filter(asset_id=asset)["reason"].item()


NONE = edge_rows()


def test_no_wave_has_more_assets_than_was_set():
    planned = make(estate(*"abcde"), NONE, "assets-per-wave 2")
    assert planned.waves["assets"].to_list() == [2, 2, 1]
    assert reason(planned, "c") == (
        "Moves alone: there is no evidence of a dependency. In wave 2 because the waves before it"
        " are full; its needs alone would allow wave 1. At most 2 assets a wave (set by ann)."
    )
    assert planned.conflicts.is_empty()


def test_a_group_that_no_wave_can_hold_is_named():
    edges = edge_rows({"source": "a", "target": "b"}, {"source": "b", "target": "a"})
    planned = make(estate(*"abc"), edges, "assets-per-wave 1")
    assert waves(planned) == {"a": 1, "b": 1, "c": 2}
    assert planned.conflicts["message"].to_list() == [
        "Wave 1 has 2 assets, more than 1. a and 1 more with it cannot be parted: 2 need each other"
        " in a cycle (a, b)."
    ]


def test_a_wave_that_what_must_go_together_overfills_says_who_set_what():
    [conflict] = make(
        estate(*"abc"), NONE, "assets-per-wave 2", "together a b c"
    ).conflicts.to_dicts()
    assert conflict["message"] == (
        "Wave 1 has 3 assets, more than 2. a and 2 more with it cannot be parted:"
        " Must go together: a, b, c (set by ann)."
    )


def test_pins_that_overfill_a_wave_are_named_once():
    [conflict] = make(
        estate(*"ab"), NONE, "assets-per-wave 1", "pin a 2", "pin b 2"
    ).conflicts.to_dicts()
    assert conflict["message"] == (
        "Wave 2 has 2 assets, more than 1."
        " Pinned: a to wave 2 (set by ann); Pinned: b to wave 2 (set by ann)."
    )


def test_groups_are_no_larger_than_waves_may_be():
    edges = edge_rows(*({"source": a, "target": b} for a, b in ("ab", "bc", "cd")))
    planned = make(estate(*"abcd"), edges, "assets-per-wave 2")
    assert planned.waves["assets"].to_list() == [2, 2]
    assert planned.conflicts.is_empty()


def test_environments_move_in_the_order_that_was_set():
    assets = estate("any", web="production", api="development", ci="test")
    planned = make(assets, NONE, "environment-order dev test prod")
    assert waves(planned) == {"any": 1, "api": 1, "ci": 2, "web": 3}
    assert "because earlier environments move first" in reason(planned, "web")


def test_a_need_wins_over_the_order_of_environments_and_is_named():
    assets = estate(dev="development", db="production")
    edges = edge_rows({"source": "dev", "target": "db"})
    planned = make(assets, edges, "environment-order dev prod")
    assert waves(planned) == {"db": 1, "dev": 2}
    assert planned.conflicts["message"].item() == (
        "dev (development) is in wave 2: dev depends on db (relations.csv line 2),"
        " which is production, in wave 1."
    )


def test_a_pin_before_the_place_of_its_environment_is_named():
    assets = estate(dev="development", web="production")
    planned = make(assets, NONE, "environment-order dev prod", "pin dev 2", "pin web 1")
    assert waves(planned) == {"dev": 2, "web": 1}
    assert planned.conflicts["message"].item() == (
        "web (production) is in wave 1: Pinned: web to wave 1 (set by ann), before wave 3, where"
        " its environment begins."
    )


def test_environments_share_no_group_whether_or_not_they_are_in_order():
    assets = estate(a="development", b="production")
    edges = edge_rows({"source": "b", "target": "a"})
    assert make(assets, edges, "environment-order dev prod").groups.height == 2
    assert make(assets, edges).groups.height == 2


def test_what_is_frozen_stays_and_says_why():
    edges = edge_rows({"source": "a", "target": "b"})
    planned = make(estate("a", "b"), edges, "freeze b")
    assert waves(planned) == {"a": 1, "b": None}
    assert reason(planned, "b") == "Stays where it is. Frozen: b (set by ann)."


def test_what_must_go_with_something_frozen_cannot_be_placed_and_says_why():
    planned = make(estate(*"abc"), NONE, "freeze c", "together a b", "together b c")
    assert waves(planned) == {"a": None, "b": None, "c": None}
    assert reason(planned, "a").startswith(
        "Cannot be placed: it must go together with b, which does"
    )
    assert planned.conflicts["constraint"].to_list() == [2, 3]


def test_a_pin_holds_where_needs_allow_it():
    edges = edge_rows({"source": "a", "target": "b"})
    assert waves(make(estate(*"abc"), edges, "pin c 3"))["c"] == 3
    early = make(estate(*"ab"), edges, "apart a b", "pin a 1")
    assert waves(early) == {"a": 2, "b": 1}
    assert early.conflicts["message"].to_list() == [
        "a cannot be in wave 1: a depends on b (relations.csv line 2), in wave 1. It is in wave 2."
    ]


def test_a_pin_that_what_moves_along_forbids_names_the_need_and_the_pin_behind_it():
    edges = edge_rows({"source": "b", "target": "c"}, {"source": "c", "target": "d"})
    planned = make(
        estate(*"abcd"), edges, "together a b", "pin a 2", "pin d 3", "apart c d", "apart b c"
    )
    assert waves(planned) == {"a": 5, "b": 5, "c": 4, "d": 3}
    assert planned.conflicts["message"].to_list() == [
        "a cannot be in wave 2: b moves with it, and b depends on c (relations.csv line 2), in wave"
        " 4. d is in wave 3 because it, or what it moves with, is pinned there; its needs alone"
        " would allow wave 1. Pinned: d to wave 3 (set by ann). It is in wave 5."
    ]


def test_a_pin_of_what_does_not_move_is_named():
    planned = make(estate(*"ab"), NONE, "freeze a", "pin a 2")
    assert planned.conflicts["message"].to_list() == [
        "a has no wave. Stays where it is. Frozen: a (set by ann)."
    ]
    outside = classified_assets({"name": "bank", "type": "external"})
    assert make(outside, NONE, "pin bank 1").conflicts["message"].to_list() == [
        "bank has no wave. It is outside the estate and does not move."
    ]


def test_a_pin_to_a_wave_of_something_that_must_be_apart_is_named_with_both():
    planned = make(estate(*"ab"), NONE, "apart a b", "pin a 2", "pin b 2")
    messages = planned.conflicts["message"].to_list()
    both = "Must not go together: a, b (set by ann)."
    assert f"b is pinned to wave 2, where a is. {both}" in messages


def test_what_must_not_go_with_something_pinned_keeps_out_of_its_wave():
    planned = make(estate(*"ab"), NONE, "apart a b", "pin b 1")
    assert waves(planned) == {"a": 2, "b": 1}
    assert planned.conflicts.is_empty()
    assert "In wave 2 because b is in the wave before" in reason(planned, "a")


def test_what_a_pinned_asset_needs_comes_first_when_waves_are_small():
    edges = edge_rows({"source": "z", "target": "y"})
    planned = make(estate(*"abyz"), edges, "assets-per-wave 1", "apart y z", "pin z 2")
    assert waves(planned) == {"y": 1, "z": 2, "a": 3, "b": 4}
    assert planned.conflicts.is_empty()


def test_two_pins_of_what_moves_together_are_named():
    edges = edge_rows({"source": "a", "target": "b"})
    planned = make(estate(*"ab"), edges, "pin a 2", "pin b 3", "together a b")
    assert set(waves(planned).values()) == {3}
    assert planned.conflicts["message"].item() == (
        "a is pinned to wave 2 and b to wave 3, but they are bound together: Must go together: a, b"
        " (set by ann). The later wave holds."
    )


def test_assets_pinned_to_different_waves_share_no_group():
    edges = edge_rows({"source": "a", "target": "b"})
    planned = make(estate(*"ab"), edges, "pin a 3", "pin b 2")
    assert waves(planned) == {"a": 3, "b": 2}
    assert planned.conflicts.is_empty()


def test_what_must_go_together_is_one_group():
    planned = make(estate(*"abc"), NONE, "together a c")
    assert planned.groups["assets"].to_list() == [["a", "c"], ["b"]]
    assert planned.groups["reason"][0].startswith("2 assets that must go together.")


def test_what_must_not_go_together_shares_no_wave():
    edges = edge_rows({"source": "a", "target": "b"})
    assert waves(make(estate(*"abc"), edges, "apart a b", "apart a c")) == {"a": 2, "b": 1, "c": 1}
    assert waves(make(estate(*"ab"), NONE, "apart a b")) == {"a": 1, "b": 2}


def test_a_cycle_that_must_not_go_together_is_named():
    edges = edge_rows({"source": "a", "target": "b"}, {"source": "b", "target": "a"})
    [conflict] = make(estate(*"ab"), edges, "apart a b").conflicts.to_dicts()
    assert conflict["message"] == (
        "a and b must not go together, but they are bound together: a depends on b (relations.csv"
        " line 2); b depends on a (relations.csv line 3)."
    )


def test_a_chain_of_bonds_that_must_not_go_together_is_named_whole():
    constraints = ("together a b", "together b c", "apart a c", "together c d")
    [conflict] = make(estate(*"abcd"), NONE, *constraints).conflicts.to_dicts()
    assert conflict["constraint"] == 3
    assert conflict["message"] == (
        "a and c must not go together, but they are bound together:"
        " Must go together: a, b (set by ann); Must go together: b, c (set by ann)."
    )


def test_a_cut_edge_orders_and_ties_nothing():
    edges = edge_rows({"source": "a", "target": "b"})
    assert make(estate(*"ab"), edges, "cut a b").groups.height == 2


def test_a_cut_the_wrong_way_round_is_named():
    edges = edge_rows({"source": "a", "target": "b"})
    assert make(estate(*"ab"), edges, "cut b a").conflicts["message"].to_list() == [
        "No need of b for a is part of this plan. But a needs b."
    ]


def test_a_constraint_about_nothing_in_the_session_is_named_and_has_no_effect():
    planned = make(estate("a"), NONE, "freeze gone")
    assert waves(planned) == {"a": 1}
    assert planned.conflicts["message"].item().startswith("gone: no asset of this session")


def test_assets_may_be_named_in_any_case_or_by_id():
    assets = classified_assets({"name": "DB-07", "asset_id": "a1"}, {"name": "web"})
    assert waves(make(assets, NONE, "freeze db-07"))["a1"] is None
    assert waves(make(assets, NONE, "freeze a1"))["a1"] is None


#: A value for each word in the usage of a kind.
VALUES = {
    "N": "2",
    "WAVE": "2",
    "ENVIRONMENT…": "development test",
    "ASSET": "a",
    "ASSET…": "b",
    "SOURCE": "a",
    "TARGET": "b",
    "yes|no": "yes",
    "START": "2026-03-06",
    "DAYS": "2",
    "HOURS": "8",
    "FIRST": "2026-12-18",
    "LAST": "2027-01-06",
    "[ASSET…]": "a",
}


@pytest.mark.parametrize("kind", constraints.KINDS)
def test_each_kind_reaches_the_plan_and_is_shown_with_the_assets_that_it_names(kind):
    values = [VALUES[word] for word in constraints.KINDS[kind].usage.split()]
    [constraint] = setting(" ".join([kind, *values]))
    resolved = constraints.resolve_constraints([constraint], estate(*"ab"))
    assert resolved.unknown == [], "each name is one of an asset"
    assert resolved != constraints.ResolvedConstraints()
    assert all(resolved.about(name) == [constraint] for name in constraint.names)


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("assets-per-wave", ["0"]),
        ("assets-per-wave", ["many"]),
        ("environment-order", ["prod"]),
        ("environment-order", ["prod", "nowhere"]),
        ("environment-order", ["prod", "prd"]),
        ("pin", ["a", "first"]),
        ("apart", ["a"]),
        ("cut", ["a", "b", "c"]),
        ("service", ["a", "maybe"]),
        ("sooner", ["a"]),
    ],
)
def test_what_is_no_constraint_is_refused(kind, values):
    with pytest.raises(InvalidConstraintError):
        constraints.check(kind, values)


NAMES = list("abcdefg")
SOME = st.sampled_from(NAMES)
CONSTRAINTS = st.lists(
    st.one_of(
        st.integers(1, 4).map(lambda n: f"assets-per-wave {n}"),
        st.integers(1, 4).map(lambda n: f"group-limit {n}"),
        st.just("environment-order dev test prod"),
        SOME.map(lambda name: f"freeze {name}"),
        st.tuples(SOME, st.integers(1, 5)).map(lambda pin: f"pin {pin[0]} {pin[1]}"),
        st.tuples(SOME, SOME)
        .filter(lambda p: p[0] != p[1])
        .map(lambda p: f"together {p[0]} {p[1]}"),
        st.tuples(SOME, SOME).filter(lambda p: p[0] != p[1]).map(lambda p: f"apart {p[0]} {p[1]}"),
        st.tuples(SOME, SOME).filter(lambda p: p[0] != p[1]).map(lambda p: f"cut {p[0]} {p[1]}"),
    ),
    max_size=5,
)
ENDS = st.lists(st.tuples(SOME, SOME).filter(lambda e: e[0] != e[1]), max_size=10, unique=True)
ENVIRONMENTS = st.lists(
    st.sampled_from(["development", "test", "production", None]), min_size=7, max_size=7
)


@settings(max_examples=examples(80), deadline=None)
@given(ENDS, ENVIRONMENTS, CONSTRAINTS, st.randoms())
def test_whatever_is_set_needs_are_respected_and_every_asset_is_accounted_for(
    ends, environments, constraints, random
):
    assets = classified_assets(
        *({"name": n, "environment": e} for n, e in zip(NAMES, environments, strict=True))
    )
    edges = edge_rows(*({"source": a, "target": b} for a, b in ends))
    planned = make(assets, edges, *constraints)
    place = {row["asset_id"]: row for row in planned.placements.to_dicts()}
    assert sorted(place) == NAMES
    cut = {tuple(one.split()[1:]) for one in constraints if one.startswith("cut")}
    for source, target in set(ends) - cut:
        a, b = place[source], place[target]
        if a["wave"] is not None and b["wave"] is not None:
            assert a["group"] == b["group"] or a["wave"] > b["wave"]
    for one in constraints:
        kind, *names = one.split()
        if kind == "together":
            assert len({place[name]["group"] for name in names}) == 1
        if kind == "apart" and planned.conflicts.is_empty():
            together = [place[name]["wave"] for name in names]
            assert None in together or together[0] != together[1]
    shuffled = assets.sample(fraction=1, shuffle=True, seed=random.randrange(99))
    again = make(shuffled, edges, *constraints)
    assert again.placements.equals(planned.placements)
    assert again.conflicts.equals(planned.conflicts)


@settings(max_examples=examples(80), deadline=None)
@given(ENDS, ENVIRONMENTS, CONSTRAINTS, st.integers(1, 4))
def test_cutting_the_edge_that_decides_moves_an_asset_as_its_reason_says(
    ends, environments, constraints, limit
):
    assets = classified_assets(
        *({"name": n, "environment": e} for n, e in zip(NAMES, environments, strict=True))
    )
    edges = edge_rows(*({"source": a, "target": b} for a, b in ends))
    planned = make(assets, edges, *constraints, limit=limit)
    for asset, why in planned.placements.select("asset_id", "reason").iter_rows():
        if claim := CLAIM.search(why):
            source, target = claim["source"] or asset, claim["target"] or claim["of_group"]
            again = make(assets, edges, *constraints, f"cut {source} {target}", limit=limit)
            # Joined anew, it may come even sooner.
            regrouped = set(map(tuple, group_names(again))) != set(map(tuple, group_names(planned)))
            assert waves(again)[asset] <= int(claim["wave"]) or regrouped
            assert waves(again)[asset] == int(claim["wave"]) or regrouped or constraints


#: What a reason says would happen if one edge were cut.
CLAIM = re.compile(
    r"because it(?:s group)? needs (?P<of_group>\w+) in wave \d+"
    r"(?:: (?P<source>\w+) \w+ \w+ (?P<target>\w+))?"
    r".*; could go in wave (?P<wave>\d+) if that edge is cut"
)


def test_who_set_what_is_part_of_what_a_plan_is_made_from():
    one, other = setting("freeze a"), setting("service a yes")
    assert constraints.digests([*one, *other]).keys() == {"plan", "services"}
    assert constraints.digests(one) != constraints.digests(setting("freeze b"))
    assert constraints.digests([]) == {}
    assert isinstance(one[0].sentence, str)


@pytest.mark.parametrize(
    ("pattern", "frozen"),
    [
        ("erp-*", {"erp-app", "erp-db"}),
        ("ERP-??", {"erp-db"}),
        ("*-db", {"erp-db", "crm-db"}),
        ("erp-app", {"erp-app"}),
        ("*", {"erp-app", "erp-db", "crm-db", "a.b"}),
        ("a.*", {"a.b"}),
        ("?.b", {"a.b"}),
    ],
)
def test_a_pattern_freezes_every_asset_whose_name_it_fits(pattern, frozen):
    planned = make(estate("erp-app", "erp-db", "crm-db", "a.b"), NONE, f"freeze {pattern}")
    assert {asset for asset, wave in waves(planned).items() if wave is None} == frozen
    assert planned.conflicts.is_empty()


def test_a_pattern_that_fits_no_asset_of_a_session_is_a_conflict_there():
    planned = make(estate("erp-app"), NONE, "freeze hr-*")
    assert waves(planned) == {"erp-app": 1}
    assert "hr-*" in planned.conflicts["message"].item()


def test_a_pattern_pins_and_keeps_together_all_that_fit():
    planned = make(estate(*"abc"), NONE, "pin [ab] 2", "together a* c")
    assert waves(planned) == {"a": 1, "b": 1, "c": 1}, "brackets are letters, not a pattern"
    planned = make(estate("a1", "a2", "b1"), NONE, "pin a* 2", "together a1 b*")
    assert waves(planned) == {"a1": 2, "a2": 2, "b1": 2}
    assert group_names(planned) == [["a1", "b1"], ["a2"]]


@pytest.mark.parametrize("kind", ["apart", "cut"])
def test_what_is_about_two_assets_takes_no_pattern(kind):
    with pytest.raises(InvalidConstraintError, match=r"'a\*' is a pattern"):
        constraints.check(kind, ["a*", "b"])
