"""Ports of the transport layer, one or several in a cell."""

from functools import cache
from typing import Final

import polars as pl

from discovery_dagster import reference
from discovery_dagster.domain import services
from discovery_dagster.domain.values.quantities import read_whole
from discovery_dagster.domain.values.reading import Reading, read_others

_MOST: Final = 65_535
_PART: Final = r"[^\s,;/|&+()\[\]_]+"
#: A protocol and its number run together, and what makes a range of two numbers.
_PROTOCOL_FIRST: Final = r"(tcp|udp|sctp)[\s/_:-]*(\d)"
_PROTOCOL_LAST: Final = r"(\d)[\s/_:-]*(tcp|udp|sctp)"
_RANGE: Final = r"(\d)\s*(?:-|\x{2013}|:|to|bis)\s*(\d)"
#: Two numbers, or one that is grouped by thousands.
_TWO_OR_ONE: Final = r"^(\d{2,3}),(\d{3})$"


def read_ports(cells: pl.Series) -> Reading:
    """Read port numbers, such as `443`, `tcp/443`, `https`, `443 (https)` and `389/636`.

    0 stands for none. A range names no port that is known to be used: it is a fault, and so is
    any other part that is no port, while the ports beside it are read.

    Returns:
        Values are List[Int32], empty where there is none, without repetitions.
    """
    numbers = cells.cast(pl.Int32, strict=False)
    usual = numbers.is_between(1, _MOST)
    return read_others(cells, usual, numbers.reshape((-1, 1)).arr.to_list(), _read_unusual)


def read_port(cells: pl.Series) -> Reading:
    """Read single port numbers as `read_ports` does; a cell with several is a fault."""
    return only_port(read_ports(cells))


def only_port(reading: Reading) -> Reading:
    """Return the port of each cell that has one; one with several has none and is a fault."""
    several = reading.values.list.len() > 1
    single = reading.values.list.first()
    return Reading(single.set(several, None), reading.faults | several)


def _read_unusual(cells: pl.Series) -> Reading:
    known = _known_ports()
    two = cells.str.extract_groups(_TWO_OR_ONE)
    listed = (two.struct[0].is_in(known) & two.struct[1].is_in(known)).fill_null(False)
    single = read_whole(cells.set(listed, None), 0, _MOST).values.cast(pl.Int32)
    parts = _parts(cells.set(single.is_not_null(), None))
    lists = parts["ports"].zip_with(single.is_null(), single.reshape((-1, 1)).arr.to_list())
    return Reading(lists.list.eval(pl.element().filter(pl.element() > 0)), parts["fault"])


def _parts(cells: pl.Series) -> pl.DataFrame:
    """Return the `ports` of each cell, and whether any part of it is a `fault`."""
    text = cells.str.to_lowercase()
    for run_together in (_PROTOCOL_FIRST, _PROTOCOL_LAST):
        text = text.str.replace_all(run_together, "${1} ${2}")
    text = text.str.replace_all(_RANGE, "${1}-${2}")
    rows = pl.DataFrame({"part": text.str.extract_all(_PART)}).with_row_index("row")
    part = pl.col("part").str.strip_chars(":.")
    number = pl.col("number")
    parts = (
        rows.explode("part", empty_as_null=True)
        .with_columns(part)
        .with_columns(
            number=part.cast(pl.Int32, strict=False),
            service=part.replace_strict(_ports_of_services(), default=None, return_dtype=pl.Int32),
        )
        .with_columns(
            # What stands beside a number explains it.
            port=pl.when(number.is_not_null().any().over("row")).then("number").otherwise("service")
        )
        .with_columns(pl.when(pl.col("port").is_between(0, _MOST)).then("port").alias("port"))
    )
    explained = pl.coalesce("port", "service").is_not_null() | part.is_in(_beside_ports())
    return parts.group_by("row", maintain_order=True).agg(
        ports=pl.col("port").drop_nulls().unique(maintain_order=True),
        fault=(part.is_not_null() & (~explained | pl.col("port").is_null().all())).any(),
    )


@cache
def _beside_ports() -> list[str]:
    return sorted({*reference.load("protocols").values(), *reference.load("placeholders")["ports"]})


@cache
def _known_ports() -> list[str]:
    known = services.ports()["port"].drop_nulls().unique()
    return known.cast(pl.String).to_list()


@cache
def _ports_of_services() -> dict[str, int]:
    known = services.ports().filter(protocol="tcp").drop_nulls(["port", "service"]).sort("port")
    first = known.unique("service", keep="first", maintain_order=True)
    return dict(first.select("service", "port").iter_rows())
