"""The client-ready report of a session, from what it published."""

from discovery_dagster.domain import report
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.domain.report.contents import TABLES
from discovery_dagster.domain.report.model import Contents
from discovery_dagster.store import exports, publications, sessions
from discovery_dagster.store.database import Database
from discovery_dagster.store.decisions import constraints, names
from discovery_dagster.store.findings import NotRunError


def contents(database: Database, session: SessionKey, client_name: str | None = None) -> Contents:
    """Return the contents of a session's report.

    Args:
        database: the project's.
        session: whose report.
        client_name: for the first page; else as people call the client, or its slug.

    Raises:
        NoSuchSessionError: when there is no such session.
        NotRunError: when it has no plan yet.
    """
    row = sessions.find(database, session)
    if "migration_plan" not in publications.current(database, session):
        raise NotRunError(f"{session} has no plan yet: run it to its end first.")
    engagement = session.engagement
    return report.contents(
        client_name or names.client_name(database, engagement) or engagement.client,
        engagement.engagement,
        session.session,
        row.title,
        row.created_at.date().isoformat(),
        {name: exports.rows(database, session, name) for name in TABLES},
        [one.sentence for one in constraints.current(database, engagement)],
    )
