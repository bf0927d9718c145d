"""Answering an item of the review queue, putting it aside, and taking an answer back."""

import secrets
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse

from discovery_dagster.api.security import SessionOf, StateOf, ViewerOf
from discovery_dagster.domain.decisions.overrides import read_words
from discovery_dagster.domain.errors import InvalidRequestError
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.pages import links, review_words
from discovery_dagster.pages.editing import EditorOf, require_client
from discovery_dagster.pages.review import MOST_GIVEN, REVIEW
from discovery_dagster.store import review
from discovery_dagster.store.decisions import log
from discovery_dagster.store.decisions.answers import Asked, Outcome, apply_answers, given

router = APIRouter()

#: The reason of an answer for which nobody gives one.
_REASON = "answered in the review queue"


class PartlyAppliedError(InvalidRequestError):
    """Not all of an answer could be applied; the message says what could not."""

    code = "partly_applied"


@router.post(f"{REVIEW}/answers")
def answer(
    editor: EditorOf,
    viewer: ViewerOf,
    session: SessionOf,
    shared: StateOf,
    item: Annotated[str, Form()] = "",
    answer: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
    without: Annotated[list[str] | None, Form()] = None,
    seen: Annotated[int, Form()] = 0,
    kind: Annotated[str, Form()] = "",
    at: Annotated[int, Form()] = 0,
) -> RedirectResponse:
    """Answer an item and show the queue.

    Raises:
        HTTPException: 403 when it is the client's and the token is not for all of it.
        AnsweredError: when it is not in the queue any more.
        UnusableAnswerError: when it is not answered like this.
        PartlyAppliedError: when not all of the answer could be applied.
    """
    asked = review.queue(shared.database, shared.objects, session).find(item)
    if asked.of_client:
        require_client(viewer, session.engagement)
    why = read_words(reason.strip() or _REASON, "reason")
    answers = asked.answers(answer, without or [], why, editor.name)
    number = secrets.token_hex(6)
    page = f"{editor.origin}, answer {number}"
    _check(apply_answers(shared.database, session, answers, Asked(seen, page)))
    return _queue(session, kind, at, number)


@router.post(f"{REVIEW}/aside")
def put_aside(
    editor: EditorOf,
    session: SessionOf,
    shared: StateOf,
    item: Annotated[str, Form()] = "",
    whom: Annotated[str, Form()] = "",
    kind: Annotated[str, Form()] = "",
    at: Annotated[int, Form()] = 0,
) -> RedirectResponse:
    """Put an item aside, for later or for somebody, and show the queue.

    Raises:
        AnsweredError: when it is not in the queue any more.
        InvalidOverrideError: when the name cannot be one.
    """
    asked = review.queue(shared.database, shared.objects, session).find(item)
    name = read_words(whom.strip() or review.LATER, "author")
    review.put_aside(
        shared.database, session, asked, review_words.title(asked), name, editor.name, editor.origin
    )
    return _queue(session, kind, at)


@router.post(f"{REVIEW}/aside/{{decision}}/undo")
def ask_again(
    editor: EditorOf, session: SessionOf, decision: int, shared: StateOf
) -> RedirectResponse:
    """Ask what was put aside, and show the queue.

    Raises:
        NoSuchDecisionError: when nothing of this number is put aside.
    """
    engagement = session.engagement
    aside = [
        each.decision
        for each in log.current(shared.database, engagement)
        if each.kind == log.QUESTION
    ]
    if decision not in aside:
        raise log.NoSuchDecisionError("This is not put aside any more.")
    log.take_back(shared.database, engagement, decision, "asked again", editor.name, editor.origin)
    return _queue(session)


@router.post(f"{REVIEW}/answers/{{number}}/undo")
def undo(
    editor: EditorOf,
    viewer: ViewerOf,
    session: SessionOf,
    number: str,
    shared: StateOf,
    kind: Annotated[str, Form()] = "",
) -> RedirectResponse:
    """Take an answer back, all of it, and show the queue.

    Raises:
        HTTPException: 403 when it is the client's and the token is not for all of it.
        NoSuchAnswerError: when it is none of the latest answers in force.
    """
    answers = given.given(shared.database, session, MOST_GIVEN)
    latest = given.find(answers, number)
    if latest.of_client:
        require_client(viewer, session.engagement)
    given.take_back(shared.database, session, latest, editor.name, editor.origin)
    return _queue(session, kind)


def _check(outcome: Outcome) -> None:
    """Refuse to call an answer given that was not, or not for all."""
    if not outcome.problems:
        return
    first = outcome.problems[0].message
    if not outcome.applied:
        raise InvalidRequestError(first)
    raise PartlyAppliedError(
        f"{outcome.applied} are decided, {len(outcome.problems)} are not: {first}"
    )


def _queue(
    session: SessionKey, kind: str = "", at: int = 0, answered: str | None = None
) -> RedirectResponse:
    url = links.session(session, "review", kind=kind, at=at or None, answered=answered)
    return RedirectResponse(f"{url}#queue", HTTPStatus.SEE_OTHER)
