"""Machines that one file lists under two names, with two identifiers of their hardware in common.

One identifier that two names share is a copy: guests are cloned, blades show the serial number of
their chassis. A serial number and a MAC address or UUID besides are not copied together, but where
firmware derives the one from the other, as that of VMware does.
"""

from typing import Final

import numpy as np
import polars as pl

from discovery_dagster.domain.identity.shared_keys import SharedKeys

_WITH_SERIAL: Final = ("mac", "smbios")


def twice_identified(
    shared: SharedKeys, copied: SharedKeys, identifiers: pl.DataFrame, described: pl.DataFrame
) -> SharedKeys:
    """Return the rows of serial numbers of records that also share other hardware.

    Args:
        shared: identifiers that several records have.
        copied: those of them that join nothing, since things of several names have them.
        identifiers: as `extraction.identifiers` returns.
        described: as `extraction.describe` returns, of records in the order of the nodes.

    Returns:
        Rows of `shared`, with a key for each pair of serial number and other identifier. Records
        whose asset tags differ share none.
    """
    others = _rows(copied, identifiers).filter(pl.col("form").is_in(_WITH_SERIAL))
    of_others = shared.where(np.isin(shared.node, others["node"].to_numpy()))
    serials = _rows(of_others, identifiers).filter(pl.col("form") == "unbranded")
    pairs = serials.join(others.select("node", other="key"), on="node")
    facts = described[pairs["node"]].select("file", "tag", "derived")
    pairs = pairs.hstack(facts).filter(~pl.col("derived"))
    both = ["file", "key", "other"]
    pairs = pairs.filter(
        pl.col("node").n_unique().over(both) > 1,
        pl.col("tag").drop_nulls().n_unique().over(both) <= 1,
    )
    numbered = pairs.with_columns(pair=pl.struct(both).rank("dense").cast(pl.Int64)).sort("pair")
    return SharedKeys(*(numbered[name].to_numpy() for name in ("row", "pair", "node")))


def _rows(keys: SharedKeys, identifiers: pl.DataFrame) -> pl.DataFrame:
    columns = {"row": keys.row, "key": keys.key, "node": keys.node}
    return pl.DataFrame(columns).with_columns(identifiers["form"][keys.row])
