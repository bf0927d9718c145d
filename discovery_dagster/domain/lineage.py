"""Where each value of an asset came from: place, column, original text, transform, rule, winner.

Computed from what the steps published; nothing is stored for it. Which records an asset has is the
inventory's answer, which of them is believed is `identity.merging`'s.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from discovery_dagster.domain.fields import UNMAPPED
from discovery_dagster.domain.identity.merging import field_group, rank
from discovery_dagster.domain.source_tables import FrameSource, cell_column, records_name
from discovery_dagster.domain.tables import (
    ATTRIBUTES,
    AssetRecords,
    FieldMapping,
    InventoryAssets,
    InventoryMembers,
)
from discovery_dagster.domain.tables.words import MappingMethod, MappingStatus

Row = dict[str, Any]

#: Fields whose value another one gives where no column gives it (see `canonical.assets`).
_GIVEN_BY: Mapping[str, tuple[str, ...]] = {
    "name": ("hostname", "fqdn", "provider_id", "smbios_uuid", "serial_number", "asset_tag",
             "mac_addresses", "ip_addresses", "source", "target"),
    "hostname": ("fqdn", "name", "source", "target"),
    "fqdn": ("hostname", "name", "source", "target"),
    "smbios_uuid": ("serial_number",),
    "ip_addresses": ("source_address", "target_address"),
}  # fmt: skip


@dataclass(frozen=True)
class Published:
    """What lineage is computed from: frames of the steps up to the inventory."""

    source: FrameSource  # of source_records
    mapping: FieldMapping  # as FIELD_MAPPING
    records: AssetRecords  # as ASSET_RECORDS
    members: InventoryMembers  # as INVENTORY_MEMBERS
    inventory: InventoryAssets  # as INVENTORY_ASSETS


def trace(published: Published, asset_id: str, field: str | None = None) -> list[Row]:
    """Say for each value of an asset where it came from.

    Args:
        published: frames of the session.
        asset_id: of an asset of its inventory.
        field: only this one, a key of `tables.ATTRIBUTES`; None for all that have a value.

    Returns:
        One row per field: `field`, `value` and `sources`, each with `file, sheet, line, column,
        text, value, transform, unit, method, confidence, format, won, merged, corrected`.
    """
    asset = published.inventory.row(by_predicate=pl.col("asset_id") == asset_id, named=True)
    members = published.members.filter(pl.col("asset_id") == asset_id)
    records = published.records.join(
        members.select("file", "sheet", "line"),
        on=["file", "sheet", "line"],
        how="semi",
        nulls_equal=True,
    )
    if records.is_empty():  # known by name alone, from a record that relates it to another
        records = members.select("file", "sheet", "line").join(
            pl.DataFrame([{name: asset[name] for name in ATTRIBUTES}], schema=dict(ATTRIBUTES)),
            how="cross",
        ).with_columns(
            pl.lit(0, pl.UInt32).alias("record"), pl.lit("").alias("format"),
            pl.lit(False).alias("detail"),
        )  # fmt: skip
    ranked = rank(records.with_columns(pl.lit(0, pl.UInt32).alias("cluster")))
    places = {
        (row["file"], row["sheet"], row["line"], row["name"]): _Place.find(published, row)
        for row in ranked.iter_rows(named=True)
    }
    wanted = [field] if field else list(ATTRIBUTES)
    return [
        {"field": name, "value": _plain(name, asset[name]), "sources": sources}
        for name in wanted
        if asset[name] not in (None, [])
        for sources in [_sources(name, asset[name], ranked, places)]
    ]


@dataclass(frozen=True)
class _Place:
    """The physical record behind a record, and what its columns mean."""

    format: str | None
    columns: Sequence[Row]  # of FIELD_MAPPING, with `text` and the `merged` cell that has it
    corrected: Row | None

    @classmethod
    def find(cls, published: Published, record: Row) -> "_Place":
        same = (pl.col("file") == record["file"]) & pl.col("sheet").eq_missing(
            pl.lit(record["sheet"])
        )
        for table in published.source["tables"].filter(same).iter_rows(named=True):
            physical = published.source[records_name(table["table"])].with_row_index("at")
            here = physical.filter(pl.col("line") == record["line"]).to_dicts()
            if here:
                match = _likeliest(here, record)
                own = published.mapping.filter(pl.col("table") == table["table"])
                merged = table.get("merged") or []  # of none, as older steps published tables
                columns = [
                    {
                        **row,
                        "text": match[cell_column(row["position"])],
                        "merged": _merged(merged, record["line"], row["position"]),
                    }
                    for row in own.iter_rows(named=True)
                ]
                corrected = published.source["corrections"].filter(
                    (pl.col("table") == table["table"]) & (pl.col("record") == match["at"])
                )
                return cls(record["format"] or table["format"], columns, _correction(corrected))
        return cls(None, [], None)

    def giving(self, field: str) -> list[Row]:
        """The columns with a text that give the field, or else one that it is derived from."""
        for name in (field, *_GIVEN_BY.get(field, ())):
            columns = [
                column
                for column in self.columns
                if column["status"] == MappingStatus.ACCEPTED
                and column["field"] == name
                and column["text"]
            ]
            if columns:
                return columns
        return []

    def custom(self) -> list[Row]:
        """The columns with a text that no field takes."""
        return [
            column
            for column in self.columns
            if column["text"]
            and (column["field"] == UNMAPPED or column["status"] != MappingStatus.ACCEPTED)
        ]


def _merged(merged: Sequence[Row], line: int, position: int) -> str | None:
    """The range whose first cell gave its text to the one at this line and position."""
    for each in merged:
        inside = (
            each["first_line"] <= line <= each["last_line"]
            and each["first_position"] <= position <= each["last_position"]
        )
        if inside and (line, position) != (each["first_line"], each["first_position"]):
            return str(each["range"])
    return None


def _likeliest(here: Sequence[Row], record: Row) -> Row:
    """Of the records on one line (as in one-line JSON) the one in which the name stands."""
    name = (record["name"] or "").casefold()
    return next(
        (row for row in here if any(name == str(cell).casefold() for cell in row.values())), here[0]
    )


def _correction(rows: pl.DataFrame) -> Row | None:
    if rows.is_empty():
        return None
    last = rows.tail(1).to_dicts()[0]
    return {name: last[name] for name in ("by_file", "by_sheet", "by_line", "before")}


def _sources(
    field: str, value: Any, ranked: pl.DataFrame, places: Mapping[tuple[Any, ...], _Place]
) -> list[Row]:
    ordered = ranked.sort(field_group(field))
    sources, open_ = list[Row](), True
    for record in ordered.iter_rows(named=True):
        stated = record[field]
        if stated in (None, []):
            continue
        if isinstance(value, list) or field == "custom":
            won = True  # what several records say is united
        else:
            won, open_ = open_ and stated == value, open_ and stated != value
        place = places[record["file"], record["sheet"], record["line"], record["name"]]
        giving = place.custom() if field == "custom" else place.giving(field)
        columns: Sequence[Row | None] = giving or [None]
        sources.extend(_source(field, record, column, place, won) for column in columns)
    return sources


def _source(field: str, record: Row, column: Row | None, place: _Place, won: bool) -> Row:
    mapping = column or {"method": MappingMethod.FORMAT}  # no column: the format itself says so
    derived = column is not None and field != "custom" and column["field"] != field
    before = place.corrected["before"] if place.corrected else None
    return {
        "file": record["file"],
        "sheet": record["sheet"],
        "line": record["line"],
        "column": mapping.get("column"),
        "text": mapping.get("text"),
        "value": mapping.get("text") if field == "custom" else _plain(field, record[field]),
        "transform": f"from {mapping['field']}"
        if derived
        else _translation(record, column) or mapping.get("transform"),
        "unit": mapping.get("unit"),
        "method": mapping.get("method"),
        "confidence": mapping.get("confidence"),
        "format": place.format,
        "won": won,
        "merged": mapping.get("merged"),
        "corrected": None
        if place.corrected is None
        else {
            "file": place.corrected["by_file"],
            "sheet": place.corrected["by_sheet"],
            "line": place.corrected["by_line"],
            "was": before[column["position"]] if before and column else None,
        },
    }


def _translation(record: Row, column: Row | None) -> str | None:
    """What the client's dictionary says of the text of a column."""
    if column is None:
        return None
    beginning = f"`{str(column['text']).strip()}` in `{column['column']}` means "
    sentences = record.get("translations") or []
    return next((sentence for sentence in sentences if beginning in sentence), None)


def _plain(field: str, value: Any) -> Any:
    return json.loads(value) if field == "custom" and isinstance(value, str) else value
