"""Headers: how many of the mappings accepted without a person are right, how many are found.

The truth is `truth/headers.csv`: columns of real exports and lists with values, table by table, for
what a column means may hang on its neighbours; `a/b` where either is right. Synonyms and rules are
written on the half called `written on`; the other half is what they were not written on.
"""

import csv
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Final

import polars as pl

from discovery_dagster.domain import formats
from discovery_dagster.domain.fields import IGNORED, UNMAPPED
from discovery_dagster.domain.mapping import map_table
from discovery_dagster.domain.source_tables import READ, SourceTable, cell_column
from quality.figures import Figure

RIGHT, MAPPED = 0.99, 0.95
WRITTEN_ON, MEASURED_ON = "written on", "measured on"

_TRUTH: Final = Path(__file__).parent / "truth" / "headers.csv"
#: Beside these values a column is looked at alone, as if nothing else were known of its table.
_NAMES: Final = ("srv-a-17", "srv-b-04", "db-c-22", "web-d-09")
_SINGLE: Final = "one by one"  # end of a source whose columns are of no one table
_NAMING: Final = frozenset({"name", "hostname", "fqdn"})


@dataclass(frozen=True)
class Header:
    """A labelled column."""

    source: str
    sheet: str | None
    name: str
    truth: frozenset[str]
    values: tuple[str, ...]

    @property
    def half(self) -> str:
        """The half that it belongs to, by a hash, so that adding others moves none."""
        digest = hashlib.sha256(f"{self.source}\0{self.name}".encode()).digest()
        return WRITTEN_ON if digest[0] % 2 else MEASURED_ON

    @property
    def mappable(self) -> bool:
        """Whether a field stands for it, beyond doubt."""
        return not self.truth & {UNMAPPED, IGNORED}


@dataclass(frozen=True)
class Judged:
    """A labelled column and what the mapping made of it."""

    header: Header
    field: str
    accepted: bool  # without a person, as a field
    served: bool  # it, or another column that says the same, gives the field

    @property
    def right(self) -> bool:
        """Whether the field is a true one."""
        return self.field in self.header.truth


def figures(_data: Path) -> Iterator[Figure]:
    """Measure both halves, in their tables and each column alone beside a name."""
    for place, columns in (("in its table", in_tables()), ("alone", alone())):
        for half in (WRITTEN_ON, MEASURED_ON):
            chosen = [one for one in columns if one.header.half == half]
            yield from _figures(f"half {half}, {place}", chosen)


def read_truth() -> list[Header]:
    """Return the labelled columns, table by table."""
    with _TRUTH.open(encoding="utf-8", newline="") as file:
        return [
            Header(
                row["source"],
                row["sheet"] or None,
                row["header"],
                frozenset(row["truth"].split("/")),
                tuple(row["values"].split("|")),
            )
            for row in csv.DictReader(file)
        ]


def in_tables() -> list[Judged]:
    """Judge each column within its table."""
    headers = [header for header in read_truth() if not header.source.endswith(_SINGLE)]
    tables = groupby(headers, key=lambda header: header.source)
    return [column for _, headers in tables for column in _judge(list(headers))]


def alone() -> list[Judged]:
    """Judge each column of a thing beside nothing but a name."""
    return [
        _judge([_beside(header), replace(header, sheet=None)])[1]
        for header in read_truth()
        if header.truth.isdisjoint({IGNORED, "record_kind"}) and not _of_relation(header)
    ]


def _beside(header: Header) -> Header:
    """A column that makes the table one of things, and does not claim what `header` is."""
    naming = not header.truth.isdisjoint(_NAMING)
    names = _NAMES[: len(header.values)]
    return Header("", None, "Asset ID" if naming else "Name", frozenset(), names)


def _of_relation(header: Header) -> bool:
    return "matrix" in header.source or "rel_ci" in header.source


def _judge(headers: list[Header]) -> list[Judged]:
    table = _table(headers)
    table_format = formats.recognise(table) or formats.UNRECOGNISED
    rows = map_table(0, table, table_format).to_dicts()
    given = {row["field"] for row in rows if row["status"] == "accepted"}
    return [
        Judged(
            header,
            row["field"],
            accepted=row["status"] == "accepted" and row["field"] not in {UNMAPPED, IGNORED},
            served=row["status"] == "accepted"
            or (row["conflict"] is not None and row["field"] in given),
        )
        for header, row in zip(headers, rows, strict=True)
    ]


def _table(headers: list[Header]) -> SourceTable:
    width = len(headers[0].values)
    records = pl.DataFrame(
        {
            "line": pl.Series(range(2, width + 2), dtype=pl.UInt32),
            "outcome": pl.Series([READ] * width),
            "reason": pl.Series([None] * width, dtype=pl.String),
            "surplus": pl.Series([None] * width, dtype=pl.List(pl.String)),
            **{
                cell_column(at): pl.Series(
                    [value or None for value in header.values], dtype=pl.String
                )
                for at, header in enumerate(headers)
            },
        }
    )
    names = tuple(header.name for header in headers)
    return SourceTable("labelled.csv", headers[0].sheet, names, 1, records)


def _figures(subject: str, columns: Iterable[Judged]) -> Iterator[Figure]:
    columns = list(columns)
    accepted = [one for one in columns if one.accepted]
    mappable = [one for one in columns if one.header.mappable]
    right = sum(one.right for one in accepted)
    mapped = sum(one.right and one.served for one in mappable)
    yield Figure(
        subject,
        "accepted mappings right",
        right / len(accepted),
        RIGHT,
        f"{right} of {len(accepted)}",
    )
    yield Figure(
        subject,
        "mappable ones mapped",
        mapped / len(mappable),
        MAPPED,
        f"{mapped} of {len(mappable)}",
    )
