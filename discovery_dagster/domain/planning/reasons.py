"""Why an asset is in its group and wave, in sentences that name the deciding edge.

Nothing is decided here: the sentences are made from the ties, groups and waves of `plan`.
"""

from collections.abc import Sequence

import polars as pl

from discovery_dagster.domain.decisions.constraints import ResolvedConstraints
from discovery_dagster.domain.planning.placing import Placed
from discovery_dagster.domain.planning.scheduling import Room
from discovery_dagster.domain.tables import Edges
from discovery_dagster.domain.texts import formatted

#: Names that a sentence lists before it says how many more there are.
_NAMED = 5


def companions(assets: pl.DataFrame, ties: pl.DataFrame, edges: Edges, limit: int) -> pl.Series:
    """Say of each asset which one it moves with, or why it moves alone.

    Args:
        assets: `node, asset_id, group`, and `bonded`, whether people bind it to others.
        ties: as `ties.ties` gives them, with the groups of both ends as `from` and `to`.
        edges: `EDGES`, for what an asset without ties has.
        limit: assets that a group has at most.

    Returns:
        A sentence for each row of `assets`.
    """
    inside = pl.col("from") == pl.col("to")
    outward = formatted("{} because it {} it ({}).", "target", "words", "cite")
    inward = formatted("{} because {} {} it ({}).", "source", "source", "words", "cite")
    words = ("source", "target", "words", "cite")
    sides = [
        ties.select("tie", *words, inside=inside, node=node, outward=node == "a")
        for node in ("a", "b")
    ]
    # A tie inside the group decides before any that was cut.
    best = pl.concat(sides).sort(pl.col("inside").not_(), "tie")
    best = best.unique("node", keep="first", maintain_order=True).select(
        "node",
        "inside",
        other=pl.when("outward").then("target").otherwise("source"),
        why=pl.when("outward").then(outward).otherwise(inward),
    )
    ends = (
        pl.concat([edges["source_id"], edges["target_id"]]).drop_nulls().value_counts(name="ends")
    )
    described = (
        assets.select("node", "asset_id")
        .join(best, on="node", how="left", maintain_order="left")
        .join(
            ends.rename({ends.columns[0]: "asset_id"}),
            on="asset_id",
            how="left",
            maintain_order="left",
        )
    )
    described = described.join(
        assets.select("node", "bonded", size=pl.len().over("group")),
        on="node",
        maintain_order="left",
    )
    return described.select(
        pl.when("inside")
        .then(formatted("Moves with {}", "why"))
        .when(pl.col("inside").is_not_null())
        .then(
            formatted(
                "Moves without {}: joined with it and what lies between, the group would exceed"
                f" {limit} assets, or hold what is kept apart.",
                "other",
            )
        )
        .when(pl.col("size") > 1, ~pl.col("bonded"))
        .then(
            pl.lit(
                "Collected with others of its kind, which belong to no application and which"
                " nothing ties: who owns it?"
            )
        )
        .when(pl.col("ends") > 0)
        .then(
            pl.lit(
                "Moves alone: what it is connected to is infrastructure, carries many others or is"
                " no asset of the plan."
            )
        )
        .otherwise(pl.lit("Moves alone: there is no evidence of a dependency."))
    ).to_series()


def position(ties: pl.DataFrame, by: str) -> pl.DataFrame:
    """Return the strongest tie into the wave before, of each asset or group that has one.

    Args:
        ties: with the waves of both ends' groups as `from_wave` and `to_wave`.
        by: `a` for assets, `from` for groups.

    Returns:
        `by`, and the tie's `target`, `to_wave` and `sentence`, such as `a runs on b (file line 4)`.
    """
    sentence = formatted("{} {} {} ({})", "source", "words", "target", "cite")
    deciding = ties.filter("orders", pl.col("to_wave") + 1 == pl.col("from_wave"))
    return (
        deciding.sort("tie")
        .unique(by, keep="first", maintain_order=True)
        .select(by, "target", "to_wave", "cite", sentence=sentence)
    )


def alternatives(ties: pl.DataFrame, room: Room | None) -> pl.DataFrame:
    """Say which wave each group could be in without its needs in the wave before.

    Args:
        ties: with the waves of both ends' groups as `from_wave` and `to_wave`, and the number of
            the source's group as `label`.
        room: what limits leave to each group; None where nothing limits the waves.

    Returns:
        `group`, and as ends of a sentence `instead` and `instead_in_full`, which names the edges,
        for groups that need any other.
    """
    outside = ties.filter("orders", pl.col("from") != pl.col("to"))
    deciding = pl.col("to_wave") + 1 == pl.col("from_wave")
    edges = (
        outside.filter(deciding)
        .select("label", group="from", edges=formatted("{} to {}", "source", "target"))
        .unique(maintain_order=True)
        .group_by("label", "group")
        .agg("edges")
    )
    others = outside.filter(~deciding).group_by("label").agg(next=pl.col("to_wave").max() + 1)
    counted = edges.join(others, on="label", how="left").with_columns(pl.col("next").fill_null(1))
    waves = counted["next"].cast(pl.Int64)
    if room is not None:
        pairs = zip(counted["label"], waves, strict=True)
        waves = pl.Series([room.sooner(label, wave) for label, wave in pairs], dtype=pl.Int64)
    number = pl.col("edges").list.len()
    cut = pl.when(number == 1).then(pl.lit("that edge is")).otherwise(
        formatted("its {} edges there are", number)
    )  # fmt: skip
    instead = (
        pl.when(pl.col("wave").is_not_null())
        .then(formatted("; could go in wave {} if {} cut", "wave", cut))
        .otherwise(formatted("; if {} cut, what was set still leaves it no earlier wave", cut))
    )
    names = pl.when(number > 1).then(formatted(" ({})", listed(pl.col("edges"))))
    return counted.with_columns(wave=waves).select(
        "group", instead=instead, instead_in_full=instead + names.fill_null("")
    )


def delay_reason(
    number: int, placed: Placed, constraints: ResolvedConstraints, names: Sequence[str]
) -> str:
    """Say why a group is in a later wave than its needs alone would allow.

    Args:
        number: of the group.
        placed: the plan.
        constraints: what people set.
        names: of the assets, by node.
    """
    scheduled = placed.scheduled[number]
    earliest = f"its needs alone would allow wave {scheduled.earliest}"
    if scheduled.late == "stage":
        return f"an earlier stage of its application moves before it; {earliest}"
    if scheduled.late == "pilot":
        return f"the first wave is a pilot; {earliest}"
    if scheduled.late == "full" and constraints.assets_per_wave is None:
        most = placed.assumed.wave
        return f"the waves before it have the {most} assets that are assumed at most; {earliest}"
    full, order = constraints.assets_per_wave, constraints.environment_order
    if scheduled.late == "full" and full is not None:
        return f"the waves before it are full; {earliest}. {full.sentence}"
    if scheduled.late == "rank" and order is not None:
        return f"earlier environments move first; {earliest}. {order.sentence}"
    if scheduled.late == "pinned":
        pin = placed.pinned[number][2].sentence
        return f"it, or what it moves with, is pinned there; {earliest}. {pin}"
    other, apart = next(
        (names[other], constraint)
        for other, constraint in placed.separated_from[number]
        if scheduled.wave - 1 in placed.waves_of(int(placed.group[other]))
    )
    return f"{other} is in the wave before; {earliest}. {apart.sentence}"


def listed(names: pl.Expr) -> pl.Expr:
    """Join a list of names, the first few by name and the others by number."""
    more = names.list.len().cast(pl.Int64) - _NAMED
    return pl.concat_str(
        names.list.head(_NAMED).list.join(", "),
        pl.when(more > 0).then(formatted(" and {} more", more)).otherwise(pl.lit("")),
    )
