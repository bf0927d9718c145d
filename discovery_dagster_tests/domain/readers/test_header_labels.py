"""A second row of a header: labels below technical keys."""

from pathlib import Path

import pytest

from discovery_dagster_tests.domain.readers.reading import table_of
from discovery_dagster_tests.domain.readers.test_sheets_as_people_make_them import (
    WAYS,
    Row,
    read_lines,
    written,
)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("keys", "labels", "of_labels"),
    [
        (["id", "name", "displayName"], ["ID", "Name", "Display Name"], ()),
        (["name", "phase", "relAppToServer"], ["Name", "Phase of life", "Servers"], (2,)),
        (["name", "ipAddress", "osName"], ["Name", "IP-Adresse", "Betriebssystem"], ()),
        (["Server Name", "IP Address", "Site"], ["server_name", "ip_address", "site"], ()),
        (["F01", "F02", "F03"], ["Hostname", "IP Address", "Operating System"], (0, 1, 2)),
    ],
)
def test_labels_below_keys_are_no_record(
    tmp_path: Path, way: str, keys: Row, labels: Row, of_labels: tuple[int, ...]
) -> None:
    """A column is called by its key, or by its label where only that is understood."""
    rows: list[Row] = [keys, labels, ["pine1", "10.8.0.1", "x"], ["pine2", "10.8.0.2", "y"]]
    table = table_of(tmp_path, written(rows, way))
    assert table.header == tuple(
        label if at in of_labels else key
        for at, (key, label) in enumerate(zip(keys, labels, strict=True))
    )
    assert (table.header_line, read_lines(table)) == (2, [3, 4])


@pytest.mark.parametrize(
    "rows",
    [
        ["Name,Type,Stage", "Name,Server,Production", "pine2,Server,Test"],
        ["Server,Application", "Server 1,Application A", "Server 2,Application B"],
        ["Server,Application", "Server A,Application A", "web,Application B"],
        ["Server,Application", "Server Bonn,Application Billing"],
        ["Application,Database", "Billing,Database Billing"],
        ["Source,Target,Type", "Host,Database,Uses", "App,Database,Uses"],
        ["source,target", "Server,Application"],
    ],
)
def test_a_first_record_that_is_called_as_its_columns_stays_one(
    tmp_path: Path, rows: list[str]
) -> None:
    table = table_of(tmp_path, "\n".join([*rows, ""]))
    assert read_lines(table) == [*range(2, len(rows) + 1)]
