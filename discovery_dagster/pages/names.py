"""Giving a session another title, and saying what the client is called."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse

from discovery_dagster.api.security import EngagementOf, SessionOf, StateOf
from discovery_dagster.domain.errors import InvalidRequestError
from discovery_dagster.pages import links
from discovery_dagster.pages.editing import EditorOf
from discovery_dagster.store import sessions
from discovery_dagster.store.decisions import names

router = APIRouter()


class NoSessionYetError(InvalidRequestError):
    """An engagement in which nothing can be decided yet; the message is one sentence."""

    code = "no_session_yet"


@router.post("/engagements/{engagement}/sessions/{session}/title")
def set_title(
    editor: EditorOf,
    session: SessionOf,
    shared: StateOf,
    title: Annotated[str, Form()] = "",
    seen: Annotated[int | None, Form()] = None,
) -> RedirectResponse:
    """Give the session another title, and show it.

    Raises:
        InvalidNameError: when the title is empty or long.
        OvertakenError: when somebody gave it another one meanwhile.
    """
    names.set_title(shared.database, session, title, editor.name, editor.origin, seen)
    return RedirectResponse(links.session(session), HTTPStatus.SEE_OTHER)


@router.post("/engagements/{engagement}/client-name")
def set_client_name(
    editor: EditorOf,
    engagement: EngagementOf,
    shared: StateOf,
    name: Annotated[str, Form()] = "",
    seen: Annotated[int | None, Form()] = None,
) -> RedirectResponse:
    """Say what the client is called, and show the engagement.

    Raises:
        NoSessionYetError: when the engagement has no session.
        InvalidNameError: when the name is empty or long.
        OvertakenError: when somebody said another one meanwhile.
    """
    listed = sessions.sessions(shared.database, engagement)
    if not listed:
        raise NoSessionYetError("Import files first: the engagement has no session yet.")
    newest = listed[-1].session
    names.set_client_name(shared.database, newest, name, editor.name, editor.origin, seen)
    return RedirectResponse(links.engagement(engagement), HTTPStatus.SEE_OTHER)
