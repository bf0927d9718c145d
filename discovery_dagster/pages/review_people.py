"""Questions for the client's people: a workbook for each, and what comes back filled in."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import ClassVar

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from discovery_dagster.api.problems import NotFound
from discovery_dagster.api.security import SessionOf, StateOf
from discovery_dagster.api.state import AppState
from discovery_dagster.domain import decision_workbook
from discovery_dagster.domain.decision_workbook import Filled
from discovery_dagster.domain.decision_workbook.sheets import COLUMNS, WORDS, Problem
from discovery_dagster.domain.errors import InvalidRequestError, UnreadableFileError
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.domain.review.people import file_names
from discovery_dagster.pages import frame, links
from discovery_dagster.pages.answers import html
from discovery_dagster.pages.downloads import XLSX, file_answer
from discovery_dagster.pages.editing import (
    Editor,
    form_for,
    may_decide_for_client,
    require_editor,
)
from discovery_dagster.pages.frame import Page, Pending, shown
from discovery_dagster.pages.importing import UnreadableFormError, take
from discovery_dagster.pages.review import REVIEW
from discovery_dagster.pages.waiting import waits_for
from discovery_dagster.store import review, uploads
from discovery_dagster.store.decisions import answers

router = APIRouter()

#: Bytes of a workbook that comes back; one with 5,000 questions of each kind has a third.
MOST_BYTES = 16 * 1024 * 1024
#: Cells that could not be read that the page lists.
MOST_PROBLEMS = 200

_REASON = "answered in a workbook"
_OF_CLIENT = (COLUMNS.name, WORDS.name)


@dataclass(frozen=True)
class Person:
    """Somebody who can be asked; `name` is empty for what nobody owns."""

    name: str
    questions: int
    sheets: Sequence[tuple[str, int]]
    url: str


@dataclass(frozen=True)
class Refused:
    """An answer that could not be applied: where it stands, and why."""

    cell: str
    message: str


@dataclass(frozen=True)
class ReadBack:
    """What became of a workbook."""

    name: str
    applied: int
    unchanged: int
    refused: Sequence[Refused]
    more: int


@dataclass(frozen=True)
class PeoplePage(Page):
    """Context of `review_people.html`."""

    template: ClassVar[str] = "review_people.html"

    key: SessionKey = shown("the session")
    pending: Pending | None = shown("why there is nothing to ask yet")
    people: Sequence[Person] = shown("who can be asked, by name")
    form: str = shown("the form token")
    back: ReadBack | None = shown("what became of a workbook that was just sent")


class AnotherSessionError(InvalidRequestError):
    """A workbook of another session; the message is one sentence."""

    code = "another_sessions_workbook"


@router.get(f"{REVIEW}/people")
def page(request: Request, session: SessionOf, shared: StateOf) -> HTMLResponse:
    """Show who can be asked what.

    Raises:
        HTTPException: 403 for who may only look.
    """
    require_editor(request.state.viewer)
    return _page(request, shared, session, None)


@router.get(f"{REVIEW}/people.xlsx")
def workbook(request: Request, session: SessionOf, shared: StateOf, person: str = "") -> Response:
    """The questions for one person as a workbook, to be filled in and read back.

    Raises:
        HTTPException: 403 for who may only look.
        NotFound: when there are none for this person.
    """
    require_editor(request.state.viewer)
    content = review.workbook_for(shared.database, shared.objects, session, person)
    if content is None:
        raise NotFound
    return file_answer(session, file_names([person])[person], content, XLSX)


@router.post(f"{REVIEW}/import")
async def read_back(request: Request, session: SessionOf, shared: StateOf) -> HTMLResponse:
    """Apply the answers of a workbook, and say which cells could not be read.

    Raises:
        HTTPException: 403 for who may not, 413 for what is no workbook of ours by its size, 429
            for too many at a time.
        UnreadableFormError: when no file has arrived whole, or several have.
        AnotherSessionError: when it was written for another session.
        UnreadableFileError: when it is no such workbook.
    """
    require_editor(request.state.viewer)
    if int(request.headers["content-length"]) > MOST_BYTES:
        raise HTTPException(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "A workbook of answers has at most 16 MiB."
        )
    with shared.uploads.one_more(request.state.viewer.token):
        folder = await run_in_threadpool(shared.inbox.begin, session.engagement)
        try:
            _, editor = await take(request, shared, session.engagement, folder)
            files = sorted(folder.iterdir())
            if len(files) != 1:
                raise UnreadableFormError("Send one workbook at a time.")
            back = await run_in_threadpool(_applied, request, shared, session, files[0], editor)
        finally:
            await run_in_threadpool(uploads.discard, folder)
    return await run_in_threadpool(_page, request, shared, session, back)


def _applied(
    request: Request, shared: AppState, session: SessionKey, file: Path, editor: Editor
) -> ReadBack:
    try:
        with shared.open_reader() as reader:
            filled = decision_workbook.read(reader.read_sheets(file, file.name), file.name)
    except UnreadableFileError as error:
        raise UnreadableFormError(error.message) from error
    if filled.session != str(session):
        raise AnotherSessionError(
            f"{file.name} was written for {filled.session}, not for {session}."
        )
    if not may_decide_for_client(request.state.viewer, session.engagement):
        filled = _without_those_of_client(filled)
    outcome = answers.apply(
        shared.database, session, filled, _REASON, editor.name, request.state.viewer.token
    )
    return ReadBack(
        file.name,
        outcome.applied,
        outcome.unchanged,
        [Refused(_cell(each), each.message) for each in outcome.problems[:MOST_PROBLEMS]],
        max(len(outcome.problems) - MOST_PROBLEMS, 0),
    )


def _without_those_of_client(filled: Filled) -> Filled:
    """Part off what holds for all engagements of the client, each as a problem."""
    message = "It holds for all engagements of the client: a token for all of them decides it."
    refused = [
        Problem(each.sheet, each.row, None, message)
        for each in filled.answers
        if each.sheet in _OF_CLIENT
    ]
    kept = tuple(each for each in filled.answers if each.sheet not in _OF_CLIENT)
    return Filled(filled.session, filled.as_of, kept, (*filled.problems, *refused))


def _cell(problem: Problem) -> str:
    """Where a problem stands, as people find it in the workbook."""
    place = [f"sheet {problem.sheet}"]
    if problem.row is not None:
        place.append(f"row {problem.row}")
    if problem.column is not None:
        place.append(f"column {problem.column}")
    return ", ".join(place)


def _page(
    request: Request, shared: AppState, session: SessionKey, back: ReadBack | None
) -> HTMLResponse:
    missing, _ = waits_for(shared, request, session, "dependencies")
    people = {} if missing else review.people(shared.database, shared.objects, session)
    return html(
        PeoplePage(
            frame.of_session(session, "review", "Questions for others", shared.dagster_url),
            session,
            missing,
            [
                Person(
                    name,
                    sum(map(len, sheets.values())),
                    [(sheet, len(questions)) for sheet, questions in sheets.items()],
                    links.session(session, "review/people.xlsx", person=name),
                )
                for name, sheets in people.items()
            ],
            form_for(shared, request.state.viewer, session.engagement) or "",
            back,
        )
    )
