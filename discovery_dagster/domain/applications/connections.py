"""Which application machines are proposed for that no list names, by what they talk with."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from discovery_dagster import reference
from discovery_dagster.domain.applications.model import Membership
from discovery_dagster.domain.tables.words import Relation


def by_connections(
    memberships: Iterable[Membership],
    resolved: pl.DataFrame,
    hosts: Mapping[str, str],
    by_id: Mapping[str, Mapping[str, Any]],
) -> list[Membership]:
    """Propose the application of machines that use its databases, or talk with it alone.

    Applications talk with each other, but seldom with the databases of another one: where a
    machine uses those of one application, that is proposed, whatever else it talks with. What
    only uses an application, such as a terminal server, is none of it: where a machine is not
    asked by others of it, it must ask those that the others alone ask, too.

    Args:
        memberships: what is known to serve an application.
        hosts: the machine of each database.
        resolved: `EDGES` that are resolved; services of the estate, which all talk with, tell
            nothing.
        by_id: `type` and `name` of each asset.
    """
    machines = reference.load("applications")["machines"]
    of: dict[str, set[str]] = defaultdict(set)
    for one in memberships:
        of[one.asset].add(one.application)
    asks, asked_by = _conversations(resolved, of)
    data = {*hosts, *hosts.values()}
    proposed = []
    for asset in sorted(asks.keys() | asked_by.keys()):
        if asset in of or by_id[asset]["type"] not in machines:
            continue
        used = {partner for partner in asks[asset] & of.keys() if partner in data}
        partners = (asks[asset] | asked_by[asset]) & of.keys()
        if len(_served(used, of)) == 1:
            proposed.append(_proposal(asset, used, of, by_id, "it uses {} of it"))
        elif len(_served(partners, of)) == 1 and (
            asked_by[asset] & of.keys()
            or any(_is_inside(partner, asked_by[partner] - {asset}, of) for partner in partners)
        ):
            proposed.append(_proposal(asset, partners, of, by_id, "it talks with {} of it alone"))
    return proposed


def _conversations(
    resolved: pl.DataFrame, of: Iterable[str]
) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """What each asset asks, and what asks it, as far as one of both serves an application."""
    serving = list(of)
    talking = resolved.filter(
        pl.col("relation") == Relation.CONNECTS_TO,
        pl.col("infrastructure").is_null(),
        pl.col("source_id").is_in(serving) | pl.col("target_id").is_in(serving),
    )
    asks: dict[str, set[str]] = defaultdict(set)
    asked_by: dict[str, set[str]] = defaultdict(set)
    for source, target in talking.select("source_id", "target_id").iter_rows():
        asks[source].add(target)
        asked_by[target].add(source)
    return asks, asked_by


def _served(partners: Iterable[str], of: Mapping[str, set[str]]) -> set[str]:
    return set[str]().union(*(of[partner] for partner in partners))


def _is_inside(partner: str, others: Iterable[str], of: Mapping[str, set[str]]) -> bool:
    """Whether there are others that ask it, all of its own application."""
    asking = list(others)
    return bool(asking) and all(of.get(other) == of[partner] for other in asking)


def _proposal(
    asset: str,
    partners: Iterable[str],
    of: Mapping[str, set[str]],
    by_id: Mapping[str, Mapping[str, Any]],
    why: str,
) -> Membership:
    names = ", ".join(sorted(by_id[partner]["name"] or "" for partner in partners)[:3])
    return Membership(asset, next(iter(_served(partners, of))), why.format(names), proposed=True)
