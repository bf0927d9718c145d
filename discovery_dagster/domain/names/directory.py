"""Which asset a text means: the one of this id, or else of this name, host name or FQDN."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

import polars as pl

from discovery_dagster.domain.errors import AbsentError, InvalidRequestError

#: Columns of an asset by which it is named.
NAMING: Final = ("asset_id", "name", "hostname", "fqdn")

Row = Mapping[str, Any]


class NoSuchAssetError(AbsentError):
    """No asset of this id or name; the message is one sentence."""

    code = "no_such_asset"


class AmbiguousAssetError(InvalidRequestError):
    """Several assets have the name; the message lists them."""

    code = "ambiguous_asset"


class Directory:
    """Assets by all that may name them, for many look-ups.

    An id outranks a name as it is written, that outranks one in another case, and all of them
    outrank host names and FQDNs.
    """

    def __init__(self, rows: Iterable[Row]) -> None:
        """Take in `rows`, which have the columns of `NAMING` and `type`."""
        self._ranks: tuple[dict[str, list[Row]], ...] = ({}, {}, {}, {})
        for row in rows:
            name = row["name"] or ""
            hosts = {host.lower() for host in (row["hostname"], row["fqdn"]) if host}
            for rank, keys in enumerate(({row["asset_id"]}, {name}, {name.lower()}, hosts)):
                for key in keys:
                    self._ranks[rank].setdefault(key, []).append(row)

    def find(self, named: str, where: object) -> Row:
        """Return the asset that `named` means.

        Args:
            named: id or name.
            where: what the assets are of, for the message.

        Raises:
            NoSuchAssetError: when there is none.
            AmbiguousAssetError: when several have the name.
        """
        texts = (named, named, named.lower(), named.lower())
        ranked = (rank.get(text) for rank, text in zip(self._ranks, texts, strict=True))
        best = next((rows for rows in ranked if rows), None)
        if best is None:
            raise NoSuchAssetError(f"{where} has no asset {named!r}.")
        if len(best) > 1:
            candidates = sorted(f"{row['asset_id']} ({row['name']}, {row['type']})" for row in best)
            raise AmbiguousAssetError(
                f"{named!r} is several assets, name one by its id: {'; '.join(candidates)}."
            )
        return best[0]


def candidates(assets: pl.DataFrame, texts: Collection[str]) -> pl.DataFrame:
    """Return those of `assets` that any of `texts` may mean."""
    lower = pl.Series([text.lower() for text in texts], dtype=pl.String).implode()
    return assets.filter(
        pl.col("asset_id").is_in(pl.Series(list(texts), dtype=pl.String).implode())
        | pl.any_horizontal(
            pl.col(column).str.to_lowercase().is_in(lower).fill_null(False)
            for column in ("name", "hostname", "fqdn")
        )
    )
