"""Zones of DNS: addresses of hosts, and their aliases.

Records of a zone declare no things: they say of things that others declare what else they are
called, and which address they have. Source: RFC 1035.
"""

from typing import Final

import polars as pl

from discovery_dagster.domain.formats.base import Exclusion, Kind, Rule, TableFormat
from discovery_dagster.domain.formats.reshaping import add_columns, cells_of
from discovery_dagster.domain.source_tables import SourceTable

_ADDRESSES: Final = ("A", "AAAA")
_REVERSE: Final = r"^(\d+)\.(\d+)\.(\d+)\.(\d+)\.in-addr\.arpa$"


def _is_other(cell: str) -> bool:
    return cell.upper() not in {*_ADDRESSES, "CNAME", "PTR"}


RECORDS = TableFormat(
    name="dns.records",
    kind=Kind.DETAILS,
    sheets=frozenset({"dns records"}),
    columns={
        "host": Rule("fqdn"),
        "address": Rule("ip_addresses"),
        "alias": Rule("aliases"),
        "name": Rule("unmapped"),
        "type": Rule("unmapped"),
        "value": Rule("unmapped"),
    },
    exclusions=(
        Exclusion("type", _is_other, "It is neither an address nor an alias of a host."),
        Exclusion("name", lambda cell: cell.startswith("*"), "It is of any name below its zone."),
    ),
    synonyms=False,
)

FORMATS = (RECORDS,)


def reshape(tables: tuple[SourceTable, ...]) -> tuple[SourceTable, ...]:
    """Say of each record which host it is about, and its address or alias."""
    return tuple(_reshape(table) if RECORDS.specificity(table) else table for table in tables)


def _reshape(table: SourceTable) -> SourceTable:
    frame = pl.DataFrame({name: cells_of(table, name) for name in ("name", "type", "value")})
    name, kind, value = pl.col("name"), pl.col("type"), pl.col("value")
    forward, reverse = kind.is_in(_ADDRESSES), kind == "PTR"
    parts = [name.str.extract(_REVERSE, at) for at in (4, 3, 2, 1)]
    added = frame.select(
        host=pl.when(forward).then(name).when(reverse | (kind == "CNAME")).then(value),
        address=pl.when(forward)
        .then(value)
        .when(reverse)
        .then(pl.concat_str(parts, separator=".")),
        alias=pl.when(kind == "CNAME").then(name),
    )
    return add_columns(table, {column: added[column] for column in added.columns})
