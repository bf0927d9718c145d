"""Needs that are keys of an object: `"depends_on": {"cart": {"condition": "service_started"}}`.

As Docker Compose prints its model (`docker compose config --format json`), and others write needs
with what is said of each. Readers make a column of each key (`depends_on.cart.condition`).
"""

import re
from typing import Final

import polars as pl

from discovery_dagster.domain.formats.reshaping import add_columns, cells_of
from discovery_dagster.domain.source_tables import SourceTable

_KEY: Final = re.compile(r"^(?P<called>depends_on|dependsOn|dependencies)\.(?P<need>[^.]+)\.")


def reshape(tables: tuple[SourceTable, ...]) -> tuple[SourceTable, ...]:
    """List the keys of needs where each record's needs are an object."""
    return tuple(_reshape(table) for table in tables)


def _reshape(table: SourceTable) -> SourceTable:
    keyed = {column: match for column in table.header if (match := _KEY.match(column))}
    called = {match["called"] for match in keyed.values()}
    if len(called) != 1:
        return table
    (name,) = called
    needs = pl.DataFrame(
        {
            column: cells_of(table, column)
            .is_not_null()
            .replace_strict({True: match["need"], False: None}, return_dtype=pl.String)
            for column, match in keyed.items()
        }
    )
    listed = needs.select(
        pl.concat_list(pl.all()).list.drop_nulls().list.unique(maintain_order=True)
    )
    keyed_needs = listed.to_series().list.join("\n").replace("", None)
    # Other records of the table may list theirs.
    own = cells_of(table, name).fill_null(keyed_needs) if name in table.header else keyed_needs
    return add_columns(table, {name: own})
