"""Finding which records are one thing, against a plain union-find over the same keys.

Both get the identifiers of each record as text, extracted before the clock runs, and say of each
record what the least record of its thing is. Ours also finds which identifiers are clones, and
which names are borne by things that contradict each other; the union-find trusts every one. In
these records there is neither, so that both find the same things.
"""

import polars as pl

from benchmarks.measure import cost, report
from discovery_dagster.domain.identity import extraction
from discovery_dagster.domain.identity.clusters import Clusters
from discovery_dagster.domain.tables import ASSET_RECORDS, RELATION_RECORDS, empty

SIZES = (100_000, 1_000_000)


def run() -> None:
    """Print the ratio of processor time at each size; both sides find the same things."""
    for size in SIZES:
        described = extraction.describe(_records(size), empty(RELATION_RECORDS))
        held = extraction.identifiers(described)
        fast = cost(lambda a=described, b=held: Clusters.of(a, b))  # type: ignore[misc]
        records, keys = held["record"].to_list(), held["identifier"].to_list()
        roots = list[int]()

        def loop(
            roots: list[int] = roots,
            size: int = size,
            records: list[int] = records,
            keys: list[str] = keys,
        ) -> None:
            roots[:] = union_find(size, records, keys)

        slow = cost(loop, rounds=1, warm=False)
        clusters = Clusters.of(described, held).of_records
        if clusters.sort("record")["cluster"].to_list() != roots:
            raise AssertionError("The two find different things.")
        report(
            f"identity of {size:,} records: union-find / ours, CPU",
            slow.cpu / fast.cpu,
            ">= 3",
            f"{slow.cpu:.2f} s / {fast.cpu:.2f} s, {len(set(roots)):,} things",
        )


def union_find(size: int, records: list[int], keys: list[str]) -> list[int]:
    """Return the least record of each record's thing; the baseline, and an oracle for tests.

    Args:
        size: the number of records.
        records: of each row, from 0.
        keys: the identifier of each row.
    """
    parent = list(range(size))

    def root(record: int) -> int:
        while parent[record] != record:
            parent[record] = parent[parent[record]]
            record = parent[record]
        return record

    first: dict[str, int] = {}
    for record, key in zip(records, keys, strict=True):
        a, b = root(record), root(first.setdefault(key, record))
        if a != b:
            parent[max(a, b)] = min(a, b)
    return [root(record) for record in range(size)]


def _records(size: int) -> pl.DataFrame:
    """Three records of four are new things, the fourth one of them again, with some of its keys."""
    things = size * 3 // 4
    number = pl.int_range(size, eager=True).alias("record").cast(pl.UInt32)
    thing = (pl.col("record").cast(pl.UInt64) * 7919) % things
    later = pl.col("record") >= things  # seen again, by a second source
    name = pl.format("srv-{}", thing.cast(pl.String))
    hexed = thing.cast(pl.String).str.zfill(12)
    pairs = pl.concat_list(hexed.str.slice(at, 2) for at in range(0, 12, 2)).list.join(":")
    known = {
        "file": pl.when(later).then(pl.lit("scan.csv")).otherwise(pl.lit("cmdb.csv")),
        "line": pl.col("record") + 2,
        "format": pl.when(later).then(pl.lit("generic")).otherwise(pl.lit("servicenow.server")),
        "detail": pl.lit(False),
        "declared_type": pl.lit("server"),
        "name": name,
        "hostname": name,
        "fqdn": pl.when(thing % 2 == 0).then(pl.format("{}.acme.example", name)),
        "vendor": pl.when(thing % 3 > 0).then(pl.lit("Dell")),
        "serial_number": pl.when(thing % 3 > 0).then(pl.format("SN{}", hexed)),
        "mac_addresses": pl.when(thing % 5 > 0).then(pl.concat_list(pairs)).otherwise([]),
        "ip_addresses": pl.lit([], pl.List(pl.String)),
        "applications": pl.lit([], pl.List(pl.String)),
    }
    return (
        number.to_frame()
        .with_columns(**known)
        .with_columns(
            pl.lit(None, kind).alias(column)
            for column, kind in ASSET_RECORDS.items()
            if column not in known and column != "record"
        )
        .cast({"line": pl.UInt32})
        .select(list(ASSET_RECORDS))
    )
