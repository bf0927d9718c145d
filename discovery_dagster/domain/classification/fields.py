"""The fields that rules read, each distinct value read once.

Names are read in `names`, and what a text of an operating system or product means in `software`.
"""

from typing import Final

import polars as pl

from discovery_dagster.domain.classification.distinct import Distinct
from discovery_dagster.domain.classification.matches import Flags, matched
from discovery_dagster.domain.classification.questions import given
from discovery_dagster.domain.values.software import recognise, recognise_products
from discovery_dagster.reference import load

#: Fields of which most assets have a value of their own: what rules say of them repeats.
_OWN: Final = ("serial_number", "provider_id", "mac_addresses")


def hosted(assets: pl.DataFrame) -> Flags:
    """Return of each asset whether something says that it is a host."""
    facts = pl.any_horizontal(given(field) for field in load("classification")["host_fields"])
    return assets.select(facts).to_series().to_numpy()


def systems(assets: pl.DataFrame) -> Distinct:
    """Recognise operating systems.

    Returns:
        `os_name`, `os_version` and, of the recognised one, `rule`, `label`, `version`, `family`,
        `end_of` (its product in `end_of_life.csv`) and `os`, the type of what runs it.
    """
    written = Distinct.among(assets.select("os_name", "os_version"))
    texts = written.rows.select(text="os_name", version_text="os_version")
    recognised = recognise(texts)
    named = recognised.select("rule", "label", "version", "family", end_of="product", os="type")
    return written.with_rows(pl.concat([written.rows, named], how="horizontal"))


def products(assets: pl.DataFrame) -> tuple[Distinct, pl.DataFrame]:
    """Recognise products.

    Returns:
        The number of each distinct `cell`, what its `products` make: a type, a `stack`, or null
        where they make several, and `image_of`, the same of container images alone; and what
        `software.recognise_products` finds in the cells.
    """
    # A version without an operating system is that of the product.
    version = pl.when(pl.col("os_name").is_null()).then("os_version").alias("version")
    written = Distinct.among(assets.select("product", version))
    texts = written.rows["product"]
    images = texts.str.contains(load("classification")["images"]["pattern"]).fill_null(False)
    texts = texts.set(images & _are_of_tools(texts), None)
    recognised = recognise_products(texts, written.rows["version"])
    types = recognised.group_by("at").agg(
        products=pl.when(pl.col("type").is_null().any())
        .then(pl.lit("stack"))
        .when(pl.col("type").n_unique() == 1)
        .then(pl.col("type").first())
    )
    cells = written.rows.select(cell=pl.int_range(pl.len(), dtype=pl.UInt32))
    cells = cells.join(types, left_on="cell", right_on="at", how="left", maintain_order="left")
    cells = cells.with_columns(image_of=pl.when(pl.lit(images)).then("products"))
    return written.with_rows(cells), recognised


def _are_of_tools(images: pl.Series) -> pl.Series:
    """Whether the last part of each image's name has a word for what is made for a product."""
    name = images.str.extract(r"([^/:@]+)(?::[^/]*)?(?:@.*)?$", 1).str.to_lowercase()
    tools = "|".join(load("classification")["images"]["tools"])
    return name.str.contains(rf"(?:^|[-_.])(?:{tools})(?:[-_.]|$)").fill_null(False)


def hardware(assets: pl.DataFrame) -> Distinct:
    """Return `vendor`, `model` and both in one text as `hardware`."""
    written = Distinct.among(assets.select("vendor", "model"))
    parts = (pl.col(field).fill_null("").str.to_lowercase() for field in ("vendor", "model"))
    text = pl.concat_str(*parts, separator=" | ").alias("hardware")
    return written.with_rows(written.rows.with_columns(text))


def own(assets: pl.DataFrame) -> Distinct:
    """Return which rules match what identifies each asset: a column a rule, by its id."""
    return Distinct.among(matched(assets.select(_OWN)))
