"""Columns called `Host` that name the things themselves, not what they run on.

    Device           | Host           VM   | Host         Name             | Host
    Payment server 1 | 10.40.1.11     web1 | esx01        Payment server 1 | lnxpay01
    Core switch      | 10.40.0.1      web2 | esx01        Order server     | lnxord01

Where host and name are the same they say one thing twice.

Monitoring writes the address or the host name of each of its devices; lists of machines and of what
runs on them write their hosts. The values tell: addresses, or names that each stand once and no
other record bears. What only virtual machines or software have says that it is the host of such.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Final

import polars as pl

from discovery_dagster.domain.headers import synonyms
from discovery_dagster.domain.headers.meanings import named_type
from discovery_dagster.domain.mapping.claims import ACCEPTED, BY_HEADER, Claim
from discovery_dagster.domain.tables.words import AssetType, MappingMethod
from discovery_dagster.domain.values.addresses import is_address
from discovery_dagster.domain.words import fold, replace_words
from discovery_dagster.reference import load

_HOST: Final = r"^[\p{L}\p{N}_][\p{L}\p{N}_.-]*$"
_DISTINCT: Final = 0.8  # least share of addresses that stand once
_SAME: Final = 0.8  # least share of records whose host is called as they are
_CONFIDENCE: Final = 0.75
_BARE: Final = 2  # columns of a table that says nothing of its things but their hosts
#: Fields of what runs on machines, and of what has its own columns for them.
_OF_OTHERS: Final = frozenset({"product", "runs_on", "hostname", "fqdn"})
_RUNNING: Final = frozenset(
    {
        AssetType.APPLICATION,
        AssetType.SERVICE,
        AssetType.DATABASE,
        AssetType.MIDDLEWARE,
        AssetType.CONTAINER,
    }
)


def name_own_hosts(claims: Sequence[Claim]) -> list[Claim]:
    """Take columns of hosts that prove to be the things themselves for their addresses or names.

    Args:
        claims: of a table whose format says no type of its things.
    """
    named = [claim for claim in claims if claim.field == "name" and claim.status == ACCEPTED]
    if not named or any(_describes_others(claim) for claim in claims):
        return list(claims)
    alone = len(claims) <= _BARE
    return [_own(claim, named[0], alone) for claim in claims]


def _own(claim: Claim, names: Claim, alone: bool) -> Claim:
    column = claim.column
    if claim.field != "runs_on" or not _may_be_own(claim):
        return claim
    cells = column.cells.drop_nulls()
    if cells.is_empty():
        return claim
    field, note = None, ""
    if is_address(cells).all() and cells.n_unique() >= _DISTINCT * len(cells):
        field, note = "ip_addresses", "the values are addresses of the things themselves"
    elif _are_the_names(names.column.cells, column.cells):
        field, note = "aliases", "the values are the names of the things themselves"
    elif not alone and _is_host_of_each(names.column.cells, column.cells):
        field, note = "hostname", "each record has a host of its own, which no other is called"
    if field is None:
        return claim
    return replace(
        claim,
        field=field,
        confidence=_CONFIDENCE,
        method=MappingMethod.VALUES,
        status=ACCEPTED,
        notes=(note,),
    )


def _are_the_names(names: pl.Series, hosts: pl.Series) -> bool:
    """Whether most records have one name in both columns, and each host stands once."""
    both = pl.DataFrame({"name": names, "host": hosts}).drop_nulls()
    same = both.select((pl.col("name") == pl.col("host")).sum()).item()
    return both.height > 1 and same >= _SAME * both.height and both["host"].is_unique().all()


def _is_host_of_each(names: pl.Series, hosts: pl.Series) -> bool:
    filled = hosts.drop_nulls()
    pairs = pl.DataFrame({"name": names.str.to_lowercase(), "host": hosts.str.to_lowercase()})
    others = pairs.filter(
        pl.col("host").is_in(pairs["name"].implode()), pl.col("host") != pl.col("name")
    )
    return (
        filled.n_unique() == len(filled)
        and bool(filled.str.contains(_HOST).all())
        and others.is_empty()
        and not filled.str.contains(_hypervisors()).any()
    )


def _describes_others(claim: Claim) -> bool:
    """Whether a column says that the records are of what runs on hosts, or names its own."""
    column = claim.column
    if column.folded in _of_machines() or (claim.field == "name" and _names_running(claim)):
        return True
    if _may_be_own(claim):
        return False
    if claim.field == "declared_type":
        types = replace_words(column.sample(), synonyms.type_words())
        return bool(types.is_in(list({*_RUNNING, AssetType.VIRTUAL_MACHINE})).any())
    return claim.field in _OF_OTHERS and claim.method in {*BY_HEADER, MappingMethod.FORMAT}


def _names_running(claim: Claim) -> bool:
    return named_type(claim.column.effective_header) in {
        *_RUNNING,
        AssetType.VIRTUAL_MACHINE,
        AssetType.CLUSTER,
    }


def _may_be_own(claim: Claim) -> bool:
    return claim.column.folded in _headers() and claim.method in BY_HEADER


@cache
def _headers() -> frozenset[str]:
    return frozenset(map(fold, load("header_words")["own_hosts"]))


@cache
def _hypervisors() -> str:
    """A pattern of host names with a word for what virtual machines run on."""
    rules = load("classification")["rules"]
    (words,) = (rule["words"] for rule in rules if rule["id"] == "name_hypervisor")
    parted = "|".join(re.escape(word).replace(r"\ ", "[ _-]?") for word in words)
    return rf"(?i)(?:^|[^\p{{L}}])(?:{parted})(?:[^\p{{L}}]|$)"


@cache
def _of_machines() -> frozenset[str]:
    return frozenset(map(fold, load("virtual_machines")["telling"]["headers"]))
