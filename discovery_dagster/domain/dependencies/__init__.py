"""Who needs whom: relation records resolved to assets and merged into edges with their evidence.

What a name means is decided in `naming`, what an edge's evidence is worth in `evidence.yaml`. What
follows from the edges together belongs to `graph` and `plan`.
"""

from collections.abc import Callable, Sequence
from typing import Final

import polars as pl

from discovery_dagster.domain import services
from discovery_dagster.domain.decisions import endpoints as endpoint_decisions
from discovery_dagster.domain.decisions.endpoints import EndpointDecision
from discovery_dagster.domain.dependencies import named_hosts, unresolved
from discovery_dagster.domain.dependencies.connection_strings import infer
from discovery_dagster.domain.dependencies.contradictions import with_conflicts, with_scans
from discovery_dagster.domain.names.index import NameIndex
from discovery_dagster.domain.stages import no_advance
from discovery_dagster.domain.tables import (
    EDGES,
    INVENTORY_MEMBERS,
    AssetRecords,
    ClassifiedAssets,
    Edges,
    InventoryMembers,
    RelationRecords,
    conform,
    empty,
)
from discovery_dagster.domain.tables.words import EvidenceKind
from discovery_dagster.domain.texts import formatted
from discovery_dagster.reference import load

#: Of `build`: what text names, the ends, the pieces of evidence, the edges.
STAGES: Final = 4

_ENDS: Final = ["source", "source_id", "target", "target_id", "family"]
_SERVICE: Final = ["port", "protocol", "service", "infrastructure"]
_EDGE: Final = [*_ENDS, *_SERVICE]
_KINDS: Final = ("declared", "inferred", "observed")  # in the order of trust in what they say
_PIECE: Final = ["kind", "file", "sheet", "line", "detail", "count", "first_seen", "last_seen"]


def build(
    assets: ClassifiedAssets,
    relations: RelationRecords,
    records: AssetRecords | None = None,
    advance: Callable[[], None] = no_advance,
    decided: Sequence[EndpointDecision] = (),
    members: InventoryMembers | None = None,
) -> Edges:
    """Merge relation records into edges.

    An edge is one source, target, family of relations (`evidence.yaml`), port and protocol. A
    record that does not say its port or protocol speaks for each edge between the same ends that
    does, so that a declared need and the connections seen are one edge, confirmed; where several
    ports were seen, each is an edge that carries the declaration. A connection to an
    infrastructure service (see `ports.csv`) is the exception: that a server is also monitored or
    administered from another does not confirm that it needs it, and is an edge beside.

    Args:
        assets: `CLASSIFIED_ASSETS`.
        relations: `RELATION_RECORDS`; each names or locates both ends.
        records: `ASSET_RECORDS`, from whose text dependencies are inferred.
        advance: called at the end of each of `STAGES` stages.
        decided: what people decided that endpoints are; it outranks names and addresses.
        members: `INVENTORY_MEMBERS`; what a record states of itself is its own asset's, whatever
            else bears the name.

    Returns:
        `EDGES`, ordered by source, target, relation and port. Ends that are no asset are kept as
        written. An asset's relations to itself are dropped.
    """
    index = NameIndex.of(assets)
    stated: pl.DataFrame = relations
    if records is not None:
        inferred = [infer(records, index), named_hosts.infer(records, assets, index)]
        stated = pl.concat([relations, *inferred])
    advance()
    own = empty(INVENTORY_MEMBERS) if members is None else members
    ends = _ends(assets, stated, index, decided, own)
    claims = _with_ends(stated, ends)
    claims = claims.join(_readings(), on=["relation", "kind"])
    advance()
    evidence = _pieces(_located(claims))
    advance()
    edges = evidence.group_by(_EDGE, maintain_order=True).agg(
        pl.struct(_PIECE).alias("evidence"),
        pl.col("reading").min(),
        *(pl.col("kind").eq(kind).any().alias(kind) for kind in _KINDS),
    )
    edges = edges.join(_readings().select("reading", "relation"), on="reading")
    edges = edges.join(_worth(), on=_KINDS).with_columns(
        resolved=pl.col("source_id").is_not_null() & pl.col("target_id").is_not_null(),
    )
    advance()
    edges = with_conflicts(with_scans(edges))
    edges = unresolved.explain(edges, ends, assets, decided)
    order = ["source", "target", "relation", "port", "protocol", "source_id", "target_id"]
    ordered = edges.sort(order).with_row_index("edge").select(list(EDGES))
    return conform(ordered, EDGES)


_SIDES: Final = ("source", "target")


def _ends(
    assets: pl.DataFrame,
    relations: pl.DataFrame,
    index: NameIndex,
    decided: Sequence[EndpointDecision],
    members: pl.DataFrame,
) -> pl.DataFrame:
    """Say what all sources, then all targets, are: `end, asset_id, candidates`."""
    own = members.select("record", "asset_id").join(
        assets.select("asset_id", "scope"), on="asset_id", maintain_order="left"
    )
    stating = {
        side: relations.select(record=f"{side}_record").join(
            own, on="record", how="left", maintain_order="left"
        )
        for side in _SIDES
    }
    endpoints = [
        relations.select(
            name=pl.col(side), address=pl.col(f"{side}_address"), type=pl.col(f"{side}_type")
        ).with_columns(stating[other]["scope"])
        for side, other in zip(_SIDES, reversed(_SIDES), strict=True)
    ]
    # Both sides in one frame: what a dotted name means depends on all other endpoints.
    resolved = endpoint_decisions.apply(index.resolve(pl.concat(endpoints)), decided, assets)
    stated = pl.concat(stating[side]["asset_id"] for side in _SIDES)
    resolved = resolved.with_columns(asset_id=stated.fill_null(resolved["asset_id"]))
    names = assets.select("asset_id", asset_name="name")
    named = resolved.join(names, on="asset_id", how="left", maintain_order="left")
    return named.select(
        pl.coalesce("asset_name", "name", "address").alias("end"), "asset_id", "candidates"
    )


def _with_ends(relations: pl.DataFrame, ends: pl.DataFrame) -> pl.DataFrame:
    """Replace both ends by the names of the assets they mean; add `source_id` and `target_id`."""
    halves = zip(_SIDES, (ends[: relations.height], ends[relations.height :]), strict=True)
    columns = [
        column
        for side, half in halves
        for column in (half["end"].alias(side), half["asset_id"].alias(f"{side}_id"))
    ]
    same = pl.col("source").eq(pl.col("target")) & pl.col("source_id").eq_missing(
        pl.col("target_id")
    )
    return relations.with_columns(columns).filter(~same)


def _located(claims: pl.DataFrame) -> pl.DataFrame:
    """Give records without a protocol or port those of the edges between the same ends."""
    at_port = [*_ENDS, "port"]
    # Without its port, a protocol that has ports tells nothing apart.
    alone = pl.col("protocol").is_in(services.without_port())
    somewhere = pl.col("port").is_not_null() | alone.fill_null(False)
    # What flow logs write in its place there, such as the type of a ping, is no port.
    claims = claims.with_columns(
        protocol=pl.when(somewhere).then("protocol"),
        port=pl.when(~alone.fill_null(False)).then("port"),
    )
    # `HTTPS` or `JDBC` says what is spoken on the port, not by which transport.
    transports = sorted(set(load("protocols").values()))
    is_transport = pl.col("protocol").is_in(transports).fill_null(value=True)
    for unplaced, known in (
        (~is_transport, is_transport),
        (pl.col("protocol").is_null(), pl.lit(True)),
    ):
        seen = claims.filter(pl.col("port").is_not_null(), pl.col("protocol").is_not_null(), known)
        unplaced &= pl.col("port").is_not_null()
        claims = _spread(claims, unplaced, seen.select(*at_port, "protocol"), at_port)
    claims = services.with_services(claims)
    needs = claims.filter(pl.col("port").is_not_null() & pl.col("infrastructure").is_null())
    unplaced = pl.col("port").is_null() & pl.col("protocol").is_null()
    return _spread(claims, unplaced, needs.select(*_ENDS, *_SERVICE), _ENDS)


def _spread(
    claims: pl.DataFrame, unplaced: pl.Expr, places: pl.DataFrame, keys: list[str]
) -> pl.DataFrame:
    """Repeat each record that is `unplaced` for every place of the same `keys`, if there is one."""
    columns = [column for column in places.columns if column not in keys]
    loose = claims.filter(unplaced)
    placed = loose.drop(columns).join(places.unique(), on=keys, nulls_equal=True)
    left = loose.join(places, on=keys, how="anti", nulls_equal=True)
    return pl.concat([claims.filter(~unplaced), left, placed.select(claims.columns)])


def _pieces(claims: pl.DataFrame) -> pl.DataFrame:
    """Return the pieces of evidence of each edge, in order.

    A declared or inferred record is a piece; the observations of one file are one piece together,
    at the line of the first.
    """
    seen = pl.col("kind") == EvidenceKind.OBSERVED
    grouped = claims.group_by(
        *_EDGE, "kind", "file", "sheet", pl.when(~seen).then("line").alias("at")
    ).agg(
        pl.col("line").min(),
        pl.col("count").fill_null(1).sum(),
        pl.col("reading").min(),
        pl.col("first_seen").min(),
        pl.col("last_seen").max(),
        stated=pl.concat_str("phrase", "detail", separator=": ", ignore_nulls=True).min(),
        different=pl.col("detail").drop_nulls().n_unique(),
    )
    others = pl.when(pl.col("different") > 1).then(
        formatted(" and {} others", pl.col("different") - 1)
    )
    window = pl.concat_str(
        "first_seen",
        pl.when(pl.col("last_seen") != pl.col("first_seen")).then("last_seen"),
        separator=" to ",
        ignore_nulls=True,
    )
    parts = [
        pl.when(pl.col("stated") != "").then(pl.col("stated") + others.fill_null("")),
        pl.when(window != "").then(pl.lit("seen ") + window),
    ]
    detail = pl.concat_str(parts, separator="; ", ignore_nulls=True)
    described = grouped.with_columns(detail=pl.when(detail != "").then(detail))
    return described.sort("kind", "file", "sheet", "line", "detail")


def _readings() -> pl.DataFrame:
    """One row per kind and relation, the best reading of an edge first: `reading` and `family`."""
    families = load("evidence")["families"]
    rows = [
        (kind, relation, family)
        for kind in _KINDS
        for family, relations in families.items()
        for relation in relations
    ]
    table = pl.DataFrame(rows, schema=["kind", "relation", "family"], orient="row")
    return table.with_row_index("reading")


def _worth() -> pl.DataFrame:
    """One row per set of kinds, as booleans: `status` and `confidence`."""
    return pl.DataFrame(
        [
            {kind: kind in row["kinds"] for kind in _KINDS}
            | {"status": row["status"], "confidence": row["confidence"]}
            for row in load("evidence")["kinds"]
        ]
    )
