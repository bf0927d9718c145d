"""Two sessions compared: what appeared, was not seen again, whose source is absent, or changed."""

from collections import Counter
from dataclasses import replace

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from discovery_dagster.domain.changes import Snapshot, compare
from discovery_dagster.domain.tables import INVENTORY_MEMBERS, PLAN_PLACEMENTS, SOURCE_TABLES
from discovery_dagster_tests.domain.rows import Row, classified_assets, edge_rows, frame, piece
from discovery_dagster_tests.searching import examples

NAMES = ["app-01", "db-01", "db-02", "web-01", "web-02"]
LIST = ["Hostname", "OS", "Location"]


def source(file: str, *header: str, of: str = "generic.assets") -> Row:
    return {"file": file, "format": of, "header": list(header or LIST)}


def session(
    *assets: Row,
    edges: tuple[Row, ...] = (),
    places: dict[str, tuple[str | None, int | None]] | None = None,
    sources: tuple[Row, ...] = (source("a.csv"),),
    key: str = "s001",
) -> Snapshot:
    """A session whose assets were reported by its first source where not said otherwise."""
    members = [
        {"asset_id": row["name"], "file": row.get("file", sources[0]["file"]), "line": 2}
        for row in assets
    ]
    declared = [{name: value for name, value in row.items() if name != "file"} for row in assets]
    placed = [
        {"asset_id": name, "group": group, "wave": wave, "strategy": "unknown"}
        for name, (group, wave) in (places or {}).items()
    ]
    return Snapshot(
        key,
        frame(SOURCE_TABLES, list(sources)),
        frame(INVENTORY_MEMBERS, members),
        classified_assets(*declared),
        edge_rows(*edges),
        frame(PLAN_PLACEMENTS, placed),
    )


def told(before: Snapshot, after: Snapshot, *columns: str) -> list[tuple[object, ...]]:
    return compare(before, after).select(columns).rows()


def test_a_new_asset_appeared_and_one_that_its_source_no_longer_lists_was_not_seen():
    before, after = session({"name": "web-01"}), session({"name": "db-01"})
    assert told(before, after, "what", "change", "name") == [
        ("asset", "appeared", "db-01"),
        ("asset", "not_seen", "web-01"),
    ]


def test_an_asset_whose_kind_of_source_is_not_there_is_source_absent():
    rvtools = source("rv.xlsx", "VM", "OS", of="rvtools.vinfo")
    before = session(
        {"name": "web-01"},
        {"name": "vm-01", "file": "rv.xlsx"},
        sources=(source("a.csv"), rvtools),
    )
    after = session({"name": "web-01"})
    assert told(before, after, "change", "name") == [("source_absent", "vm-01")]
    with_tool = session({"name": "web-01"}, sources=(source("a.csv"), {**rvtools, "file": "new"}))
    assert told(before, with_tool, "change", "name") == [("not_seen", "vm-01")]


def test_generic_lists_are_of_one_kind_by_their_columns_not_by_their_file():
    applications = source("apps.csv", "Application", "Owner", "Criticality")
    before = session(
        {"name": "web-01"},
        {"name": "shop", "file": "apps.csv"},
        sources=(source("a.csv"), applications),
    )
    one_more_column = session(sources=(source("2027-servers.csv", *LIST, "IP Address"),))
    assert told(before, one_more_column, "change", "name") == [
        ("source_absent", "shop"),
        ("not_seen", "web-01"),
    ]


def test_a_changed_value_is_told_with_both_and_the_order_in_a_list_is_no_change():
    before = session({"name": "db-01", "memory_gb": 16.0, "ip_addresses": ["10.0.0.1", "10.0.0.2"]})
    after = session({"name": "db-01", "memory_gb": 32.5, "ip_addresses": ["10.0.0.2", "10.0.0.1"]})
    assert told(before, after, "change", "asset_id", "field", "before", "after") == [
        ("changed", "db-01", "memory_gb", "16", "32.5")
    ]


def test_edges_appear_go_unseen_and_are_confirmed():
    flows = source("flows.log", "srcaddr", "dstaddr", of="aws.vpc_flow_log")
    relations = source("relations.csv", "Source", "Target", of="generic.relations")
    declared = {"source": "app-01", "target": "db-01", "port": 5432, "protocol": "tcp"}
    seen = {"source": "web-01", "target": "app-01", "evidence": [piece("observed")]}
    both = (source("a.csv"), flows, relations)
    before = session(edges=(declared, seen), sources=both)
    after = session(
        edges=(declared | {"status": "confirmed"}, {"source": "web-01", "target": "db-01"}),
        sources=(source("a.csv"), relations),
    )
    columns = ("change", "name", "target", "field", "before", "after")
    assert told(before, after, *columns) == [
        ("changed", "app-01", "db-01", "status", "declared_only", "confirmed"),
        ("source_absent", "web-01", "app-01", None, None, None),
        ("appeared", "web-01", "db-01", None, None, None),
    ]


def test_a_group_with_another_number_has_not_moved():
    assets = tuple({"name": name} for name in NAMES)
    before = session(*assets, places={"app-01": ("G001", 1), "db-01": ("G001", 1)})
    renumbered = session(*assets, places={"app-01": ("G002", 1), "db-01": ("G002", 1)})
    assert compare(before, renumbered).is_empty()


def test_an_asset_that_stays_has_not_moved_until_it_is_placed_or_stays_again():
    assets = [{"name": name} for name in ("db-01", "web-01")]
    staying = session(*assets, places={"db-01": (None, None), "web-01": (None, None)})
    placed = session(*assets, places={"db-01": ("G001", 1), "web-01": (None, None)})
    assert told(staying, staying, "name") == []
    assert told(staying, placed, "name", "field", "before", "after") == [
        ("db-01", "group", None, "G001"),
        ("db-01", "wave", None, "1"),
    ]
    assert told(placed, staying, "name", "field", "before", "after") == [
        ("db-01", "group", "G001", None),
        ("db-01", "wave", "1", None),
    ]


def test_an_asset_that_left_its_group_has_moved_and_so_has_one_in_another_wave():
    assets = tuple({"name": name} for name in NAMES)
    together = dict.fromkeys(("app-01", "db-01", "db-02"), ("G001", 1))
    before = session(*assets, places=together)
    after = session(*assets, places=together | {"db-02": ("G002", 2)})
    assert told(before, after, "what", "name", "field", "before", "after") == [
        ("plan", "db-02", "group", "G001", "G002"),
        ("plan", "db-02", "wave", "1", "2"),
    ]


sources = st.sampled_from(
    [
        (source("a.csv"),),
        (source("a.csv"), source("relations.csv", "Source", "Target", of="x")),
        (source("other.csv", "Application", "Owner"),),
    ]
)
words = st.sampled_from([None, "linux", "windows"])
numbers = st.sampled_from([None, 2.0, 2.5])
texts = st.lists(st.sampled_from(["10.0.0.1", "10.0.0.2"]), max_size=2, unique=True)
asset = st.fixed_dictionaries({"os_family": words, "memory_gb": numbers, "ip_addresses": texts})
edge = st.fixed_dictionaries(
    {
        "source": st.sampled_from(NAMES),
        "target": st.sampled_from(NAMES),
        "port": st.sampled_from([None, 443]),
        "status": st.sampled_from(["declared_only", "confirmed"]),
    }
)
places = st.dictionaries(
    st.sampled_from(NAMES), st.tuples(st.sampled_from(["G1", "G2", "G3"]), st.integers(1, 3))
)


@st.composite
def sessions(draw: st.DrawFn) -> Snapshot:
    described = draw(st.dictionaries(st.sampled_from(NAMES), asset))
    edges = draw(st.lists(edge, unique_by=lambda row: (row["source"], row["target"], row["port"])))
    return session(
        *({"name": name} | row for name, row in described.items()),
        edges=tuple(edges),
        places=draw(places),
        sources=draw(sources),
    )


#: Each comparison takes 40 expressions over five frames; a hundred would take seconds.
few = settings(max_examples=examples(30))


@few
@given(sessions())
def test_a_session_has_no_changes_against_itself(one):
    assert compare(one, one).is_empty()


@few
@given(sessions(), sessions())
def test_seen_the_other_way_round_what_appeared_is_gone_and_values_are_swapped(one, other):
    there, back = (compare(*pair).rows(named=True) for pair in ((one, other), (other, one)))
    ends = ("what", "asset_id", "target_id", "port")

    def thing(row: Row) -> tuple[object, ...]:
        return tuple(row[name] for name in ends)

    def appeared(rows: list[Row]) -> Counter:
        return Counter(thing(row) for row in rows if row["change"] == "appeared")

    def gone(rows: list[Row]) -> Counter:
        lost = {"not_seen", "source_absent"}
        return Counter(thing(row) for row in rows if row["change"] in lost)

    def changed(rows: list[Row], first: str, second: str) -> Counter:
        return Counter(
            (*thing(row), row["field"], row[first], row[second])
            for row in rows
            if row["change"] == "changed"
        )

    assert appeared(there) == gone(back)
    assert gone(there) == appeared(back)
    assert changed(there, "before", "after") == changed(back, "after", "before")


@few
@given(sessions(), sessions(), st.randoms(use_true_random=False))
def test_the_order_of_rows_says_nothing(one, other, random):
    def shuffled(frame: pl.DataFrame) -> pl.DataFrame:
        return frame[random.sample(range(frame.height), frame.height)]

    mixed = [
        replace(
            each,
            tables=shuffled(each.tables),
            members=shuffled(each.members),
            assets=shuffled(each.assets),
            edges=shuffled(each.edges),
            placements=shuffled(each.placements),
        )
        for each in (one, other)
    ]
    assert compare(*mixed).equals(compare(one, other))
