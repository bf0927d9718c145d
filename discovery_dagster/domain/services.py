"""What listens on a port, and whether a connection to it ties assets together.

The table is data (`ports.csv`); which port of a flow is the listening one was decided before.
"""

from typing import Final

import polars as pl

from discovery_dagster.reference import ROOT

_WHERE: Final = ["port", "protocol"]


def ports() -> pl.DataFrame:
    """Return the table of services: `port, protocol, service, infrastructure`.

    Beside each port's rows stands one whose protocol is null, for sources that do not say it: the
    service on TCP, else on UDP. Protocols without ports (ICMP) have rows whose port is null.
    """
    known = pl.read_csv(
        ROOT.joinpath("ports.csv").read_bytes(),
        comment_prefix="#",
        schema_overrides={"port": pl.Int32, "infrastructure": pl.String},
    )
    any_protocol = known.drop_nulls("port").sort("port", "protocol").unique("port", keep="first")
    return pl.concat([known, any_protocol.with_columns(protocol=pl.lit(None, pl.String))])


def with_services(places: pl.DataFrame) -> pl.DataFrame:
    """Add `service` and `infrastructure`, both null where nothing is known of the port."""
    return places.join(ports(), on=_WHERE, how="left", nulls_equal=True, maintain_order="left")


def without_port() -> list[str]:
    """Return the protocols that have no ports."""
    table = ports()
    return table.filter(pl.col("port").is_null())["protocol"].sort().to_list()
