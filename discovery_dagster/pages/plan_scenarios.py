"""Scenarios of a plan: saved under names, two of them side by side, and one made the plan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from discovery_dagster.api.problems import NotFound
from discovery_dagster.api.security import SessionOf, StateOf
from discovery_dagster.api.state import AppState
from discovery_dagster.domain.decisions.scenarios import BOARD, Scenario, with_changes
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.pages import frame, links
from discovery_dagster.pages.answers import html
from discovery_dagster.pages.editing import EditorOf, form_for
from discovery_dagster.pages.frame import Page, Pending, shown
from discovery_dagster.pages.one_at_a_time import one_at_a_time
from discovery_dagster.pages.outdated import UNDER_WAY
from discovery_dagster.pages.plan_limits import limit_of
from discovery_dagster.pages.waiting import waits_for
from discovery_dagster.store import run_requests
from discovery_dagster.store.decisions import constraints, log, scenarios
from discovery_dagster.store.states import state

if TYPE_CHECKING:
    from discovery_dagster.domain.plan_comparison import Outcome

router = APIRouter()

_SCENARIOS = "/engagements/{engagement}/sessions/{session}/plan/scenarios"

#: Groups, and broken needs of each side, that the page lists; `--json` has all.
MOST = 100


@dataclass(frozen=True)
class Side:
    """One of two plans that are compared; `number` is the scenario's, None for what is in force."""

    name: str
    number: int | None
    broken: Sequence[Mapping[str, Any]]
    broken_more: int
    conflicts: Sequence[str]


@dataclass(frozen=True)
class Comparison:
    """Two plans side by side; `figures` are rows of a title and what each comes to."""

    left: Side
    right: Side
    figures: Sequence[tuple[str, Any, Any]]
    waves: Sequence[Mapping[str, Any]]
    groups: Sequence[Mapping[str, Any]]
    groups_more: int


@dataclass(frozen=True)
class ScenariosPage(Page):
    """Context of `scenarios.html`."""

    template: ClassVar[str] = "scenarios.html"

    key: SessionKey = shown("the session whose plan is compared")
    pending: Pending | None = shown("why there is nothing to compare yet")
    form: str = shown("the form token")
    mark: str = shown("which constraints are in force, as the page shows them")
    last: int = shown("the last decision that the page shows")
    scenarios: Sequence[Scenario] = shown("those that are saved")
    compared: Comparison | None = shown("two of them side by side, when two are chosen")


#: Figures of a comparison, by the field of an outcome.
_FIGURES = {
    "waves": "Waves",
    "groups": "Groups",
    "assets": "Assets that move",
    "largest": "Assets of the largest wave",
    "hours": "Hours of work, about",
    "ends": "Last day",
}


@router.get(_SCENARIOS)
def page(
    request: Request, session: SessionOf, shared: StateOf, left: str = "", right: str = ""
) -> HTMLResponse:
    """Show the scenarios, and two of them side by side; nothing is set and nothing runs.

    Raises:
        HTTPException: 403 for who may only look.
        NoSuchScenarioError: when one that is to be compared is not there.
    """
    form = form_for(shared, request.state.viewer, session.engagement)
    if form is None:
        raise HTTPException(HTTPStatus.FORBIDDEN, "Only an editor's token compares scenarios.")
    missing, _ = waits_for(shared, request, session, "migration_plan")
    in_force = constraints.current(shared.database, session.engagement)
    return html(
        ScenariosPage(
            frame.of_session(session, "plan", "Scenarios", shared.dagster_url),
            session,
            missing,
            form,
            constraints.mark(in_force),
            log.last(shared.database, session.engagement),
            scenarios.current(shared.database, session.engagement),
            _compared(shared, session, left, right) if left and right and not missing else None,
        )
    )


@router.post(_SCENARIOS)
def save(
    editor: EditorOf,
    session: SessionOf,
    shared: StateOf,
    name: Annotated[str, Form()] = "",
    base: Annotated[str, Form()] = BOARD,
    why: Annotated[str, Form()] = "",
    kind: Annotated[str, Form()] = "",
    value: Annotated[list[str] | None, Form()] = None,
    reason: Annotated[str, Form()] = "",
    remove: Annotated[int | None, Form()] = None,
    seen: Annotated[int | None, Form()] = None,
) -> RedirectResponse:
    """Save what is in force, or another scenario, under a name, with a change; show all.

    `why` says what the scenario is for, `reason` why the limit `kind` is set in it.

    Raises:
        NoSuchScenarioError: when there is no such scenario to begin with.
        InvalidConstraintError: when the change cannot be made to it.
        InvalidScenarioError: when it cannot be saved under this name.
        OvertakenError: when somebody saved another one under this name meanwhile.
    """
    limits = scenarios.limits_of(shared.database, session.engagement, base)
    added = [limit_of(shared, session, kind, value or [], reason, editor.name)] if kind else []
    limits = with_changes(limits, added, [] if remove is None else [remove])
    scenarios.save(
        shared.database, session, name, limits, why.strip(), editor.name, editor.origin, seen
    )
    return _all(session)


@router.post(f"{_SCENARIOS}/{{number}}/apply")
def apply(
    editor: EditorOf,
    session: SessionOf,
    number: int,
    shared: StateOf,
    seen: Annotated[str, Form()] = "",
) -> RedirectResponse:
    """Make a scenario the plan: set its constraints, ask for a run, and show the session.

    Raises:
        NotFound: when there is no scenario of this number.
        OvertakenError: when others are in force than those that were shown.
    """
    one = _scenario(shared, session, number)
    scenarios.apply(shared.database, session.engagement, one.name, editor.name, editor.origin, seen)
    asked = run_requests.waiting_of(shared.database, session)
    if asked is None and state(shared.database, session).status not in ("done", *UNDER_WAY):
        run_requests.add(shared.database, session, editor.name, editor.origin)
    return RedirectResponse(links.session(session), HTTPStatus.SEE_OTHER)


@router.post(f"{_SCENARIOS}/{{number}}/remove")
def remove_scenario(
    editor: EditorOf, session: SessionOf, number: int, shared: StateOf
) -> RedirectResponse:
    """Let there be a scenario no longer, and show the others.

    Raises:
        NotFound: when there is no scenario of this number.
    """
    one = _scenario(shared, session, number)
    scenarios.remove(shared.database, session.engagement, one.name, editor.name, editor.origin)
    return _all(session)


def _scenario(shared: AppState, session: SessionKey, number: int) -> Scenario:
    known = scenarios.current(shared.database, session.engagement)
    one = next((each for each in known if each.decision == number), None)
    if one is None:
        raise NotFound
    return one


def _compared(shared: AppState, session: SessionKey, left: str, right: str) -> Comparison:
    from discovery_dagster.store import plan_previews  # the plan's libraries cost half a second

    engagement = session.engagement
    known = {each.name.lower(): each for each in scenarios.current(shared.database, engagement)}
    limits = [scenarios.limits_of(shared.database, engagement, name) for name in (left, right)]
    with one_at_a_time():
        compared = plan_previews.compare(shared.database, shared.objects, session, *limits)

    def side(name: str, outcome: "Outcome") -> Side:
        one = known.get(" ".join(name.split()).lower())
        return Side(
            one.name if one else "Current plan",
            one.decision if one else None,
            outcome.broken[:MOST],
            max(len(outcome.broken) - MOST, 0),
            outcome.conflicts[:MOST],
        )

    groups = compared.groups.to_dicts()
    return Comparison(
        side(left, compared.left),
        side(right, compared.right),
        [
            *(
                (title, getattr(compared.left, field), getattr(compared.right, field))
                for field, title in _FIGURES.items()
            ),
            ("Broken needs", len(compared.left.broken), len(compared.right.broken)),
            (
                "Constraints that cannot hold",
                len(compared.left.conflicts),
                len(compared.right.conflicts),
            ),
        ],
        compared.waves.to_dicts(),
        groups[:MOST],
        max(len(groups) - MOST, 0),
    )


def _all(session: SessionKey) -> RedirectResponse:
    return RedirectResponse(links.session(session, "plan/scenarios"), HTTPStatus.SEE_OTHER)
