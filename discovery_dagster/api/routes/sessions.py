"""Sessions and their state."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from discovery_dagster.api.lists import SESSION
from discovery_dagster.api.problems import NotFound, described
from discovery_dagster.api.security import DatabaseOf, EngagementOf, SessionOf, StateOf
from discovery_dagster.api.state import app_state
from discovery_dagster.api.viewers import Viewer
from discovery_dagster.domain.state import SessionState
from discovery_dagster.store import dagster_events, sessions
from discovery_dagster.store.reading import engagements
from discovery_dagster.store.states import state, states

router = APIRouter(tags=["sessions"])


class Sessions(BaseModel):
    """The sessions of an engagement, in their order."""

    items: list[SessionState]


@router.get("/engagements/{engagement}/sessions", responses=described(401, 404, 429, 503))
def list_sessions(engagement: EngagementOf, database: DatabaseOf) -> Sessions:
    """List the sessions of an engagement with their states."""
    if engagements.one(database, engagement) is None:
        raise NotFound
    return Sessions(items=states(database, sessions.sessions(database, engagement)))


class Materialization(BaseModel):
    """One materialisation of a Dagster asset."""

    asset_key: str = Field(examples=["inventory"])
    partition: str = Field(examples=["acme.dc-exit|s001"])
    run_id: str
    run_url: str | None = Field(description="The run in Dagster's pages, when they run.")
    publication: str | None = Field(description="Id of what it is the receipt of.")
    code_version: str | None
    rows: int | None = Field(description="Rows that it made.")
    metadata: dict[str, Any] = Field(description="Counts and flags, as Dagster has them.")
    at: datetime


class Materializations(BaseModel):
    """The materialisations of a session, the newest first."""

    items: list[Materialization]


@router.get(SESSION, responses=described(401, 404, 429, 503))
def read_session(session: SessionOf, database: DatabaseOf) -> SessionState:
    """Read the state of a session."""
    return state(database, session)


async def _event_stream(request: Request) -> AsyncIterator[None]:
    with app_state(request).event_streams.one_more(request.state.viewer.token):
        yield


#: Named after the session among a route's parameters, which are found in their order.
EventStreamOf = Annotated[None, Depends(_event_stream)]


@router.get(
    f"{SESSION}/events",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "Server-Sent Events named `state`: the state, again at each change.",
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
        },
        **described(401, 404, 429, 503),
    },
)
async def follow_session(
    request: Request, session: SessionOf, app: StateOf, _: EventStreamOf
) -> StreamingResponse:
    """Follow the state of a session, for as long as the token lives."""
    viewer: Viewer = request.state.viewer  # of `session_in_scope`

    async def events() -> AsyncIterator[str]:
        async for document in app.watcher.states(session, viewer):
            yield f"event: state\ndata: {document}\n\n" if document else ": still here\n\n"

    return StreamingResponse(
        events(), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"}
    )


@router.get(f"{SESSION}/materializations", responses=described(401, 404, 429, 503))
def list_materializations(session: SessionOf, app: StateOf) -> Materializations:
    """List what Dagster has materialised of a session."""
    rows = dagster_events.materialisations(app.database, session)
    return Materializations(
        items=[
            Materialization(
                run_url=f"{app.dagster_url}/runs/{row['run_id']}" if app.dagster_url else None,
                **row,
            )
            for row in rows
        ]
    )
