"""What a file would give by formats that are not kept yet."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import polars as pl

from discovery_dagster.domain import intake
from discovery_dagster.domain.canonical import canonicalise
from discovery_dagster.domain.formats.language import Declaration
from discovery_dagster.domain.intake import RecognisedTable
from discovery_dagster.domain.tables import ATTRIBUTES
from discovery_dagster.domain.teaching import TaughtFormat

Row = dict[str, Any]

_RELATION: Final = ("source", "relation", "target", "port", "protocol", "phrase")


@dataclass(frozen=True)
class TriedTable:
    """A table, how it was read, and what became of its records.

    `mapping` is as `tables.FIELD_MAPPING`; `assets` and `relations` have only what they say.
    """

    file: str
    sheet: str | None
    format: str
    grain: str
    reason: str
    outcomes: dict[str, int]
    mapping: list[Row]
    assets: list[Row]
    relations: list[Row]
    issues: list[Row]


def try_formats(
    tables: Sequence[RecognisedTable], declared: Sequence[Declaration]
) -> list[TriedTable]:
    """Read tables by these formats, as a session of their client would.

    Args:
        tables: of a file, with the formats as which they were recognised.
        declared: formats.
    """
    beginning = datetime.min.replace(tzinfo=UTC)
    taught = [
        TaughtFormat(number, each, "you", "on trial", beginning)
        for number, each in enumerate(declared)
    ]
    understood = intake.understand(tables, _unheard, taught=taught)
    mapping, grains = understood["mapping"], understood["grains"]
    read = canonicalise(intake.as_decided(tables, grains), mapping)
    tried = []
    for row in grains.iter_rows(named=True):
        number, place = pl.col("table") == row["table"], _place(row)
        outcomes = Counter(read.outcomes.filter(number)["outcome"].to_list())
        assets = read.assets.filter(place).select("declared_type", *ATTRIBUTES)
        relations = read.relations.filter(place).select(_RELATION)
        issues = read.issues.filter(number)
        tried.append(
            TriedTable(
                row["file"], row["sheet"], row["format"], row["grain"], row["reason"],
                dict(outcomes), mapping.filter(number).drop("table").to_dicts(),
                _said(assets), _said(relations), issues.drop("table").to_dicts(),
            )
        )  # fmt: skip
    return tried


def _place(row: Row) -> pl.Expr:
    same_file: pl.Expr = pl.col("file") == row["file"]
    return same_file & pl.col("sheet").eq_missing(pl.lit(row["sheet"]))


def _said(frame: pl.DataFrame) -> list[Row]:
    """Records without what they leave open."""
    return [
        {name: value for name, value in row.items() if value not in (None, [])}
        for row in frame.to_dicts()
    ]


def _unheard(done: int, total: int) -> None:
    """Progress that nobody follows."""
