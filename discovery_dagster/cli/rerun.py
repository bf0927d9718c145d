"""The re-run that a decision needs to take effect: named, offered, or done at once."""

import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from discovery_dagster.cli.follow import run_and_follow
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.settings import Settings
from discovery_dagster.store.database import Database
from discovery_dagster.store.states import state

Rerun = Annotated[
    bool | None,
    typer.Option("--run/--no-run", help="Run the sessions that read stale now, or ask nothing."),
]


def command(session: SessionKey) -> str:
    """The command that runs a session."""
    place = session.engagement
    return (
        f"discovery run --client {place.client} --engagement {place.engagement}"
        f" --session {session.session}"
    )


def rerun(
    settings: Settings,
    database: Database,
    touched: Sequence[SessionKey],
    wanted: bool | None,
    *,
    as_json: bool,
) -> list[dict[str, Any]]:
    """Say which sessions a decision made stale, and run them when that is wanted.

    On a terminal the user is asked; elsewhere nothing runs unless told so.

    Args:
        settings: of the home.
        database: of the home.
        touched: sessions that the decision concerns.
        wanted: whether to run; None asks.
        as_json: says nothing, since the caller prints the result.

    Returns:
        For each session that reads stale, or did until it ran: `session`, `status`, `error`, `run`.
    """
    stale = [key for key in touched if state(database, key).status == "stale"]
    if not stale:
        return []
    if not as_json:
        print(f"Stale until run again: {', '.join(key.session for key in stale)}.")
    if wanted is None:
        wanted = _asked(as_json=as_json)
    told = []
    for key in stale:
        found = run_and_follow(settings, database, key) if wanted else state(database, key)
        told.append(
            {
                "session": key.session,
                "status": found.status,
                "error": found.error,
                "run": command(key),
            }
        )
        if not as_json:
            print(f"{key} is {found.status}." if wanted else command(key))
    return told


def _asked(*, as_json: bool) -> bool:
    if as_json or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    return typer.confirm("Run now?", default=True)
