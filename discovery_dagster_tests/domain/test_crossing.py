"""Dependencies between groups and waves: what counts, and what is of shared infrastructure."""

import polars as pl

from discovery_dagster.domain.planning import crossing

TYPES = {"web": "virtual_machine", "db": "database", "host": "server", "dns": "server",
         "shop": "application"}  # fmt: skip
PLACES = {"web": ("G1", 2), "db": ("G2", 1), "host": ("G3", 3), "dns": ("G4", 3), "shop": ("G5", 1)}


def counted(*edges, members=()):
    """What crosses groups, where each asset stands in the group and wave of `PLACES`."""
    columns = ["source", "target", "relation", "infrastructure"]
    rows = [dict(zip(columns, [*edge, None], strict=False)) for edge in edges]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String))
    memberships = [{"asset_id": one} for one in members]
    of_shop = {"application_id": ["shop"], "memberships": [memberships]}
    listed = pl.List(pl.Struct({"asset_id": pl.String}))
    return crossing.between_groups(
        frame.with_columns(source_id="source", target_id="target"),
        pl.DataFrame(
            [
                {"asset_id": one, "group": group, "wave": wave}
                for one, (group, wave) in PLACES.items()
            ]
        ),
        pl.DataFrame({"asset_id": list(TYPES), "type": list(TYPES.values())}),
        pl.DataFrame({"asset_id": list(TYPES), "service": [None, None, None, "dns", None]}),
        pl.DataFrame(of_shop, schema={"application_id": pl.String, "memberships": listed}),
    )


def test_dependencies_of_two_groups_are_counted_with_the_first_as_example():
    (row,) = counted(("web", "db", "connects_to"), ("web", "db", "depends_on")).to_dicts()
    assert row == {
        "source": "G1", "target": "G2", "source_wave": 2, "target_wave": 1,
        "infrastructure": None, "edges": 2, "from": "web", "relation": "connects_to", "to": "db",
    }  # fmt: skip


def test_what_stays_within_a_group_or_has_an_unknown_end_crosses_nothing():
    assert counted(("web", "web", "connects_to"), ("web", "10.9.9.9", "connects_to")).is_empty()


def test_a_placement_a_service_and_what_the_edge_says_are_shared_infrastructure():
    rows = counted(
        ("web", "host", "runs_on"),
        ("web", "dns", "connects_to"),
        ("web", "db", "connects_to", "backup"),
    )
    assert dict(rows.select("target", "infrastructure").iter_rows()) == {
        "G3": "placement",
        "G4": "dns",
        "G2": "backup",
    }


def test_what_serves_an_application_may_move_after_it():
    needs = ("shop", "web", "depends_on")
    assert crossing.late(counted(needs)).height == 1
    assert crossing.late(counted(needs, members=["web"])).is_empty()


def test_pairs_of_waves_come_by_their_dependencies_that_are_of_no_infrastructure():
    rows = crossing.between_waves(
        counted(
            ("web", "host", "runs_on"),
            ("web", "dns", "connects_to"),
            ("web", "db", "connects_to"),
            ("shop", "web", "connects_to"),
            ("shop", "web", "depends_on"),
        )
    )
    pairs = rows.select("source_wave", "target_wave", "edges", "infrastructure").rows()
    assert pairs == [(1, 2, 2, 0), (2, 1, 1, 0), (2, 3, 2, 2)]


def test_an_example_is_of_no_infrastructure_where_there_is_one():
    rows = crossing.between_waves(
        counted(("web", "db", "connects_to", "backup"), ("web", "shop", "depends_on"))
    )
    assert rows.select("edges", "infrastructure", "to").row(0) == (2, 1, "shop")
