"""The inventory of a session, put together: clusters, details, mentions, values and ids."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from discovery_dagster.domain.decisions import endpoints as endpoint_decisions
from discovery_dagster.domain.decisions.identity import PERSON, SPLIT, IdentityDecision
from discovery_dagster.domain.identity import extraction
from discovery_dagster.domain.identity.conflicts import find_conflicts
from discovery_dagster.domain.identity.mentions import endpoints, mentioned
from discovery_dagster.domain.identity.merged_records import MergedRecords
from discovery_dagster.domain.identity.registration import (
    assign,
    names_of_several,
    of_any_kind,
    qualified,
    several,
    to_register,
)
from discovery_dagster.domain.names.hosts import folded, group
from discovery_dagster.domain.names.index import NameIndex
from discovery_dagster.domain.stages import no_advance
from discovery_dagster.domain.tables import (
    INVENTORY_ASSETS,
    INVENTORY_CONFLICTS,
    INVENTORY_MEMBERS,
    RELATION_RECORDS,
    AssetRecords,
    InventoryAssets,
    InventoryConflicts,
    InventoryMembers,
    RelationRecords,
    conform,
    empty,
)

#: Of `resolve`: what is declared, whom the relations name, what is only named.
STAGES = 3

_PLACE = ["file", "sheet", "line"]


@dataclass(frozen=True)
class Inventory:
    """One row per asset, its golden record, and why its records were merged.

    `assets`, `members` and `conflicts` are in `INVENTORY_ASSETS`, `INVENTORY_MEMBERS` and
    `INVENTORY_CONFLICTS`; `identifiers` (`identifier, asset_id`) is what is to be registered.
    """

    assets: InventoryAssets
    members: InventoryMembers
    conflicts: InventoryConflicts
    identifiers: pl.DataFrame


def identifiers(assets: AssetRecords, relations: RelationRecords) -> pl.DataFrame:
    """Return the identifiers of each record: `record, identifier, strength, form`.

    Args:
        assets: rows in `ASSET_RECORDS`.
        relations: rows in `RELATION_RECORDS`; they tell on which host an instance runs.
    """
    return extraction.identifiers(extraction.describe(assets, relations))


def candidate_identifiers(assets: AssetRecords, relations: RelationRecords) -> pl.Series:
    """Return every identifier by which `resolve` may look an asset up, each once."""
    mentions = mentioned(endpoints(relations), assets.height)
    candidates = pl.concat([identifiers(part, relations) for part in (assets, mentions)])
    candidates = pl.concat(
        [candidates.select("identifier"), of_any_kind(candidates.select("identifier"))]
    )
    ways = (pl.col("identifier"), qualified("identifier"), several("identifier"))
    return pl.concat(candidates.select(way).to_series() for way in ways).unique()


def resolve(
    engagement: str,
    assets: AssetRecords,
    relations: RelationRecords,
    known: Mapping[str, str],
    decisions: Sequence[IdentityDecision] = (),
    advance: Callable[[], None] = no_advance,
    aliases: pl.DataFrame | None = None,
) -> Inventory:
    """Merge the records of one thing, and say which asset it is.

    Args:
        engagement: key of the engagement.
        assets: rows in `ASSET_RECORDS`.
        relations: rows in `RELATION_RECORDS`.
        known: asset ids of the engagement by identifier.
        decisions: of people, in the order in which they were made.
        advance: called at the end of each of `STAGES` stages.
        aliases: names that people gave to assets, as `endpoint_decisions.aliases` returns.

    Returns:
        The inventory, assets by name and id; it does not depend on the order of `known`.
    """
    declared = MergedRecords.of(assets, relations, decisions)
    advance()
    ends = endpoints(relations)
    index = declared.merged.with_columns(asset_id=pl.col("cluster").cast(pl.String))
    resolved = NameIndex.of(index).resolve(ends, by_address=False)
    advance()
    unmet = ends.filter((resolved["how"] == "no_such_asset") & resolved["name"].is_not_null())
    # An address that a declared thing has may be an alias of it: it says nothing of the name.
    taken = assets["ip_addresses"].explode().drop_nulls().unique().implode()
    unmet = unmet.with_columns(pl.when(~pl.col("address").is_in(taken)).then("address"))
    named = MergedRecords.of(mentioned(unmet, assets.height), empty(RELATION_RECORDS))
    advance()
    banned = {name for one in decisions if one.kind == SPLIT for name in one.identifiers}
    given = endpoint_decisions.aliases(()) if aliases is None else aliases
    return _inventory(engagement, known, banned, declared, named, resolved, given)


def _inventory(
    engagement: str,
    known: Mapping[str, str],
    banned: Collection[str],
    declared: MergedRecords,
    named: MergedRecords,
    resolved: pl.DataFrame,
    aliases: pl.DataFrame,
) -> Inventory:
    # A thing known by name alone is known from where it is first named.
    first_named = pl.col("record") == pl.col("record").min().over("cluster")
    placed = ["cluster", "record", *_PLACE]
    members = pl.concat(
        [declared.members.select(placed), named.members.filter(first_named).select(placed)]
    )
    owned = pl.concat([declared.owned, named.owned])
    # A decision has a number, which is none of the thing's own: no id is derived from it.
    owned = owned.filter(~pl.col("identifier").str.starts_with(f"{PERSON}:"))
    facts = pl.concat([declared.facts, named.facts])
    assigned = assign(engagement, _fallbacks(members), owned, facts, known, banned)
    assigned = assigned.join(_aliased(named.merged, assigned, aliases), on="cluster", how="anti")
    ids = assigned.drop("by_name")
    # What is found by its name alone does not bear it: another one may come to.
    own = to_register(owned, facts).join(assigned.filter(pl.col("by_name").is_null()), on="cluster")
    registered = [own.select("identifier", "asset_id"), names_of_several(own, owned, known)]
    golden_records = [
        _with_stated_types(declared.merged, resolved).with_columns(named_only=pl.lit(False)),
        named.merged.with_columns(named_only=pl.lit(True), records=pl.lit(1, pl.UInt32)),
    ]
    assets = _with_aliases(
        pl.concat(golden_records).join(ids, on="cluster").drop("cluster"), aliases
    )
    keys = pl.concat([declared.keys, named.keys])
    explained = (
        members.join(assigned, on="cluster").join(keys, on="record", how="left").sort("record")
    )
    reasons = pl.concat_list(pl.col("keys").fill_null([]), "by_name").list.drop_nulls()
    explained = explained.with_columns(keys=reasons).drop("cluster", "by_name")
    conflicts = find_conflicts(declared.members, declared.merged)
    conflicts = conflicts.join(ids, on="cluster", maintain_order="left").drop("cluster")
    return Inventory(
        assets=conform(assets.sort("name", "asset_id"), INVENTORY_ASSETS),
        members=conform(explained, INVENTORY_MEMBERS),
        conflicts=conform(conflicts, INVENTORY_CONFLICTS),
        identifiers=pl.concat(registered).unique().sort("identifier"),
    )


def _aliased(named: pl.DataFrame, assigned: pl.DataFrame, aliases: pl.DataFrame) -> pl.DataFrame:
    """Return the clusters known only by a name that is an alias of another asset."""
    other = aliases.select("key", other="asset_id")
    own = (
        named.select("cluster", key=folded("name"))
        .join(assigned, on="cluster")
        .join(other, on="key")
    )
    own = own.filter(pl.col("asset_id") != pl.col("other"))
    # The thing that it is an alias of must be here, and none of these.
    here = assigned.join(own, on="cluster", how="anti").select(other="asset_id")
    return own.join(here, on="other", how="semi").select("cluster")


def _with_aliases(assets: pl.DataFrame, aliases: pl.DataFrame) -> pl.DataFrame:
    """Add to `assets` the aliases that people gave them."""
    given = aliases.group_by("asset_id", maintain_order=True).agg(given="alias")
    joined = assets.join(given, on="asset_id", how="left", maintain_order="left")
    both = pl.concat_list("aliases", pl.col("given").fill_null([]))
    return joined.with_columns(aliases=both.list.unique(maintain_order=True)).drop("given")


def _fallbacks(members: pl.DataFrame) -> pl.DataFrame:
    """The place of its first record identifies a thing that nothing else does."""
    first = members.sort("record").unique("cluster", keep="first", maintain_order=True)
    place = pl.concat_str(
        "file", pl.col("sheet").fill_null(""), pl.col("line").cast(pl.String), separator="|"
    )
    return first.select("cluster", fallback=pl.lit("record:") + place)


def _with_stated_types(merged: pl.DataFrame, resolved: pl.DataFrame) -> pl.DataFrame:
    """Give things without a type the one that relations state of them, when all agree."""
    stated = (
        resolved.filter(group("type", "kinds").is_not_null())
        .drop_nulls("asset_id")
        .group_by(pl.col("asset_id").cast(pl.UInt32).alias("cluster"))
        .agg(pl.col("type").unique().alias("stated"))
        .filter(pl.col("stated").list.len() == 1)
        .with_columns(pl.col("stated").list.first())
    )
    joined = merged.join(stated, on="cluster", how="left", maintain_order="left")
    return joined.with_columns(declared_type=pl.coalesce("declared_type", "stated")).drop("stated")
