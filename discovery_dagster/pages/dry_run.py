"""Looking at files that were sent, before they become a session: what would become of them.

They are read as a session would read them, in a child process; nothing is kept of it.
"""

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, ClassVar

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from discovery_dagster.api.problems import NotFound
from discovery_dagster.api.security import EngagementOf, StateOf
from discovery_dagster.api.state import AppState
from discovery_dagster.domain.contents import sha256_of
from discovery_dagster.domain.facts import FileAccount
from discovery_dagster.domain.intake import Readings, SourceFile
from discovery_dagster.domain.keys import EngagementKey
from discovery_dagster.domain.preview import Decided, Preview, preview
from discovery_dagster.pages import frame, links
from discovery_dagster.pages.answers import html
from discovery_dagster.pages.editing import EditorOf, form_for, require_editor
from discovery_dagster.pages.frame import Frame, Page, shown
from discovery_dagster.pages.one_at_a_time import BusyError
from discovery_dagster.store import uploads
from discovery_dagster.store.decisions import grains, mappings, taught_formats
from discovery_dagster.store.reading import engagements

router = APIRouter()

_IMPORT = "/engagements/{engagement}/import/{number}"

#: Bytes that are read while somebody waits; more are looked at by the command line.
MOST_BYTES = 64 * 1024 * 1024
#: Rows of each list of the page.
MOST = 60

#: Reading takes the processor: one look at a time, and who waits longer is told so.
_ONE_AT_A_TIME = threading.Lock()
_PATIENCE = 20.0

Row = Mapping[str, Any]


@dataclass(frozen=True)
class DryRunPage(Page):
    """Context of `dry_run.html`."""

    template: ClassVar[str] = "dry_run.html"

    name: str = shown("what the session would be called")
    url: str = shown("the page, below which the forms are sent")
    form: str = shown("the form token")
    files: Sequence[FileAccount] = shown("what would become of the records of each file")
    tables: Sequence[Row] = shown("what a row of each table is")
    columns: Sequence[Row] = shown("what the columns are taken for, those in doubt first")
    more: int = shown("how many more columns there are")
    rejects: Sequence[tuple[str, int]] = shown("reasons why records would be rejected, most first")
    issues: int = shown("cells that could not be read")
    too_large: bool = shown("whether the files are too large to be read here")


@router.get(_IMPORT)
def page(request: Request, engagement: EngagementOf, number: str, shared: StateOf) -> HTMLResponse:
    """Show what would become of files that were sent.

    Raises:
        HTTPException: 403 for who may only look, who could not send any either.
        NotHeldError: when there is nothing under this number.
        BusyError: when others' files are being read for long.
    """
    require_editor(request.state.viewer)
    if engagements.one(shared.database, engagement) is None:
        raise NotFound
    _, title, files = uploads.held(shared.inbox, engagement, number)
    too_large = sum(file.stat().st_size for file in files) > MOST_BYTES
    previewed = None if too_large else _preview(shared, engagement, files)
    around = frame.of_engagement(engagement, shared.dagster_url)
    columns = sorted(previewed.mapping, key=_doubt) if previewed else []
    return html(
        DryRunPage(
            Frame(f"Import · {around.title}", around.way, dagster_url=around.dagster_url),
            title,
            f"{links.engagement(engagement)}/import/{number}",
            form_for(shared, request.state.viewer, engagement) or "",
            previewed.files if previewed else [],
            previewed.tables if previewed else [],
            columns[:MOST],
            max(len(columns) - MOST, 0),
            _reasons(previewed) if previewed else [],
            len(previewed.issues) if previewed else 0,
            too_large,
        )
    )


@router.post(f"{_IMPORT}/start")
def start(
    editor: EditorOf, engagement: EngagementOf, number: str, shared: StateOf
) -> RedirectResponse:
    """Import files that were looked at, and show the engagement.

    Raises:
        NotHeldError: when there is nothing under this number.
    """
    folder, title, _ = uploads.held(shared.inbox, engagement, number)
    received = uploads.add(
        shared.database, shared.inbox, engagement, folder, title, editor.name, editor.origin
    )
    url = links.with_query(links.engagement(engagement), {"received": received})
    return RedirectResponse(f"{url}#import", HTTPStatus.SEE_OTHER)


@router.post(f"{_IMPORT}/discard")
def discard(
    editor: EditorOf, engagement: EngagementOf, number: str, shared: StateOf
) -> RedirectResponse:
    """Delete files that were looked at, and show the engagement.

    Raises:
        NotHeldError: when there is nothing under this number.
    """
    folder, _, _ = uploads.held(shared.inbox, engagement, number)
    uploads.discard(folder)
    return RedirectResponse(f"{links.engagement(engagement)}#import", HTTPStatus.SEE_OTHER)


def _preview(shared: AppState, engagement: EngagementKey, files: Sequence[Path]) -> Preview:
    decided = Decided(
        mappings.in_force(shared.database, engagement),
        grains.current(shared.database, engagement),
        taught_formats.current(shared.database, engagement),
    )
    if not _ONE_AT_A_TIME.acquire(timeout=_PATIENCE):
        raise BusyError("Other files are still being read: try again in a moment.")
    try:
        with shared.open_reader() as reader:
            return preview([_source(file) for file in files], Readings(reader.read_tables), decided)
    finally:
        _ONE_AT_A_TIME.release()


def _source(file: Path) -> SourceFile:
    return SourceFile(file.name, file, sha256_of(file), file.stat().st_size)


def _doubt(column: Row) -> tuple[bool, bool]:
    return column["conflict"] is None, column["field"] != "unmapped"


def _reasons(previewed: Preview) -> list[tuple[str, int]]:
    counts = Counter(row["reasons"][0]["message"] for row in previewed.rejects if row["reasons"])
    return counts.most_common(MOST)
