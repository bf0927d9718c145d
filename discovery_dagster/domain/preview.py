"""What an import would find, without making a session: nothing is written, nothing is asked for.

The rows are those of the exports of the same names. Decisions of the client are kept by the store:
who has it passes them on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from discovery_dagster.domain import canonical, intake
from discovery_dagster.domain.decisions.grains import GrainDecision
from discovery_dagster.domain.decisions.mapping import MappingDecision
from discovery_dagster.domain.facts import FileAccount
from discovery_dagster.domain.intake import Readings, SourceFile
from discovery_dagster.domain.tables import (
    Issues,
    RejectedRecords,
    SourceFiles,
    SourceTables,
    TableAccounts,
    TableGrains,
)
from discovery_dagster.domain.tables.words import Severity
from discovery_dagster.domain.teaching import TaughtFormat

Rows = list[dict[str, Any]]

_TABLE = ("sheet", "grain", "status", "confidence", "name_column", "reason")
_COUNTS = ("records", "accepted", "rejected", "ignored")


@dataclass(frozen=True)
class Preview:
    """Files with their counts, the mapping of their columns, rejected records and issues.

    `tables` says of each table what its records are (`tables.TABLE_GRAINS`).
    """

    files: list[FileAccount]
    tables: Rows
    mapping: Rows
    rejects: Rows
    issues: Rows


@dataclass(frozen=True)
class Decided:
    """What the client of an import has decided: about columns, about tables, and formats."""

    columns: Sequence[MappingDecision] = ()
    grains: Sequence[GrainDecision] = ()
    formats: Sequence[TaughtFormat] = ()


def preview(
    files: Sequence[SourceFile], readings: Readings, decided: Decided = Decided()
) -> Preview:
    """Read `files` as the steps of a session would; `decided` is what the client has decided."""
    described = intake.describe_files(files, _ignore_progress, readings)
    readable = intake.files_to_read(files, described)
    source = intake.collect_records(readable, _ignore_progress, readings)
    tables = intake.session_tables(source)
    understood = intake.understand(
        tables, _ignore_progress, decided.columns, decided.grains, decided.formats
    )
    mapping, grains = understood["mapping"], understood["grains"]
    canonical_records = canonical.canonicalise(intake.as_decided(tables, grains), mapping)
    accounts = intake.count_outcomes(SourceTables(source["tables"]), canonical_records.outcomes)
    rejected = intake.describe_rejects(source, canonical_records.outcomes)
    return Preview(
        _accounts(described, accounts, grains),
        grains.drop("table", "name_position", "beside").to_dicts(),
        mapping.drop("table", "position").to_dicts(),
        _rejects(rejected, canonical_records.issues),
        canonical_records.issues.drop("table").to_dicts(),
    )


def raw_record(columns: Sequence[str], cells: Sequence[str | None]) -> dict[str, str | None]:
    """The record as it stood, by column; columns without a name or with a used one get a number."""
    raw: dict[str, str | None] = {}
    for position, cell in enumerate(cells):
        name = columns[position] if position < len(columns) else ""
        raw[name if name and name not in raw else f"column {position + 1}"] = cell
    return raw


def _accounts(
    described: SourceFiles, accounts: TableAccounts, grains: TableGrains
) -> list[FileAccount]:
    sums = accounts.group_by("file").agg(pl.col(_COUNTS).sum())
    joined = described.join(sums, on="file", how="left", maintain_order="left")
    return [
        FileAccount(
            name=row["file"],
            sha256=row["sha256"],
            format=row["format"],
            error=row["error"],
            notes=row["notes"],
            tables=grains.filter(pl.col("file") == row["file"]).select(_TABLE).to_dicts(),
            **{name: row[name] or 0 for name in _COUNTS},
        )
        for row in joined.iter_rows(named=True)
    ]


def _rejects(rejected: RejectedRecords, issues: Issues) -> Rows:
    reasons: dict[tuple[int, int], list[Mapping[str, Any]]] = {}
    for issue in issues.filter(pl.col("severity") == Severity.ERROR).iter_rows(named=True):
        reason = {name: issue[name] for name in ("field", "code", "message", "value")}
        reasons.setdefault((issue["table"], issue["line"]), []).append(reason)
    return [
        {
            "file": row["file"],
            "sheet": row["sheet"],
            "line": row["line"],
            "reasons": reasons.get((row["table"], row["line"]), []),
            "raw": raw_record(row["columns"], row["cells"]),
        }
        for row in rejected.iter_rows(named=True)
    ]


def _ignore_progress(done: int, total: int) -> None:
    """Report no progress."""
