"""Assets of which rules read the same are judged once: their profile.

A million assets have a few thousand profiles, since operating systems, models and words repeat, and
names repeat in all that rules read of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import polars as pl

from discovery_dagster.domain.classification.rules import rules
from discovery_dagster.domain.classification.tokens import shape, words
from discovery_dagster.domain.classification.vocabulary import name_words
from discovery_dagster.domain.identity.merging import LISTS
from discovery_dagster.reference import load

#: Columns whose values are compared as they are, those that are read together side by side.
_WHOLE: Final = (
    ("declared_type", "declared_type_text"),
    ("os_name", "os_version"),
    ("product",),
    ("vendor", "model"),
    ("environment",),
    ("criticality",),
    ("tier",),
)
_MOST: Final = 2**62


@dataclass(frozen=True)
class Profiles:
    """`firsts` has the row of the first asset of each profile, `of_asset` the profile of each."""

    firsts: pl.Series
    of_asset: pl.Series

    @classmethod
    def of(cls, assets: pl.DataFrame) -> Self:
        """Find the profiles of rows in `INVENTORY_ASSETS`."""
        codes = [_codes(assets.select(columns)) for columns in _WHOLE]
        codes += [_codes(_matches(assets[field])) for field in ("serial_number", "provider_id")]
        codes += [_codes(_matches(assets["mac_addresses"])), _codes(assets.select(_hosted()))]
        codes.append(_name_codes(assets["name"]))
        key = _fold(codes)
        numbered = key.to_frame("key").with_row_index("row")
        firsts = numbered.unique("key", keep="first", maintain_order=True).drop("key")
        profile = _codes(key.to_frame("key"))
        return cls(firsts["row"], profile)

    def spread(self, judged: pl.DataFrame) -> pl.DataFrame:
        """Give each asset the row of its profile in `judged`."""
        return judged[self.of_asset]


def has_host_facts() -> pl.Expr:
    """Return whether something says that the record is of a host."""
    return pl.any_horizontal(given(field) for field in load("classification")["host_fields"])


def given(field: str) -> pl.Expr:
    """Return whether a field of the asset says something."""
    return pl.col(field).list.len() > 0 if field in LISTS else pl.col(field).is_not_null()


def matching(values: pl.Series, pattern: str) -> pl.Series:
    """Return whether each value matches; of a list, whether it has values and all do."""
    if values.dtype != pl.List:
        return values.str.contains(pattern).fill_null(value=False)
    found = values.list.eval(pl.element().str.contains(pattern)).list.all()
    return (found & (values.list.len() > 0)).fill_null(value=False)


def _hosted() -> pl.Expr:
    return has_host_facts().alias("hosted")


def _matches(values: pl.Series) -> pl.DataFrame:
    """Which rules match a field whose values are mostly distinct."""
    reading = [rule for rule in rules().values() if rule.field == values.name]
    return pl.DataFrame({rule.id: matching(values, rule.pattern) for rule in reading})


def _name_codes(names: pl.Series) -> pl.Series:
    """A number for all that rules read of a name: its known words in their places."""
    shapes = names.to_frame("name").select(shape=shape("name"))
    distinct = shapes.unique(maintain_order=True)
    read = distinct.select("shape", words=words("shape"))
    known = name_words().union(*(rule.tokens for rule in rules().values()))
    tokens = pl.col("words").str.strip_chars().str.split(" ")
    told = pl.element().is_in(sorted(known)) | pl.element().str.contains(r"^(?:\d+|[a-z])$")
    reduced = read.with_columns(
        known=tokens.list.eval(pl.when(told).then(pl.element()).otherwise(pl.lit("·"))),
        # A name of several words is no host's: its words tell neither environment nor tier.
        plain=~pl.col("shape").str.contains(" ", literal=True),
    )
    joined = reduced.select(pl.col("known").list.join(" "), "plain")
    coded = read.select("shape").with_columns(code=_codes(joined))
    return shapes.join(coded, on="shape", how="left", nulls_equal=True, maintain_order="left")[
        "code"
    ]


def _fold(codes: Sequence[pl.Series]) -> pl.Series:
    """One number for each combination of codes."""
    key, combinations = codes[0].cast(pl.UInt64), _count(codes[0])
    for code in codes[1:]:
        if combinations * _count(code) > _MOST:
            key = _codes(key.to_frame("key")).cast(pl.UInt64)
            combinations = _count(key)
        key = key * _count(code) + code
        combinations *= _count(code)
    return key


def _count(code: pl.Series) -> int:
    return 1 + max(int(code.to_frame().select(pl.col(code.name).max()).item() or 0), 0)


def _codes(values: pl.DataFrame) -> pl.Series:
    """Number the distinct rows, from 0 in the order in which they first stand."""
    if not values.width:
        return pl.zeros(values.height, pl.UInt32, eager=True).alias("code")
    distinct = values.unique(maintain_order=True).with_row_index("code")
    numbered = values.join(
        distinct, on=values.columns, how="left", nulls_equal=True, maintain_order="left"
    )
    return numbered["code"]
