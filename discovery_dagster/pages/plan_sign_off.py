"""Signing a plan off, under the name of who does, and taking that back."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse

from discovery_dagster.api.problems import NotFound
from discovery_dagster.api.security import SessionOf, StateOf
from discovery_dagster.api.state import AppState
from discovery_dagster.domain.errors import InvalidRequestError
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.pages import links
from discovery_dagster.pages.editing import EditorOf
from discovery_dagster.store import publications
from discovery_dagster.store.decisions import log, sign_offs
from discovery_dagster.store.decisions.sign_offs import SignOff
from discovery_dagster.store.states import state

router = APIRouter()

_SIGN_OFF = "/engagements/{engagement}/sessions/{session}/plan/sign-off"
_STEP = "migration_plan"


class OutdatedPlanError(InvalidRequestError):
    """A plan that is no longer, or not yet, what it was decided to be; one sentence."""

    code = "outdated_plan"


@dataclass(frozen=True)
class SignOffs:
    """Who signed the plan off that is shown, and who an earlier one of the session."""

    publication: str
    of_this: Sequence[SignOff]
    of_earlier: Sequence[SignOff]


def sign_offs_of(shared: AppState, session: SessionKey, publication: str) -> SignOffs:
    """Return who signed off the plan that is this publication, and earlier ones."""
    signed = sign_offs.of_session(shared.database, session)
    return SignOffs(
        publication,
        [each for each in signed if each.publication == publication],
        [each for each in signed if each.publication != publication],
    )


@router.post(_SIGN_OFF)
def sign(
    editor: EditorOf,
    session: SessionOf,
    shared: StateOf,
    publication: Annotated[str, Form()] = "",
    name: Annotated[str, Form()] = "",
    words: Annotated[str, Form()] = "",
) -> RedirectResponse:
    """Sign the plan off that was shown, and show it.

    Raises:
        OutdatedPlanError: when it is another one now, or is out of date.
        InvalidOverrideError: when nobody is named.
    """
    current = publications.current(shared.database, session).get(_STEP)
    if current is None or current.publication != publication:
        raise OutdatedPlanError("The plan is another one by now: look at it, and sign again.")
    steps = {step.step: step.status for step in state(shared.database, session).steps}
    if steps[_STEP] != "done":
        raise OutdatedPlanError("The plan is out of date: run the session again, and sign then.")
    sign_offs.add(
        shared.database, session, publication, name, words.strip(), editor.name, editor.origin
    )
    return _plan(session)


@router.post(f"{_SIGN_OFF}/{{decision}}/undo")
def undo(editor: EditorOf, session: SessionOf, decision: int, shared: StateOf) -> RedirectResponse:
    """Take a sign-off back, and show the plan.

    Raises:
        NotFound: when none of the session has this number.
    """
    numbers = {each.decision for each in sign_offs.of_session(shared.database, session)}
    if decision not in numbers:
        raise NotFound
    log.take_back(
        shared.database, session.engagement, decision, "taken back", editor.name, editor.origin
    )
    return _plan(session)


def _plan(session: SessionKey) -> RedirectResponse:
    return RedirectResponse(f"{links.session(session, 'plan')}#sign-off", HTTPStatus.SEE_OTHER)
