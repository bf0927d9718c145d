"""What Dagster's catalogue shows of the columns of a table."""

from collections.abc import Iterator

import dagster as dg

from discovery_dagster.domain.tables import Column, Table
from discovery_dagster.domain.tables.vocabularies import vocabulary


def column_schema(table: Table) -> dg.TableSchemaMetadataValue:
    """Return the columns of a table with what they mean and what holds of their values."""
    alone = len(table.key) == 1
    columns = [
        dg.TableColumn(
            name,
            str(column.type),
            column.doc,
            dg.TableColumnConstraints(
                nullable=column.nullable,
                unique=column.key and alone,
                other=list(_constraints(column, alone)),
            ),
        )
        for name, column in table.columns.items()
    ]
    return dg.MetadataValue.table_schema(dg.TableSchema(columns))


def column_types(table: Table) -> dg.TableSchemaMetadataValue:
    """Return the columns of a table with their types alone, for events, of which there are many."""
    columns = [dg.TableColumn(name, str(kind)) for name, kind in table.items()]
    return dg.MetadataValue.table_schema(dg.TableSchema(columns))


def _constraints(column: Column, alone: bool) -> Iterator[str]:
    if column.key and not alone:
        yield "part of the primary key"
    if column.unit is not None:
        yield f"in {column.unit}"
    if column.least is not None:
        yield f"at least {column.least:g}"
    if column.most is not None:
        yield f"at most {column.most:g}"
    if column.words is not None:
        yield f"one of {', '.join(vocabulary(column.words))}"
