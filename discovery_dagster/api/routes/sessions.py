"""Sessions and their state."""

from fastapi import APIRouter
from pydantic import BaseModel

from discovery_dagster.api.problems import NotFound, described
from discovery_dagster.api.security import DatabaseOf, EngagementOf, SessionOf
from discovery_dagster.domain.state import SessionState
from discovery_dagster.store import sessions
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


@router.get("/engagements/{engagement}/sessions/{session}", responses=described(401, 404, 429, 503))
def read_session(session: SessionOf, database: DatabaseOf) -> SessionState:
    """Read the state of a session."""
    return state(database, session)
