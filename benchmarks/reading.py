"""Reading a large CSV, every record with its physical line, against a bare scan of it."""

import tempfile
from pathlib import Path

import polars as pl

from benchmarks.measure import cost, report
from discovery_dagster.domain.readers import read_file

RECORDS, COLUMNS = 1_000_000, 19


def run() -> None:
    """Print the ratio of reading to scanning."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "servers.csv"
        _write(path)
        scan = cost(lambda: pl.scan_csv(path).select(pl.len(), pl.col("column_1").max()).collect())
        read = cost(lambda: read_file(path, path.name))
        report(
            "CSV of 1M records: reading / scan of one column",
            read.wall / scan.wall,
            "<= 4",
            f"{read.wall:.2f} s / {scan.wall:.2f} s",
        )


def _write(path: Path) -> None:
    number = pl.int_range(RECORDS, eager=True).alias("number")
    pl.DataFrame(number).select(
        (pl.lit(f"value-{column}-") + pl.col("number").cast(pl.String)).alias(f"column_{column}")
        for column in range(COLUMNS)
    ).write_csv(path)
