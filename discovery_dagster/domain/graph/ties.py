"""Which edges tie assets together in a plan, the strongest first, and how a tie is worded.

What is joined by them is decided in `grouping`; what counts as a tie is data (`planning.yaml`).
"""

from typing import Final

import polars as pl

from discovery_dagster.domain.dependencies.citation import cited
from discovery_dagster.domain.graph.application_ties import application_ties
from discovery_dagster.domain.graph.binding import with_binding
from discovery_dagster.domain.tables import ClassifiedAssets, Edges, GraphNodes
from discovery_dagster.domain.tables.words import EvidenceKind, Relation
from discovery_dagster.reference import load

_OBSERVED: Final = pl.element().struct.field("kind") == EvidenceKind.OBSERVED


def planned(assets: ClassifiedAssets) -> pl.DataFrame:
    """Return the assets that a plan places, numbered as `node` from 0 by name, then id."""
    movable = assets.filter(~pl.col("type").is_in(load("planning")["not_planned"]))
    return movable.sort("name", "asset_id").with_row_index("node")


def ties(movable: pl.DataFrame, edges: Edges, nodes: GraphNodes) -> pl.DataFrame:
    """Return the edges that tie assets together, the strongest first.

    Args:
        movable: assets as `planned` gives them, with what each is a part of (`planning.parts`).
        edges: `EDGES`.
        nodes: `GRAPH_NODES`, for what is a hub.

    Returns:
        `tie` (its rank, from 0), `a` and `b` (nodes of source and target), `source`, `target`
        (names), `words` (between the names), `cite` (its evidence), `orders`, whether the source
        needs the target; what serves the same application is only tied; and `binds`, whether both
        go together. Connections to infrastructure, needs of assets that serve the whole estate,
        loose placements, and what an application says of its other deployments are no ties.
    """
    rules = load("planning")
    ends = movable.join(
        nodes.select("asset_id", "hub", serves_all=pl.col("service").is_not_null()),
        on="asset_id",
        how="left",
        maintain_order="left",
    )
    linked = (
        edges.filter("resolved", pl.col("infrastructure").is_null())
        .join(
            ends.select(
                source_id="asset_id", a="node", source_type="type", from_shared="serves_all"
            ),
            on="source_id",
        )
        .join(
            ends.select(
                target_id="asset_id",
                b="node",
                target_type="type",
                to_hub="hub",
                to_shared="serves_all",
            ),
            on="target_id",
        )
        .filter(~_loose(), ~_of_shared_service())
        .with_columns(seen=_seen())
    )
    needs = linked.with_columns(
        words=pl.col("relation").replace_strict(rules["words"], return_dtype=pl.String),
        cite=cited(linked["seen"].unique()),
        orders=True,
    )
    serving = application_ties(
        ends.filter(~pl.col("serves_all").fill_null(value=False)), rules["group_limit"]
    ).with_columns(relation=pl.lit("application"), seen=0, orders=False, to_hub="large")
    relation = {name: rank for rank, row in enumerate(rules["ties"]["relations"]) for name in row}
    status = {name: rank for rank, name in enumerate(rules["ties"]["statuses"])}
    strength = [
        pl.col("to_hub").fill_null(False),
        pl.col("relation").replace_strict(relation, return_dtype=pl.Int64),
        pl.col("status").replace_strict(status, return_dtype=pl.Int64),
        -pl.col("seen"),
    ]
    ranked = pl.concat([needs, serving], how="diagonal_relaxed").sort(
        *strength, "a", "b", "edge", "cite"
    )
    bound = with_binding(ranked, movable)
    return bound.with_row_index("tie").select(
        "tie", "a", "b", "source", "target", "words", "cite", "orders", "binds"
    )


def _loose() -> pl.Expr:
    """True of placements on what carries many, such as a virtual machine on its host."""
    return pl.any_horizontal(
        (pl.col("relation") == rule["relation"])
        & pl.col("source_type").is_in(rule["source"])
        & pl.col("target_type").is_in(rule["target"])
        for rule in load("planning")["loose_placements"]
    )


def _of_shared_service() -> pl.Expr:
    """True of connections with assets that serve the whole estate; what they run on stays a tie."""
    shared = pl.col("from_shared").fill_null(False) | pl.col("to_shared").fill_null(False)
    return shared & pl.col("relation").is_in([Relation.DEPENDS_ON, Relation.CONNECTS_TO])


def _seen() -> pl.Expr:
    """How often the edge was observed."""
    counts = pl.when(_OBSERVED).then(pl.element().struct.field("count"))
    return pl.col("evidence").list.eval(counts).list.sum().fill_null(0)
