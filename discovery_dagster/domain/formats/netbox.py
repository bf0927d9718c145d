"""NetBox: database dumps (`model`, `pk`, `fields`), and CSV exports of devices and machines.

A dump holds records of all models in one array, which name each other by number. It becomes one
table a model, with names in the place of numbers; `device_role` is `role` since version 3.6.
"""

from typing import Final

import polars as pl

from discovery_dagster.domain.formats.reshaping import (
    add_columns,
    cells_of,
    filled_columns,
    with_header,
)
from discovery_dagster.domain.source_tables import SourceTable

_DEVICE, _MACHINE, _CLUSTER = (
    "dcim.device",
    "virtualization.virtualmachine",
    "virtualization.cluster",
)
_FIELDS = "fields."
_IDENTIFIER: Final = "netbox_id"

#: Field that holds a number, the models that it may be of, and the field that names one of those.
_REFERENCES: Final = {
    "device_role": ("dcim.devicerole", "name"),
    "role": ("dcim.devicerole", "name"),
    "device_type": ("dcim.devicetype", "model"),
    "manufacturer": ("dcim.manufacturer", "name"),
    "site": ("dcim.site", "name"),
    "platform": ("dcim.platform", "name"),
    "cluster": (_CLUSTER, "name"),
    "tenant": ("tenancy.tenant", "name"),
    "primary_ip4": ("ipam.ipaddress", "address"),
    "primary_ip6": ("ipam.ipaddress", "address"),
    "device": (_DEVICE, "name"),
}


def reshape(tables: tuple[SourceTable, ...]) -> tuple[SourceTable, ...]:
    """Part each dump into a table for each model that is used, and one for all others."""
    return tuple(
        part for table in tables for part in (_parts(table) if _is_dump(table) else (table,))
    )


def _is_dump(table: SourceTable) -> bool:
    if not {"model", "pk", "fields.name"} <= set(table.header):
        return False
    return bool(cells_of(table, "model").is_in([_DEVICE, _MACHINE]).any())


def _parts(dump: SourceTable) -> list[SourceTable]:
    model = cells_of(dump, "model").fill_null("")
    used = [name for name in (_DEVICE, _MACHINE, _CLUSTER) if bool((model == name).any())]
    parts = [_one_model(dump, name) for name in used]
    others = _rows(dump, ~model.is_in(used), "netbox")
    return [*parts, others] if others.records.height else parts


def _one_model(dump: SourceTable, model: str) -> SourceTable:
    part = _rows(dump, cells_of(dump, "model") == model, model)
    # What begins with `_` NetBox derives from the other fields, such as `_name` to sort by.
    header = {
        name: name.removeprefix(_FIELDS)
        for name in filled_columns(part)
        if not name.startswith(_FIELDS + "_")
    }
    identifier = model + "/" + cells_of(part, "pk")
    part = with_header(part, {old: new for old, new in header.items() if old != "model"})
    named = {
        field: cells_of(part, field).replace_strict(
            _names(dump, *named), default=None, return_dtype=pl.String
        )
        for field, named in _REFERENCES.items()
        if field in part.header
    }
    manufacturers = _manufacturers(dump, part)
    return add_columns(part, {**named, **manufacturers, _IDENTIFIER: identifier})


def _names(dump: SourceTable, model: str, field: str) -> dict[str, str]:
    """The names of the records of `model`, by their number; a nameless one has its identifier."""
    column = _FIELDS + field
    if column not in dump.header:
        return {}
    records = pl.DataFrame(
        {
            "model": cells_of(dump, "model"),
            "pk": cells_of(dump, "pk"),
            "name": cells_of(dump, column),
        }
    ).filter(pl.col("model") == model, pl.col("pk").is_not_null())
    named = records.with_columns(pl.col("name").fill_null(model + "/" + pl.col("pk")))
    return dict(named.select("pk", "name").iter_rows())


def _manufacturers(dump: SourceTable, part: SourceTable) -> dict[str, pl.Series]:
    """The manufacturer of each device, which its type names."""
    if "device_type" not in part.header or "fields.manufacturer" not in dump.header:
        return {}
    by_type = _names(dump, "dcim.devicetype", "manufacturer")
    names = _names(dump, "dcim.manufacturer", "name")
    manufacturers = {number: names.get(maker) for number, maker in by_type.items()}
    cells = cells_of(part, "device_type")
    return {
        "manufacturer": cells.replace_strict(manufacturers, default=None, return_dtype=pl.String)
    }


def _rows(dump: SourceTable, chosen: pl.Series, sheet: str) -> SourceTable:
    records = dump.records.filter(chosen.fill_null(value=False))
    return SourceTable(dump.file, sheet, dump.header, dump.header_line, records)
