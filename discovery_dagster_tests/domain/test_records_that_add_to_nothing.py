"""What a record says of an asset that another record declares is used, or reported."""

from pathlib import Path

import openpyxl
import polars as pl

from discovery_dagster.domain import canonical, identity, intake
from discovery_dagster.domain.tables import (
    ASSET_RECORDS,
    INVENTORY_MEMBERS,
    ISSUES,
    OVERRIDE_REFUSALS,
    RECORD_OUTCOMES,
    TABLE_ACCOUNTS,
    empty,
)

MACHINES = [
    ["VM", "Powerstate", "Template", "VM UUID", "CPUs", "Memory"],
    ["db1", "poweredOn", "False", "42231111-2222-3333-4444-555555555501", 4, 8192],
    ["twin", "poweredOn", "False", "42231111-2222-3333-4444-555555555502", 4, 8192],
    ["twin", "poweredOn", "False", "42231111-2222-3333-4444-555555555503", 4, 8192],
]
DISKS = [["VM", "Template", "Disk", "Capacity MiB", "Raw", "Thin"]]


class HandedOn:
    """Frames of a step by their table."""

    def __init__(self, *frames):
        self._frames = frames

    def frame(self, table):
        return next(frame for own, frame in self._frames if own is table)


def issues_of(folder: Path, *disks_of: str) -> pl.DataFrame:
    """What is reported of a workbook with a disk for each of the named machines."""
    path = folder / "rvtools.xlsx"
    book = openpyxl.Workbook()
    tabs = {
        "vInfo": MACHINES,
        "vDisk": DISKS + [[name, "False", "Disk 1", 81920, "False", "True"] for name in disks_of],
    }
    for title, rows in tabs.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    del book["Sheet"]
    book.save(path)
    files = [intake.SourceFile(path.name, path, "", path.stat().st_size)]
    source = intake.collect_records(files, lambda *_: None)
    tables = intake.session_tables(source)
    mapping = intake.understand(tables, lambda *_: None)["mapping"]
    records = canonical.canonicalise(tables, mapping)
    inventory = identity.resolve("acme", records.assets, records.relations, {})
    _, issues = intake.finish_outcomes(
        HandedOn(
            (RECORD_OUTCOMES, records.outcomes),
            (ISSUES, records.issues),
            (ASSET_RECORDS, records.assets),
            (TABLE_ACCOUNTS, intake.count_outcomes(source["tables"], records.outcomes)),
        ),
        HandedOn(
            (OVERRIDE_REFUSALS, empty(OVERRIDE_REFUSALS)), (INVENTORY_MEMBERS, inventory.members)
        ),
    )
    return issues


def test_a_disk_of_one_machine_is_used_without_a_word(tmp_path):
    assert issues_of(tmp_path, "db1").is_empty()


def test_a_disk_of_an_absent_machine_or_of_two_is_reported_where_it_stands(tmp_path):
    issues = issues_of(tmp_path, "db1", "absent", "twin")
    assert issues.select("sheet", "line", "code", "value", "severity").rows() == [
        ("vDisk", 3, "adds_to_nothing", "absent", "warning"),
        ("vDisk", 4, "adds_to_nothing", "twin", "warning"),
    ]
    assert issues["message"][0] == (
        "What the record says is not used: absent is no asset of this session, or several."
    )
