"""The inventory."""

from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query
from pydantic import BaseModel, Field

from discovery_dagster.api.freshness import Fresh
from discovery_dagster.api.lists import SESSION, Selection, Text, Values, add_list, criteria_of
from discovery_dagster.api.models import row_model
from discovery_dagster.api.problems import NotFound, described
from discovery_dagster.api.security import AssetOf, DatabaseOf, SessionOf, StateOf
from discovery_dagster.domain.lineage import trace
from discovery_dagster.domain.tables import ATTRIBUTES, shown
from discovery_dagster.store.lineage import published
from discovery_dagster.store.reading import assets
from discovery_dagster.store.reading.listing import Row

router = APIRouter(tags=["inventory"])


class Source(BaseModel):
    """A record of the asset: its file and physical line."""

    file: str = Field(examples=["servers.csv"])
    sheet: str | None = Field(examples=[None])
    line: int = Field(examples=[17])


Asset = row_model(
    "Asset",
    shown.ASSETS,
    "An IT asset. `memory_gb` is in GiB, `storage_gb` in 10⁹ bytes; `unknown` is an answer.",
    nullable=("tier", "environment", "criticality", "confidence", "overridden_fields"),
    types={"sources": list[Source]},
    examples={
        "name": "db-07",
        "type": "database",
        "environment": "production",
        "os_family": "linux",
        "eol_date": "2027-10-31",
        "confidence": 0.95,
        "strategy": "rehost",
    },
)


class AssetSelection(Selection):
    """Filters of the inventory; a repeated one means any of its values."""

    id: Values
    name: Values
    type: Values
    tier: Values
    environment: Values
    criticality: Values
    os_family: Values
    os_name: Values
    os_version: Values
    eol_status: Values
    eol_date: Values
    hostname: Values
    fqdn: Values
    serial_number: Values
    asset_tag: Values
    scope: Values
    location: Values
    business_owner: Values
    technical_owner: Values
    vendor: Values
    model: Values
    product: Values
    status: Values
    description: Values
    declared_type: Values
    provider_id: Values
    cpu_cores: Values
    virtual: Values
    overridden: Values
    strategy: Values
    group: Values
    wave: Values
    ip_address: Text | None = None
    mac_address: Text | None = None
    application: Text | None = None
    alias: Text | None = None
    software: Text | None = Field(
        None, description="Name of a product, as in `software` of an asset."
    )
    file: Text | None = Field(None, description="File that a record of the asset is in.")
    min_confidence: float | None = None
    max_confidence: float | None = None
    min_memory_gb: float | None = None
    max_memory_gb: float | None = None
    min_storage_gb: float | None = None
    max_storage_gb: float | None = None


class Facets(BaseModel):
    """Counts by field and value; `none` counts assets without a value."""

    facets: dict[str, dict[str, int]]
    complete: bool = Field(
        description="False: so many at least; the session has more assets than a search looks at."
    )


@router.get(f"{SESSION}/assets/facets", responses=described(304, 401, 404, 422, 429, 503))
def read_facets(
    session: SessionOf,
    database: DatabaseOf,
    etag: Fresh,
    query: Annotated[AssetSelection, Query()],
) -> Facets:
    """Count the values of the inventory's fields among the assets asked for."""
    counted = assets.facets(database, session, criteria_of(assets.ASSETS, query))
    return Facets.model_validate({"facets": counted.counts, "complete": counted.complete})


add_list(router, assets.ASSETS, AssetSelection, Asset)


@router.get(
    f"{SESSION}/assets/{{asset}}",
    response_model=Asset,
    responses=described(304, 401, 404, 429, 503),
)
def read_asset(asset: AssetOf, session: SessionOf, database: DatabaseOf, etag: Fresh) -> Row:
    """Read one asset by its id."""
    row = assets.asset(database, session, asset)
    if row is None:
        raise NotFound
    return row


class LineageSource(BaseModel):
    """A cell that says a value, and what was made of it."""

    file: str
    sheet: str | None
    line: int
    column: str | None
    text: str | None = Field(description="As written.")
    value: Any
    transform: str | None
    unit: str | None
    method: str | None
    confidence: float | None
    format: str | None
    won: bool = Field(description="Whether the asset has this value.")
    corrected: dict[str, Any] | None = Field(description="The file that corrected the record.")
    merged: str | None = Field(
        description="The merged cell that covers this one and has its text.", examples=["C2:C4"]
    )


class LineageValue(BaseModel):
    """A value of an asset and the cells that it came from."""

    field: str = Field(examples=["os_name"])
    value: Any
    sources: list[LineageSource]


class Lineage(BaseModel):
    """Where the values of an asset came from."""

    values: list[LineageValue]


@router.get(
    f"{SESSION}/assets/{{asset}}/lineage",
    response_model=Lineage,
    responses=described(304, 401, 404, 422, 429, 503),
)
def read_lineage(
    asset: AssetOf,
    session: SessionOf,
    state: StateOf,
    etag: Fresh,
    field: Annotated[str | None, Query(description="Only this field.")] = None,
) -> dict[str, Any]:
    """Say for each value of an asset its file, line, column, text and rule."""
    if assets.asset(state.database, session, asset) is None:
        raise NotFound
    if field is not None and field not in ATTRIBUTES:
        raise HTTPException(422, f"There is no such field; use {', '.join(ATTRIBUTES)}.")
    return {"values": trace(published(state.database, state.objects, session), asset, field)}
