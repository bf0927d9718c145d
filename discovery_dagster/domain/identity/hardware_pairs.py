"""Machines that one file lists under two names, with two identifiers of their hardware in common.

One identifier that two names share is a copy: guests are cloned, blades show the serial number of
their chassis. A serial number and a MAC address or UUID besides are not copied together, but where
firmware derives the one from the other, as that of VMware does.
"""

from typing import Final

import polars as pl

from discovery_dagster.domain.identity.shared_keys import SharedKeys

_WITH_SERIAL: Final = ("mac", "smbios")


def twice_identified(
    shared: SharedKeys, identifiers: pl.DataFrame, described: pl.DataFrame
) -> SharedKeys:
    """Return the rows of serial numbers of records that also share other hardware.

    Args:
        shared: identifiers that several records have.
        identifiers: as `extraction.identifiers` returns.
        described: as `extraction.describe` returns, of records in the order of the nodes.

    Returns:
        Rows of `shared`, with a key for each pair of serial number and other identifier. Records
        whose asset tags differ share none.
    """
    forms = identifiers["form"][shared.row]
    rows = pl.DataFrame({"row": shared.row, "key": shared.key, "node": shared.node, "form": forms})
    others = rows.filter(pl.col("form").is_in(_WITH_SERIAL)).select("node", other="key")
    serials = rows.filter(pl.col("form") == "unbranded").join(others, on="node")
    facts = described[serials["node"]].select("file", "tag", "derived")
    pairs = serials.hstack(facts).filter(~pl.col("derived"))
    both = ["file", "key", "other"]
    pairs = pairs.filter(
        pl.col("node").n_unique().over(both) > 1,
        pl.col("tag").drop_nulls().n_unique().over(both) <= 1,
    )
    numbered = pairs.with_columns(pair=pl.struct(both).rank("dense").cast(pl.Int64)).sort("pair")
    return SharedKeys(*(numbered[name].to_numpy() for name in ("row", "pair", "node")))
