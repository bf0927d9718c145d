"""Data quality: what became of each record and column, and what to correct and send again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Annotated, Any, ClassVar, Literal, get_args

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from discovery_dagster.api.lists import Text
from discovery_dagster.api.security import SessionOf, StateOf
from discovery_dagster.domain.dictionary import HeldWord
from discovery_dagster.domain.facts import FileAccount
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.domain.mapping.warnings import ColumnWarning, column_warnings
from discovery_dagster.domain.tables.words import GrainStatus
from discovery_dagster.domain.waiting import waiting_message
from discovery_dagster.pages import frame, links
from discovery_dagster.pages.answers import html
from discovery_dagster.pages.frame import Page, Pending, shown
from discovery_dagster.pages.questions import Question
from discovery_dagster.pages.waiting import waits_for
from discovery_dagster.store import exports
from discovery_dagster.store.database import Database
from discovery_dagster.store.decisions import dictionary
from discovery_dagster.store.reading import problems
from discovery_dagster.store.sessions import accounts

router = APIRouter()

Row = Mapping[str, Any]

#: What the columns can be narrowed to, and which they then are.
Status = Literal["all", "proposed", "conflict", "rejected", "unmapped", "accepted"]


@dataclass(frozen=True)
class Sample:
    """One record with a problem, and its cells that have a value."""

    file: str
    sheet: str | None
    line: int
    sent: str | None
    cells: Sequence[tuple[str, str]] = ()

    @property
    def short(self) -> str:
        """The first cells, to recognise the record by."""
        return " · ".join(value for _, value in self.cells[:4])


@dataclass(frozen=True)
class Reason:
    """A problem that several records share; `message` is that of the first."""

    code: str
    field: str | None
    message: str
    count: int
    samples: Sequence[Sample]


@dataclass(frozen=True)
class SourceTable:
    """A table of a file and how its columns were understood."""

    file: str
    sheet: str | None
    columns: Sequence[Row]

    @property
    def open(self) -> int:
        """How many of its columns a person may want to decide."""
        return sum(_is(column, "proposed") or _is(column, "conflict") for column in self.columns)


@dataclass(frozen=True)
class TableRow:
    """What a row of a table is; `message` says of one that waits what to do."""

    file: str
    sheet: str | None
    grain: str
    waits: bool
    name_column: str | None
    confidence: float
    reason: str
    message: str | None


@dataclass(frozen=True)
class StatusOption:
    """One way to narrow the columns down."""

    value: str
    count: int
    here: bool
    url: str


@dataclass(frozen=True)
class QualityPage(Page):
    """Context of `quality.html`."""

    template: ClassVar[str] = "quality.html"

    key: SessionKey = shown("the session")
    pending: Pending | None = shown("why there is nothing to show yet")
    file: str | None = shown("the only file that is shown")
    figures: Mapping[str, int] = shown("records and columns by what became of them")
    notes: Sequence[tuple[str, str]] = shown("what to know of how each file was read")
    rejects: Sequence[Reason] = shown("rejected records by reason, most first")
    rejects_downloads: Sequence[tuple[str, str]] = shown("rejected records as data")
    issues: Sequence[Reason] = shown("issues of accepted records by kind, most first")
    issues_downloads: Sequence[tuple[str, str]] = shown("issues as data")
    grains: Sequence[TableRow] = shown("what a row of each table is, those that wait first")
    warnings: Sequence[ColumnWarning] = shown("columns that are not used as what identifies things")
    words: Sequence[HeldWord] = shown("words of the client that nobody has explained")
    decisions_url: str = shown("the workbook of what needs a person")
    statuses: Sequence[StatusOption] = shown("ways to narrow the columns down")
    tables: Sequence[SourceTable] = shown("columns by file and sheet")
    narrowed: bool = shown("whether only some columns are shown, so that all tables are open")
    mapping_downloads: Sequence[tuple[str, str]] = shown("the columns as data")


def build(
    key: SessionKey,
    *,
    pending: Pending | None = None,
    files: Sequence[FileAccount] = (),
    rejects: Sequence[Row] = (),
    issues: Sequence[Row] = (),
    mapping: Sequence[Row] = (),
    words: Sequence[HeldWord] = (),
    status: Status = "all",
    file: str | None = None,
    dagster_url: str | None = None,
) -> QualityPage:
    """Make the page.

    Args:
        key: the session.
        pending: why there is nothing yet.
        files: with the sums of their records.
        rejects: sampled reasons of rejected records, as `store.reading.problems` gives them.
        issues: likewise, of accepted records.
        mapping: as `exports` gives it.
        words: of the session, those that nobody has explained.
        status: which columns to show.
        file: only this one's.
        dagster_url: of Dagster's pages.
    """
    counted = [one for one in files if file in (None, one.name)]
    columns = [row for row in mapping if file in (None, row["file"])]
    warnings = _reasons(issues)
    return QualityPage(
        frame=frame.of_session(key, "quality", dagster_url=dagster_url),
        key=key,
        pending=pending,
        file=file,
        figures={
            "records": sum(one.records for one in counted),
            "accepted": sum(one.accepted for one in counted),
            "rejected": sum(one.rejected for one in counted),
            "ignored": sum(one.ignored for one in counted),
            "warnings": sum(reason.count for reason in warnings),
            "unmapped": sum(_is(row, "unmapped") for row in columns),
        },
        notes=[(one.name, note) for one in counted for note in one.notes],
        rejects=_reasons(rejects),
        rejects_downloads=_downloads(key, "rejects"),
        issues=warnings,
        issues_downloads=_downloads(key, "issues"),
        grains=_grains(counted),
        warnings=column_warnings(columns),
        words=[word for word in words if file is None or file in word.files],
        decisions_url=links.session(key, "quality/decisions.xlsx"),
        statuses=[
            StatusOption(
                one,
                sum(_is(row, one) for row in columns),
                one == status,
                links.session(key, "quality", status=one if one != "all" else None, file=file),
            )
            for one in get_args(Status)
        ],
        tables=_tables([row for row in columns if _is(row, status)]),
        narrowed=status != "all",
        mapping_downloads=[
            ("CSV", links.data(key, "mapping", "csv")),
            ("JSON", links.data(key, "mapping")),
        ],
    )


def _grains(files: Sequence[FileAccount]) -> list[TableRow]:
    rows = [
        TableRow(
            file.name,
            table["sheet"],
            table["grain"],
            table["status"] == GrainStatus.WAITING,
            table["name_column"],
            table["confidence"],
            table["reason"],
            waiting_message(file.name, table) if table["status"] == GrainStatus.WAITING else None,
        )
        for file in files
        for table in file.tables
    ]
    return sorted(rows, key=lambda row: not row.waits)


def _downloads(key: SessionKey, table: str) -> list[tuple[str, str]]:
    return [
        ("XLSX to correct", links.session(key, f"quality/{table}.xlsx")),
        ("CSV", links.data(key, table, "csv")),
        ("JSON", links.data(key, table)),
    ]


def _is(column: Row, status: str) -> bool:
    match status:
        case "all":
            return True
        case "conflict":
            return column["conflict"] is not None
        case "unmapped":
            return bool(column["field"] == "unmapped")
        case _:
            return bool(column["status"] == status and column["field"] != "unmapped")


def _reasons(problems: Iterable[Row]) -> list[Reason]:
    """Gather the sampled records by their kind of problem, which they come in the order of."""
    return [
        Reason(code, field, same[0]["message"], same[0]["number"], [_sample(one) for one in same])
        for (code, field), rows in groupby(problems, key=lambda one: (one["code"], one["field"]))
        if (same := list(rows))
    ]


def _sample(problem: Row) -> Sample:
    cells = [
        (column, str(value)) for column, value in problem["raw"].items() if value not in (None, "")
    ]
    return Sample(problem["file"], problem["sheet"], problem["line"], problem["value"], cells)


def _tables(columns: Sequence[Row]) -> list[SourceTable]:
    return [
        SourceTable(file, sheet, list(same))
        for (file, sheet), same in groupby(columns, key=lambda row: (row["file"], row["sheet"]))
    ]


def _unexplained(database: Database, session: SessionKey) -> list[HeldWord]:
    held = dictionary.words(database, session.engagement, session)
    return [word for word in held if word.is_unknown]


class QualityQuestion(Question):
    """What the URL of the page asks for: columns of one status, and one file."""

    status: Status = "all"
    file: Text | None = None


@router.get("/engagements/{engagement}/sessions/{session}/quality")
def page(
    request: Request, session: SessionOf, shared: StateOf, asks: Annotated[QualityQuestion, Query()]
) -> HTMLResponse:
    """Show the quality of a session's data."""
    missing, _ = waits_for(shared, request, session, "rejected_records")
    if missing:
        return html(build(session, pending=missing, dagster_url=shared.dagster_url))

    return html(
        build(
            session,
            files=accounts(shared.database, session),
            rejects=problems.kinds(shared.database, session, "error", file=asks.file),
            issues=problems.kinds(shared.database, session, "warning", file=asks.file),
            mapping=exports.rows(shared.database, session, "mapping"),
            words=_unexplained(shared.database, session),
            status=asks.status,
            file=asks.file,
            dagster_url=shared.dagster_url,
        )
    )
