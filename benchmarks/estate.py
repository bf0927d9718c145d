"""An estate of any size for measurements: two lists of its machines, and a log of their flows.

Nine of ten machines of the first list are in the second one too, under the same serial number. The
flows are ten times as many as the machines; a machine needs three others of a lower number, so that
the map has levels, and some of a higher one, so that it has cycles. A hundred servers are needed by
many. Each connection is seen five times on average, and one in twenty ends outside of the estate.
"""

from pathlib import Path

import numpy as np
import polars as pl

#: Flow records for each machine.
FLOWS_EACH = 10

_ENVIRONMENTS = ("Production", "Test", "Development", "Staging")
_SYSTEMS = (
    "Windows Server 2019",
    "Red Hat Enterprise Linux 8.6",
    "Ubuntu 22.04",
    "SUSE Linux Enterprise Server 15",
    "Windows Server 2012 R2",
)
_PORTS = (443, 5432, 1433, 8080, 5672, 389, 22, 445)
_SEED = 7


def write(folder: Path, machines: int) -> list[Path]:
    """Write the files of an estate of `machines` machines and return their paths."""
    random = np.random.default_rng(_SEED)
    number = pl.Series("number", np.arange(machines), dtype=pl.UInt32)
    listed = pl.DataFrame({"number": number}).select(
        Hostname=_name(),
        **{
            "IP Address": _address(),
            "Serial Number": pl.concat_str(pl.lit("SN"), _digits()),
            "Manufacturer": pl.lit("Dell"),
            "Operating System": _chosen(random, _SYSTEMS, machines),
            "Environment": _chosen(random, _ENVIRONMENTS, machines),
            "Location": pl.concat_str(pl.lit("DC"), (pl.col("number") % 7).cast(pl.String)),
            "Owner": pl.concat_str(pl.lit("team-"), (pl.col("number") % 97).cast(pl.String)),
        },
    )
    again = pl.DataFrame({"number": number.filter(pl.Series(random.random(machines) < 0.9))})
    measured = again.select(
        Name=pl.concat_str(_name(), pl.lit(".corp.example")),
        **{
            "Serial Number": pl.concat_str(pl.lit("SN"), _digits()),
            "Manufacturer": pl.lit("Dell"),
            "CPUs": (2 + pl.col("number") % 15),
            "Memory (GB)": (4 + pl.col("number") % 61),
        },
    )
    paths = [folder / name for name in ("cmdb.csv", "agents.csv", "flows.csv")]
    for frame, path in zip((listed, measured, _flows(random, machines)), paths, strict=True):
        frame.write_csv(path)
    return paths


def _flows(random: np.random.Generator, machines: int) -> pl.DataFrame:
    pairs = machines * 2
    source = random.integers(1, machines, pairs)
    target = (source * random.random(pairs)).astype(np.int64)
    popular = random.random(pairs) < 0.2
    target[popular] = random.integers(0, min(100, machines), popular.sum())
    turned = random.random(pairs) < 0.0005
    source[turned], target[turned] = target[turned], source[turned]
    port = np.array(_PORTS)[random.integers(0, len(_PORTS), pairs)]
    seen = random.integers(0, pairs, machines * FLOWS_EACH)
    flows = pl.DataFrame({"number": source[seen], "target": target[seen], "port": port[seen]})
    outside = pl.Series(random.random(flows.height) < 0.05)
    elsewhere = pl.concat_str(
        pl.lit("198.51."), (pl.col("target") % 100).cast(pl.String), pl.lit(".9")
    )
    second = pl.int_range(pl.len()) % 86_400
    start = pl.datetime(2026, 3, 2) + pl.duration(seconds=second)
    return flows.select(
        src_ip=_address(),
        src_port=40_000 + pl.int_range(pl.len()) % 20_000,
        dst_ip=pl.when(outside).then(elsewhere).otherwise(_address("target")),
        dst_port="port",
        protocol=pl.lit("tcp"),
        packets=pl.lit(10),
        bytes=pl.lit(4_200),
        start=start.dt.strftime("%Y-%m-%d %H:%M:%S"),
        end=(start + pl.duration(seconds=30)).dt.strftime("%Y-%m-%d %H:%M:%S"),
    )


def _digits() -> pl.Expr:
    return pl.col("number").cast(pl.String).str.zfill(8)


def _name() -> pl.Expr:
    return pl.concat_str(pl.lit("srv"), _digits())


def _address(column: str = "number") -> pl.Expr:
    number = pl.col(column).cast(pl.UInt32)
    parts = (number // 65_536, number // 256 % 256, number % 256)
    return pl.concat_str(pl.lit("10."), *_dotted(parts))


def _dotted(parts: tuple[pl.Expr, ...]) -> list[pl.Expr]:
    first, *others = (part.cast(pl.String) for part in parts)
    return [first, *(pl.concat_str(pl.lit("."), part) for part in others)]


def _chosen(random: np.random.Generator, words: tuple[str, ...], size: int) -> pl.Series:
    return pl.Series(np.array(words)[random.integers(0, len(words), size)])
