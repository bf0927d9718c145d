"""Typing and checking the records of an inventory, against a Pydantic model a row."""

from datetime import datetime
from ipaddress import IPv4Address
from typing import Annotated

import polars as pl
from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, TypeAdapter, ValidationError

from benchmarks.measure import costs, report_cost
from discovery_dagster.domain import formats
from discovery_dagster.domain.canonical import canonicalise
from discovery_dagster.domain.mapping import map_table
from discovery_dagster.domain.source_tables import READ, SourceTable, cell_column
from discovery_dagster.reference import load

RECORDS = 100_000
_BAD_EVERY = 97
_ROUNDS = 5

#: Header and what a record's cell holds, by its number.
_COLUMNS = {
    "Name": lambda n: f"server-{n}",
    "FQDN": lambda n: f"server-{n}.acme.example",
    "IP Address": lambda n: f"10.{n % 250}.{n // 250 % 250}.7" if n % _BAD_EVERY else "10.0.0.x",
    "MAC Address": lambda n: f"00:50:56:{n >> 16 & 255:02x}:{n >> 8 & 255:02x}:{n & 255:02x}",
    "Serial Number": lambda n: f"CZJ{n:07d}",
    "OS": lambda n: ("Windows Server 2019", "RHEL 8.6", "Ubuntu 22.04")[n % 3],
    "CPU Cores": lambda n: str(2 + n % 30),
    "Memory (GB)": lambda n: str(4 + n % 60),
    "Storage (GB)": lambda n: str(40 + n % 900),
    "Environment": lambda n: ("Production", "Test", "Development")[n % 3],
    "Criticality": lambda n: ("high", "medium", "low")[n % 3],
    "Location": lambda n: f"DC {n % 7}",
    "Business Owner": lambda n: f"Owner {n % 500}",
    "Technical Owner": lambda n: f"Team {n % 40}",
    "Status": lambda _: "active",
    "Description": lambda n: f"machine number {n}",
}

_NO_VALUES = frozenset(load("placeholders")["anywhere"]) | {""}


def _clean(cell: object) -> object:
    text = str(cell).strip()
    return None if text.lower() in _NO_VALUES else text


#: Cells are trimmed, and words that stand where a value is missing are none, as in the other case.
_Text = Annotated[str | None, BeforeValidator(_clean)]


class _Server(BaseModel):
    """The same checks, as a model that is validated row by row."""

    name: _Text = Field(alias="Name")
    fqdn: Annotated[
        str,
        BeforeValidator(_clean),
        AfterValidator(str.lower),
        Field(pattern=r"^[\w-]+(\.[\w-]+)*$"),
    ] = Field(alias="FQDN")
    address: Annotated[IPv4Address, BeforeValidator(_clean)] = Field(alias="IP Address")
    mac: Annotated[
        str,
        BeforeValidator(_clean),
        AfterValidator(str.lower),
        Field(pattern=r"^([0-9a-f]{2}:){5}[0-9a-f]{2}$"),
    ] = Field(alias="MAC Address")
    serial: _Text = Field(alias="Serial Number")
    system: _Text = Field(alias="OS")
    cores: Annotated[int, BeforeValidator(_clean), Field(ge=1, le=16_384)] = Field(
        alias="CPU Cores"
    )
    memory: Annotated[float, BeforeValidator(_clean), Field(gt=0)] = Field(alias="Memory (GB)")
    storage: Annotated[float, BeforeValidator(_clean), Field(ge=0)] = Field(alias="Storage (GB)")
    environment: _Text = Field(alias="Environment")
    criticality: _Text = Field(alias="Criticality")
    location: _Text = Field(alias="Location")
    business_owner: _Text = Field(alias="Business Owner")
    technical_owner: _Text = Field(alias="Technical Owner")
    status: _Text = Field(alias="Status")
    description: _Text = Field(alias="Description")
    seen: datetime | None = None


def run() -> None:
    """Print how many times faster records are typed and checked than row by row."""
    columns = {
        header: [make(number) for number in range(RECORDS)] for header, make in _COLUMNS.items()
    }
    table = _table(columns)
    known = formats.recognise(table)
    assert known is not None  # noqa: S101 - a benchmark of nothing says nothing
    mapping = map_table(0, table, known)
    rows = [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]
    by_model, by_columns = costs(
        [lambda: _validate(rows), lambda: canonicalise([(table, known)], mapping)], _ROUNDS
    )
    # Dictionaries and models were made before.
    report_cost(
        "validation of 100,000 records: Pydantic a row / columns", by_model, by_columns, ">= 5"
    )


def _validate(rows: list[dict[str, str]]) -> int:
    adapter, bad = TypeAdapter(_Server), 0
    for row in rows:
        try:
            adapter.validate_python(row)
        except ValidationError as error:
            bad += bool(error.errors())
    return bad


def _table(columns: dict[str, list[str]]) -> SourceTable:
    records = pl.DataFrame(
        {
            "line": pl.Series(range(2, RECORDS + 2), dtype=pl.UInt32),
            "outcome": pl.Series([READ] * RECORDS),
            "reason": pl.Series([None] * RECORDS, dtype=pl.String),
            "surplus": pl.Series([None] * RECORDS, dtype=pl.List(pl.String)),
            **{cell_column(at): cells for at, cells in enumerate(columns.values())},
        }
    )
    return SourceTable("servers.csv", None, tuple(columns), 1, records)
