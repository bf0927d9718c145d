"""How long a version of a product is supported, judged on a given day.

The dates are in `reference/end_of_life.csv`; which version a text means is told in `software`.
"""

import csv
import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache

import polars as pl

from discovery_dagster.domain.tables.words import EndOfLife
from discovery_dagster.reference import ROOT, load

#: Columns that say when a version ends: `eol_date` is ISO 8601, or null without a date.
LIFECYCLE: Mapping[str, pl.DataType] = {
    "product": pl.String(),
    "version": pl.String(),
    "eol_date": pl.String(),
    "eol_status": pl.String(),
    "eol_source": pl.String(),
}


def end_of_life(versions: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Look up when each distinct version ends.

    Args:
        versions: `product`, as in `end_of_life.csv`, and `version`; either may be null.
        as_of: the day on which the status is judged.

    Returns:
        One row per distinct pair whose release cycle is known, in the columns of `LIFECYCLE`:
        `supported` up to the end of life, `extended` while extended support runs, then `ended`.
    """
    distinct = (
        versions.select("product", "version").unique().drop_nulls().sort("product", "version")
    )
    rows = [
        (product, version, *_dates(cycle, as_of))
        for product, version in distinct.iter_rows()
        if (cycle := _cycle(product, version)) is not None
    ]
    return pl.DataFrame(rows, schema=dict(LIFECYCLE), orient="row")


def _dates(cycle: Mapping[str, str], as_of: date) -> tuple[str | None, str, str]:
    end, extended = cycle["eol"], cycle["extended_end"]
    day = as_of.isoformat()
    if end == "no" or (end != "yes" and day <= end):
        status = EndOfLife.SUPPORTED
    else:
        status = (
            EndOfLife.EXTENDED
            if extended not in ("", "no") and day <= extended
            else EndOfLife.ENDED
        )
    return (None if end in ("yes", "no") else end), status, cycle["source"]


def _cycle(product: str, version: str) -> Mapping[str, str] | None:
    """The release cycle of a version: the longest one that the version is, or is a part of."""
    cycles = _cycles()
    return next(
        (
            cycles[product, name]
            for name in _cycle_names(product, version.lower())
            if (product, name) in cycles
        ),
        None,
    )


def _cycle_names(product: str, version: str) -> Iterator[str]:
    rules = load("products")
    aliases = rules["cycles"].get(product, {})
    if version in aliases:
        yield aliases[version]
    pattern, replacement = rules["spelled"].get(product, ("$^", ""))
    parts = re.sub(pattern, replacement, version).split(".")
    for length in range(len(parts), 0, -1):
        name = ".".join(parts[:length])
        yield aliases.get(name, name)


@cache
def _cycles() -> Mapping[tuple[str, str], Mapping[str, str]]:
    lines = ROOT.joinpath("end_of_life.csv").read_text("utf-8").splitlines()
    table = csv.DictReader(line for line in lines if not line.startswith("#"))
    return {(row["product"], row["cycle"]): row for row in table}
