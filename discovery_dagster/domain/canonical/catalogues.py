"""Catalogues of hardware models, which look like inventories and list no thing."""

from typing import Final

import polars as pl

from discovery_dagster.domain.canonical.accounts import SKIPPED
from discovery_dagster.domain.words import fold

_SHARE: Final = 0.8  # of a catalogue's records that are models
#: What a thing has and a model has not.
_OF_THINGS: Final = (
    "hostname", "fqdn", "provider_id", "smbios_uuid", "serial_number", "mac_addresses",
    "ip_addresses", "os_name", "location", "environment", "status", "applications",
    "business_owner", "technical_owner",
)  # fmt: skip
_REASON: Final = (
    "It is a model of hardware, not a thing: its name is its model, and it has no host name, "
    "address, serial number or place."
)


def list_models(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the records that are models where nearly all of a table are, as `SKIPPED`.

    A single device may be called by its model; a list of nothing else is a catalogue.

    Args:
        frame: the records of a table with the attributes of a thing.
    """
    maybe = frame.filter(pl.col("model").is_not_null(), pl.col("name").is_not_null())
    maybe = maybe.filter(~pl.any_horizontal(_has(maybe, field) for field in _OF_THINGS))
    if maybe.height < _SHARE * frame.height:
        return pl.DataFrame(schema=SKIPPED)
    models = [
        row
        for row, name, model in maybe.select("row", "name", "model").iter_rows()
        if f" {fold(name)}".endswith(f" {fold(model)}") or fold(name) in fold(model)
    ]
    if not models or len(models) < _SHARE * frame.height:
        return pl.DataFrame(schema=SKIPPED)
    return pl.DataFrame({"row": models, "reason": [_REASON] * len(models)}, schema=dict(SKIPPED))


def _has(frame: pl.DataFrame, field: str) -> pl.Expr:
    if isinstance(frame.schema[field], pl.List):
        return pl.col(field).list.len() > 0
    return pl.col(field).is_not_null()
