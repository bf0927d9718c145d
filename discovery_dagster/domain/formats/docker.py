"""Containers as `docker inspect` and `docker ps --format json` print them (Podman's, too).

Source: Docker's Engine API reference (ContainerInspect) and the reference of `docker ps`. Names are
written with a slash before them. Addresses are those of networks inside one host, and mean nothing
outside it. A link is `/needed:/needing/alias`.
"""

import polars as pl

from discovery_dagster.domain.formats.base import Kind, Rule, TableFormat
from discovery_dagster.domain.formats.reshaping import add_columns, cells_of
from discovery_dagster.domain.source_tables import SourceTable

INSPECT = TableFormat(
    name="docker.containers",
    kind=Kind.ASSETS,
    headers=(frozenset({"name", "config image", "state status"}),),
    verbatim=frozenset({"Name", "Config.Image"}),
    columns={
        "container": Rule("name"),
        "name": Rule("unmapped"),
        "id": Rule("provider_id"),
        "config image": Rule("product"),
        "state status": Rule("status"),
        "links": Rule("depends_on"),
        "config labels com docker compose project": Rule("applications"),
        "node name": Rule("runs_on", target_type="server"),
    },
    asset_type="container",
    synonyms=False,
)

LISTED = TableFormat(
    name="docker.list",
    kind=Kind.ASSETS,
    headers=(frozenset({"names", "image", "command", "status"}),),
    columns={
        "names": Rule("name"),
        "id": Rule("provider_id"),
        "container id": Rule("provider_id"),
        "image": Rule("product"),
        "state": Rule("status"),
        "status": Rule("status", order=1),
    },
    asset_type="container",
    synonyms=False,
)

FORMATS = (INSPECT, LISTED)

_LINK = r"(?:^|; )/?([^:;]+):[^;]*"


def reshape(tables: tuple[SourceTable, ...]) -> tuple[SourceTable, ...]:
    """Take the slash from names, and the names of what is needed from links."""
    return tuple(_reshape(table) if INSPECT.specificity(table) else table for table in tables)


def _reshape(table: SourceTable) -> SourceTable:
    added: dict[str, pl.Series] = {"container": cells_of(table, "Name").str.strip_prefix("/")}
    if "HostConfig.Links" in table.header:
        links = cells_of(table, "HostConfig.Links")
        added["links"] = links.str.replace_all(_LINK, "${1}; ").str.strip_chars_end("; ")
    return add_columns(table, added)
