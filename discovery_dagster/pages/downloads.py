"""Workbooks that a person fills in and sends again; all other data comes from the read API."""

from collections.abc import Collection
from io import BytesIO

from fastapi import APIRouter, Response

from discovery_dagster.api.security import SessionOf, StateOf
from discovery_dagster.domain.corrections.sheets import ERROR, WARNING, tables
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.domain.workbooks import write_workbook
from discovery_dagster.store import corrections
from discovery_dagster.store.findings import open_workbook

router = APIRouter()

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_QUALITY = "/engagements/{engagement}/sessions/{session}/quality"


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


def _workbook(
    session: SessionKey, state: StateOf, name: str, severities: Collection[str]
) -> Response:
    out = BytesIO()
    sheets = corrections.sheets(state.database, state.objects, session, severities)
    write_workbook(out, tables(sheets))
    return _xlsx(session, name, out.getvalue())


def _xlsx(session: SessionKey, name: str, content: bytes) -> Response:
    file = f"{session.engagement}-{session.session}-{name}.xlsx"
    return Response(
        content,
        media_type=_XLSX,
        headers={"Content-Disposition": f'attachment; filename="{file}"'},
    )
