"""What every request of the server shares."""

from dataclasses import dataclass

from fastapi import Request

from discovery_dagster.store.database import Database
from discovery_dagster.store.objects import ObjectStore


@dataclass(frozen=True)
class AppState:
    """The database, the frames, the key that signs cookies and cursors, and Dagster's address."""

    database: Database
    objects: ObjectStore
    secret: bytes
    dagster_url: str | None = None


def app_state(request: Request) -> AppState:
    """Return the state of the application that answers."""
    state: AppState = request.app.state.discovery
    return state
