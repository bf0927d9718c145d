"""Ranges of time in one cell are a first and a last moment; fractions are cut."""

import polars as pl
import pytest

from discovery_dagster.domain.values.times import MONTH_FIRST, read_end, read_time
from discovery_dagster_tests.domain.sources import records_of, table


@pytest.mark.parametrize(
    ("cell", "start", "end"),
    [
        ("3/14/2026 06:00-12:00", "2026-03-14T06:00:00", "2026-03-14T12:00:00"),
        ("3/14/2026 18:00-0:00", "2026-03-14T18:00:00", "2026-03-15T00:00:00"),
        ("3/14/2026 6:00 PM - 11:00 PM", "2026-03-14T18:00:00", "2026-03-14T23:00:00"),
        ("14.03.2026 12:00 \u2013 24:00", "2026-03-14T12:00:00", "2026-03-15T00:00:00"),
        ("2026-03-14 06:00 - 12:00", "2026-03-14T06:00:00", "2026-03-14T12:00:00"),
        ("2026-03-14..2026-04-13", "2026-03-14T00:00:00", "2026-04-13T00:00:00"),
        ("2026-03-14 to 2026-04-13", "2026-03-14T00:00:00", "2026-04-13T00:00:00"),
        ("2026-03-14T06:00Z/2026-03-14T12:00Z", "2026-03-14T06:00:00Z", "2026-03-14T12:00:00Z"),
        ("2026/03/14 06:00:00.075359", "2026-03-14T06:00:00", None),
        ("14.03.2026 06:00:00,5", "2026-03-14T06:00:00", None),
        ("2026-03-14T06:00:00-05:00", "2026-03-14T06:00:00-05:00", None),
    ],
)
def test_a_range_has_a_start_and_an_end(cell, start, end):
    cells = pl.Series([cell])
    assert (read_time(cells).values.item(), read_end(cells).item()) == (start, end)
    assert not read_time(cells).faults.any()


def test_an_order_that_nothing_tells_is_the_formats_or_a_fault():
    cells = pl.Series(["4/3/2026 12:00-18:00"])
    assert read_time(cells).faults.to_list() == [True]
    assert read_time(cells, MONTH_FIRST).values.to_list() == ["2026-04-03T12:00:00"]


def test_cells_that_tell_the_order_outrank_the_format():
    cells = pl.Series(["4/3/2026 12:00-18:00", "14/3/2026 12:00-18:00"])
    assert read_time(cells, MONTH_FIRST).values[0] == "2026-03-04T12:00:00"


def test_the_time_slots_of_agentless_dependencies_say_over_which_time_they_were_seen():
    header = ("Time slot", "Source server name", "Destination server name", "Destination port")
    rows = [
        (slot, "mars-1", "venus-2", "1521")
        for slot in ("4/3/2026 0:00-6:00", "4/2/2026 18:00-0:00")
    ]
    records = records_of(table(header, *rows))
    assert records.issues.is_empty()
    assert records.relations.select("first_seen", "last_seen").rows() == [
        ("2026-04-02T18:00:00", "2026-04-03T06:00:00")
    ]
