"""Which session each is compared with: the last before it that has all that is compared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import psycopg
from psycopg.rows import DictRow

from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.domain.steps import BY_KEY
from discovery_dagster.store.database import Database
from discovery_dagster.store.sessions import WANTED, by_session, wanted

STEP: Final = BY_KEY["session_changes"]

#: The last session before each that has published all that is compared.
_PREVIOUS = f"""
with complete as (
    select engagement, session, substr(session, 2)::int as ordinal
    from discovery.publication
    where engagement = any (%(engagements)s) and step = any (%(steps)s)
    group by engagement, session having count(*) = cardinality(%(steps)s::text[])
), last as (
    select engagement, wanted.session, max(ordinal) as ordinal
    from {WANTED} join complete using (engagement)
    where ordinal < substr(wanted.session, 2)::int
    group by engagement, wanted.session
)
select engagement, last.session, complete.session as previous,
       jsonb_object_agg(step, publication) as publications
from last join complete using (engagement, ordinal)
join discovery.publication made using (engagement)
where made.session = complete.session and step = any (%(steps)s)
group by engagement, last.session, complete.session
"""


@dataclass(frozen=True)
class Compared:
    """A session and the publications of it that are compared, by step."""

    session: SessionKey
    publications: Mapping[str, str]


def previous(database: Database, session: SessionKey) -> Compared | None:
    """Return the session that `session` is compared with, None when there is none before it."""
    with database.reader([session.engagement]) as connection:
        return previous_of(connection, [session]).get(session)


def previous_of(
    connection: psycopg.Connection[DictRow], keys: Sequence[SessionKey]
) -> dict[SessionKey, Compared]:
    """Return for each session the one that it is compared with, where there is one."""
    values = {**wanted(keys), "steps": list(STEP.upstream)}
    previous = by_session(keys, connection.execute(_PREVIOUS, values).fetchall())
    return {
        key: Compared(SessionKey.of(key.engagement, row["previous"]), row["publications"])
        for key, rows in previous.items()
        for row in rows
    }


def inputs(compared: Compared | None) -> dict[str, str]:
    """Return what the step depends on besides its own session."""
    if compared is None:
        return {}
    by_step = sorted(compared.publications.items())
    return {
        "previous": compared.session.session,
        **{f"previous.{step}": publication for step, publication in by_step},
    }
