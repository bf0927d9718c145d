"""`discovery status`: where sessions stand."""

from typing import Annotated

import typer

from discovery_dagster.cli.errors import UsageError
from discovery_dagster.cli.options import AsJson
from discovery_dagster.cli.present import print_states
from discovery_dagster.domain.keys import EngagementKey, SessionKey, slug
from discovery_dagster.settings import Settings
from discovery_dagster.store import sessions
from discovery_dagster.store.database import Database, open_database
from discovery_dagster.store.states import states


def status(
    client: Annotated[str | None, typer.Option(help="Only this client.")] = None,
    engagement: Annotated[str | None, typer.Option(help="Only this engagement.")] = None,
    session: Annotated[str | None, typer.Option(help="Only this session.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say where sessions stand: their steps, progress, counts and errors."""
    if (client is None and (engagement or session)) or (session and engagement is None):
        raise UsageError(
            "usage", "A session is named by --client, --engagement and --session together."
        )
    settings = Settings()
    with open_database(settings) as database:
        current = states(database, _chosen(database, client, engagement, session))
    print_states(current, as_json=as_json)


def _chosen(
    database: Database, client: str | None, engagement: str | None, session: str | None
) -> list[sessions.SessionRow]:
    if client is None:
        keys = sessions.engagements(database)
    elif engagement is None:
        keys = sessions.engagements(database, slug(client, "client"))
    else:
        keys = [EngagementKey(client, engagement)]
    if session is not None:
        return [sessions.find(database, SessionKey.of(keys[0], session))]
    rows = [row for key in keys for row in sessions.sessions(database, key)]
    if client is not None and not rows:
        named = f"client {client}" if engagement is None else f"engagement {client}.{engagement}"
        raise UsageError("no_such_engagement", f"There is no {named}.")
    return rows
