from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discovery_dagster import reference
from discovery_dagster.domain import canonical, dependencies, graph, intake
from discovery_dagster.domain.identity import resolve
from discovery_dagster.domain.planning import plan
from discovery_dagster.domain.tables import CLASSIFIED_ASSETS
from discovery_dagster_tests.domain.rows import classified_assets, edge_rows, piece
from discovery_dagster_tests.searching import examples

pytestmark = pytest.mark.pipeline


def make(assets, edges, limit=25):
    nodes = graph.analyse(assets, edges)
    return plan.make(assets, edges, nodes, plan.PlanSettings(group_limit=limit))


def estate(*names, **types):
    rows = [{"name": name} for name in names]
    return classified_assets(*rows, *({"name": n, "type": kind} for n, kind in types.items()))


def group_names(planned):
    return planned.groups["assets"].to_list()


def reason(planned, asset):
    return planned.placements.filter(asset_id=asset)["reason"].item()


def test_what_is_tied_moves_together_and_says_by_what():
    planned = make(estate("app", "vm"), edge_rows({"source": "app", "target": "vm"}))
    assert group_names(planned) == [["app", "vm"]]
    assert reason(planned, "app") == (
        "Moves with vm because it depends on it (relations.csv line 2)."
        " In wave 1 because its group needs no other."
    )
    assert reason(planned, "vm").startswith(
        "Moves with app because app depends on it (relations.csv"
    )


def test_a_cycle_moves_together_beyond_any_limit():
    edges = edge_rows(*({"source": a, "target": b} for a, b in ("ab", "bc", "ca", "cd")))
    planned = make(estate(*"abcd"), edges, limit=2)
    assert group_names(planned) == [["d"], ["a", "b", "c"]]
    assert planned.groups["cycle"].to_list() == [False, True]
    assert "In a cycle of needs: a, b, c." in planned.groups["reason"][1]


def test_a_large_set_is_cut_at_its_weakest_tie_and_moves_in_the_order_of_needs():
    edges = edge_rows(
        {"source": "web", "target": "app", "relation": "runs_on"},
        {
            "source": "app",
            "target": "db",
            "status": "confirmed",
            "evidence": [piece(), piece("observed", 9, 1204)],
        },
        {"source": "db", "target": "disk", "relation": "uses_storage"},
    )
    planned = make(estate("web", "app", "db", "disk"), edges, limit=2)
    assert group_names(planned) == [["db", "disk"], ["app", "web"]]
    assert planned.groups["name"].to_list() == ["db and 1 more", "app and 1 more"]
    assert planned.waves["groups"].to_list() == [[one] for one in planned.groups["group"]]
    cite = "relations.csv line 2, confirmed by 1,204 flows"
    instead = "could go in wave 1 if that edge is cut"
    assert f"In wave 2 because it needs db in wave 1 ({cite}); {instead}." in reason(planned, "app")
    assert f"needs db in wave 1: app depends on db ({cite}); {instead}." in reason(planned, "web")
    assert planned.groups["reason"][1].endswith(f"{instead}."), "one edge is named once"
    assert "for instance app depends on db" in planned.waves["reason"][1]


def test_observed_and_inferred_evidence_is_cited_as_such():
    edges = edge_rows(
        {"source": "a", "target": "b", "evidence": [piece("observed", 9, 1)]},
        {"source": "c", "target": "d", "evidence": [piece("inferred", 5)]},
        {"source": "e", "target": "f", "evidence": [piece("inferred", 6), piece("observed", 9, 3)]},
    )
    planned = make(estate(*"abcdef"), edges)
    assert "(seen in 1 flow, not declared; flows.log)" in reason(planned, "a")
    assert "(inferred from relations.csv line 5)" in reason(planned, "c")
    undeclared = "(inferred from relations.csv line 6, seen in 3 flows, not declared)"
    assert undeclared in reason(planned, "e")


def test_hypervisors_and_infrastructure_tie_nothing_together():
    edges = edge_rows(
        {"source": "vm1", "target": "esx", "relation": "runs_on"},
        {"source": "vm2", "target": "esx", "relation": "runs_on"},
        {"source": "esx", "target": "farm", "relation": "member_of"},
        {"source": "vm1", "target": "vm2", "infrastructure": "dns"},
    )
    planned = make(estate("vm1", "vm2", esx="server", farm="cluster"), edges)
    assert group_names(planned) == [["farm"], ["vm1"], ["vm2"]]
    assert reason(planned, "esx").startswith("Stays where it is: it carries virtual machines")
    assert "Moves alone: what it is connected to is infrastructure" in reason(planned, "vm1")


def test_an_asset_without_evidence_moves_alone_and_says_so():
    planned = make(estate("a"), edge_rows())
    assert reason(planned, "a").startswith("Moves alone: there is no evidence of a dependency.")


def test_an_asset_that_a_tie_could_not_bring_into_a_group_says_so():
    edges = edge_rows(*({"source": name, "target": "hub"} for name in "abc"))
    planned = make(estate(*"abc", "hub"), edges, limit=2)
    assert "Moves without hub: joined with it" in reason(planned, "c")


@pytest.mark.parametrize(
    ("strong", "weak"),
    [
        ({"relation": "runs_on"}, {"status": "confirmed"}),
        ({"relation": "uses_storage"}, {"status": "confirmed"}),
        ({"status": "confirmed"}, {"status": "declared_only"}),
        ({"status": "declared_only"}, {"status": "observed_only"}),
        ({"status": "observed_only"}, {"status": "inferred_only"}),
        (
            {"status": "observed_only", "evidence": [piece("observed", 3, 20)]},
            {"status": "observed_only", "evidence": [piece("observed", 2, 19)]},
        ),
    ],
)
def test_the_stronger_tie_holds_where_not_both_can(strong, weak):
    edges = edge_rows(
        {"source": "b", "target": "a"} | weak, {"source": "b", "target": "c"} | strong
    )
    assert ["b", "c"] in group_names(make(estate(*"abc"), edges, limit=2))


def test_a_tie_to_a_hub_gives_way_to_any_other():
    many = [f"vm{number}" for number in range(10)]
    edges = edge_rows(
        *({"source": name, "target": "bus", "status": "confirmed"} for name in many),
        {"source": "vm0", "target": "aux", "status": "inferred_only"},
    )
    assert ["aux", "vm0"] in group_names(make(estate(*many, "bus", "aux"), edges, limit=2))


def test_what_lies_between_two_groups_is_joined_with_them():
    edges = edge_rows(
        {"source": "a", "target": "c", "relation": "runs_on"},
        {"source": "a", "target": "b"},
        {"source": "b", "target": "c"},
        {"source": "c", "target": "d"},
    )
    assert group_names(make(estate(*"abcd"), edges, limit=3)) == [["d"], ["a", "b", "c"]]
    assert ["a", "c"] not in group_names(make(estate(*"abcd"), edges, limit=2))


def serving(*rows):
    """Machines by name, environment and what a list names as their applications."""
    return [
        {"name": name, "environment": environment, "applications": list(applications)}
        for name, environment, *applications in rows
    ]


def test_what_serves_one_application_in_one_environment_moves_together():
    machines = serving(
        ("web1", "production", "Shop"),
        ("db1", "production", "shop "),
        ("web9", "test", "Shop"),
        ("mail", "production", "Mail"),
    )
    planned = make(classified_assets(*machines), edge_rows())
    assert group_names(planned) == [["mail"], ["web9"], ["db1", "web1"]]
    assert planned.groups["name"].to_list() == [
        "Mail (production)",
        "Shop (test)",
        "Shop (production)",
    ]
    assert reason(planned, "web1") == (
        "Moves with db1 because it serves the same application as it (Shop). In wave 2 because an"
        " earlier stage of its application moves before it; its needs alone would allow wave 1."
    )


def test_an_application_moves_with_what_a_list_says_serves_it():
    machines = serving(("web1", "production", "Shop"), ("web2", "production", "Shop"))
    shop = {"name": "Shop", "type": "application", "environment": "production"}
    planned = make(classified_assets(*machines, shop), edge_rows())
    assert group_names(planned) == [["Shop", "web1", "web2"]]
    assert "Shop because it serves it (a list names it as its application)" in reason(
        planned, "web1"
    )


def test_serving_one_application_orders_nothing_and_holds_before_a_placement_elsewhere():
    machines = serving(("app", "production", "Shop"), ("vm", "production"), ("z", "test", "Shop"))
    edges = edge_rows({"source": "z", "target": "app"})
    planned = make(classified_assets(*machines), edges, limit=1)
    assert planned.waves["assets"].to_list() == [2, 1]
    machines = serving(
        ("a", "production", "Shop"), ("b", "production", "Shop"), ("c", "production")
    )
    edges = edge_rows({"source": "b", "target": "c", "relation": "runs_on"})
    planned = make(classified_assets(*machines), edges, limit=2)
    assert group_names(planned) == [["c"], ["a", "b"]]
    assert planned.waves["assets"].to_list() == [1, 2]


def test_a_shared_service_is_tied_to_no_application():
    names = [f"vm{number}" for number in range(12)]
    machines = serving(("dns1", "production", "Core"), ("other", "production", "Core"))
    edges = edge_rows(
        *(
            {"source": n, "target": "dns1", "relation": "connects_to", "infrastructure": "dns"}
            for n in names
        )
    )
    planned = make(classified_assets(*machines, *({"name": n} for n in names)), edges)
    assert ["dns1"] in group_names(planned)


def test_what_is_outside_the_estate_is_not_planned():
    edges = edge_rows({"source": "a", "target": "bank"})
    planned = make(estate("a", bank="external"), edges)
    assert planned.placements["asset_id"].to_list() == ["a"]


def test_an_estate_without_assets_has_an_empty_plan():
    planned = make(estate(), edge_rows())
    assert planned.placements.is_empty()
    assert planned.groups.is_empty()
    assert planned.waves.is_empty()


NAMES = [f"n{number}" for number in range(9)]
ROWS = st.lists(
    st.builds(
        lambda ends, relation, status, seen: {
            "source": ends[0],
            "target": ends[1],
            "relation": relation,
            "status": status,
            "evidence": [piece("observed", 3, seen)],
        },
        st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)).filter(lambda e: e[0] != e[1]),
        st.sampled_from(["runs_on", "depends_on", "uses_storage"]),
        st.sampled_from(["confirmed", "declared_only", "observed_only", "inferred_only"]),
        st.integers(1, 3),
    ),
    max_size=16,
    unique_by=lambda row: (row["source"], row["target"], row["relation"]),
)


SERVED = st.lists(
    st.lists(st.sampled_from(["n6", "shop", "mail"]), max_size=2), min_size=9, max_size=9
)


@settings(max_examples=examples(60), deadline=None)
@given(ROWS, SERVED, st.integers(1, 9))
def test_groups_part_the_assets_and_waves_respect_every_need(rows, served, limit):
    kinds = ["virtual_machine"] * 6 + ["application"] * 3
    assets = classified_assets(
        *(
            {"name": name, "type": kind, "applications": applications}
            for name, kind, applications in zip(NAMES, kinds, served, strict=True)
        )
    )
    edges = edge_rows(*rows)
    planned = make(assets, edges, limit)
    assert sorted(name for group in group_names(planned) for name in group) == NAMES
    assert sorted(planned.placements["asset_id"]) == NAMES
    place = {row["asset_id"]: row for row in planned.placements.to_dicts()}
    for edge in edges.to_dicts():
        source, target = place[edge["source"]], place[edge["target"]]
        assert source["group"] == target["group"] or source["wave"] > target["wave"]
    cycles = graph.analyse(assets, edges).group_by("strong_component").agg("asset_id")
    for together in cycles["asset_id"]:
        assert len({place[name]["group"] for name in together}) == 1
    for group in planned.groups.to_dicts():
        assert group["cycle"] or len(group["assets"]) <= limit
    assert planned.waves["assets"].sum() == len(NAMES)
    assert not planned.placements["reason"].has_nulls()
    assert not planned.groups["reason"].has_nulls()


@settings(max_examples=examples(25), deadline=None)
@given(ROWS, st.randoms())
def test_a_plan_does_not_depend_on_the_order_of_rows(rows, random):
    assets, edges = estate(*NAMES), edge_rows(*rows)
    order = random.sample(range(edges.height), edges.height)
    turned = make(assets.reverse(), edges[order], limit=3)
    planned = make(assets, edges, limit=3)
    assert planned.placements.equals(turned.placements)
    assert planned.groups.equals(turned.groups)
    assert planned.waves.equals(turned.waves)


def imported(*files: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Assets, by their declared types, and relations of real files."""
    sources = [intake.SourceFile(file.name, file, "", 0) for file in files]
    tables = intake.session_tables(intake.collect_records(sources, lambda *_: None))
    mapping = intake.understand(tables, lambda *_: None)["mapping"]
    records = canonical.canonicalise(tables, mapping, lambda *_: None)
    inventory = resolve("t.k", records.assets, records.relations, {}).assets
    missing = {
        name: kind for name, kind in CLASSIFIED_ASSETS.items() if name not in inventory.columns
    }
    typed = inventory.with_columns(
        pl.lit(None, kind).alias(name) for name, kind in missing.items()
    ).with_columns(type=pl.col("declared_type").fill_null("unknown"))
    return typed.select(list(CLASSIFIED_ASSETS)), records.relations


def test_the_dependency_export_falls_into_its_move_groups(shared_data):
    assets, relations = imported(
        shared_data / "azure-migrate" / "shabbir_dependency-export-sample.csv"
    )
    planned = make(assets, dependencies.build(assets, relations))
    assert group_names(planned) == [
        ["admin-server"],
        ["api1-server", "web1-server"],
        ["api2-server", "web2-server"],
        ["app1-server", "app2-server", "db1-server"],
    ]


def test_the_crm_estate_has_its_twenty_relations(shared_data):
    assets, relations = imported(*sorted((shared_data / "cmdb-kit").glob("*.json")))
    edges = dependencies.build(assets, relations)
    assert edges.height == int(edges["resolved"].sum()) == 20
    assert edges["evidence"].list.len().sort().to_list() == [1] * 16 + [2] * 4
    planned = make(assets, edges)
    assert ["crm-db-02", "crm-replica"] in group_names(planned)


@pytest.mark.parametrize(
    ("facts", "strategy", "because"),
    [
        ({"status": "Außer Betrieb"}, "retire", 'Its status is "Außer Betrieb".'),
        ({"status": "Retired 2024"}, "retire", 'Its status is "Retired 2024".'),
        ({"status": "semiretired"}, "unknown", "No rule decides: type virtual_machine"),
        ({"type": "network_device"}, "retain", "It is a network_device"),
        ({"type": "application", "product": "SharePoint Server 2013"}, "repurchase", "SharePoint"),
        ({"type": "application", "name": "SharePoint Server"}, "unknown", "No rule decides"),
        (
            {
                "eol_status": "ended",
                "eol_date": "2023-10-10",
                "os_family": "windows",
                "os_name": "Windows Server 2012",
            },
            "replatform",
            '(windows, "Windows Server 2012") has been out of support since 2023-10-10.',
        ),
        ({"eol_status": "ended"}, "unknown", "end of life ended"),
        (
            {"eol_status": "supported", "os_name": "RHEL 9", "eol_date": "2032-05-31"},
            "rehost",
            '("RHEL 9") is supported until 2032-05-31.',
        ),
        ({"type": "server", "eol_status": "supported"}, "unknown", "type server"),
        (
            {"custom": '{"wave":"1","R_Type":"Lift & Shift"}', "status": "retired"},
            "rehost",
            'Its source says "Lift & Shift" in its column "R_Type".',
        ),
        ({"custom": '{"Disposition":"to be discussed"}'}, "unknown", "No rule decides"),
        ({"custom": '{"TIME":"Tolerate","Disposition":"Replace"}'}, "repurchase", '"Disposition"'),
        ({"custom": '{"TIME":"Eliminate","Disposition":"open"}'}, "retire", '"TIME"'),
        ({"status": "Sunset 2026", "custom": '{"TIME":"Invest"}'}, "retire", '"Sunset 2026"'),
        ({"custom": '{"note":"retire"}'}, "unknown", "No rule decides"),
        ({"status": "poweredOff"}, "unknown", "No rule decides"),
        ({"status": "poweredOn"}, "unknown", "No rule decides"),
        ({"status": "handed off to Bob"}, "unknown", "No rule decides"),
        ({"type": "other", "declared_type_text": "Printer"}, "retain", 'It is a "Printer"'),
        (
            {"type": "server", "os_family": "mainframe", "os_name": "z/OS"},
            "retain",
            'It runs "z/OS"',
        ),
        ({"type": "server", "os_family": "unix", "os_name": "AIX"}, "replatform", "AIX"),
        (
            {"type": "application", "product": "COBOL", "criticality": "critical"},
            "refactor",
            "Its criticality is critical",
        ),
        ({"type": "application", "product": "COBOL"}, "unknown", "No rule decides"),
        (
            {"type": "database", "product": "PostgreSQL 16", "eol_status": "supported"},
            "replatform",
            "is offered as a managed service",
        ),
        ({"type": "middleware", "product": "Apache Kafka 3"}, "replatform", "managed service"),
        ({"type": "container"}, "rehost", "It is a container"),
        (
            {
                "type": "server",
                "os_family": "linux",
                "os_name": "RHEL 9",
                "eol_status": "supported",
                "eol_date": "2032-05-31",
            },
            "rehost",
            "as a virtual machine, too",
        ),
    ],
)
def test_a_strategy_is_a_hint_that_names_its_facts(facts, strategy, because):
    planned = make(classified_assets({"name": "a"} | facts), edge_rows())
    assert planned.placements["strategy"].item() == strategy
    assert because in planned.placements["strategy_reason"].item()


@pytest.mark.parametrize("status", ["poweredOff", "OFF"])
def test_a_machine_that_is_off_is_to_be_retired_where_needs_are_known_and_none_is_of_it(status):
    off = {"name": "a", "status": status}
    assets = classified_assets(off, off | {"name": "b"}, {"name": "c"})
    planned = make(assets, edge_rows({"source": "c", "target": "b"}))
    placed = {row["name"]: row for row in assets.join(planned.placements, on="asset_id").to_dicts()}
    assert (placed["a"]["strategy"], placed["b"]["strategy"]) == ("retire", "unknown")
    assert "no evidence that anything needs it" in placed["a"]["strategy_reason"]


def test_every_strategy_of_a_rule_is_a_word_of_the_vocabulary():
    words = reference.load("strategies")
    named = {rule["strategy"] for rule in words["rules"]} - {"stated"}
    assert named | set(words["stated"]["words"]) <= set(reference.load("vocabulary")["strategies"])
