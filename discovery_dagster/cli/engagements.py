"""`discovery engagement`: archiving, restoring and erasing one as a whole."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Annotated

import typer

from discovery_dagster.cli.errors import DONE, FAILED, UsageError
from discovery_dagster.cli.options import AsJson, Author, Client, Engagement
from discovery_dagster.cli.requiring import require_sessions
from discovery_dagster.cli.terminal import say, say_json
from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.settings import Settings
from discovery_dagster.store import engagements, erasure, sessions, tombstones
from discovery_dagster.store.database import Database, open_database
from discovery_dagster.store.decisions import names
from discovery_dagster.store.states import states

commands = typer.Typer(help="Name, archive, restore or erase an engagement.", no_args_is_help=True)


@commands.command()
def name(
    client: Client,
    engagement: Engagement,
    author: Author,
    client_name: Annotated[
        str | None, typer.Option(help="What the client is called in reports.")
    ] = None,
    session: Annotated[
        str | None, typer.Option(help="The session of --title; by default the newest.")
    ] = None,
    title: Annotated[str | None, typer.Option(help="Title of a session.")] = None,
) -> None:
    """Say what the client is called, or give a session another title."""
    if client_name is None and title is None:
        raise UsageError("usage", "Give --client-name, or --title, or both.")
    key = EngagementKey(client, engagement)
    with open_database(Settings()) as database:
        where = require_sessions(database, key, session)[-1].session
        if session is not None:
            where = SessionKey.of(key, session)
        if client_name is not None:
            names.set_client_name(database, where, client_name, author)
            say(f"The client of {key} is called {client_name}.")
        if title is not None:
            names.set_title(database, where, title, author)
            say(f"{where.session} is called {title}.")


@commands.command()
def archive(client: Client, engagement: Engagement) -> None:
    """Remove an engagement's sessions from Dagster's partitions; its data stays readable."""
    key = EngagementKey(client, engagement)
    with _idle(key) as (settings, database):
        engagements.archive(database, key)
        _show(settings, database, key, present=False)
    say(f"{key} is archived; `discovery engagement restore` brings it back.")


@commands.command()
def restore(client: Client, engagement: Engagement) -> None:
    """Bring an archived engagement's sessions back among Dagster's partitions."""
    key = EngagementKey(client, engagement)
    settings = Settings()
    with open_database(settings) as database:
        engagements.restore(database, key)
        _show(settings, database, key, present=True)
    say(f"{key} is live again.")


@commands.command()
def erase(
    client: Client,
    engagement: Engagement,
    yes: Annotated[bool, typer.Option("--yes", help="Really delete it, for good.")] = False,
    lift: Annotated[
        bool, typer.Option("--lift", help="Delete nothing; let the name be used again.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Delete an engagement for good: tables, files, inbox, logs, Dagster's runs and events.

    Its name is refused from then on, until --lift. Exits with 1 when something of it could not be
    deleted.
    """
    key = EngagementKey(client, engagement)
    if lift:
        _lift(key, as_json=as_json)
        return
    if not yes:
        raise UsageError("not_confirmed", f"This deletes {key} for good: confirm with --yes.")
    with _idle(key) as (settings, database):
        erased = erasure.erase(database, settings, key)
    if as_json:
        say_json({"engagement": str(key), **asdict(erased)})
    else:
        say(f"{key} is erased, and its name refused until `discovery engagement erase --lift`.")
        for kind, rows in {**erased.store, **erased.dagster}.items():
            say(f"  {kind}: {rows}")
        for sentence in (*erased.undeleted, *erased.left):
            say(sentence)
    raise typer.Exit(FAILED if erased.undeleted else DONE)


def _lift(engagement: EngagementKey, *, as_json: bool) -> None:
    with open_database(Settings()) as database:
        lifted = tombstones.remove(database, engagement)
    if as_json:
        say_json({"engagement": str(engagement), "lifted": lifted})
    elif lifted:
        say(f"{engagement} may be used again.")
    else:
        say(f"{engagement} was not refused.")


@contextmanager
def _idle(engagement: EngagementKey) -> Iterator[tuple[Settings, Database]]:
    """The database, once it is sure that no run of the engagement is queued or running."""
    settings = Settings()
    with open_database(settings) as database:
        for state in states(database, sessions.sessions(database, engagement)):
            if state.status in ("queued", "running"):
                raise UsageError(
                    "busy", f"{state.partition_key} is {state.status}: cancel it or wait."
                )
        yield settings, database


def _show(
    settings: Settings, database: Database, engagement: EngagementKey, *, present: bool
) -> None:
    from discovery_dagster.defs.engine import open_engine
    from discovery_dagster.defs.partitions import show_sessions

    keys = [row.session for row in sessions.sessions(database, engagement)]
    with open_engine(settings, database) as engine:
        show_sessions(engine.instance, keys, present=present)
