"""Names of things as they are compared, and the host names among them.

Nothing here knows an inventory: which asset a name means is decided in `naming`, which records are
one thing in `identity`.
"""

from typing import Final

import polars as pl

from discovery_dagster.reference import load

#: Two labels or more; the last one begins with a letter, so that no address and no version fits.
FQDN: Final = r"^[a-z0-9_][a-z0-9_-]*(?:\.[a-z0-9_-]+)*\.[a-z][a-z0-9-]*[a-z0-9]$"
_LABEL: Final = r"^[a-z0-9_][a-z0-9_-]*$"


def folded(column: str) -> pl.Expr:
    """Return `column` as names are compared: lower case, single spaces, null when empty."""
    text = pl.col(column).str.strip_chars(" \t\r\n.").str.to_lowercase()
    text = text.str.replace_all(r"\s+", " ")
    return pl.when(text != "").then(text)


def borrowed_name() -> pl.Expr:
    """Return whether the name of a record is only a number of its own, for want of a name."""
    numbers = ("serial_number", "asset_tag", "smbios_uuid", "provider_id")
    same = pl.any_horizontal(folded(number) == folded("name") for number in numbers)
    return same & pl.all_horizontal(pl.col("hostname", "fqdn").is_null())


def group(column: str, grouping: str) -> pl.Expr:
    """Return the group of the asset type in `column`, null where the type says nothing.

    `grouping` is `families` or `kinds` of `reference/identifiers.yaml`.
    """
    rules = load("identifiers")
    groups = {one: name for name, types in rules[grouping].items() for one in types}
    named = pl.col(column).replace(groups | dict.fromkeys(rules["untyped"], ""))
    return pl.when(named != "").then(named)


def with_host_names(assets: pl.DataFrame, type_column: str) -> pl.DataFrame:
    """Add what a thing is called on the network: `host_fqdn` and `host_short`, null if unknown.

    Only types that have host names of their own get them (`named_by_host` in `identifiers.yaml`);
    a record without a type needs evidence of a host, or a name that can only be an FQDN.
    """
    domain = folded("domain")
    meaningless = load("identifiers")["meaningless_domains"]
    named = assets.with_columns(
        _own_host_names(assets, type_column).alias("own"),
        *(folded(column).alias(f"host_{column}") for column in ("name", "fqdn", "hostname")),
        host_domain=pl.when(~domain.is_in(meaningless)).then(domain),
    )
    dotted = [
        pl.when(pl.col(column).str.contains(FQDN)).then(column)
        for column in ("host_fqdn", "host_hostname", "host_name")
    ]
    composed = pl.when(
        pl.col("host_hostname").str.contains(_LABEL)
        & pl.col("host_domain").str.contains(".", literal=True)
    ).then(pl.concat_str("host_hostname", "host_domain", separator="."))
    full = pl.coalesce(*dotted, composed)
    label = pl.when(pl.col("host_name").str.contains(_LABEL)).then("host_name")
    short = pl.coalesce(full, "host_hostname", label).str.split(".").list.first()
    known = ~full.str.extract(r"^[^.]+\.(.+)$").is_in(meaningless)
    return named.with_columns(
        host_fqdn=pl.when("own", known).then(full),
        host_short=pl.when("own").then(short),
        host_domain=pl.when("own").then("host_domain"),
    ).drop("own", "host_name", "host_hostname")


def _own_host_names(assets: pl.DataFrame, type_column: str) -> pl.Expr:
    rules = load("identifiers")
    evidence = [
        pl.col(field).list.len() > 0
        if isinstance(assets.schema[field], pl.List)
        else pl.col(field).is_not_null()
        for field in (*rules["host_evidence"], "fqdn", "hostname")
    ]
    name = folded("name")
    unmistakable = name.str.contains(FQDN) & (name.str.count_matches(".", literal=True) >= 2)
    return (
        pl.when(group(type_column, "kinds").is_not_null())
        .then(pl.col(type_column).is_in(rules["named_by_host"]))
        .otherwise(pl.any_horizontal(*evidence, unmistakable.fill_null(False)))
    )
