"""Containers as `docker inspect` and `docker ps --format json` print them (Podman's, too).

Source: Docker's Engine API reference (ContainerInspect) and the reference of `docker ps`. Names are
written with a slash before them. Addresses are those of networks inside one host, and mean nothing
outside it. A link is `/needed:/needing/alias`.
"""

from typing import Final

import polars as pl

from discovery_dagster.domain.formats.declared import declared
from discovery_dagster.domain.formats.reshaping import add_columns, cells_of
from discovery_dagster.domain.source_tables import SourceTable

INSPECT: Final = declared("docker.containers")


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
