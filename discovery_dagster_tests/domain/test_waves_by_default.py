"""Groups as deployments, their names and ids, and waves where nobody sets anything."""

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from discovery_dagster.domain import graph
from discovery_dagster.domain.planning import plan
from discovery_dagster_tests.domain.rows import classified_assets, edge_rows
from discovery_dagster_tests.searching import examples


def make(assets, edges):
    return plan.make(assets, edges, graph.analyse(assets, edges))


def estate(applications, order=None, extra=()):
    """Applications with a web and a database server in test and production, by criticality."""
    rows, edges = [], []
    for name, criticality in applications.items():
        rows.append({"name": name, "type": "application", "criticality": criticality})
        for stage in ("production", "test"):
            web, data = (f"{name}-{tier}-{stage}" for tier in ("web", "db"))
            rows += [{"name": one, "environment": stage} for one in (web, data)]
            edges += [(name, web, "runs_on"), (name, data, "runs_on"), (web, data, "connects_to")]
    edges += extra
    ordered = sorted(rows, key=order) if order else rows
    relations = [{"source": a, "target": b, "relation": relation} for a, b, relation in edges]
    return classified_assets(*ordered), edge_rows(*relations)


MANY = {f"App{at:02}": ("low", "high", "critical")[at % 3] for at in range(14)}


def test_deployments_are_groups_that_people_recognise():
    planned = make(*estate({"Shop": "high"}))
    assert dict(planned.groups.select("name", "assets").iter_rows()) == {
        "Shop (production)": ["Shop", "Shop-db-production", "Shop-web-production"],
        "Shop (test)": ["Shop-db-test", "Shop-web-test"],
    }


def test_applications_that_need_each_other_go_together_stage_by_stage():
    both = [
        ("Shop-web-production", "Mail-db-production", "connects_to"),
        ("Mail-web-production", "Shop-web-production", "connects_to"),
    ]
    planned = make(*estate({"Shop": "high", "Mail": "low"}, extra=both))
    assert sorted(planned.groups["name"]) == [
        "Mail (test)",
        "Mail and Shop (production)",
        "Shop (test)",
    ]


def test_test_moves_before_production_and_no_group_holds_both():
    planned = make(*estate(MANY))
    waves = dict(planned.groups.select("name", "wave").iter_rows())
    assert all(waves[f"{name} (test)"] < waves[f"{name} (production)"] for name in MANY)


def test_the_first_wave_is_a_small_pilot_and_no_wave_is_crowded():
    planned = make(*estate(MANY))
    assets = planned.waves["assets"].to_list()
    assert assets[0] <= 5
    assert max(assets) <= 30
    critical = {name for name, how in MANY.items() if how == "critical"}
    first = planned.groups.filter(wave=1)["name"].to_list()
    assert not critical & {name.split(" ")[0] for name in first if "production" in name}


@settings(max_examples=examples(25), deadline=None)
@given(st.randoms(use_true_random=False), st.sets(st.sampled_from(sorted(MANY)), max_size=6))
def test_ids_of_groups_stay_whatever_else_an_estate_holds_and_in_whatever_order(random, removed):
    before = make(*estate(MANY)).groups
    left = {name: how for name, how in MANY.items() if name not in removed}
    after = make(*estate(left, order=lambda _: random.random())).groups
    ids = dict(before.select("name", "group").iter_rows())
    assert all(ids[name] == group for name, group in after.select("name", "group").iter_rows())


def test_single_assets_of_nobody_are_collected_by_kind():
    loose = [("fs01", {}), ("fs02", {}), ("sv7", {})]
    assets, edges = estate(MANY)
    extra = classified_assets(*({"name": name, **more} for name, more in loose))
    planned = make(assets.vstack(extra), edges)
    names = dict(planned.groups.select("name", "assets").iter_rows())
    assert names["File servers"] == ["fs01", "fs02"]
    reason = planned.groups.filter(name="File servers")["reason"].item()
    assert "who owns them?" in reason


def test_hypervisors_network_devices_and_what_is_to_be_retired_stay_and_bind_nothing():
    assets = classified_assets(
        {"name": "vm"},
        {"name": "esx", "type": "server", "os_family": "hypervisor", "os_name": "VMware ESXi"},
        {"name": "switch", "type": "network_device"},
        {"name": "vCLS-1a2b"},
        {"name": "Old", "type": "application", "custom": '{"Planned strategy":"Retire"}'},
        {"name": "old1"},
    )
    edges = edge_rows(
        {"source": "vm", "target": "esx", "relation": "runs_on"},
        {"source": "Old", "target": "old1", "relation": "runs_on"},
    )
    planned = make(assets, edges)
    waves = dict(planned.placements.select("asset_id", "wave").iter_rows())
    assert [name for name, wave in waves.items() if wave is not None] == ["vm"]
    reasons = dict(planned.placements.select("asset_id", "reason").iter_rows())
    assert reasons["old1"].startswith("To be retired with Old; not planned.")
    hints = dict(planned.placements.select("asset_id", "strategy").iter_rows())
    assert (hints["esx"], hints["old1"]) == ("retain", "retire")


def test_what_is_switched_off_and_serves_nothing_waits_for_somebody_to_say_what_it_is_for():
    off = {"status": "poweredOff"}
    assets = classified_assets(
        {"name": "nobodys", **off}, {"name": "needed", **off}, {"name": "vm"}, {"name": "esx"}
    )
    edges = edge_rows(
        {"source": "nobodys", "target": "esx", "relation": "runs_on"},
        {"source": "vm", "target": "needed"},
    )
    planned = make(assets, edges).placements.filter(pl.col("wave").is_null())
    ((name, reason),) = planned.select("asset_id", "reason").rows()
    assert name == "nobodys"
    assert reason.startswith("Switched off, and nothing says what it is for; not planned")


def test_what_is_only_proposed_for_an_application_that_ends_says_why_it_is():
    assets = classified_assets(
        {"name": "Old", "type": "application", "custom": '{"Planned strategy":"Retire"}'},
        {"name": "tpn-app-1"},
        {"name": "tpn-app-2"},
    )
    planned = make(
        assets, edge_rows({"source": "Old", "target": "tpn-app-1", "relation": "runs_on"})
    )
    reasons = dict(planned.placements.select("asset_id", "reason").iter_rows())
    assert "Old (proposed: its name begins with tpn-" in reasons["tpn-app-2"]
