"""Services of Docker Compose, as its files and `docker compose config` describe them.

Source: the Compose specification. A service needs those that it starts after or is linked to
(`db:database` is `db` under another name), and those that its environment leads to. Its name is
its own within its project, which is called as the folder of its file is, unless the file says so.
"""

from pathlib import PurePosixPath

import polars as pl

from discovery_dagster.domain.formats.base import Kind, Rule, TableFormat
from discovery_dagster.domain.formats.reshaping import add_columns, cells_of
from discovery_dagster.domain.source_tables import SourceTable

#: Keys of a service, one of which stands beside what it is made of.
_KEYS = frozenset(
    {"ports", "expose", "environment", "env_file", "volumes", "networks", "restart", "command",
     "entrypoint", "container_name", "depends_on", "links", "healthcheck", "deploy", "labels"}
)  # fmt: skip
_KNOWN = 5  # above lists of images and of ports


def _fit(table: SourceTable) -> int:
    roots = {column.partition(".")[0] for column in table.header}
    sources = {"image", "build"} & roots
    return _KNOWN + len(roots & _KEYS) if "name" in roots and sources and roots & _KEYS else 0


FORMATS = (
    TableFormat(
        name="compose.services",
        kind=Kind.ASSETS,
        fit=_fit,
        columns={
            "name": Rule("name"),
            "image": Rule("product"),
            "depends on": Rule("depends_on"),
            "links": Rule("depends_on", order=1),
            "project": Rule("scope"),
        },
        asset_type="service",
        synonyms=False,
    ),
)


def reshape(tables: tuple[SourceTable, ...]) -> tuple[SourceTable, ...]:
    """Add the project, write settings as text, and links without the names they are known under."""
    return tuple(_reshape(table) if _fit(table) else table for table in tables)


def _reshape(table: SourceTable) -> SourceTable:
    project = _project(table.file)
    added = {"project": pl.repeat(project, table.records.height, dtype=pl.String, eager=True)}
    if "links" in table.header:
        added["links"] = cells_of(table, "links").str.replace_all(r":[^;]*", "")
    settings = [name for name in table.header if name.startswith("environment.")]
    if settings:
        columns = pl.DataFrame(
            {name: name.partition(".")[2] + "=" + cells_of(table, name) for name in settings}
        )
        if "environment" in table.header:  # other services list theirs
            columns = columns.with_columns(cells_of(table, "environment"))
        text = columns.select(pl.concat_str(pl.all(), separator="; ", ignore_nulls=True))
        added["environment"] = text.to_series().replace("", None)
    return add_columns(table, added)


def _project(file: str) -> str:
    """What the services of one file, and of those that extend it, are called together."""
    path = PurePosixPath(file)
    return path.parent.name or path.name.partition(".")[0]
