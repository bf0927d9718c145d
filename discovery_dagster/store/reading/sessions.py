"""Whether there is a session, and what it has published: what every request begins with."""

from collections.abc import Sequence

from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.store.database import Database

# In one query, because each more is a tenth of what a page of a list costs.
_PUBLISHED = """
    select array(
        select p.publication from discovery.publication p
        where p.engagement = s.engagement and p.session = s.session order by 1
    ) as publications
    from discovery.session s where s.engagement = %s and s.session = %s
"""


def published(database: Database, session: SessionKey) -> Sequence[str] | None:
    """Return the ids of the session's publications, in their order; None without the session."""
    with database.reader([session.engagement]) as connection:
        row = connection.execute(_PUBLISHED, [str(session.engagement), session.session]).fetchone()
    return row["publications"] if row else None
