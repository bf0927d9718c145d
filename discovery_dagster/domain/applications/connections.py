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
    machine uses those of one application, that is proposed, whatever else it talks with.

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
    talking = resolved.filter(
        pl.col("relation") == Relation.CONNECTS_TO, pl.col("infrastructure").is_null()
    )
    data = {*hosts, *hosts.values()}
    near: dict[str, set[str]] = defaultdict(set)
    used: dict[str, set[str]] = defaultdict(set)
    for source, target in talking.select("source_id", "target_id").iter_rows():
        for asset, partner in ((source, target), (target, source)):
            if asset not in of and by_id[asset]["type"] in machines and partner in of:
                near[asset].add(partner)
                if partner == target and partner in data:
                    used[asset].add(partner)
    proposed = []
    for asset, partners in near.items():
        for those, why in ((used[asset], "uses {} of it"), (partners, "talks with {} of it alone")):
            served = set[str]().union(*(of[partner] for partner in those))
            if len(served) == 1:
                names = ", ".join(sorted(by_id[partner]["name"] or "" for partner in those)[:3])
                evidence = f"it {why.format(names)}"
                proposed.append(Membership(asset, next(iter(served)), evidence, proposed=True))
                break
    return proposed
