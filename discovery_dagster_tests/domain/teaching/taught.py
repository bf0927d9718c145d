"""Formats as they are kept, and tables read by them."""

from datetime import UTC, datetime

import polars as pl

from discovery_dagster.domain import formats, intake
from discovery_dagster.domain.canonical import CanonicalRecords, canonicalise
from discovery_dagster.domain.source_tables import SourceTable
from discovery_dagster.domain.teaching import TaughtFormat
from discovery_dagster.domain.teaching.reading import read_format
from discovery_dagster.domain.teaching.text import FormatError

AT = datetime(2026, 1, 1, tzinfo=UTC)

SERVERS = """\
format: serverliste
grain: thing
header: [RCHN_BZ, ARB_SP]
columns:
  RCHN_BZ: name
  ARB_SP: {field: memory_gb, unit: MB}
  UMG_KZ: {field: environment, words: {P: production}}
"""


def taught(text: str, number: int = 1) -> TaughtFormat:
    return TaughtFormat(number, read_format(text), "ann", "the first list", AT)


def read(
    source: SourceTable, *known: TaughtFormat, **decisions: object
) -> tuple[CanonicalRecords, pl.DataFrame, pl.DataFrame]:
    """The records of a table, its mapping and its grain."""
    tables = [(source, formats.recognise(source) or formats.UNRECOGNISED)]
    frames = intake.understand(tables, lambda *_: None, taught=known, **decisions)  # type: ignore[arg-type]
    records = canonicalise(intake.as_decided(tables, frames["grains"]), frames["mapping"])
    return records, frames["mapping"], frames["grains"]


def problem_of(text: str) -> str:
    """What is said of a text that is no format."""
    try:
        read_format(text)
    except FormatError as error:
        return str(error)
    raise AssertionError("it is a format")
