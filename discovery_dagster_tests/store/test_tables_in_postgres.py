"""What the catalogue declares of a table that is stored, Postgres has, and nothing else."""

import polars as pl
import pytest

from discovery_dagster.domain.steps import BY_KEY
from discovery_dagster.store.publications import STEP_TABLES

#: Columns that lead each of these tables.
LEADING = ["engagement", "session", "seq"]
STORED = {
    table: BY_KEY[step].frames[frame]
    for step, tables in STEP_TABLES.items()
    for table, frame in tables.items()
}


def type_in_postgres(column):
    if column.json or (isinstance(column.type, pl.List) and column.type.inner != pl.String()):
        return "jsonb"
    return {
        "String": "text",
        "Boolean": "boolean",
        "UInt32": "integer",
        "Int32": "integer",
        "Int64": "bigint",
        "Float64": "double precision",
        "List(String)": "text[]",
    }[str(column.type)]


@pytest.fixture(scope="module")
def described(database):
    """Type and nullability of each column, and the primary key, by table."""
    with database.connect() as connection:
        columns = connection.execute(
            "select table_name, column_name, is_nullable = 'YES' as nullable,"
            " case data_type when 'ARRAY' then substr(udt_name, 2) || '[]' else data_type end"
            " as type from information_schema.columns where table_schema = 'discovery'"
        ).fetchall()
        keys = connection.execute(
            "select table_name, array_agg(column_name::text order by ordinal_position) as key"
            " from information_schema.key_column_usage join information_schema.table_constraints"
            " using (constraint_schema, constraint_name, table_name)"
            " where constraint_schema = 'discovery' and constraint_type = 'PRIMARY KEY'"
            " group by table_name"
        ).fetchall()
    tables = {table: {} for table in STORED}
    for row in columns:
        if row["table_name"] in tables:
            tables[row["table_name"]][row["column_name"]] = (row["type"], row["nullable"])
    return tables, {row["table_name"]: row["key"] for row in keys}


@pytest.mark.parametrize("table", STORED)
def test_a_table_has_the_columns_of_its_declaration_in_their_types(described, table):
    columns = {name: kind for name, (kind, _) in described[0][table].items() if name not in LEADING}
    assert columns == {
        name: type_in_postgres(column) for name, column in STORED[table].columns.items()
    }


@pytest.mark.parametrize("table", STORED)
def test_a_table_accepts_what_its_declaration_allows(described, table):
    demanded = {name for name, (_, nullable) in described[0][table].items() if not nullable}
    lacking = {name for name, column in STORED[table].columns.items() if column.nullable}
    assert demanded & lacking == set()


@pytest.mark.parametrize("table", STORED)
def test_the_rows_of_a_table_are_led_by_engagement_and_session(described, table):
    assert described[1][table] == LEADING
