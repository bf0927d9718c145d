"""Single points of failure: assets whose stop stops others, with nothing to stand in for them.

What needs one of several that give the same service stops only with all of them: replicas, partners
of a cluster, machines of one deployment that listen on the same port or have names that differ only
in their number, and what no application claims and the same ones reach on the same port. Which
assets count is data (`planning.yaml`, `single_points`).
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from heapq import nsmallest
from typing import Any, Final, Self

import polars as pl

from discovery_dagster.domain.applications.model import Deployments
from discovery_dagster.domain.tables import ClassifiedAssets, Edges
from discovery_dagster.domain.tables.words import AssetType, EdgeStatus, Relation
from discovery_dagster.reference import load

#: Nodes that a reason names.
_NAMED: Final = 5

Needs = Mapping[str, frozenset[frozenset[str]]]


def single_points(
    assets: ClassifiedAssets, edges: Edges, deployments: Deployments, services: Collection[str]
) -> dict[str, str] | None:
    """Return the single points of failure, each with what it stops, in words.

    Args:
        assets: `CLASSIFIED_ASSETS`.
        edges: `EDGES`.
        deployments: of the session.
        services: assets that serve the whole estate; what these reach, they do not need.

    Returns:
        None where there are more edges than are looked at (`limit`).
    """
    rules = load("planning")["single_points"]
    needed = edges.filter(
        "resolved",
        pl.col("infrastructure").is_null(),
        pl.col("relation").is_in(rules["relations"]),
        pl.col("status") != EdgeStatus.INFERRED_ONLY,
        ~pl.col("source_id").is_in(list(services)),
    )
    if needed.height > rules["limit"]:
        return None
    columns = ("asset_id", "type", "name", "hostname")
    by_id = {row["asset_id"]: row for row in assets.select(columns).iter_rows(named=True)}
    names = {asset: str(row["name"]) for asset, row in by_id.items()}
    needing = _Needing.of(_needs(needed, edges, by_id, deployments))
    reasons = {}
    for asset in sorted(needing.targets):
        stage = deployments.environments[asset]
        if by_id[asset]["type"] in rules["types"] and stage not in rules["not_in"]:
            stopped = needing.stopped(asset)
            if own := deployments.of.get(asset):
                stopped = {one for one in stopped if not _part_of(own, one, by_id, deployments)}
            if len(stopped) >= rules["least"]:
                reasons[asset] = _sentence([names[one] for one in stopped])
    return reasons


def _part_of(
    own: tuple[str, str],
    other: str,
    by_id: Mapping[str, Mapping[str, Any]],
    deployments: Deployments,
) -> bool:
    """Whether what stops is of the same deployment: a program, or the entry of the application."""
    kind, programs = by_id[other]["type"], load("applications")["programs"]
    return deployments.of.get(other) == own and (kind == AssetType.APPLICATION or kind in programs)


@dataclass(frozen=True)
class _Needing:
    """What stops with each asset alone, and what stops with it and others of a group."""

    alone: Mapping[str, set[str]]
    together: Mapping[str, Sequence[tuple[str, frozenset[str]]]]
    targets: frozenset[str]  # what anything needs

    @classmethod
    def of(cls, needs: Needs) -> Self:
        alone: dict[str, set[str]] = defaultdict(set)
        together: dict[str, list[tuple[str, frozenset[str]]]] = defaultdict(list)
        for source, groups in needs.items():
            for group in groups:
                for target in group:
                    if len(group) == 1:
                        alone[target].add(source)
                    else:
                        together[target].append((source, group))
        return cls(alone, together, frozenset(alone.keys() | together.keys()))

    def stopped(self, start: str) -> set[str]:
        """What stops when one asset does, directly or not."""
        stopped, waiting = {start}, [start]
        while waiting:
            ended = waiting.pop()
            stopping = self.alone[ended] - stopped if ended in self.alone else set()
            # A group is given up when the last of it ends, and is looked at then.
            for one, group in self.together.get(ended, ()):
                if one not in stopped and group <= stopped:
                    stopping.add(one)
            stopped |= stopping
            waiting += stopping & self.targets
        return stopped - {start}


def _sentence(names: list[str]) -> str:
    more = len(names) - _NAMED
    listed = ", ".join(nsmallest(_NAMED, names)) + (f" and {more:,} more" if more > 0 else "")
    verb = "stops" if len(names) == 1 else "stop"
    return f"If it stops, {listed} {verb}: nothing is known that would stand in for it."


def _needs(
    needed: pl.DataFrame,
    edges: pl.DataFrame,
    by_id: Mapping[str, Mapping[str, Any]],
    deployments: Deployments,
) -> dict[str, frozenset[frozenset[str]]]:
    """What each asset needs: sets of which one must be there."""
    rules = load("planning")["single_points"]
    listening = _listening(needed, by_id, deployments)
    replicas: dict[str, set[str]] = defaultdict(set)
    copies = edges.filter("resolved", relation=Relation.REPLICATES_TO)
    for one, other in copies.select("source_id", "target_id").iter_rows():
        replicas[one].add(other)
        replicas[other].add(one)
    clustered = edges.filter(
        "resolved", pl.col("relation").is_in([Relation.RUNS_ON, Relation.MEMBER_OF])
    )
    in_cluster = {
        source
        for source, target in clustered.select("source_id", "target_id").iter_rows()
        if by_id[target]["type"] == AssetType.CLUSTER
    }
    machines = _machines(needed, by_id, deployments)

    @cache
    def providers(target: str, port: int | None) -> frozenset[str]:
        """An asset with what gives the same service on that port."""
        peers = {target} | replicas.get(target, set())
        if target in deployments.of:
            own = deployments.of[target]
            peers |= listening[own, port] | listening[own, _stem(by_id[target])]
        elif port is not None:
            peers |= listening.get((target, port), set())
        return frozenset(peers)

    groups: dict[str, set[frozenset[str]]] = defaultdict(set)
    columns = ("source_id", "target_id", "relation", "port")
    for source, target, relation, port in needed.select(columns).iter_rows():
        if relation in rules["placements"] and source in in_cluster:
            continue  # it starts on another machine of its cluster
        peers = providers(target, port)
        if by_id[source]["type"] == AssetType.APPLICATION:
            peers |= machines[source]
        groups[source].add(peers - {source})
    return {source: frozenset(of) for source, of in groups.items()}


def _listening(
    needed: pl.DataFrame, by_id: Mapping[str, Mapping[str, Any]], deployments: Deployments
) -> defaultdict[tuple[object, object], set[str]]:
    """What gives one service: by deployment, or by what is in none, and its port or its name.

    What no application claims may be of any deployment that half its clients reach on the port.
    """
    providers: defaultdict[tuple[object, object], set[str]] = defaultdict(set)
    for asset, part in deployments.of.items():
        if asset in by_id and by_id[asset]["type"] != AssetType.APPLICATION:
            providers[part, _stem(by_id[asset])].add(asset)
    rows = needed.select("source_id", "target_id", "port").drop_nulls().unique()
    claimed = rows.filter(pl.col("target_id").is_in(list(deployments.of)))
    parts: dict[tuple[str, int], set[tuple[str, str]]] = defaultdict(set)
    for source, target, port in claimed.iter_rows():
        parts[source, port].add(deployments.of[target])
        providers[deployments.of[target], port].add(target)
    # Only what the clients of a deployment reach as well can be of it.
    near = _sharing(rows, claimed, "source_id").filter(
        ~pl.col("target_id").is_in([*deployments.of, *deployments.shared])
    )
    asked = _sharing(rows, near, "target_id")
    clients: dict[tuple[str, int], set[str]] = defaultdict(set)
    for source, target, port in asked.iter_rows():
        clients[target, port].add(source)
    reached: dict[tuple[str, int], set[str]] = defaultdict(set)
    for source, target, port in _sharing(rows, asked, "source_id").iter_rows():
        reached[source, port].add(target)
    for (target, port), sources in clients.items():
        beside = Counter(part for source in sources for part in parts.get((source, port), ()))
        for part in (part for part, number in beside.items() if 2 * number >= len(sources)):
            providers[part, port].add(target)
            providers[target, port] |= set().union(*(reached[one, port] for one in sources))
    return providers


def _sharing(rows: pl.DataFrame, others: pl.DataFrame, end: str) -> pl.DataFrame:
    """The rows that have one end and the port in common with one of `others`."""
    return rows.join(others, on=[end, "port"], how="semi")


def _stem(asset: Mapping[str, Any]) -> str:
    """A name without the number at its end."""
    return str(asset["hostname"] or asset["name"] or "").lower().rstrip("0123456789")


def _machines(
    needed: pl.DataFrame,
    by_id: Mapping[str, Mapping[str, Any]],
    deployments: Deployments,
) -> Mapping[str, set[str]]:
    """What each application runs on in its own deployment: any of it may carry it on."""
    machines: dict[str, set[str]] = defaultdict(set)
    rows = needed.filter(relation=Relation.RUNS_ON).select("source_id", "target_id")
    for source, target in rows.iter_rows():
        own = deployments.of.get(source)
        if by_id[source]["type"] == AssetType.APPLICATION and own in (
            None,
            deployments.of.get(target),
        ):
            machines[source].add(target)
    return machines
