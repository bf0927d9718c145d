"""Records of things that have no name: what they are called by, and which of them are no things."""

from typing import Final

import polars as pl

from discovery_dagster import reference
from discovery_dagster.domain.canonical.accounts import PROBLEM, SKIPPED
from discovery_dagster.domain.headers import synonyms
from discovery_dagster.domain.texts import formatted
from discovery_dagster.domain.words import replace_words

#: What a thing without a name is called by, the likeliest first, in words.
FALLBACKS: Final = {
    "provider_id": "identifier",
    "smbios_uuid": "UUID",
    "serial_number": "serial number",
    "asset_tag": "asset tag",
    "mac_addresses": "MAC address",
    "ip_addresses": "IP address",
}
#: What only a thing has, not an address in a list of addresses.
_OF_THINGS: Final = (
    "os_name", "os_version", "cpu_cores", "memory_gb", "storage_gb", "vendor", "model", "product",
    "applications",
)  # fmt: skip


def fallback(field: str) -> pl.Expr:
    """Return what `field` calls a thing by: of several addresses the first."""
    several = field in {"mac_addresses", "ip_addresses"}
    return pl.col(field).list.first() if several else pl.col(field)


def describe_fallbacks(frame: pl.DataFrame, column: str | None) -> pl.DataFrame:
    """Return a problem for each record that is called by what is no name, as `PROBLEM`.

    Args:
        frame: records without a name and host name, with the fields of `FALLBACKS`.
        column: the header that should name them.
    """
    called = pl.coalesce(
        pl.when(fallback(field).is_not_null()).then(pl.lit(noun))
        for field, noun in FALLBACKS.items()
    )
    value = pl.coalesce(fallback(field) for field in FALLBACKS)
    return frame.filter(value.is_not_null()).select(
        pl.col("row").cast(pl.UInt32),
        field=pl.lit("name"),
        column=pl.lit(column, dtype=pl.String),
        code=pl.lit("no_name"),
        message=formatted("The record has no name; it is called by its {}.", called),
        value=value,
    ).select(list(PROBLEM))  # fmt: skip


def unused_addresses(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the records that are an address and no thing, as `SKIPPED`.

    A list of addresses has those that are free beside those that are used. One that nothing is
    called by, and of which nothing else tells what has it, is an endpoint at most.

    Args:
        frame: records without a name, with the attributes of a thing.
    """
    others = [field for field in FALLBACKS if field != "ip_addresses"]
    address_only = pl.all_horizontal(fallback(field).is_null() for field in others)
    free = pl.col("status").str.to_lowercase().is_in(reference.load("placeholders")["spare"])
    typed = replace_words(frame["declared_type_text"], synonyms.type_words()).is_not_null()
    thing = pl.lit(typed) | pl.any_horizontal(
        pl.col(field).list.len() > 0
        if isinstance(frame.schema[field], pl.List)
        else pl.col(field).is_not_null()
        for field in _OF_THINGS
    )
    spare = formatted('Nothing has this address: its status is "{}".', "status")
    bare = pl.lit("It is an address without a name, and nothing tells what has it.")
    reason = pl.when(free.fill_null(False)).then(spare).when(~thing).then(bare)
    addressed = address_only & (pl.col("ip_addresses").list.len() > 0)
    reasons = frame.select("row", addressed=addressed, reason=reason)
    return reasons.filter("addressed").drop_nulls("reason").select(list(SKIPPED))
