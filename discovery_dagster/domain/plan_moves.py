"""Taking one asset out of its move group: what ties it there, and what has to be set for that."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from discovery_dagster.domain.applications.deployments import find
from discovery_dagster.domain.decisions.constraints import is_pattern
from discovery_dagster.domain.graph.ties import planned, ties
from discovery_dagster.domain.names.index import NameIndex
from discovery_dagster.domain.planning.parts import with_parts
from discovery_dagster.domain.tables import (
    ClassifiedAssets,
    Edges,
    GraphNodes,
    PlanPlacements,
)

#: Where an asset can go: a word, and behind a blank which wave or group.
WAVE: Final = "wave"
GROUP: Final = "group"
ALONE: Final = "alone"


@dataclass(frozen=True)
class Tie:
    """What ties an asset to another of its group: in words, with its evidence.

    `needs` says whether the source needs the target; such a need is broken while only one of them
    has moved. Otherwise both serve the same application.
    """

    source: str
    words: str
    target: str
    evidence: str
    needs: bool
    ends: tuple[str, str]  # ids


def ties_to_group(
    assets: ClassifiedAssets,
    edges: Edges,
    nodes: GraphNodes,
    placements: PlanPlacements,
    asset_id: str,
) -> list[Tie]:
    """Return what ties an asset to the others of its group, the strongest first.

    Args:
        assets: `CLASSIFIED_ASSETS`.
        edges: `EDGES`.
        nodes: `GRAPH_NODES`.
        placements: `PLAN_PLACEMENTS`.
        asset_id: of the asset.
    """
    groups = dict(placements.drop_nulls("group").select("asset_id", "group").iter_rows())
    movable = planned(assets).join(
        nodes.select("asset_id", "service"), on="asset_id", how="left", maintain_order="left"
    )
    tied = ties(with_parts(movable, find(assets, edges)), edges, nodes)
    ids = movable["asset_id"]
    distinct = dict[tuple[str, str, bool], Tie]()
    for row in tied.iter_rows(named=True):
        ends = ids[row["a"]], ids[row["b"]]
        group = groups.get(asset_id)
        if asset_id in ends and group is not None and all(groups.get(id_) == group for id_ in ends):
            tie = Tie(row["source"], row["words"], row["target"], row["cite"], row["orders"], ends)
            distinct.setdefault((*ends, row["orders"]), tie)
    return list(distinct.values())


def settings(
    asset_id: str,
    to: str,
    tied: Sequence[Tie],
    members: Sequence[str],
    target: Sequence[str],
    names: Mapping[str, str],
) -> list[tuple[str, tuple[str, ...]]]:
    """Return the constraints, as kind and values, that move an asset out of its group.

    Needs between it and its group are cut, and what is tied otherwise is kept apart.

    Args:
        asset_id: of the asset.
        to: `WAVE` and its number, `GROUP` and its id, or `ALONE`.
        tied: what ties it, as `ties_to_group` says.
        members: ids of the others of its group.
        target: ids of the assets of the group that it goes to.
        names: of assets that a name means alone, by id.
    """
    called = {id_: names.get(id_, id_) for id_ in (asset_id, *members, *target)}
    constraints: list[tuple[str, tuple[str, ...]]] = [
        ("cut", (called[tie.ends[0]], called[tie.ends[1]])) for tie in tied if tie.needs
    ]
    others = dict.fromkeys(end for tie in tied if not tie.needs for end in tie.ends)
    apart = [other for other in others if other != asset_id] or ([*members[:1]] if not tied else [])
    constraints += [("apart", (called[asset_id], called[other])) for other in apart]
    word, _, which = to.partition(" ")
    if word == WAVE:
        constraints.append(("pin", (called[asset_id], which)))
    elif word == GROUP and target:
        constraints.append(("together", (called[asset_id], called[target[0]])))
    return constraints


def clear_names(assets: ClassifiedAssets, ids: Collection[str]) -> dict[str, str]:
    """Return, by id, the names of these assets that mean them alone in a constraint."""
    named = assets.drop_nulls("name").filter(pl.col("asset_id").is_in(list(ids)))
    lookups = named.select(
        "name", address=pl.lit(None, pl.String), type=pl.lit(None, pl.String)
    ).unique()
    resolved = NameIndex.of(assets).resolve(lookups).drop_nulls("asset_id")
    clear = dict(resolved.select("name", "asset_id").iter_rows())
    return {
        id_: name
        for id_, name in named.select("asset_id", "name").iter_rows()
        if clear.get(name) == id_ and not is_pattern(name)
    }
