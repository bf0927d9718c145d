"""Azure Migrate's assessments beside machines: SQL Server instances, web applications, costs.

Source: Azure Migrate Export (github.com/Azure/azure-migrate-export), the tabs and columns of its
core report. An instance is called as SQL Server calls it, host before instance; a web application
is known by its machine, since every IIS has a `Default Web Site`.
"""

from typing import Final

import polars as pl

from discovery_dagster.domain.formats.declared import declared
from discovery_dagster.domain.formats.reshaping import add_columns, column_of
from discovery_dagster.domain.source_tables import SourceTable

SQL_INSTANCES: Final = declared("azure_migrate.sql_instances")
WEB_APPLICATIONS: Final = declared("azure_migrate.web_applications")


_DEFAULT = "MSSQLSERVER"


def reshape(tables: tuple[SourceTable, ...]) -> tuple[SourceTable, ...]:
    """Call instances by their machine, and keep web applications to theirs."""
    return tuple(_reshape(table) for table in tables)


def _reshape(table: SourceTable) -> SourceTable:
    if SQL_INSTANCES.specificity(table):
        machine, instance = column_of(table, "machine name"), column_of(table, "sql instance")
        known = pl.DataFrame({"machine": machine, "instance": instance.fill_null(_DEFAULT)})
        called = known.select(pl.concat_str("machine", "instance", separator="\\"))
        header = set(table.folded_header)
        described = [name for name in ("sql version", "sql edition") if name in header]
        words = pl.DataFrame({name: column_of(table, name) for name in described})
        added = {"instance of machine": called.to_series()}
        if described:
            product = words.select(pl.concat_str(pl.all(), separator=" ", ignore_nulls=True))
            added["product"] = product.to_series().replace("", None)
        return add_columns(table, added)
    if WEB_APPLICATIONS.specificity(table):
        return add_columns(table, {"scope of machine": column_of(table, "machine name")})
    return table
