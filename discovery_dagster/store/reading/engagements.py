"""Engagements with the roll-up of their sessions."""

from collections.abc import Sequence

from discovery_dagster.domain.keys import EngagementKey
from discovery_dagster.domain.scope import Scope
from discovery_dagster.store import sessions
from discovery_dagster.store.database import Database
from discovery_dagster.store.reading.listing import Row

_ROLLUP = """
select e.engagement, e.client, e.archived_at is not null as archived, e.created_at,
       coalesce(s.number, 0)::int as sessions,
       case when s.latest is not null then 's' || lpad(s.latest::text, 3, '0') end
           as latest_session
from discovery.engagement e
left join (
    select engagement, count(*) as number, max(substr(session, 2)::int) as latest
    from discovery.session where engagement = any (%(engagements)s) group by engagement
) s using (engagement)
where e.engagement = any (%(engagements)s) order by e.engagement
"""


def visible(database: Database, scope: Scope) -> Sequence[Row]:
    """List what a scope may see."""
    keys = [key for key in sessions.engagements(database, scope.client) if scope.allows(key)]
    return _rows(database, keys)


def one(database: Database, engagement: EngagementKey) -> Row | None:
    """Return one engagement, None when there is none of this name."""
    return next(iter(_rows(database, [engagement])), None)


def _rows(database: Database, keys: Sequence[EngagementKey]) -> Sequence[Row]:
    with database.reader(keys) as connection:
        return connection.execute(_ROLLUP, {"engagements": [str(key) for key in keys]}).fetchall()
