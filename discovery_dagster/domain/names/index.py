"""Which asset a name or an address means.

Exact readings only: a name that could mean two assets means none. What makes two records one asset
is decided in `identity`; likeness of names is decided nowhere.
"""

from dataclasses import dataclass
from typing import Final, Self

import polars as pl

from discovery_dagster.domain.names.hosts import FQDN, folded, group, with_host_names

_FIRST_LABEL: Final = r"^([a-z0-9_][a-z0-9_-]*)(?:\.[a-z0-9_.-]+)?$"

#: How an endpoint was resolved, by level of trust. At `_BARE` a dotted name means the short name of
#: an asset of which no domain is known; at `_LOCATED`, names of one label and address are one.
_LEVELS: Final = ("name", "fqdn", "hostname", "hostname", "hostname", "alias")
_BARE: Final = 3
_LOCATED: Final = 4
_ALIAS: Final = 5

#: Candidates that are kept of an ambiguous endpoint: whoever has more does not choose by a list.
MOST_CANDIDATES: Final = 20


@dataclass(frozen=True)
class NameIndex:
    """The names and addresses of an inventory, ready to resolve endpoints against."""

    _names: pl.DataFrame  # level, key, asset_id, candidate_type, candidate_family, candidate_scope
    _addresses: pl.DataFrame  # the same without level

    @classmethod
    def of(cls, assets: pl.DataFrame) -> Self:
        """Index `assets`, in the columns of `INVENTORY_ASSETS` or `CLASSIFIED_ASSETS`."""
        type_column = "type" if "type" in assets.columns else "declared_type"
        named = with_host_names(assets, type_column).with_columns(
            candidate_family=group(type_column, "families"),
            candidate_type=pl.when(group(type_column, "families").is_not_null()).then(type_column),
            candidate_scope=folded("scope"),
        )
        what = ["asset_id", "candidate_type", "candidate_family", "candidate_scope"]
        # A dotted name may mean the short one only where nothing says another domain.
        bare = pl.when(pl.col("host_fqdn").is_null(), pl.col("host_domain").is_null())
        keys = (
            folded("name"),
            pl.col("host_fqdn"),
            pl.col("host_short"),
            bare.then("host_short"),
        )
        names = [
            named.select(pl.lit(level, pl.UInt8).alias("level"), key.alias("key"), *what)
            for level, key in enumerate(keys)
        ]
        whole = pl.concat_str("candidate_scope", folded("name"), separator="/")
        names.append(named.select(pl.lit(0, pl.UInt8).alias("level"), whole.alias("key"), *what))
        names.append(
            _alias_keys(named).select(pl.lit(_ALIAS, pl.UInt8).alias("level"), "key", *what)
        )
        addresses = named.select(pl.col("ip_addresses").alias("key"), *what).explode("key")
        return cls(
            pl.concat(names).drop_nulls("key").unique(),
            addresses.drop_nulls("key").unique(),
        )

    def resolve(self, endpoints: pl.DataFrame, *, by_address: bool = True) -> pl.DataFrame:
        """Say which asset each endpoint means.

        Args:
            endpoints: `name` as written, `address` in canonical form, `type` a canonical asset
                type that narrows the choice; each may be null. Further columns pass through.
                A `scope` is that of the thing that refers to it: what is in it is meant first.
            by_address: whether an address may mean an asset without its name, or choose between
                those that have it.

        Returns:
            The same rows in the same order with `asset_id`, null when unresolved, `how`: `name`,
            `fqdn`, `hostname`, `alias` or `address`, or else `ambiguous`, `no_such_asset` or
            `unnamed`, and `candidates`: of what is ambiguous the first `MOST_CANDIDATES` ids, else
            null. A dotted name means a short one only when no other endpoint of this frame gives
            that short name another domain.
        """
        lookups = endpoints.select(
            key=folded("name"),
            address=pl.col("address"),
            type=pl.when(group("type", "families").is_not_null()).then("type"),
            scope=folded("scope") if "scope" in endpoints.columns else pl.lit(None, pl.String),
        ).with_columns(family=group("type", "families"))
        distinct = lookups.unique(maintain_order=True).with_row_index("endpoint")
        answers = self._answers(distinct, by_address=by_address)
        resolved = distinct.join(answers, on="endpoint", how="left")
        resolved = resolved.with_columns(
            how=pl.coalesce(
                "how",
                pl.when(pl.col("key").is_null() & pl.col("address").is_null())
                .then(pl.lit("unnamed"))
                .otherwise(pl.lit("no_such_asset")),
            )
        ).drop("endpoint")
        joined = lookups.join(
            resolved, on=lookups.columns, how="left", nulls_equal=True, maintain_order="left"
        )
        return endpoints.with_columns(joined["asset_id"], joined["how"], joined["candidates"])

    def _answers(self, distinct: pl.DataFrame, *, by_address: bool) -> pl.DataFrame:
        """One row per endpoint that means something: `endpoint, asset_id, how, candidates`."""
        addressed = distinct if by_address else distinct.clear()
        at_address = _fitting(
            addressed.join(self._addresses, left_on="address", right_on="key").with_columns(level=0)
        ).select("endpoint", "asset_id", "preference")
        by_name = self._name_candidates(distinct)
        decided = _only(by_name)
        # An address may choose between the assets that a name fits, never against the name.
        undecided = decided.filter(pl.col("asset_id").is_null())
        chosen = by_name.join(undecided, on="endpoint", how="semi")
        chosen = chosen.join(at_address, on=["endpoint", "asset_id"], how="semi")
        chosen = _only(chosen).drop_nulls("asset_id").with_columns(how=_ADDRESS)
        unnamed = at_address.join(decided, on="endpoint", how="anti")
        located = _only(unnamed).with_columns(
            how=pl.when(pl.col("asset_id").is_null()).then(pl.lit("ambiguous")).otherwise(_ADDRESS)
        )
        level = (pl.col("preference") // 9).replace_strict(
            range(len(_LEVELS)), _LEVELS, return_dtype=pl.String
        )
        named = decided.join(chosen, on="endpoint", how="anti").with_columns(
            how=pl.when(pl.col("asset_id").is_null()).then(pl.lit("ambiguous")).otherwise(level)
        )
        columns = ["endpoint", "asset_id", "how", "candidates"]
        return pl.concat([frame.select(columns) for frame in (named, chosen, located)])

    def _name_candidates(self, distinct: pl.DataFrame) -> pl.DataFrame:
        """Assets that an endpoint's name fits: `endpoint, asset_id, preference`."""
        whole = distinct.join(self._names.filter(pl.col("level") != _BARE), on="key")
        dotted = distinct.filter(pl.col("key").str.contains(FQDN)).with_columns(
            label=pl.col("key").str.split(".").list.first()
        )
        dotted = dotted.filter(pl.col("key").n_unique().over("label") == 1)
        short = dotted.drop("label").with_columns(key=dotted["label"])
        short = short.join(self._names.filter(pl.col("level") == _BARE), on="key")
        located = self._of_one_label_and_address(distinct)
        parts = [frame.select(whole.columns) for frame in (whole, short, located)]
        pairs = _fitting(pl.concat(parts))
        return pairs.select("endpoint", "asset_id", "preference")

    def _of_one_label_and_address(self, distinct: pl.DataFrame) -> pl.DataFrame:
        """Assets at an endpoint's address that have its name, except for the domain of one of them.

        Databases and applications have no host names of their own, but flows name them by one.
        """
        names = self._names.filter(pl.col("level") == 0).select("asset_id", bears="key")
        at = distinct.join(self._addresses, left_on="address", right_on="key")
        both = at.join(names, on="asset_id").filter(
            pl.col("key").str.extract(_FIRST_LABEL) == pl.col("bears").str.extract(_FIRST_LABEL),
            pl.col("key").str.contains(FQDN) != pl.col("bears").str.contains(FQDN),
        )
        return both.with_columns(level=pl.lit(_LOCATED, pl.UInt8))


_ADDRESS: Final = pl.lit("address")


def _alias_keys(named: pl.DataFrame) -> pl.DataFrame:
    """Return `named` with a row and `key` for each reading of an alias.

    An alias without a domain has that of its asset, too, and one with a domain a short form.
    """
    listed = named.explode("aliases").with_columns(key=folded("aliases")).drop_nulls("key")
    dotted = pl.col("key").str.contains(FQDN)
    domain = pl.coalesce(pl.col("host_fqdn").str.extract(r"^[^.]+\.(.+)$"), "host_domain")
    readings = (
        pl.col("key"),
        pl.when(dotted).then(pl.col("key").str.split(".").list.first()),
        pl.when(~pl.col("key").str.contains(".", literal=True)).then(
            pl.concat_str("key", domain, separator=".")
        ),
    )
    keys = pl.concat_list(readings).list.drop_nulls().list.unique()
    return listed.with_columns(key=keys).explode("key")


def _fitting(pairs: pl.DataFrame) -> pl.DataFrame:
    """Keep pairs whose types do not contradict; `preference` is the lower the better the fit."""
    of_type = (
        pl.when(pl.col("type") == pl.col("candidate_type"))
        .then(0)
        .when(pl.col("family") == pl.col("candidate_family"))
        .then(1)
        .when(pl.col("family").is_null() | pl.col("candidate_family").is_null())
        .then(2)
    )
    of_scope = (
        pl.when(pl.col("scope").is_null() | (pl.col("scope") == pl.col("candidate_scope")))
        .then(0)
        .when(pl.col("candidate_scope").is_null())
        .then(1)
        .otherwise(2)
    )
    rank = 9 * pl.col("level") + 3 * of_scope + of_type
    return pairs.with_columns(preference=rank).drop_nulls("preference")


def _only(pairs: pl.DataFrame) -> pl.DataFrame:
    """Return the best asset of each endpoint, null where several are equally good: `candidates`."""
    best = pairs.filter(pl.col("preference") == pl.col("preference").min().over("endpoint"))
    grouped = best.group_by("endpoint").agg(
        pl.col("asset_id").unique().sort().alias("candidates"), pl.col("preference").first()
    )
    several = pl.col("candidates").list.len() > 1
    return grouped.with_columns(
        asset_id=pl.when(~several).then(pl.col("candidates").list.first()),
        candidates=pl.when(several).then(pl.col("candidates").list.head(MOST_CANDIDATES)),
    )
