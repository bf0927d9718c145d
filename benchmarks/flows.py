"""Flow records to connections, against a plain pandas groupby over the same file of records.

The file is the Parquet that `source_records` publishes: every cell as it stood. Both are run in a
process of their own. Discovery reads addresses, ports and times, faces each record's listener and
accounts for each record; pandas groups the text of the cells. Each connection is seen twenty times.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from benchmarks.measure import report
from discovery_dagster.domain import canonical, formats
from discovery_dagster.domain.mapping import map_table
from discovery_dagster.domain.readers import read_file
from discovery_dagster.domain.source_tables import SourceTable
from discovery_dagster.store.objects import write_frame
from discovery_dagster.store.table_rows import StoredRows, open_engine

#: How many, in how many MiB of memory (`DISCOVERY_FLOW_MEMORY_BYTES`), and how often measured.
SIZES = ((1_000_000, 64, 7), (10_000_000, 256, 1))
SEEN = 20
HEADER = "src_ip,src_port,dst_ip,dst_port,protocol,packets,bytes,start,end"

_MEASURED = """
import json, sys, time
from pathlib import Path
{imports}
def peak():  # of this process alone: what getrusage says, it takes over from its parent
    status = Path("/proc/self/status").read_text()
    return 1024 * int(status.partition("VmHWM:")[2].split()[0])
path, memory = Path(sys.argv[1]), int(sys.argv[2])
{told}
before, started = peak(), time.process_time()
{work}
print(json.dumps(dict(cpu=time.process_time() - started, before=before, peak=peak(),
                      found=found, records=records)))
"""
_OURS = _MEASURED.format(
    imports="""
import duckdb, polars, pyarrow
from benchmarks.flows import connections, mapped
""",
    told="flows = mapped(path)",
    work="found, records = connections(path, memory, *flows)",
)
_PANDAS = _MEASURED.format(
    imports="import pandas, pyarrow.parquet",
    told="",
    work="""
frame = pandas.read_parquet(path, columns=[f"c{at}" for at in range(9)])
groups = frame.groupby(["c0", "c2", "c3", "c4"])
found = len(groups.agg(count=("c7", "size"), first=("c7", "min"), last=("c8", "max")))
records = len(frame)
""",
)


def mapped(path: Path) -> tuple[SourceTable, formats.TableFormat, pl.DataFrame]:
    """Return the table of flows at `path`, its format and what its columns are.

    That is said by steps before, and pandas is told which columns to group by, too.
    """
    head = pl.scan_parquet(path).head(1000).collect()
    table = SourceTable("flows.csv", None, tuple(HEADER.split(",")), 1, head)
    table_format = formats.recognise(table)
    if table_format is None:
        raise AssertionError("no format knows the table")
    return table, table_format, map_table(0, table, table_format)


def connections(
    path: Path,
    memory: int,
    table: SourceTable,
    table_format: formats.TableFormat,
    mapping: pl.DataFrame,
) -> tuple[int, int]:
    """Count the records at `path` as the pipeline does.

    Returns:
        How many connections there are, and how many records are accounted for.
    """
    with open_engine(path.parent / "spill", memory) as engine:
        rows = {0: StoredRows(engine, path)}
        records = canonical.canonicalise([(table, table_format)], mapping, elsewhere=rows)
    return records.relations.height, records.outcomes.height


def run() -> None:
    """Print the ratios of processor time and memory, at a million records and at ten million."""
    with tempfile.TemporaryDirectory() as folder:
        for rows, limit, rounds in SIZES:
            path = Path(folder) / "records.parquet"
            _write(rows, Path(folder) / "flows.csv", path)
            ours, plain = _medians((_OURS, _PANDAS), path, limit, rounds)
            for what in ("found", "records"):
                if ours[what] != plain[what]:
                    raise AssertionError(f"{what}: {ours[what]}, pandas has {plain[what]}")
            size = f"{rows // 1_000_000}M flow records"
            report(
                f"{size}: processor time / pandas groupby",
                ours["cpu"] / plain["cpu"],
                "<= 0.7",
                f"{ours['cpu']:.2f} s / {plain['cpu']:.2f} s, {ours['found']:,} connections",
            )
            grown = [one["peak"] - one["before"] for one in (ours, plain)]
            report(
                f"{size}: memory beyond the imports / pandas groupby",
                grown[0] / grown[1],
                "<= 0.5",
                f"{grown[0] / 1e6:,.0f} MB / {grown[1] / 1e6:,.0f} MB; whole processes"
                f" {ours['peak'] / 1e6:,.0f} MB / {plain['peak'] / 1e6:,.0f} MB;"
                f" limit {limit} MiB",
            )


def _write(rows: int, csv: Path, path: Path) -> None:
    """Write flows from clients to services, and their records as the pipeline publishes them."""
    number = pl.int_range(rows, eager=True)
    one = (number * 48_271) % (rows // SEEN)  # a connection, in no order
    client, server = one % 19_997, one // 7 % 3_989
    start = number * 86_400 // rows + 1_700_000_000
    pl.select(
        src_ip=pl.format("10.1.{}.{}", client // 250, client % 250),
        src_port=number * 7_919 % 28_000 + 32_768,
        dst_ip=pl.format("10.2.{}.{}", server // 250, server % 250),
        dst_port=pl.Series([443, 80, 1433, 5432, 3306, 8080, 53, 389, 445, 9200]).gather(one % 10),
        protocol=pl.lit(6),
        packets=number * 31 % 100,
        bytes=number * 131 % 100_000,
        start=start,
        end=start + number % 60,
    ).write_csv(csv)
    (table,) = read_file(csv, csv.name).tables
    with path.open("wb") as out:
        write_frame(out, table.records)


def _medians(codes: Sequence[str], path: Path, limit: int, rounds: int) -> list[dict]:
    """Return the measurement of each one's median processor time; they take turns (`costs`)."""
    measured = [[_child(code, path, limit) for code in codes] for _ in range(rounds)]
    return [
        sorted(of_one, key=lambda one: one["cpu"])[rounds // 2]
        for of_one in zip(*measured, strict=True)
    ]


def _child(code: str, path: Path, limit: int) -> dict:
    done = subprocess.run(
        [sys.executable, "-c", code, path, str(limit * 1024**2)],
        capture_output=True,
        check=True,
        text=True,
    )
    return json.loads(done.stdout)
