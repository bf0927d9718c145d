"""What people decided about what the records of tables are, for one client.

The rows are led by the client, whose engagements alone see them; they are only added to.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from psycopg.rows import DictRow

from discovery_dagster.domain.decisions.grains import GrainDecision, in_force, key_of
from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.domain.tables.words import Grain
from discovery_dagster.store.database import Database
from discovery_dagster.store.decisions.log import COMMAND, NoSuchDecisionError
from discovery_dagster.store.sessions import WANTED, by_session, wanted

_ALL = """
    select decision, columns, grain, name, file, sheet, author, at
    from discovery.grain_decision where client = %s order by decision
"""
_TABLES = """
    select "table", file, sheet, format, grain, status, confidence, method, reason, evidence,
           name_column, columns
    from discovery.table_grain where engagement = %s and session = %s order by seq
"""
_HEADERS = f"""
    select engagement, session, columns
    from {WANTED} join discovery.table_grain using (engagement, session)
"""
_ADD = """
    insert into discovery.grain_decision
        (client, engagement, session, columns, grain, name, file, sheet, author, origin)
    values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) returning decision
"""
_SESSION_OF = "select session from discovery.grain_decision where client = %s and decision = %s"


def current(database: Database, engagement: EngagementKey) -> list[GrainDecision]:
    """Return what holds now for the tables of the engagement's client."""
    with database.reader([engagement]) as connection:
        rows = connection.execute(_ALL, [engagement.client]).fetchall()
    return in_force([_decision(row) for row in rows])


def tables(database: Database, session: SessionKey) -> list[dict[str, Any]]:
    """Return the tables of a session and what their records were last taken for."""
    with database.reader([session.engagement]) as connection:
        return connection.execute(_TABLES, [str(session.engagement), session.session]).fetchall()


def headers(
    connection: psycopg.Connection[DictRow], keys: Sequence[SessionKey]
) -> dict[SessionKey, list[list[str]]]:
    """Return the headers of the tables of each session."""
    rows = by_session(keys, connection.execute(_HEADERS, wanted(keys)).fetchall())
    return {key: [row["columns"] for row in tables] for key, tables in rows.items()}


def decide(
    database: Database,
    session: SessionKey,
    table: Mapping[str, Any],
    grain: Grain,
    name: str | None,
    author: str,
    origin: str = COMMAND,
) -> int:
    """Remember for the session's client what the records of tables like `table` are.

    Args:
        database: the project's.
        session: where it was decided.
        table: a row of `tables`.
        grain: of its records.
        name: folded header of the column that names the thing, or None.
        author: who decided.
        origin: where the decision comes from.

    Returns:
        The number of the decision.
    """
    place = (table["file"], table["sheet"])
    columns = key_of(table["columns"])
    return _add(database, session, columns, grain, name, place, author, origin)


def remove(
    database: Database,
    engagement: EngagementKey,
    number: int,
    author: str,
    origin: str = COMMAND,
) -> GrainDecision:
    """Take a decision back; the log keeps both.

    Raises:
        NoSuchDecisionError: when no decision of this number is in force for the client.
    """
    decision = next(
        (each for each in current(database, engagement) if each.decision == number), None
    )
    if decision is None:
        raise NoSuchDecisionError(f"No decision {number} about a table is in force.")
    with database.reader([engagement]) as connection:
        row = connection.execute(_SESSION_OF, [engagement.client, number]).fetchone()
    session = SessionKey.of(engagement, row["session"] if row else "s001")
    place = (decision.file, decision.sheet)
    _add(database, session, decision.columns, None, None, place, author, origin)
    return decision


def _add(
    database: Database,
    session: SessionKey,
    columns: Sequence[str],
    grain: Grain | None,
    name: str | None,
    place: tuple[str, str | None],
    author: str,
    origin: str,
) -> int:
    engagement = session.engagement
    values = [
        engagement.client, str(engagement), session.session, list(columns),
        None if grain is None else grain.value, name, *place, author, origin,
    ]  # fmt: skip
    with database.writer(engagement) as connection:
        row = connection.execute(_ADD, values).fetchone()
    return int(row["decision"]) if row else 0


def _decision(row: Mapping[str, Any]) -> GrainDecision:
    grain = None if row["grain"] is None else Grain(row["grain"])
    return GrainDecision(**{**row, "columns": tuple(row["columns"]), "grain": grain})
