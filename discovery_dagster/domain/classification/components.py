"""The software of each asset: operating system, databases, middleware and runtimes, each dated.

Which text means which product is told in `software`, how long it is supported in `lifecycle`.
"""

from datetime import date
from typing import Final

import polars as pl

from discovery_dagster.domain.classification.distinct import Distinct
from discovery_dagster.domain.classification.lifecycle import end_of_life
from discovery_dagster.domain.tables import CLASSIFIED_ASSETS
from discovery_dagster.domain.tables.words import EndOfLife
from discovery_dagster.domain.texts import formatted
from discovery_dagster.domain.values.software import OPERATING_SYSTEM
from discovery_dagster.reference import load

#: Columns of `classify_lifecycle`.
LIFECYCLE: Final = ("software", "eol_date", "eol_status", "eol_code")


def classify_lifecycle(assets: Distinct, products: pl.DataFrame, as_of: date) -> Distinct:
    """Date each asset's software, and say when the asset itself ends.

    A host ends with its operating system, all else with its only product, if its version is known.

    Args:
        assets: their `type`, and what `fields.systems` and `fields.products` return.
        products: as `software.recognise_products` returns, for each `cell`.
        as_of: the day for which support is determined.

    Returns:
        `LIFECYCLE`.
    """
    rows = assets.rows.with_row_index("at")
    systems = rows.filter(pl.col("rule").is_not_null()).with_columns(
        kind=pl.lit(OPERATING_SYSTEM), alone=pl.lit(False), product="end_of"
    )
    parts = products.rename({"at": "cell"})
    parts = rows.select("at", "cell").join(parts, on="cell", maintain_order="left_right")
    columns = ["at", "alone", "kind", "label", "product", "version"]
    everything = pl.concat([systems.select(columns), parts.select(columns)])
    dates = end_of_life(everything, as_of)
    dated = everything.join(dates, on=["product", "version"], how="left", maintain_order="left")
    dated = dated.with_columns(name=pl.col("label"), status=pl.col("eol_status"))
    software = dated.group_by("at", maintain_order=True).agg(software=pl.struct(_entry()))
    rows = rows.select("at", "type", "os_name")
    ending = _ending(rows, dated)
    joined = rows.join(software, on="at", how="left", maintain_order="left")
    joined = joined.join(ending, on="at", how="left", maintain_order="left")
    return assets.with_rows(
        joined.select(
            pl.col("software").fill_null([]).cast(CLASSIFIED_ASSETS["software"]),
            "eol_date",
            eol_status=pl.coalesce("status", pl.when(_has_end()).then(pl.lit(EndOfLife.UNKNOWN))),
            eol_code=_code(as_of),
        )
    )


def _entry() -> list[pl.Expr]:
    return [
        pl.col("kind"),
        pl.coalesce("name", "product").alias("name"),
        pl.col("version"),
        pl.col("eol_date"),
        pl.col("status").fill_null(EndOfLife.UNKNOWN).alias("eol_status"),
        pl.col("eol_source").alias("source"),
    ]


def _ending(rows: pl.DataFrame, dated: pl.DataFrame) -> pl.DataFrame:
    """Of each asset the software with which it ends."""
    hosts = load("classification")["tiers"]["hosts"]
    joined = dated.join(rows, on="at", maintain_order="left")
    own_version = pl.col("version").is_not_null() | pl.col("os_name").is_null()
    of_product = ~pl.col("type").is_in(hosts) & pl.col("alone") & own_version
    candidates = joined.filter(of_product | (pl.col("kind") == OPERATING_SYSTEM))
    # The product of what is no host stands after its operating system.
    last = candidates.unique("at", keep="last", maintain_order=True)
    return last.select("at", "kind", "version", "eol_date", "status", ended=pl.lit(True))


def _has_end() -> pl.Expr:
    return pl.col("os_name").is_not_null() | pl.col("ended").fill_null(False)


def _code(as_of: date) -> pl.Expr:
    system = pl.when(pl.col("kind") == OPERATING_SYSTEM).then(pl.lit("system"))
    of = system.otherwise(pl.lit("product"))
    known = pl.when(pl.col("status").is_not_null())
    undated = pl.when(pl.col("version").is_not_null())
    return pl.coalesce(
        known.then(formatted(f"eol:known/{{}}/{as_of.isoformat()}", of)),
        undated.then(formatted("eol:no_date/{}", of)),
        pl.when("ended").then(formatted("eol:no_version/{}", of)),
        pl.when(_has_end()).then(pl.lit("eol:not_recognised")),
    )
