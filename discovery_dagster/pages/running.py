"""Asking for a run of a session, and asking that one is stopped."""

from http import HTTPStatus

from fastapi import APIRouter
from fastapi.responses import RedirectResponse

from discovery_dagster.api.security import SessionOf, StateOf
from discovery_dagster.domain.errors import InvalidRequestError
from discovery_dagster.pages import links
from discovery_dagster.pages.editing import EditorOf
from discovery_dagster.pages.outdated import UNDER_WAY
from discovery_dagster.store import run_requests, stop_requests
from discovery_dagster.store.run_requests import AlreadyRequestedError
from discovery_dagster.store.states import state

router = APIRouter()


@router.post("/engagements/{engagement}/sessions/{session}/run")
def run(editor: EditorOf, session: SessionOf, shared: StateOf) -> RedirectResponse:
    """Ask for a run and show the session.

    Raises:
        AlreadyRequestedError: when the session is running, or going to.
    """
    if state(shared.database, session).status in UNDER_WAY:
        raise AlreadyRequestedError(f"{session.session} is running already.")
    run_requests.add(shared.database, session, editor.name, editor.origin)
    return RedirectResponse(links.session(session), HTTPStatus.SEE_OTHER)


@router.post("/engagements/{engagement}/sessions/{session}/stop")
def stop(editor: EditorOf, session: SessionOf, shared: StateOf) -> RedirectResponse:
    """Ask that a session's run is stopped, and show the session.

    Raises:
        InvalidRequestError: when it is not running, nor going to.
        AlreadyAskedError: when somebody has asked for it.
    """
    if state(shared.database, session).status not in UNDER_WAY:
        raise InvalidRequestError(f"{session.session} has no run to stop.")
    stop_requests.add(shared.database, session, editor.name, editor.origin)
    return RedirectResponse(links.session(session), HTTPStatus.SEE_OTHER)
