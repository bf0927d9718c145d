"""What is retired, or not there yet, is in the inventory and in no wave; and it is said why."""

import pytest

from discovery_dagster.domain import graph, identity
from discovery_dagster.domain.planning import plan
from discovery_dagster_tests.domain.rows import (
    asset_records,
    classified_assets,
    edge_rows,
    relation_records,
)
from discovery_dagster_tests.domain.sources import records_of, table
from discovery_dagster_tests.domain.test_constraints import setting

pytestmark = pytest.mark.pipeline


def statuses(source):
    """The status of each record, and what is shown about it."""
    records = records_of(source)
    shown = dict(records.issues.select("line", "message").iter_rows())
    return dict(records.assets.select("name", "status").iter_rows()), shown


def planned(*assets, edges=None, constraints=()):
    every, edges = classified_assets(*assets), edge_rows() if edges is None else edges
    settings = plan.PlanSettings(25, setting(*constraints))
    result = plan.make(every, edges, graph.analyse(every, edges), settings)
    return result, {row["asset_id"]: row for row in result.placements.iter_rows(named=True)}


@pytest.mark.parametrize(
    ("header", "cells", "status"),
    [
        (("install_status", "operational_status"), ("7", "1"), "Retired"),
        (("install_status", "operational_status"), ("8", "1"), "Stolen"),
        (("install_status", "operational_status"), ("100", "1.0"), "Absent"),
        (("install_status", "operational_status"), ("6", "1"), "In Stock"),
        (("install_status", "operational_status"), ("1", "6"), "Retired"),
        (("operational_status", "install_status"), ("Operational", "Retired"), "Retired"),
        (("install_status", "operational_status"), ("2", "1"), "On Order"),
        (("hardware_status", "install_status"), ("retired", "1"), "retired"),
        (("install_status", "operational_status"), ("1", "2"), "Non-Operational"),
        (("install_status", "operational_status"), ("1", "1"), "Operational"),
    ],
)  # fmt: skip
def test_the_column_that_takes_a_thing_out_of_service_wins_over_a_default(header, cells, status):
    source = table(("name", "sys_class_name", *header), ("lagern-01", "cmdb_ci_server", *cells))
    assert statuses(source)[0] == {"lagern-01": status}


def test_what_contradicts_a_retirement_is_shown():
    source = table(
        ("name", "sys_id", "install_status", "operational_status"), ("a-1", "x", "7", "1")
    )
    assert statuses(source)[1] == {
        2: '"Operational" contradicts "Retired" in another column of the record, which holds.'
    }


@pytest.mark.parametrize(
    "header", [("State", "Status"), ("Status", "State"), ("Status", "Power State")]
)
def test_a_power_state_says_more_than_a_word_of_health(header):
    power = next(name for name in header if "State" in name)
    row = ["Powered Off" if name == power else "Normal" for name in header]
    life_statuses, shown = statuses(table(("Name", "Guest OS", *header), ("vm-7", "RHEL 8", *row)))
    assert (life_statuses, shown) == ({"vm-7": "Powered Off"}, {})


def test_a_source_that_says_retired_outranks_one_that_is_believed_more_and_the_conflict_stays():
    records = asset_records(
        {"name": "gw-4", "hostname": "gw-4", "status": "poweredOn", "format": "rvtools.info"},
        {
            "name": "gw-4",
            "hostname": "gw-4",
            "status": "Ausgemustert",
            "format": "servicenow.servers",
        },
    )
    inventory = identity.resolve("acme.x", records, relation_records(), {})
    assert inventory.assets["status"].to_list() == ["Ausgemustert"]
    assert set(inventory.conflicts.filter(field="status")["value"]) == {"poweredOn", "Ausgemustert"}


@pytest.mark.parametrize(
    ("status", "strategy", "begins"),
    [
        ("Disposed", "retire", 'Retired; not planned: its status is "Disposed".'),
        ("Hors service", "retire", 'Retired; not planned: its status is "Hors service".'),
        ("On order", "unknown", 'Not in service yet; not planned: its status is "On order".'),
    ],
)
def test_what_is_not_in_service_is_in_no_wave(status, strategy, begins):
    edges = edge_rows({"source": "a", "target": "b"}, {"source": "b", "target": "c"})
    result, placed = planned(
        {"name": "a"}, {"name": "b", "status": status}, {"name": "c"}, edges=edges
    )
    assert (placed["b"]["wave"], placed["b"]["group"]) == (None, None)
    assert placed["b"]["strategy"] == strategy
    assert placed["b"]["reason"].startswith(begins)
    assert sorted(result.groups["assets"].to_list()) == [["a"], ["c"]]


@pytest.mark.parametrize("status", ["Operational", "Maintenance", "Not retired", None])
def test_what_is_in_service_is_planned(status):
    assert planned({"name": "a", "status": status})[1]["a"]["wave"] == 1


def test_what_is_off_and_needed_is_planned():
    needed = edge_rows({"source": "b", "target": "a"})
    _, placed = planned({"name": "a", "status": "Powered Off"}, {"name": "b"}, edges=needed)
    assert (placed["a"]["wave"], placed["b"]["wave"]) == (1, 1)


def test_a_pin_moves_what_is_retired_all_the_same():
    result, placed = planned({"name": "a", "status": "Retired"}, constraints=["pin a 1"])
    assert placed["a"]["wave"] == 1
    assert result.conflicts.is_empty()


def test_what_is_retired_keeps_nobody_who_must_go_together_with_it():
    _, placed = planned(
        {"name": "a", "status": "Retired"}, {"name": "b"}, constraints=["together a b"]
    )
    assert (placed["a"]["wave"], placed["b"]["wave"]) == (None, 1)
