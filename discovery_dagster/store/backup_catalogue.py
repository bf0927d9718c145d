"""What a database has that a backup keeps: tables, columns, sequences and their revisions.

Names are those of Postgres' catalogue, led by their schema: `discovery.session`, `public.runs`.
"""

from collections.abc import Mapping, Sequence
from graphlib import TopologicalSorter
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import DictRow

#: What is in no backup: tokens, logins and their forms, so that a copy of a home lets nobody in,
#: counts of requests, which are worth a minute, and what the migrations write themselves.
_LEFT_OUT = frozenset({"access_token", "login", "sent_form", "request_count", "alembic_version"})

#: Dagster's tables with what cannot be made anew. It fills `secondary_indexes` itself; heartbeats
#: are of daemons that do not run where a home is restored.
DAGSTER_TABLES = (
    "asset_check_executions",
    "asset_daemon_asset_evaluations",
    "asset_event_tags",
    "asset_keys",
    "backfill_tags",
    "bulk_actions",
    "concurrency_limits",
    "concurrency_slots",
    "dynamic_partitions",
    "event_logs",
    "instance_info",
    "instigators",
    "job_ticks",
    "jobs",
    "kvs",
    "pending_steps",
    "run_tags",
    "runs",
    "snapshots",
)
DAGSTER_TABLES_LEFT_OUT = ("alembic_version", "daemon_heartbeats", "secondary_indexes")

_COLUMNS = """
select c.relnamespace::regnamespace::text || '.' || c.relname as name,
       array_agg(a.attname::text order by a.attnum) as columns
from pg_class c join pg_attribute a on a.attrelid = c.oid
where c.relkind = 'r' and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
  and ((c.relnamespace = 'discovery'::regnamespace and c.relname <> all (%s))
       or (c.relnamespace = 'public'::regnamespace and c.relname = any (%s)))
group by c.oid order by name
"""

_REFERENCES = """
select c.relnamespace::regnamespace::text || '.' || c.relname as name,
       r.relnamespace::regnamespace::text || '.' || r.relname as referenced
from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_class r on r.oid = k.confrelid
where k.contype = 'f' and c.oid <> r.oid
"""

_SEQUENCES = """
select s.relnamespace::regnamespace::text || '.' || s.relname as name,
       t.relnamespace::regnamespace::text || '.' || t.relname as owner
from pg_class s
join pg_depend d on d.objid = s.oid and d.classid = 'pg_class'::regclass and d.deptype in ('a', 'i')
join pg_class t on t.oid = d.refobjid and d.refclassid = 'pg_class'::regclass
where s.relkind = 'S' order by name
"""


def tables(connection: psycopg.Connection[DictRow]) -> dict[str, list[str]]:
    """The tables that a backup has of this database, with their columns."""
    rows = connection.execute(_COLUMNS, [list(_LEFT_OUT), list(DAGSTER_TABLES)]).fetchall()
    return {row["name"]: row["columns"] for row in rows}


def sequences(connection: psycopg.Connection[DictRow]) -> list[str]:
    """The sequences that number rows of these tables."""
    owners = tables(connection)
    rows = connection.execute(_SEQUENCES).fetchall()
    return [row["name"] for row in rows if row["owner"] in owners]


def in_order(
    connection: psycopg.Connection[DictRow], tables: Mapping[str, Sequence[str]]
) -> list[str]:
    """The tables, those that others refer to before these."""
    order: TopologicalSorter[str] = TopologicalSorter(dict.fromkeys(tables, ()))
    for row in connection.execute(_REFERENCES).fetchall():
        if row["name"] in tables:
            order.add(row["name"], row["referenced"])
    return [name for name in order.static_order() if name in tables]


def revision(connection: psycopg.Connection[DictRow], schema_name: str) -> Any:
    """The revision of a schema's tables; None when there are none."""
    row = connection.execute(
        "select to_regclass(%s) as name", [f"{schema_name}.alembic_version"]
    ).fetchone()
    if row is None or row["name"] is None:
        return None
    row = connection.execute(
        sql.SQL("select version_num from {}.alembic_version").format(sql.Identifier(schema_name))
    ).fetchone()
    return row and row["version_num"]
