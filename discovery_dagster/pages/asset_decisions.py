"""Deciding what an asset is, where it stands, and taking that back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse

from discovery_dagster.api.problems import NotFound
from discovery_dagster.api.security import AssetOf, SessionOf, StateOf
from discovery_dagster.api.state import AppState
from discovery_dagster.api.viewers import Viewer
from discovery_dagster.domain.decisions.overrides import allowed_words, read_words
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.pages import links
from discovery_dagster.pages.comments import Commenting, on_asset
from discovery_dagster.pages.editing import EditorOf, form_for
from discovery_dagster.pages.outdated import Outdated, outdated
from discovery_dagster.store.decisions import log, overrides
from discovery_dagster.store.decisions.log import Decision
from discovery_dagster.store.decisions.overrides import OverrideRequest
from discovery_dagster.store.reading import assets

router = APIRouter()

#: The fields that the form has, in its order; the command line decides all others, too.
FIELDS = (
    "type", "environment", "criticality", "strategy", "business_owner", "technical_owner",
)  # fmt: skip

_ASSET = "/engagements/{engagement}/sessions/{session}/assets/{asset}"


@dataclass(frozen=True)
class Choice:
    """A field of the form: what holds now, and its words where no other value is allowed."""

    field: str
    now: str | None
    words: Sequence[str] | None


@dataclass(frozen=True)
class Editing:
    """What an editor sees of an asset beside what everybody sees.

    `form` goes into each form, with `seen`, the number of the last decision of the engagement;
    `news` is what has been decided about the asset since the form before was shown.
    """

    form: str
    seen: int
    choices: Sequence[Choice]
    news: Sequence[Decision]
    outdated: Outdated | None
    comments: Commenting


def editing(
    shared: AppState, viewer: Viewer, session: SessionKey, asset: Mapping[str, Any], since: int
) -> Editing | None:
    """Return what the page of an asset has for an editor; None for who may only look."""
    form = form_for(shared, viewer, session.engagement)
    if form is None:
        return None
    history = log.history(shared.database, session.engagement)
    return Editing(
        form,
        history[-1].decision if history else 0,
        [Choice(field, asset.get(field), allowed_words(field)) for field in FIELDS],
        _news(history, asset["id"], since) if since >= 0 else [],
        outdated(shared, session),
        on_asset(shared, session, form, asset["id"]),
    )


@router.post(f"{_ASSET}/decisions")
def decide(
    editor: EditorOf,
    session: SessionOf,
    asset: AssetOf,
    shared: StateOf,
    reason: Annotated[str, Form()] = "",
    seen: Annotated[int, Form()] = 0,
    type: Annotated[str, Form()] = "",  # noqa: A002 - the name of the field
    environment: Annotated[str, Form()] = "",
    criticality: Annotated[str, Form()] = "",
    strategy: Annotated[str, Form()] = "",
    business_owner: Annotated[str, Form()] = "",
    technical_owner: Annotated[str, Form()] = "",
) -> RedirectResponse:
    """Decide the fields that are filled in, all or none, and show the asset."""
    given = dict(
        zip(
            FIELDS,
            (type, environment, criticality, strategy, business_owner, technical_owner),
            strict=True,
        )
    )
    name = _name(shared, session, asset)
    requests = [
        OverrideRequest(asset, name, field, value, reason, editor.name, editor.origin)
        for field, value in given.items()
        if value.strip()
    ]
    overrides.decide(shared.database, session, requests, seen=seen)
    return _shown(session, asset, seen)


@router.post(f"{_ASSET}/decisions/{{decision}}/undo")
def undo(
    editor: EditorOf,
    session: SessionOf,
    asset: AssetOf,
    decision: int,
    shared: StateOf,
    reason: Annotated[str, Form()] = "",
) -> RedirectResponse:
    """Take a decision about the asset back, and show the asset."""
    decided = overrides.about_asset(shared.database, session.engagement, asset)
    if decision not in {each.decision for each in decided}:
        raise NotFound
    last = log.last(shared.database, session.engagement)
    why = read_words(reason or "taken back", "reason")
    log.take_back(shared.database, session.engagement, decision, why, editor.name, editor.origin)
    return _shown(session, asset, last)


def _news(history: Sequence[Decision], asset: str, since: int) -> list[Decision]:
    about = [each for each in history if (each.kind, each.subject) == (log.ASSET, asset)]
    return [each for each in about if each.decision > since]


def _name(shared: StateOf, session: SessionOf, asset: str) -> str:
    row = assets.asset(shared.database, session, asset)
    if row is None:
        raise NotFound
    return str(row["name"] or asset)


def _shown(session: SessionOf, asset: str, seen: int) -> RedirectResponse:
    url = links.with_query(links.asset(session, asset), {"since": str(seen)})
    return RedirectResponse(f"{url}#decided", HTTPStatus.SEE_OTHER)
