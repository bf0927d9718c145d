"""The page of a session: its steps as they run, its files, what needs a person, what changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from discovery_dagster.api.security import SessionOf, StateOf
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.domain.state import SessionState, StepState
from discovery_dagster.domain.tables.words import AssetType
from discovery_dagster.pages import frame, links, words
from discovery_dagster.pages.answers import html
from discovery_dagster.pages.attention import Attention, needed
from discovery_dagster.pages.editing import form_for
from discovery_dagster.pages.frame import Page, shown
from discovery_dagster.pages.outdated import Outdated, outdated
from discovery_dagster.store import stop_requests, uploads
from discovery_dagster.store.decisions import log
from discovery_dagster.store.states import state as state_of
from discovery_dagster.store.stop_requests import StopRequest
from discovery_dagster.store.uploads import Upload

router = APIRouter()

#: States in which a session still moves by itself, so that the page follows it.
_MOVING = ("waiting", "queued", "running")

#: The stream's event that the page follows; its data is the state, which the page renders anew.
EVENT = "state"


@dataclass(frozen=True)
class StepRow:
    """A step with its name and counts in words."""

    state: StepState
    title: str
    counts: Sequence[tuple[str, int]]


@dataclass(frozen=True)
class Figure:
    """A figure of the session; `value` is None until its step has published."""

    label: str
    value: int | None
    url: str


@dataclass(frozen=True)
class SessionPage(Page):
    """Context of `session.html`."""

    template: ClassVar[str] = "session.html"

    key: SessionKey = shown("the session, for links")
    url: str = shown("this page, fetched anew at each event while the session moves")
    state: SessionState = shown("the session's state, as every other reader computes it")
    live: bool = shown("whether the session moves by itself")
    events_url: str = shown("the stream of the session's states")
    event: str = shown("name of the stream's event")
    done: int = shown("number of steps that are done")
    figures: Sequence[Figure] = shown("what came of the session, in a few numbers")
    steps: Sequence[StepRow] = shown("the steps in their order")
    attention: Sequence[Attention] = shown("what needs a person, most urgent first")
    kinds: Sequence[tuple[str, int]] = shown("number of assets by type, most first")
    changes: Sequence[tuple[str, int]] = shown("number of changes by kind")
    no_changes: str = shown("why there are no changes to show")
    run_url: str | None = shown("the run in Dagster's own pages")
    json_url: str = shown("the state as the read API gives it")
    files_downloads: Sequence[tuple[str, str]] = shown("the files as data")
    form: str | None = shown("the form token; none of who may only look")
    outdated: Outdated | None = shown("what a run would mend, and its button, for an editor")
    stopping: StopRequest | None = shown("who has asked that the run is stopped")
    seen: int = shown("the last decision that the page shows")
    received: Upload | None = shown("files that have just been sent to be added")


def build(
    key: SessionKey,
    state: SessionState,
    dagster_url: str | None,
    form: str | None = None,
    outdated: Outdated | None = None,
    stopping: StopRequest | None = None,
    seen: int = 0,
    received: Upload | None = None,
) -> SessionPage:
    """Make the page of a session; `dagster_url` is of Dagster's pages, None without them."""
    compared = next((step for step in state.steps if step.step == "session_changes"), None)
    by_type: Mapping[str, int] = state.counts["assets_by_type"]
    return SessionPage(
        frame=frame.of_session(key, "", dagster_url=dagster_url),
        key=key,
        url=links.session(key),
        state=state,
        live=state.status in _MOVING,
        events_url=links.data(key, "events"),
        event=EVENT,
        done=sum(step.status == "done" for step in state.steps),
        figures=_figures(key, state),
        steps=[
            StepRow(
                step, words.STEP_TITLES.get(step.step, step.step), words.counts_of_step(step.counts)
            )
            for step in state.steps
        ],
        attention=needed(state, offered=outdated is not None),
        kinds=sorted(by_type.items(), key=lambda item: (-item[1], item[0])),
        changes=words.counts_of_step(compared.counts) if compared and compared.counts else [],
        no_changes=_why_no_changes(key, compared),
        run_url=f"{dagster_url}/runs/{state.run_id}" if dagster_url and state.run_id else None,
        json_url=links.API + links.session(key),
        files_downloads=[
            ("CSV", links.data(key, "files", "csv")),
            ("JSON", links.data(key, "files")),
        ],
        form=form,
        outdated=outdated,
        stopping=stopping,
        seen=seen,
        received=received,
    )


def _figures(key: SessionKey, state: SessionState) -> list[Figure]:
    published = {step.step for step in state.steps if step.publication is not None}

    def figure(label: str, step: str, value: int, page: str, **query: str) -> Figure:
        return Figure(
            label, value if step in published else None, links.session(key, page, **query)
        )

    counts, rejected = state.counts, sum(file.rejected for file in state.files)
    return [
        figure("assets", "inventory", counts["assets"], "assets"),
        figure(
            "of unknown type",
            "classified_assets",
            counts["unknown"],
            "assets",
            type=AssetType.UNKNOWN,
        ),
        figure("dependencies", "dependencies", counts["dependencies"], "dependencies"),
        figure(
            "unresolved dependencies",
            "dependencies",
            counts["unresolved"],
            "dependencies",
            resolved="false",
        ),
        figure("records rejected", "canonical_records", rejected, "quality"),
        figure("move groups", "migration_plan", counts["groups"], "plan"),
        figure("waves", "migration_plan", counts["waves"], "plan"),
    ]


def _why_no_changes(key: SessionKey, compared: StepState | None) -> str:
    if key.ordinal == 1:
        return "This is the engagement's first session."
    if compared is None or compared.publication is None:
        return "Not compared yet."
    return "Nothing has changed, or there is no earlier session to compare with."


@router.get("/engagements/{engagement}/sessions/{session}")
def page(
    request: Request, session: SessionOf, shared: StateOf, received: int | None = None
) -> HTMLResponse:
    """Show a session; `received` is the number of an upload of files that are added to it."""
    state = state_of(shared.database, session)
    form = form_for(shared, request.state.viewer, session.engagement)
    mending = outdated(shared, session, state) if form else None
    moving = state.status in _MOVING
    stopping = stop_requests.waiting_of(shared.database, session) if moving else None
    seen = log.last(shared.database, session.engagement) if form else 0
    sent = uploads.one(shared.database, session.engagement, received) if form and received else None
    return html(build(session, state, shared.dagster_url, form, mending, stopping, seen, sent))
