"""The inventory."""

from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query
from pydantic import BaseModel, Field

from discovery_dagster.api.freshness import Fresh
from discovery_dagster.api.lists import SESSION, Selection, Text, Values, add_list, asked_of
from discovery_dagster.api.problems import NotFound, described
from discovery_dagster.api.security import AssetOf, DatabaseOf, SessionOf, StateOf
from discovery_dagster.domain.lineage import trace
from discovery_dagster.domain.tables import ATTRIBUTES
from discovery_dagster.store.lineage import published
from discovery_dagster.store.reading import assets
from discovery_dagster.store.reading.listing import Row

router = APIRouter(tags=["inventory"])


class Source(BaseModel):
    """A record of the asset: its file and physical line."""

    file: str = Field(examples=["servers.csv"])
    sheet: str | None = Field(examples=[None])
    line: int = Field(examples=[17])


class Asset(BaseModel):
    """An IT asset. `memory_gb` is in GiB, `storage_gb` in 10⁹ bytes; `unknown` is an answer."""

    id: str
    name: str | None = Field(examples=["db-07"])
    type: str = Field(examples=["database"])
    tier: str | None
    environment: str | None = Field(examples=["production"])
    criticality: str | None
    os_family: str | None = Field(examples=["linux"])
    os_name: str | None
    os_version: str | None
    eol_date: str | None = Field(examples=["2027-10-31"])
    eol_status: str | None
    hostname: str | None
    fqdn: str | None
    ip_addresses: list[str]
    mac_addresses: list[str]
    serial_number: str | None
    cpu_cores: int | None
    memory_gb: float | None = Field(description="GiB")
    storage_gb: float | None = Field(description="10⁹ bytes")
    location: str | None
    business_owner: str | None
    technical_owner: str | None
    applications: list[str]
    confidence: float | None = Field(description="Of the type, 0 to 1.", examples=[0.95])
    rationale: list[str] = Field(description="Why each judged field is as it is.")
    overridden: bool = Field(description="Whether a person decided a field.")
    overridden_fields: list[str] | None = Field(description="Those fields.")
    sources: list[Source]
    strategy: str | None = Field(examples=["rehost"])
    group: str | None
    wave: int | None
    product: str | None
    vendor: str | None
    model: str | None
    status: str | None
    description: str | None
    custom: dict[str, Any] | None = Field(description="Columns that no field stands for.")
    virtual: bool | None = Field(description="Null where nothing tells.")
    software: list[dict[str, Any]] | None = Field(description="Products that were recognised.")
    tier_confidence: float | None
    environment_confidence: float | None
    criticality_confidence: float | None
    os_confidence: float | None
    declared_type: str | None
    declared_type_text: str | None = Field(description="As written, like all `…_text`.")
    os_name_text: str | None
    environment_text: str | None
    criticality_text: str | None
    tier_text: str | None
    provider_id: str | None
    strategy_reason: str | None
    plan_reason: str | None
    asset_tag: str | None
    scope: str | None = Field(description="Namespace, project, account or vCenter of its name.")
    aliases: list[str] = Field(description="Further names by which others refer to it.")


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
    counted = assets.facets(database, session, asked_of(assets.ASSETS, query))
    return Facets.model_validate({"facets": counted.counts, "complete": counted.complete})


add_list(router, assets.ASSETS, AssetSelection, Asset)


@router.get(
    f"{SESSION}/assets/{{asset}}",
    response_model=Asset,
    responses=described(304, 401, 404, 429, 503),
)
def read_asset(asset: AssetOf, session: SessionOf, database: DatabaseOf, etag: Fresh) -> Row:
    """Read one asset by its id."""
    found = assets.asset(database, session, asset)
    if found is None:
        raise NotFound
    return found


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
        raise HTTPException(422, f"There is no such field; there are {', '.join(ATTRIBUTES)}.")
    return {"values": trace(published(state.database, state.objects, session), asset, field)}
