"""Backstage's software catalogue, as its API lists entities.

Source: the descriptor format of catalogue entities. A name is an entity's own within its namespace,
`default` where none is given. What an entity depends on is a reference, `component:default/cart`,
which means the entity's own namespace where it names none. People, groups and locations are no
things of an estate.
"""

from typing import Final

import polars as pl

from discovery_dagster.domain.formats.reshaping import add_columns, cells_of
from discovery_dagster.domain.source_tables import SourceTable

_API: Final = "backstage.io/"
_DEFAULT: Final = "default"
_REFERENCE: Final = r"^(?:[\w-]+:)?(?:(?<namespace>[\w.-]+)/)?(?<name>[^:/]+)$"
_NEEDS = ("spec.dependsOn", "spec.consumesApis")


def reshape(tables: tuple[SourceTable, ...]) -> tuple[SourceTable, ...]:
    """Say in which namespace each entity is, and name what it needs as that is called."""
    return tuple(_reshape(table) if _is_catalogue(table) else table for table in tables)


def _is_catalogue(table: SourceTable) -> bool:
    if not {"apiVersion", "kind", "metadata.name"} <= set(table.header):
        return False
    of_catalogue = cells_of(table, "apiVersion").str.starts_with(_API)
    return "spec.owner" in table.header or bool(of_catalogue.fill_null(value=False).all())


def _reshape(table: SourceTable) -> SourceTable:
    namespace = pl.repeat(None, table.records.height, dtype=pl.String, eager=True)
    if "metadata.namespace" in table.header:
        namespace = cells_of(table, "metadata.namespace")
    namespace = namespace.fill_null(_DEFAULT)
    columns = {"metadata.namespace": namespace}
    if "spec.owner" not in table.header:  # by which catalogues are told from other objects
        columns["spec.owner"] = pl.repeat(None, len(namespace), dtype=pl.String, eager=True)
    needs = [cells_of(table, name) for name in _NEEDS if name in table.header]
    if needs:
        written = pl.select(pl.concat_str(needs, separator=";", ignore_nulls=True)).to_series()
        columns["needs"] = _named(written, namespace, cells_of(table, "metadata.name"))
    return add_columns(table, columns)


def _named(written: pl.Series, namespace: pl.Series, names: pl.Series) -> pl.Series:
    """Name entities by their names alone, or by `namespace/name` where another one is called so."""
    entities = pl.DataFrame({"namespace": namespace, "name": names.str.to_lowercase()})
    references = (
        pl.DataFrame({"own": namespace, "text": written.str.split(";")})
        .with_row_index("at")
        .explode("text")
        .with_columns(pl.col("text").str.split(","))
        .explode("text")
        .with_columns(pl.col("text").str.strip_chars().str.extract_groups(_REFERENCE))
        .unnest("text")
        .with_columns(pl.coalesce("namespace", "own"), key=pl.col("name").str.to_lowercase())
    )
    there = entities.select("namespace", key="name").unique().with_columns(there=True)
    called = there.select("key").unique().with_columns(called=True)
    known = references.join(there, on=["namespace", "key"], how="left", maintain_order="left")
    known = known.join(called, on="key", how="left", maintain_order="left")
    own = pl.col("there") & (pl.col("namespace") == pl.col("own"))
    bare = own.fill_null(value=False) | pl.col("called").is_null()
    text = pl.when(bare).then("name").otherwise(pl.concat_str("namespace", "name", separator="/"))
    joined = known.group_by("at", maintain_order=True).agg(text.drop_nulls().str.join("; "))
    return joined["name"].replace("", None)
