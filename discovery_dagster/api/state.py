"""What every request of the server shares."""

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import Request

from discovery_dagster.api.limiting import Limiter, Openings
from discovery_dagster.api.live import Watcher
from discovery_dagster.api.middleware import Metrics
from discovery_dagster.api.spooling import Spooler
from discovery_dagster.sandbox.reader import SandboxedReader
from discovery_dagster.store.database import Database
from discovery_dagster.store.inboxes import Inbox
from discovery_dagster.store.objects import ObjectStore


@dataclass(frozen=True)
class AppState:
    """What all routes use.

    `secret` signs cookies and cursors; `inbox` takes files in, at most `upload_bytes` in a
    form, and `open_reader` starts a child that reads some; `dagster_url` is where Dagster's pages
    are, when they run.
    """

    database: Database
    objects: ObjectStore
    secret: bytes
    limiter: Limiter
    wrong_tokens: Limiter
    metrics: Metrics
    watcher: Watcher
    spooler: Spooler
    downloads: Openings
    event_streams: Openings
    uploads: Openings
    upload_bytes: int
    inbox: Inbox
    open_reader: Callable[[], SandboxedReader]
    dagster_url: str | None = None


def app_state(request: Request) -> AppState:
    """Return the state of the application that answers."""
    state: AppState = request.app.state.discovery
    return state
