"""Comments of a team on assets, move groups and waves; who may only look does not see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse

from discovery_dagster.api.problems import NotFound
from discovery_dagster.api.security import SessionOf, StateOf
from discovery_dagster.api.state import AppState
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.pages import links
from discovery_dagster.pages.editing import EditorOf
from discovery_dagster.store import exports
from discovery_dagster.store.decisions import comments
from discovery_dagster.store.decisions.comments import About, Comment
from discovery_dagster.store.reading import assets

router = APIRouter()

_COMMENTS = "/engagements/{engagement}/sessions/{session}/comments"


@dataclass(frozen=True)
class Commenting:
    """Comments that a page shows, and what a form for another one sends.

    `subjects` are what it can be about: a word such as `wave 3`, and what people call it.
    """

    form: str
    url: str
    comments: Sequence[Comment]
    subjects: Sequence[tuple[str, str]]


def on_asset(shared: AppState, session: SessionKey, form: str, asset_id: str) -> Commenting:
    """Return what an editor's page of an asset shows."""
    noted = comments.about_asset(shared.database, session.engagement, asset_id)
    subjects = [(f"{About.ASSET} {asset_id}", "this asset")]
    return Commenting(form, f"{links.session(session)}/comments", noted, subjects)


def on_plan(
    shared: AppState, session: SessionKey, form: str, subjects: Sequence[tuple[str, str]]
) -> Commenting:
    """Return what an editor's page of the plan shows: comments on its groups and waves."""
    noted = [
        each
        for each in comments.current(shared.database, session.engagement)
        if each.about != About.ASSET
    ]
    return Commenting(form, f"{links.session(session)}/comments", noted, subjects)


@router.post(_COMMENTS)
def add(
    editor: EditorOf,
    session: SessionOf,
    shared: StateOf,
    subject: Annotated[str, Form()] = "",
    text: Annotated[str, Form()] = "",
) -> RedirectResponse:
    """Note something about an asset, a group or a wave, and show it there.

    Raises:
        NotFound: when the session has nothing of this kind and id.
        InvalidOverrideError: when there is no text, or too much.
    """
    word, _, key = subject.partition(" ")
    if word not in set(About):
        raise NotFound
    about = About(word)
    name = _name(shared, session, about, key)
    if name is None:
        raise NotFound
    comments.add(shared.database, session, about, key, name, text, editor.name, editor.origin)
    return _shown(session, about, key)


@router.post(f"{_COMMENTS}/{{number}}/remove")
def remove(editor: EditorOf, session: SessionOf, number: int, shared: StateOf) -> RedirectResponse:
    """Take a comment back, and show where it stood.

    Raises:
        NoSuchDecisionError: when there is none of this number.
    """
    one = comments.take_back(
        shared.database, session.engagement, number, editor.name, editor.origin
    )
    return _shown(session, one.about, one.subject)


def _name(shared: AppState, session: SessionKey, about: About, key: str) -> str | None:
    """What people call it; None when the session has no such thing."""
    if about is About.ASSET:
        try:
            asset = assets.asset(shared.database, session, str(UUID(key)))
        except ValueError:
            return None
        return (asset["name"] or key) if asset else None
    if about is About.GROUP:
        groups = exports.rows(shared.database, session, "groups")
        return next((row["name"] or key for row in groups if row["group"] == key), None)
    waves = exports.rows(shared.database, session, "waves")
    return next((f"wave {key}" for row in waves if str(row["wave"]) == key), None)


def _shown(session: SessionKey, about: About, key: str) -> RedirectResponse:
    url = links.asset(session, key) if about is About.ASSET else links.session(session, "plan")
    return RedirectResponse(f"{url}#comments", HTTPStatus.SEE_OTHER)
