"""`discovery cancel`: stops the run of a session, wherever it waits or works."""

from discovery_dagster.cli.options import AsJson, Client, Engagement, Session
from discovery_dagster.cli.terminal import say, say_json
from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.settings import Settings
from discovery_dagster.store import sessions
from discovery_dagster.store.database import open_database
from discovery_dagster.store.states import state


def cancel(
    client: Client, engagement: Engagement, session: Session, as_json: AsJson = False
) -> None:
    """Stop a session's run, queued or running; what it has published stays."""
    key = SessionKey.of(EngagementKey(client, engagement), session)
    settings = Settings()
    with open_database(settings) as database:
        sessions.find(database, key)
        # Imported here: Dagster costs three seconds that a wrong key should not pay.
        from discovery_dagster.defs.engine import open_engine

        with open_engine(settings, database) as engine:
            stopped = engine.cancel(key)
        now = state(database, key)
    if as_json:
        say_json({"cancelled": stopped, **now.model_dump(mode="json")})
    elif stopped:
        say(f"{key} is {now.status}; `discovery run` resumes it from where it stopped.")
    else:
        say(f"{key} has no run to stop: it is {now.status}.")
