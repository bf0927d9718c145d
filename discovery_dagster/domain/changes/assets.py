"""Things that appeared, were not seen again, or are described otherwise."""

from typing import Final

import polars as pl

from discovery_dagster.domain.changes.sources import seen_again
from discovery_dagster.domain.changes.values import APPEARED, changed_fields
from discovery_dagster.domain.tables import ATTRIBUTES, ClassifiedAssets, InventoryMembers
from discovery_dagster.domain.tables.words import Change, Changed

#: Fields whose values are compared. `custom` is left out: among the columns that no field stands
#: for are the dates and counters of the exporting tool, which are others each time.
FIELDS: Final = (
    *(name for name in ATTRIBUTES if name != "custom"),
    "type",
    "os_family",
    "eol_date",
    "eol_status",
)


def changes(
    before: ClassifiedAssets, after: ClassifiedAssets, members: InventoryMembers, here: pl.DataFrame
) -> pl.DataFrame:
    """Compare assets by their ids.

    Args:
        before: `CLASSIFIED_ASSETS`.
        after: likewise.
        members: `INVENTORY_MEMBERS` of `before`.
        here: as `sources.present_tables` gives it.

    Returns:
        Columns of `SESSION_CHANGES`, those of edges left out.
    """
    named = ["asset_id", "name"]
    appeared = after.join(before, on="asset_id", how="anti").select(*named, change=pl.lit(APPEARED))
    disappeared = before.join(after, on="asset_id", how="anti").select(named)
    lost = disappeared.join(
        seen_again(members, here, ["asset_id"]), on="asset_id", how="left"
    ).with_columns(pl.col("change").fill_null(Change.SOURCE_ABSENT))
    parts = [appeared, lost, changed_fields(before, after, ["asset_id"], FIELDS, ["name"])]
    return pl.concat(parts, how="diagonal").with_columns(what=pl.lit(Changed.ASSET))
