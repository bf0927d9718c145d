"""What is handed out of a session: the report, workbooks to fill in, and every table as data."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import ClassVar

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from discovery_dagster.api.security import SessionOf, StateOf
from discovery_dagster.domain import report
from discovery_dagster.domain.corrections.sheets import ERROR, WARNING, tables
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.domain.workbooks import write_workbook
from discovery_dagster.pages import frame, links
from discovery_dagster.pages.answers import html
from discovery_dagster.pages.frame import Page, Pending, shown
from discovery_dagster.pages.waiting import waits_for
from discovery_dagster.store import corrections, reports
from discovery_dagster.store.findings import open_workbook

router = APIRouter()

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SESSION = "/engagements/{engagement}/sessions/{session}"
_QUALITY = f"{_SESSION}/quality"


@router.get(f"{_QUALITY}/rejects.xlsx")
def rejects(session: SessionOf, state: StateOf) -> Response:
    """Rejected records as they stand, with their reasons, to be corrected."""
    return _workbook(session, state, "rejects", (ERROR,))


@router.get(f"{_QUALITY}/issues.xlsx")
def issues(session: SessionOf, state: StateOf) -> Response:
    """Records with issues as they stand, to be corrected."""
    return _workbook(session, state, "issues", (ERROR, WARNING))


@router.get(f"{_QUALITY}/decisions.xlsx")
def decisions(session: SessionOf, state: StateOf) -> Response:
    """What needs a person, to be filled in."""
    workbook = open_workbook(state.database, state.objects, session)
    return _xlsx(session, "decisions", workbook.content)


@dataclass(frozen=True)
class DownloadsPage(Page):
    """Context of `downloads.html`."""

    template: ClassVar[str] = "downloads.html"

    key: SessionKey = shown("the session")
    pending: Pending | None = shown("why there is no report yet")
    tables: Sequence[tuple[str, Sequence[tuple[str, str]]]] = shown("tables and their formats")


#: The tables in the order in which people ask for them.
_TABLES = (
    "assets", "applications", "dependencies", "interfaces", "groups", "waves", "readiness",
    "conflicts", "cycles", "coverage", "endpoints", "changes", "files", "mapping", "words",
    "rejects", "issues", "proposals",
)  # fmt: skip
_DATA = (("CSV", "csv"), ("Parquet", "parquet"), ("NDJSON", "ndjson"))


@router.get(f"{_SESSION}/downloads")
def page(request: Request, session: SessionOf, state: StateOf) -> HTMLResponse:
    """Show what can be downloaded."""
    pending, _ = waits_for(state, request, session, "migration_plan")
    return html(
        DownloadsPage(
            frame.of_session(session, "", "Downloads", state.dagster_url),
            session,
            pending,
            [
                (name, [(title, links.data(session, name, form)) for title, form in _DATA])
                for name in _TABLES
            ],
        )
    )


@router.get(f"{_SESSION}/report.html")
def report_page(session: SessionOf, state: StateOf, client_name: str = "") -> Response:
    """The report as a web page of its own, with the client's name as it is to be printed."""
    contents = reports.contents(state.database, session, client_name.strip() or None)
    return file_answer(session, "report.html", report.render(contents).encode(), "text/html")


@router.get(f"{_SESSION}/report.xlsx")
def report_workbook(session: SessionOf, state: StateOf, client_name: str = "") -> Response:
    """The report as a workbook."""
    written = BytesIO()
    report.write(written, reports.contents(state.database, session, client_name.strip() or None))
    return file_answer(session, "report.xlsx", written.getvalue(), XLSX)


def _workbook(
    session: SessionKey, state: StateOf, name: str, severities: Collection[str]
) -> Response:
    out = BytesIO()
    sheets = corrections.sheets(state.database, state.objects, session, severities)
    write_workbook(out, tables(sheets))
    return _xlsx(session, name, out.getvalue())


def _xlsx(session: SessionKey, name: str, content: bytes) -> Response:
    return file_answer(session, f"{name}.xlsx", content, XLSX)


def file_answer(session: SessionKey, name: str, content: bytes, media_type: str) -> Response:
    """A file to be saved, which no browser shows as a page of this site or keeps."""
    file = f"{session.engagement}-{session.session}-{name}"
    headers = {
        "Content-Disposition": f'attachment; filename="{file}"',
        "Cache-Control": "no-store",
    }
    return Response(content, media_type=media_type, headers=headers)
