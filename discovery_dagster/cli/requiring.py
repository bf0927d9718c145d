"""The engagement and the sessions that a command names.

Apart from assets: who looks at sessions imports nothing that reads files.
"""

from discovery_dagster.cli.errors import UsageError
from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.store import sessions
from discovery_dagster.store.database import Database


def require_engagement(database: Database, engagement: EngagementKey) -> None:
    """Refuse an engagement that does not exist."""
    if engagement not in sessions.engagements(database, engagement.client):
        raise UsageError("no_such_engagement", f"There is no engagement {engagement}.")


def require_sessions(
    database: Database, engagement: EngagementKey, session: str | None = None
) -> list[sessions.SessionRow]:
    """The sessions of an engagement, which must have some, and `session` where it is named."""
    if session is not None:
        sessions.find(database, SessionKey.of(engagement, session))
    rows = sessions.sessions(database, engagement)
    if not rows:
        raise UsageError("no_such_engagement", f"There is no engagement {engagement}.")
    return rows
