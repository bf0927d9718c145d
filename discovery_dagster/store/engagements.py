"""An engagement as a whole: taken out of the partitions, brought back, erased for good."""

from graphlib import TopologicalSorter

import psycopg
from psycopg import sql
from psycopg.rows import DictRow

from discovery_dagster.domain.keys import EngagementKey
from discovery_dagster.store.database import Database
from discovery_dagster.store.objects import ObjectStore
from discovery_dagster.store.sessions import NoSuchSessionError


def archive(database: Database, engagement: EngagementKey) -> None:
    """Mark the engagement as archived; its data stays.

    Raises:
        NoSuchSessionError: when there is no such engagement.
    """
    _mark(database, engagement, "now()")


def restore(database: Database, engagement: EngagementKey) -> None:
    """Mark the engagement as live again.

    Raises:
        NoSuchSessionError: when there is no such engagement.
    """
    _mark(database, engagement, "null")


def require(database: Database, engagement: EngagementKey) -> None:
    """Make sure that there is such an engagement.

    Raises:
        NoSuchSessionError: when there is none.
    """
    with database.reader([engagement]) as connection:
        _require(connection, engagement)


def exists(database: Database, engagement: EngagementKey) -> bool:
    """Whether there is such an engagement."""
    query = "select 1 from discovery.engagement where engagement = %s"
    with database.reader([engagement]) as connection:
        return connection.execute(query, [str(engagement)]).fetchone() is not None


def erase(database: Database, objects: ObjectStore, engagement: EngagementKey) -> dict[str, int]:
    """Delete every row and every file of the engagement.

    The files go first: killed in between, the rows still say that the engagement is there, and
    erasing again ends it.

    Returns:
        Rows deleted by table, and the number of `files`.

    Raises:
        NoSuchSessionError: when there is no such engagement.
    """
    with database.writer(engagement) as connection:
        _require(connection, engagement)
        files = objects.erase(engagement)
        erased = {}
        for table in _children_first(connection):
            deleted = connection.execute(
                sql.SQL("delete from {} where engagement = %s").format(
                    sql.Identifier("discovery", table)
                ),
                [str(engagement)],
            )
            erased[table] = deleted.rowcount
    return {**{table: rows for table, rows in erased.items() if rows}, "files": files}


def _mark(database: Database, engagement: EngagementKey, moment: str) -> None:
    with database.writer(engagement) as connection:
        _require(connection, engagement)
        connection.execute(
            f"update discovery.engagement set archived_at = {moment} where engagement = %s",
            [str(engagement)],
        )


def _require(connection: psycopg.Connection[DictRow], engagement: EngagementKey) -> None:
    query = "select 1 from discovery.engagement where engagement = %s"
    if connection.execute(query, [str(engagement)]).fetchone() is None:
        raise NoSuchSessionError(f"There is no engagement {engagement}.")


def _children_first(connection: psycopg.Connection[DictRow]) -> list[str]:
    """Every table with an engagement, before the tables that its foreign keys refer to."""
    tables = connection.execute(
        "select c.relname as name, array_remove(array_agg(distinct p.relname), null) as parents"
        " from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'engagement'"
        " left join pg_constraint f on f.conrelid = c.oid and f.contype = 'f'"
        " left join pg_class p on p.oid = f.confrelid and p.oid <> c.oid"
        " where c.relnamespace = 'discovery'::regnamespace and c.relkind = 'r'"
        " group by c.relname"
    ).fetchall()
    order: TopologicalSorter[str] = TopologicalSorter()
    for table in tables:
        order.add(table["name"])
        for parent in table["parents"]:
            order.add(parent, table["name"])
    return list(order.static_order())
