"""Limits of the plan: first what each would change, then the form that sets or removes it.

A preview is an address, so it can be sent to somebody and changes nothing; only its button writes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any, ClassVar

from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from discovery_dagster.api.problems import NotFound
from discovery_dagster.api.security import SessionOf, StateOf
from discovery_dagster.api.state import AppState
from discovery_dagster.domain.decisions import constraints as rules
from discovery_dagster.domain.decisions.constraints import Constraint, InvalidConstraintError
from discovery_dagster.domain.decisions.overrides import read_words
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.pages import frame, links
from discovery_dagster.pages.answers import html
from discovery_dagster.pages.comments import Commenting, on_plan
from discovery_dagster.pages.editing import EditorOf, form_for
from discovery_dagster.pages.frame import Page, shown
from discovery_dagster.pages.one_at_a_time import one_at_a_time
from discovery_dagster.pages.outdated import Outdated, outdated
from discovery_dagster.store.decisions import constraint_subjects, constraints, scenarios

router = APIRouter()

_PLAN = "/engagements/{engagement}/sessions/{session}/plan"

#: Rows of a preview that the page lists; `discovery plan preview --json` has all.
MOST = 100


@dataclass(frozen=True)
class LimitForm:
    """The form of one kind of limit: each field is a label and what it takes.

    What it takes is `text`, `number`, `date`, `lines` for a name on each line, or `names` for lines
    that may be left empty.
    """

    kind: str
    title: str
    explanation: str
    fields: Sequence[tuple[str, str]]


_NAMES = "Assets, groups, application:NAME or environment:NAME, one on each line"

FORMS = (
    LimitForm(
        "pin",
        "Pin to a wave",
        "It moves in this wave, if what it needs has moved by then.",
        (("Asset or group", "text"), ("Wave", "number")),
    ),
    LimitForm("freeze", "Freeze", "They do not move at all.", ((_NAMES, "lines"),)),
    LimitForm("together", "Keep together", "They move in one wave.", ((_NAMES, "lines"),)),
    LimitForm("apart", "Keep apart", "No two of them are in one group.", ((_NAMES, "lines"),)),
    LimitForm(
        "cut",
        "Cut a dependency",
        "The plan no longer keeps the two in order; they are connected some other way.",
        (("Asset that needs the other", "text"), ("Asset that is needed", "text")),
    ),
    LimitForm(
        "assets-per-wave",
        "Cap the waves",
        "No wave has more assets than this.",
        (("Assets in a wave", "number"),),
    ),
    LimitForm(
        "group-limit",
        "Cap the groups",
        "No group has more assets than this, unless they need each other.",
        (("Assets in a group", "number"),),
    ),
    LimitForm(
        "window",
        "Date a wave",
        "The wave moves in these days.",
        (("Wave", "number"), ("First day", "date"), ("Days", "number")),
    ),
    LimitForm(
        "freeze-period",
        "Freeze for a time",
        "They do not move in these days; without names, nothing does.",
        (("First day", "date"), ("Last day", "date"), (_NAMES, "names")),
    ),
)


@dataclass(frozen=True)
class PlanEditing:
    """What an editor sees of a plan: `news` says what the last form did."""

    form: str
    forms: Sequence[LimitForm]
    news: str | None
    outdated: Outdated | None
    comments: Commenting


@dataclass(frozen=True)
class PreviewPage(Page):
    """Context of `plan_preview.html`."""

    template: ClassVar[str] = "plan_preview.html"

    key: SessionKey = shown("the session whose plan it is")
    sentence: str = shown("what would be set or removed")
    action: str = shown("where the form is sent that does it")
    form: str = shown("the form token")
    fields: Sequence[tuple[str, str]] = shown("what the form sends besides")
    button: str = shown("what the button says")
    moves: Sequence[Mapping[str, Any]] = shown("assets whose wave or group would be another")
    moves_more: int = shown("how many more there are")
    waves: Sequence[Mapping[str, Any]] = shown("assets of each wave, now and then")
    new_conflicts: Sequence[str] = shown("what could no longer hold")
    ended_conflicts: Sequence[str] = shown("what could hold again")
    only_a_run: str | None = shown("why there is no preview, if there is none")
    saving: Sequence[tuple[str, str]] = shown("what the form sends that saves it as a scenario")
    bases: Sequence[str] = shown("scenarios that it can be added to")
    broken: Sequence[str] = shown("needs that are cut, with their evidence")


def editing(
    shared: AppState,
    request: Request,
    session: SessionKey,
    done: int | None,
    subjects: Sequence[tuple[str, str]],
) -> PlanEditing | None:
    """Return what the page of a plan has for an editor; None for who may only look.

    `subjects` are what a comment can be on, as `Commenting` has them.
    """
    form = form_for(shared, request.state.viewer, session.engagement)
    if form is None:
        return None
    return PlanEditing(
        form,
        FORMS,
        _news(shared, session, done),
        outdated(shared, session),
        on_plan(shared, session, form, subjects),
    )


@router.get(f"{_PLAN}/preview")
def preview(
    request: Request,
    session: SessionOf,
    shared: StateOf,
    kind: str = "",
    value: Annotated[list[str] | None, Query()] = None,
    reason: str = "",
    remove: int | None = None,
) -> HTMLResponse:
    """Show what a limit would change in the plan, or its removal; nothing is set and nothing runs.

    Raises:
        HTTPException: 403 for who may only look, who could not set it either.
        InvalidConstraintError: when it cannot be set.
    """
    form = form_for(shared, request.state.viewer, session.engagement)
    if form is None:
        raise HTTPException(HTTPStatus.FORBIDDEN, "Only an editor's token previews other plans.")
    plan = links.session(session, "plan")
    if remove is not None:
        limit = _in_force(shared, session, remove)
        return html(
            preview_page(
                shared, session, form, [], [limit], f"Remove: {limit.sentence}",
                f"{plan}/limits/{remove}/remove", [], "Remove it", [("remove", str(remove))],
            )
        )  # fmt: skip
    given = _lines(value or [])
    limit = limit_of(shared, session, kind, given, reason, request.state.viewer.name or "")
    fields = [("kind", kind), ("reason", reason), *(("value", one) for one in given)]
    seen = constraints.mark(constraints.current(shared.database, session.engagement))
    return html(
        preview_page(
            shared, session, form, [limit], [], limit.sentence, f"{plan}/limits",
            [*fields, ("seen", seen)], "Set it", fields,
        )
    )  # fmt: skip


@router.post(f"{_PLAN}/limits")
def set_limit(
    editor: EditorOf,
    session: SessionOf,
    shared: StateOf,
    kind: Annotated[str, Form()] = "",
    value: Annotated[list[str] | None, Form()] = None,
    reason: Annotated[str, Form()] = "",
    seen: Annotated[str | None, Form()] = None,
) -> RedirectResponse:
    """Set a limit and show the plan.

    Raises:
        InvalidConstraintError: when it cannot be set.
        OvertakenError: when somebody set another one about the same meanwhile.
    """
    asked = limit_of(shared, session, kind, value or [], reason, editor.name)
    limit = constraints.add(
        shared.database, session.engagement, kind, asked.values, asked.reason, editor.name,
        editor.origin,
        seen,
    )  # fmt: skip
    return _plan(session, limit)


@router.post(f"{_PLAN}/limits/{{number}}/remove")
def remove_limit(
    editor: EditorOf, session: SessionOf, number: int, shared: StateOf
) -> RedirectResponse:
    """Remove a limit and show the plan."""
    limit = constraints.remove(
        shared.database, session.engagement, number, editor.name, editor.origin
    )
    return _plan(session, limit)


def preview_page(
    shared: AppState,
    session: SessionKey,
    form: str,
    added: Sequence[Constraint],
    removed: Sequence[Constraint],
    sentence: str,
    action: str,
    fields: Sequence[tuple[str, str]],
    button: str,
    saving: Sequence[tuple[str, str]],
    broken: Sequence[str] = (),
) -> PreviewPage:
    """Make the page of what constraints would change.

    Args:
        shared: of the server.
        session: whose plan it is.
        form: the form token.
        added: constraints that would be set.
        removed: those that would be removed.
        sentence: what would be done.
        action: where the form is sent that does it.
        fields: what it sends besides.
        button: what its button says.
        saving: what the form sends that saves a scenario; nothing where none can be.
        broken: needs that are cut, with their evidence.
    """
    from discovery_dagster.store import plan_previews  # the plan's libraries cost half a second

    moves: list[dict[str, Any]] = []
    waves: list[dict[str, Any]] = []
    new: list[str] = []
    ended: list[str] = []
    only_a_run = None
    try:
        with one_at_a_time():
            then = plan_previews.preview(
                shared.database, shared.objects, session, added, [one.id for one in removed]
            )
        moves, waves = then.moves.to_dicts(), then.waves.to_dicts()
        new = then.new_conflicts["message"].to_list()
        ended = then.ended_conflicts["message"].to_list()
    except InvalidConstraintError as error:
        only_a_run = str(error)
    return PreviewPage(
        frame.of_session(session, "plan", "Preview", shared.dagster_url),
        session,
        sentence,
        action,
        form,
        fields,
        button,
        moves[:MOST],
        max(len(moves) - MOST, 0),
        waves,
        new[:MOST],
        ended[:MOST],
        only_a_run,
        saving,
        [each.name for each in scenarios.current(shared.database, session.engagement)]
        if added
        else [],
        broken,
    )


def limit_of(
    shared: AppState, session: SessionKey, kind: str, value: Sequence[str], reason: str, author: str
) -> Constraint:
    """Return the limit that a form asks for, which is not set yet.

    Raises:
        InvalidConstraintError: when it cannot be set.
        InvalidOverrideError: when the reason cannot be.
    """
    why = read_words(reason, "reason") if reason.strip() else None
    values = _resolved(shared, session, kind, _lines(value))
    return Constraint(-1, kind, values, why, author, datetime.now(UTC))


def _resolved(
    shared: AppState, session: SessionKey, kind: str, values: Sequence[str]
) -> tuple[str, ...]:
    checked = rules.check(kind, values)
    return constraint_subjects.resolve(shared.database, session.engagement, kind, checked).values


def _in_force(shared: AppState, session: SessionKey, number: int) -> Constraint:
    current = constraints.current(shared.database, session.engagement)
    limit = next((one for one in current if one.id == number), None)
    if limit is None:
        raise NotFound
    return limit


def _news(shared: AppState, session: SessionKey, done: int | None) -> str | None:
    """Say what became of the limit of this number; None when there is none."""
    if done is None:
        return None
    history = constraints.history(shared.database, session.engagement)
    row = next((row for row in history if row["id"] == done), None)
    if row is None:
        return None
    limit = Constraint(
        row["id"], row["kind"], tuple(row["values"]), row["reason"], row["author"], row["at"]
    )
    return f"{'Set' if row['removed_at'] is None else 'Removed'}: {limit.sentence}."


def _lines(values: Sequence[str]) -> list[str]:
    """The names that fields hold: one on each line, without empty ones."""
    return [line.strip() for value in values for line in value.splitlines() if line.strip()]


def _plan(session: SessionKey, limit: Constraint) -> RedirectResponse:
    url = links.session(session, "plan", done=limit.id)
    return RedirectResponse(f"{url}#limits", HTTPStatus.SEE_OTHER)
