"""Assets that moved to another group or wave, or whose 6R hint is another one.

Groups are numbered anew in each session: G007 of one may be G008 of the next without anything
having moved. So each group is paired with the one that it has most assets in common with, and only
what is in neither of a pair has moved.
"""

import polars as pl

from discovery_dagster.domain.changes.values import CHANGED, changed_fields
from discovery_dagster.domain.tables import ClassifiedAssets, PlanPlacements
from discovery_dagster.domain.tables.words import Changed


def changes(
    before: PlanPlacements, after: PlanPlacements, assets: ClassifiedAssets
) -> pl.DataFrame:
    """Compare the places of the assets that are in both plans.

    Args:
        before: `PLAN_PLACEMENTS`.
        after: likewise.
        assets: `CLASSIFIED_ASSETS` of `after`, for their names.

    Returns:
        Columns of `SESSION_CHANGES`, those of edges left out.
    """
    valued = changed_fields(before, after, ["asset_id"], ["wave", "strategy"], [])
    both = after.select("asset_id", after="group").join(
        before.select("asset_id", before="group"), on="asset_id"
    )
    placed = both.filter(pl.any_horizontal(pl.col("before", "after").is_not_null()))
    # What is in a group of one plan alone is in no pair, and has moved.
    moved = placed.join(_paired(placed.drop_nulls()), on=["before", "after"], how="anti").select(
        "asset_id", "before", "after", change=pl.lit(CHANGED), field=pl.lit("group")
    )
    names = assets.select("asset_id", "name")
    changed = pl.concat([valued, moved], how="diagonal")
    return changed.join(names, on="asset_id", how="left").with_columns(what=pl.lit(Changed.PLAN))


def _paired(both: pl.DataFrame) -> pl.DataFrame:
    """Pair groups, each with at most one, those with most assets in common first.

    Of pairs with as many in common, that with the first asset id comes first, so that pairing the
    other way round gives the same pairs.
    """
    shared = (
        both.group_by("before", "after")
        .agg(pl.len().alias("common"), pl.col("asset_id").min())
        .sort("common", "asset_id", descending=[True, False])
    )
    left: set[str] = set()
    right: set[str] = set()
    pairs = []
    for old, new in shared.select("before", "after").iter_rows():
        if old not in left and new not in right:
            left.add(old)
            right.add(new)
            pairs.append((old, new))
    return pl.DataFrame(pairs, schema={"before": pl.String, "after": pl.String}, orient="row")
