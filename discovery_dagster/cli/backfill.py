"""`discovery backfill`: existing sessions of an engagement again, in their order."""

import time
from collections.abc import Collection, Sequence
from typing import Annotated

import typer

from discovery_dagster.cli.errors import DONE, FAILED, UsageError
from discovery_dagster.cli.options import AsJson, Client, Engagement
from discovery_dagster.cli.present import print_states
from discovery_dagster.cli.services import services_are_up
from discovery_dagster.cli.terminal import say
from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.domain.state import SessionState
from discovery_dagster.domain.steps import BY_KEY, STEPS
from discovery_dagster.settings import Settings
from discovery_dagster.store import dagster_runs, states
from discovery_dagster.store import sessions as registered
from discovery_dagster.store.claims import SessionBusyError
from discovery_dagster.store.database import Database, open_database
from discovery_dagster.store.sessions import NoSuchSessionError, SessionRow

#: Seconds between two looks at the sessions that the services run.
_INTERVAL = 1.0


def backfill(
    client: Client,
    engagement: Engagement,
    sessions: Annotated[
        str | None, typer.Option(help="Such as s001,s004 or s001-s005; all when left out.")
    ] = None,
    steps: Annotated[
        str | None,
        typer.Option(
            help="Run these steps again, such as inventory,dependencies, and those below."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Re-materialise sessions in their order; without --steps only what is stale or missing."""
    key = EngagementKey(client, engagement)
    force = _steps(steps)
    settings = Settings()
    with open_database(settings) as database:
        rows = chosen(key, registered.sessions(database, key), sessions)
        failures = _run(settings, database, [row.session for row in rows], force)
        ended = states.states(database, rows)
    print_states(ended, as_json=as_json)
    for session, why in failures.items():
        say(f"discovery: {session} was not made again: {why}", to_stderr=True)
    done = not failures and all(state.succeeded for state in ended)
    raise typer.Exit(DONE if done else FAILED)


def _steps(text: str | None) -> list[str]:
    named = [] if text is None else [name.strip() for name in text.split(",")]
    for name in named:
        if name not in BY_KEY:
            known = ", ".join(step.key for step in STEPS)
            raise UsageError("no_such_step", f"There is no step {name!r}. The steps: {known}.")
    return named


def chosen(
    engagement: EngagementKey, rows: Sequence[SessionRow], text: str | None
) -> list[SessionRow]:
    """The sessions that `text` names, in ordinal order.

    Raises:
        NoSuchSessionError: when there is none, or one that is named does not exist.
        InvalidKeyError: when it names no session at all.
    """
    if text is None:
        if not rows:
            raise NoSuchSessionError(f"{engagement} has no sessions.")
        return list(rows)
    wanted: set[int] = set()
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        start = SessionKey.of(engagement, first).ordinal
        end = SessionKey.of(engagement, last).ordinal if dash else start
        if end < start or end > (rows[-1].session.ordinal if rows else 0):
            raise NoSuchSessionError(f"{engagement} has no sessions {part.strip()}.")
        wanted |= set(range(start, end + 1))
    chosen = [row for row in rows if row.session.ordinal in wanted]
    missing = wanted - {row.session.ordinal for row in chosen}
    if missing:
        raise NoSuchSessionError(f"{engagement} has no session s{min(missing):03d}.")
    return chosen


def _run(
    settings: Settings, database: Database, sessions: Sequence[SessionKey], force: Collection[str]
) -> dict[SessionKey, str]:
    """Run the sessions in order, here or by the services.

    Returns:
        Why the run of a session was none or had no success, by session. Its state does not say:
        what older runs published may be current all the same.
    """
    from discovery_dagster.defs.engine import open_engine

    failures: dict[SessionKey, str] = {}
    with open_engine(settings, database) as engine:
        run = engine.submit if services_are_up(settings) else engine.execute_here
        for session in sessions:
            try:
                run(session, force)
            except SessionBusyError as error:
                failures[session] = str(error)
    started = [registered.find(database, key) for key in sessions if key not in failures]
    while services_are_up(settings) and _are_under_way(states.states(database, started)):
        time.sleep(_INTERVAL)
    runs = dagster_runs.latest(database, [row.session for row in started])
    unsuccessful = {key: run for key, run in runs.items() if run.status != "SUCCESS"}
    return failures | {
        key: run.error or f"Run {run.run_id} ended as {run.status}."
        for key, run in unsuccessful.items()
    }


def _are_under_way(states: Collection[SessionState]) -> bool:
    return any(state.status in ("waiting", "queued", "running") for state in states)
