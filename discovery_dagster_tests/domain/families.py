"""Exports of tools as they are written, and what a session makes of them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from discovery_dagster.domain import formats
from discovery_dagster.domain.readers import read_file
from quality.derive import Derived, derive


def derived_from(folder: Path, **files: str | bytes) -> Derived:
    """What files with these contents give; `nodes_csv` is called `nodes.csv`."""
    paths = []
    for key, content in files.items():
        stem, _, ending = key.rpartition("_")
        paths.append(folder / f"{stem}.{ending}")
        paths[-1].write_bytes(content.encode() if isinstance(content, str) else content)
    return derive(paths)


def formats_of(folder: Path, content: str | bytes) -> list[str]:
    """The formats of the tables of a file with this content."""
    path = folder / "content"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    tables = formats.reshape(read_file(path, "export").tables)
    return [(formats.recognise(table) or formats.UNRECOGNISED).name for table in tables]


def things(derived: Derived, *fields: str) -> Mapping[str, Any]:
    """The value, or the values, of the fields of each asset by its name."""
    rows = derived.assets.select("name", *fields).rows()
    return {name: values[0] if len(values) == 1 else values for name, *values in rows}


def edges(derived: Derived) -> set[tuple[str, str, str]]:
    """Source, relation and target of every edge."""
    return set(derived.edges.select("source", "relation", "target").iter_rows())


def outcomes(derived: Derived) -> dict[str, int]:
    """How many records had each outcome."""
    return dict(derived.records.outcomes["outcome"].value_counts().iter_rows())


def custom(derived: Derived) -> dict[str, dict[str, str]]:
    """What no field stands for, of each record of a thing, by its name."""
    kept = derived.records.assets.select("name", "custom").iter_rows()
    return {name: json.loads(text or "{}") for name, text in kept}
