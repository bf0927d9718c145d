"""The re-run that a decision needs to take effect: named, offered, or done at once."""

import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from discovery_dagster.cli.follow import run_and_follow
from discovery_dagster.cli.terminal import say
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.settings import Settings
from discovery_dagster.store import sessions
from discovery_dagster.store.database import Database
from discovery_dagster.store.sessions import SessionRow
from discovery_dagster.store.states import state, states

Rerun = Annotated[
    bool | None,
    typer.Option(
        "--run/--no-run",
        help="Run the stale sessions now, or leave them; by default, ask on a terminal.",
    ),
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
    chosen: SessionKey | None = None,
    as_json: bool,
) -> list[dict[str, Any]]:
    """Say which sessions a decision made stale, and run them when that is wanted.

    Running one makes the session after it stale, which compares with it: that one is named, and
    runs, as well. On a terminal the user is asked; elsewhere nothing runs unless told so.

    Args:
        settings: of the home.
        database: of the home.
        touched: sessions of one engagement that the decision concerns.
        wanted: whether to run; None asks.
        chosen: the only session to run; None: all that are stale.
        as_json: says nothing, since the caller prints the result.

    Returns:
        For each session that reads stale, or did until it ran: `session`, `status`, `error`, `run`.
    """
    if not touched:
        return []
    rows = sessions.sessions(database, touched[0].engagement)
    before = _stale(database, rows)
    waiting = [key for key in before if key in touched]
    if not waiting:
        return []
    if not as_json:
        say(f"Stale until run again: {', '.join(key.session for key in waiting)}.")
    if wanted is None:
        wanted = _confirmed(as_json=as_json)
    outcomes = []
    known = set(before)
    while waiting:
        key = waiting.pop(0)
        running = wanted and chosen in (None, key)
        after = run_and_follow(settings, database, key) if running else state(database, key)
        outcomes.append(
            {
                "session": key.session,
                "status": after.status,
                "error": after.error,
                "run": command(key),
            }
        )
        if not as_json:
            say(f"{key} is {after.status}." if running else f"{key} is stale: {command(key)}")
        if running:
            waiting += [each for each in _stale(database, rows) if each not in known]
            known.update(waiting)
    return outcomes


def _stale(database: Database, rows: Sequence[SessionRow]) -> list[SessionKey]:
    current = states(database, rows)
    return [row.session for row, each in zip(rows, current, strict=True) if each.status == "stale"]


def _confirmed(*, as_json: bool) -> bool:
    if as_json or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    return typer.confirm("Run now?", default=True)
