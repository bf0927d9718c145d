"""Moving one asset out of its group on the board: what that breaks, and what it would change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, ClassVar

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from discovery_dagster.api.problems import NotFound
from discovery_dagster.api.security import AssetOf, SessionOf, StateOf
from discovery_dagster.api.state import AppState
from discovery_dagster.domain.decisions.constraints import Constraint
from discovery_dagster.domain.decisions.overrides import read_words
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.pages import frame, links
from discovery_dagster.pages.answers import html
from discovery_dagster.pages.editing import EditorOf, form_for, require_editor
from discovery_dagster.pages.frame import Page, shown
from discovery_dagster.pages.one_at_a_time import one_at_a_time
from discovery_dagster.pages.plan_limits import preview_page
from discovery_dagster.store import exports
from discovery_dagster.store.decisions import constraints
from discovery_dagster.store.reading import assets
from discovery_dagster.store.reading.listing import Row

if TYPE_CHECKING:
    from discovery_dagster.domain.plan_moves import Tie
    from discovery_dagster.store.plan_previews import AssetMove

router = APIRouter()

_MOVES = "/engagements/{engagement}/sessions/{session}/plan/moves/{asset}"


@dataclass(frozen=True)
class MovePage(Page):
    """Context of `plan_move.html`."""

    template: ClassVar[str] = "plan_move.html"

    key: SessionKey = shown("the session")
    name: str = shown("the asset")
    url: str = shown("where what it would change is shown")
    group: str = shown("its group")
    ties: Sequence["Tie"] = shown("what ties it there")
    targets: Sequence[tuple[str, str]] = shown("where it can go, and what people call that")


@router.get(_MOVES)
def page(
    request: Request,
    session: SessionOf,
    asset: AssetOf,
    shared: StateOf,
    to: str = "",
    reason: str = "",
) -> HTMLResponse:
    """Show what ties an asset to its group, or what moving it `to` somewhere would change.

    Raises:
        HTTPException: 403 for who may only look.
        InvalidConstraintError: when it has no group, or cannot go there.
    """
    require_editor(request.state.viewer)
    row, move = _move(shared, session, asset, to)
    if not to:
        groups = exports.rows(shared.database, session, "groups")
        waves = exports.rows(shared.database, session, "waves")
        own = row["group"]
        return html(
            MovePage(
                frame.of_session(session, "plan", f"Move {row['name']}", shared.dagster_url),
                session,
                row["name"] or asset,
                _url(session, asset),
                next((each["name"] or own for each in groups if each["group"] == own), own),
                move.ties,
                [
                    ("alone", "out of its group, wherever it fits"),
                    *((f"wave {each['wave']}", f"wave {each['wave']}") for each in waves),
                    *(
                        (f"group {each['group']}", each["name"] or each["group"])
                        for each in groups
                        if each["group"] != own and len(each["assets"]) > 1
                    ),
                ],
            )
        )
    added = _constraints(move, reason, request.state.viewer.name or "")
    seen = constraints.mark(constraints.current(shared.database, session.engagement))
    broken = [each for each in move.ties if each.needs]
    fields = [("to", to), ("reason", reason), ("seen", seen)]
    return html(
        preview_page(
            shared,
            session,
            form_for(shared, request.state.viewer, session.engagement) or "",
            added,
            [],
            ". ".join(each.sentence for each in added),
            _url(session, asset),
            fields,
            "Set it",
            [],
            [f"{each.source} {each.words} {each.target}, {each.evidence}" for each in broken],
        )
    )


@router.post(_MOVES)
def set_move(
    editor: EditorOf,
    session: SessionOf,
    asset: AssetOf,
    shared: StateOf,
    to: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
    seen: Annotated[str | None, Form()] = None,
) -> RedirectResponse:
    """Set what moves an asset somewhere else, all of it at once, and show the plan.

    Raises:
        InvalidConstraintError: when it has no group, or cannot go there.
        OvertakenError: when somebody changed the constraints meanwhile.
    """
    _, move = _move(shared, session, asset, to or "nowhere")
    added = constraints.add_all(
        shared.database,
        session.engagement,
        _constraints(move, reason, editor.name),
        editor.name,
        editor.origin,
        seen,
    )
    url = links.session(session, "plan", done=added[-1].id if added else None)
    return RedirectResponse(f"{url}#limits", HTTPStatus.SEE_OTHER)


def _move(shared: AppState, session: SessionKey, asset: str, to: str) -> tuple[Row, "AssetMove"]:
    from discovery_dagster.store import plan_previews  # the plan's libraries cost half a second

    row = assets.asset(shared.database, session, asset)
    if row is None:
        raise NotFound
    with one_at_a_time():
        return row, plan_previews.move(shared.database, shared.objects, session, asset, to)


def _constraints(move: "AssetMove", reason: str, author: str) -> list[Constraint]:
    why = read_words(reason, "reason") if reason.strip() else None
    return [
        Constraint(-number, kind, values, why, author, datetime.now(UTC))
        for number, (kind, values) in enumerate(move.constraints, start=1)
    ]


def _url(session: SessionKey, asset: str) -> str:
    return links.session(session, f"plan/moves/{asset}")
