"""What people decided about columns, for one client.

The rows are led by the client, whose engagements alone see them; they are only added to.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from discovery_dagster.domain.decisions.mapping import MappingDecision
from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.domain.words import fold
from discovery_dagster.store.database import Database
from discovery_dagster.store.decisions.log import COMMAND

#: The last word on each column and field, in the order in which they were said.
_CURRENT = """
    select format, header, "column", field, accepted, author, at, origin from (
        select distinct on (format, header, field) *
        from discovery.mapping_decision where client = %s
        order by format, header, field, decision desc
    ) as last where accepted is not null order by decision
"""

#: The columns of a session and the formats of their tables.
_COLUMNS = """
    select m.file, m.sheet, m."column", m.field, m.status, m.method, m.confidence, m.conflict,
           a.format
    from discovery.field_mapping m
    left join discovery.table_account a using (engagement, session, "table")
    where m.engagement = %s and m.session = %s order by m.seq
"""


def in_force(database: Database, engagement: EngagementKey) -> list[MappingDecision]:
    """Return what holds now for the columns of the engagement's client."""
    with database.reader([engagement]) as connection:
        rows = connection.execute(_CURRENT, [engagement.client]).fetchall()
    return [MappingDecision(**row) for row in rows]


def of_session(database: Database, session: SessionKey) -> list[dict[str, Any]]:
    """Return the columns of a session as they were last mapped, with their tables' `format`."""
    with database.reader([session.engagement]) as connection:
        return connection.execute(_COLUMNS, [str(session.engagement), session.session]).fetchall()


def decide(
    database: Database,
    session: SessionKey,
    column: Sequence[Mapping[str, Any]],
    field: str,
    author: str,
    *,
    accepted: bool | None,
    origin: str = COMMAND,
) -> None:
    """Remember for the session's client that a column is, or is not, `field`.

    Args:
        database: the project's.
        session: where it was decided.
        column: rows of `of_session`, one for each format that has it.
        field: canonical field, or `ignored`.
        author: who decided.
        accepted: whether it is that field; None takes back what was decided about the two.
        origin: where the decision comes from.
    """
    engagement = session.engagement
    with database.writer(engagement) as connection:
        for row in column:
            connection.execute(
                "insert into discovery.mapping_decision"
                ' (client, engagement, session, format, header, "column", field, accepted, author,'
                " origin) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
                [
                    engagement.client,
                    str(engagement),
                    session.session,
                    row["format"],
                    fold(row["column"]),
                    row["column"],
                    field,
                    accepted,
                    author,
                    origin,
                ],
            )
