"""Reading large files, every record with its physical line, against a bare pass over them."""

import tempfile
import zipfile
from pathlib import Path

import polars as pl
import xlsxwriter

from benchmarks.measure import costs, report_cost
from discovery_dagster.domain.readers import read_file

RECORDS, COLUMNS = 1_000_000, 19
ROWS, WIDTH = 100_000, 39  # of the workbook
_CHUNK = 1024**2
_ROUNDS = 5


def run() -> None:
    """Print the ratios of reading to scanning, and to unzipping."""
    with tempfile.TemporaryDirectory() as folder:
        clean, dirty = Path(folder) / "clean.csv", Path(folder) / "dirty.csv"
        _write(clean)
        _soil(clean, dirty)
        scan, *reads = costs(
            [
                lambda: pl.scan_csv(clean).select(pl.len(), pl.col("column_1").max()).collect(),
                lambda: read_file(clean, clean.name),
                lambda: read_file(dirty, dirty.name),
            ],
            _ROUNDS,
        )
        for what, read in zip(("clean", "dirty"), reads, strict=True):
            report_cost(
                f"CSV of 1M records, {what}: reading / scan of one column", read, scan, "<= 4"
            )
        _workbook(Path(folder))


def _workbook(folder: Path) -> None:
    path = folder / "servers.xlsx"
    _write_workbook(path)
    unzip, read = costs([lambda: _unzip(path), lambda: read_file(path, path.name)], _ROUNDS)
    report_cost("XLSX of 100,000 records: reading / bare unzip", read, unzip, "<= 8")


def _write(path: Path) -> None:
    number = pl.int_range(RECORDS, eager=True).alias("number")
    pl.DataFrame(number).select(
        (pl.lit(f"value-{column}-") + pl.col("number").cast(pl.String)).alias(f"column_{column}")
        for column in range(COLUMNS)
    ).write_csv(path)


def _soil(clean: Path, dirty: Path) -> None:
    """Write the same records, one in 200 quoted, over two lines, too wide, short or open."""
    with clean.open() as source, dirty.open("w") as target:
        for number, line in enumerate(source):
            first, rest = line.split(",", 1)
            soiled = {
                100: f'"{first}, quoted",{rest}',
                300: line.rstrip("\n") + ",surplus\n",
                500: f'"two\nlines",{rest}',
                700: f"{first}\n",
                900: f'"open,{rest}',
            }
            target.write(soiled.get(number % 1000, line) if number else line)


def _write_workbook(path: Path) -> None:
    """Names, numbers, systems, addresses and dates, as an inventory has them."""
    book = xlsxwriter.Workbook(path, {"constant_memory": False})
    sheet = book.add_worksheet("Servers")
    sheet.write_row(0, 0, [f"Column {column}" for column in range(WIDTH)])
    systems = ("Windows Server 2019", "RHEL 8", "Ubuntu 22.04")
    for row in range(1, ROWS + 1):
        kinds = (f"srv-{row}", row, systems[row % 3], f"10.0.{row % 250}.1", "Production", row / 8)
        sheet.write_row(row, 0, [kinds[column % len(kinds)] for column in range(WIDTH)])
    book.close()


def _unzip(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            with archive.open(member) as part:
                while part.read(_CHUNK):
                    pass
