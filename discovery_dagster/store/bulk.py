"""Frames into tables: a COPY into a staging table, then an insert under the writer's policy.

COPY straight into a table with row-level security is refused by Postgres.
"""

from collections.abc import Sequence
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Final

import polars as pl
import psycopg
from psycopg import sql
from psycopg.rows import DictRow

from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.store.database import Database
from discovery_dagster.store.differences import changed_rows, height

#: Rows from which on a table that was filled is looked at again for Postgres' plans.
MANY = 1000

#: The columns of a table that any index has.
_INDEXED: Final = """
select distinct attname as column from pg_index
join pg_attribute on attrelid = indrelid and attnum = any (indkey)
where indrelid = %s::regclass
"""

#: Values of a column that Postgres keeps, and a three-hundredth of the rows that it looks at. At
#: its own 100 a session of 1,000 assets beside large ones took it 0.9 s of processor time.
_SAMPLED: Final = 30

#: Rows that are text at once: those of a plan of 100,000 assets took 1 GB when all of them were.
_AT_ONCE = 10_000


def replace_rows(
    connection: psycopg.Connection[DictRow],
    session: SessionKey,
    table: str,
    frame: pl.DataFrame,
    stored: Path | None = None,
) -> int:
    """Replace the session's rows of `discovery.<table>` by those of `frame`, numbered as `seq`.

    Args:
        connection: of a writer of the session's engagement.
        session: whose rows they are.
        table: where they are.
        frame: the rows.
        stored: the Parquet file of the rows that the table was filled with last, if there is one.
            Where most of them are in `frame`, too, the others alone are written.

    Returns:
        How many rows were written.
    """
    rows = frame.with_row_index("seq")
    own = sql.SQL("from {} where engagement = %s and session = %s").format(
        sql.Identifier("discovery", table)
    )
    keys = [str(session.engagement), session.session]
    changed = None
    if stored is not None:
        row = connection.execute(sql.SQL("select count(*) as rows ") + own, keys).fetchone()
        # A migration may have emptied the table since.
        if row is not None and row["rows"] == height(stored):
            changed = changed_rows(stored, frame)
    if changed is None:
        connection.execute(sql.SQL("delete ") + own, keys)
    else:
        rows = rows.filter(changed)
        connection.execute(
            sql.SQL("delete ") + own + sql.SQL(" and (seq >= %s or seq = any (%s))"),
            [*keys, frame.height, rows["seq"].to_list()],
        )
    if not rows.is_empty():
        _insert(connection, table, keys, rows)
    return rows.height


def _insert(
    connection: psycopg.Connection[DictRow], table: str, keys: Sequence[str], rows: pl.DataFrame
) -> None:
    target = sql.Identifier("discovery", table)
    staging = sql.Identifier(f"staging_{table}")
    columns = sql.SQL(", ").join(map(sql.Identifier, rows.columns))
    connection.execute(
        sql.SQL("create temp table {} on commit drop as select {} from {} limit 0").format(
            staging, columns, target
        )
    )
    copy_rows(connection, staging, rows.columns, rows)
    connection.execute(
        sql.SQL("insert into {} (engagement, session, {}) select %s, %s, {} from {}").format(
            target, columns, columns, staging
        ),
        keys,
    )


def analyze(database: Database, tables: Sequence[str]) -> None:
    """Have Postgres look at tables that were filled with `MANY` rows, for its plans.

    Until it has, a minute later by itself, it plans for one row per session, and joins two tables
    of 3,000 rows by 9 million comparisons. Only what is indexed is looked at, by which tables are
    joined: all columns took a fifth of all that Postgres does for 30,000 assets. Left to it where
    the login may not take on the owner's role, or somebody else is at it.
    """
    with (
        database.connect(autocommit=True) as connection,
        suppress(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("set role discovery_owner")
        connection.execute(f"set default_statistics_target = {_SAMPLED}")
        for table in tables:
            columns = connection.execute(_INDEXED, [f"discovery.{table}"]).fetchall()
            connection.execute(
                sql.SQL("analyze (skip_locked) {} ({})").format(
                    sql.Identifier("discovery", table),
                    sql.SQL(", ").join(sql.Identifier(row["column"]) for row in columns),
                )
            )


def copy_rows(
    connection: psycopg.Connection[DictRow],
    table: sql.Identifier,
    columns: Sequence[str],
    frame: pl.DataFrame,
) -> None:
    """COPY `frame` into a table without policies."""
    statement = sql.SQL("copy {} ({}) from stdin (format csv, null '')").format(
        table, sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for part in frame.iter_slices(_AT_ONCE):
            written = BytesIO()
            part.select(_as_text(frame.schema)).write_csv(
                written, include_header=False, quote_style="non_numeric", null_value=""
            )
            copy.write(written.getbuffer())


def _as_text(schema: pl.Schema) -> list[pl.Expr]:
    """One expression a column that writes its values as Postgres reads them."""
    return [_column_as_text(name, kind) for name, kind in schema.items()]


def _column_as_text(name: str, kind: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if kind == pl.List(pl.String):
        escaped = (
            pl.element()
            .str.replace_all("\\", "\\\\", literal=True)
            .str.replace_all('"', '\\"', literal=True)
        )
        elements = pl.concat_str(pl.lit('"'), escaped, pl.lit('"')).fill_null("NULL")
        joined = column.list.eval(elements).list.join(",")
        written = pl.concat_str(pl.lit("{"), joined, pl.lit("}"))
        return pl.when(column.is_null()).then(None).otherwise(written).alias(name)
    if isinstance(kind, pl.List):
        # A struct of one field is the only way to JSON from a list; its name is cut off again.
        wrapped = pl.struct(column.alias("_")).struct.json_encode()
        return (
            pl.when(column.is_null())
            .then(None)
            .otherwise(wrapped.str.slice(5).str.head(-1))
            .alias(name)
        )
    return column
