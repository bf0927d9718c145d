"""Azure Migrate's assessments beside machines: SQL Server instances, web applications, costs.

Source: Azure Migrate Export (github.com/Azure/azure-migrate-export), the tabs and columns of its
core report. An instance is called as SQL Server calls it, host before instance; a web application
is known by its machine, since every IIS has a `Default Web Site`.
"""

import polars as pl

from discovery_dagster.domain.formats.base import Kind, Rule, TableFormat
from discovery_dagster.domain.formats.reshaping import add_columns, column_of
from discovery_dagster.domain.source_tables import SourceTable
from discovery_dagster.domain.words import fold

SQL_INSTANCES = TableFormat(
    name="azure_migrate.sql_instances",
    kind=Kind.ASSETS,
    headers=(frozenset({"machine name", "sql instance"}),),
    columns={
        "instance of machine": Rule("name"),
        "product": Rule("product"),
        "machine name": Rule("runs_on", target_type="server"),
        "environment": Rule("environment"),
        "sql instance": Rule("unmapped"),
        "support status": Rule("unmapped"),  # of the version
        "machine id": Rule("unmapped"),  # of the machine
    },
    asset_type="database",
    synonyms=False,
)

WEB_APPLICATIONS = TableFormat(
    name="azure_migrate.web_applications",
    kind=Kind.ASSETS,
    headers=(
        frozenset({"machine name", "web application name"}),
        frozenset({"machine name", "web app name"}),
    ),
    columns={
        "web application name": Rule("name"),
        "web app name": Rule("name", order=1),
        "scope of machine": Rule("scope"),
        "machine name": Rule("runs_on", target_type="server"),
        "environment": Rule("environment"),
        "machine id": Rule("unmapped"),
    },
    asset_type="application",
    synonyms=False,
)

COSTS = TableFormat(
    name="azure_migrate.costs",
    kind=Kind.IGNORED,
    headers=(
        frozenset({"migration strategy", "workload", "source count"}),
        frozenset({"category", "on premises cost", "total azure cost"}),
    ),
    sheets=frozenset({"business case", "cash flows", "financial summary", "avs summary"}),
    reason="This sheet sums up costs; no asset is read from it.",
)

FORMATS = (SQL_INSTANCES, WEB_APPLICATIONS, COSTS)

_DEFAULT = "MSSQLSERVER"


def reshape(tables: tuple[SourceTable, ...]) -> tuple[SourceTable, ...]:
    """Call instances by their machine, and keep web applications to theirs."""
    return tuple(_reshape(table) for table in tables)


def _reshape(table: SourceTable) -> SourceTable:
    if SQL_INSTANCES.specificity(table):
        machine, instance = column_of(table, "machine name"), column_of(table, "sql instance")
        known = pl.DataFrame({"machine": machine, "instance": instance.fill_null(_DEFAULT)})
        called = known.select(pl.concat_str("machine", "instance", separator="\\"))
        header = {fold(column) for column in table.header}
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
