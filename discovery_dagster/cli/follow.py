"""Running a session and showing how far it is, whoever does the work."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from discovery_dagster.cli.services import services_are_up
from discovery_dagster.cli.terminal import terminal
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.domain.state import SessionState
from discovery_dagster.settings import Settings
from discovery_dagster.store.database import Database
from discovery_dagster.store.states import state

#: Seconds between two looks at the session's state.
_INTERVAL = 0.5


def run_and_follow(settings: Settings, database: Database, session: SessionKey) -> SessionState:
    """Run the session, here or by the running services, and return the state it ends in.

    Raises:
        SessionBusyError: when another run is writing it.
    """
    with _on_interrupt(f"{session} was stopped; `discovery run` resumes it."):
        # Imported here: Dagster costs three seconds that the other commands should not pay.
        from discovery_dagster.defs.engine import open_engine

        with open_engine(settings, database) as engine:
            if not services_are_up(settings):
                with _bars(database, session):
                    engine.execute_here(session)
                return state(database, session)
            engine.submit(session)
    with (
        _on_interrupt(f"The services go on with {session}; `discovery cancel` stops it."),
        _bars(database, session),
    ):
        while state(database, session).status in ("waiting", "queued", "running"):
            time.sleep(_INTERVAL)
    return state(database, session)


@contextmanager
def _on_interrupt(sentence: str) -> Iterator[None]:
    """Have Ctrl-C say what becomes of the session."""
    try:
        yield
    except KeyboardInterrupt as error:
        raise KeyboardInterrupt(sentence) from error


@contextmanager
def _bars(database: Database, session: SessionKey) -> Iterator[None]:
    """Show a bar a step on the terminal for as long as the block runs."""
    console = terminal(stderr=True)
    if not console.is_terminal:
        yield
        return
    over = threading.Event()
    progress = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    )
    with progress:
        watcher = threading.Thread(target=_watch, args=(database, session, progress, over))
        watcher.start()
        try:
            yield
        finally:
            over.set()
            watcher.join()


def _watch(
    database: Database, session: SessionKey, progress: Progress, over: threading.Event
) -> None:
    whole = progress.add_task(str(session))
    step_bar = progress.add_task("starting", total=None)
    while not over.wait(_INTERVAL):
        now = state(database, session)
        done = sum(step.status == "done" for step in now.steps)
        progress.update(whole, completed=done, total=len(now.steps))
        running = next((step for step in now.steps if step.status == "running"), None)
        if running is not None and running.progress is not None:
            progress.update(
                step_bar,
                description=f"{running.step} ({running.progress.unit})",
                completed=running.progress.done,
                total=running.progress.total,
            )
