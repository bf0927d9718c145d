"""Dependencies inferred from the text of configuration: connection strings, URLs and paths.

What such a text looks like is data (`connection_strings.yaml`). Passwords in it are never kept.
"""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import polars as pl

from discovery_dagster.domain.frames import RELATION_RECORDS
from discovery_dagster.domain.naming import NameIndex
from discovery_dagster.domain.values.addresses import is_address
from discovery_dagster.reference import load


def infer(records: pl.DataFrame, index: NameIndex) -> pl.DataFrame:
    """Return a relation record for each host that the text of an asset's record names.

    Args:
        records: `ASSET_RECORDS`.
        index: of the assets; decides which links to the web lead to one.

    Returns:
        `RELATION_RECORDS` of the kind `inferred`, in order of record and column.
    """
    rules = load("connection_strings")
    columns = [name for name in rules["columns"] if name in records.columns]
    hinted = records.filter(
        pl.any_horizontal(pl.col(name).str.contains(rules["hints"]) for name in columns).fill_null(
            False
        ),
        pl.coalesce("name", "hostname", "fqdn").is_not_null(),
    )
    rows = [row for record in hinted.iter_rows(named=True) for row in _relations(record, columns)]
    found = pl.DataFrame(rows, schema={**RELATION_RECORDS, "anywhere": pl.Boolean()}, orient="row")
    if found.is_empty():
        return found.drop("anywhere")
    ends = found.select(name="target", address="target_address", type=pl.lit(None, pl.String))
    known = index.resolve(ends)["asset_id"].is_not_null()
    return found.filter(known | found["anywhere"]).drop("anywhere").unique(maintain_order=True)


def _relations(record: dict[str, Any], columns: list[str]) -> Iterator[tuple[Any, ...]]:
    """The relations that one record's text names, in the columns of `RELATION_RECORDS`."""
    name = record["name"] or record["hostname"] or record["fqdn"]
    for column, text in _texts(record, columns):
        for host, port, relation, anywhere, syntax in read(text):
            address = host if bool(is_address(pl.Series([host], dtype=pl.String))[0]) else None
            row = {
                "file": record["file"],
                "sheet": record["sheet"],
                "line": record["line"],
                "kind": "inferred",
                "relation": relation,
                "phrase": column,
                "source": name,
                "source_type": record["declared_type"],
                "target": None if address else host,
                "target_address": address,
                "source_names_asset": True,
                "target_names_asset": False,
                "port": port,
                "protocol": "tcp" if port else None,
                "count": 1,
                "detail": syntax,
            }
            yield (*(row.get(field) for field in RELATION_RECORDS), anywhere)


def _texts(record: dict[str, Any], columns: list[str]) -> Iterator[tuple[str, str]]:
    """The texts to look at, each with the column that it stands in."""
    for column in columns:
        if column != "custom":
            if record[column]:
                yield column, record[column]
        elif record["custom"]:
            cells = json.loads(record["custom"])
            yield from ((name, str(cell)) for name, cell in cells.items() if cell)


def read(text: str) -> list[tuple[str, int | None, str, bool, str]]:
    """Return what a text names: host, port, relation, whether anywhere, and by which syntax."""
    found = []
    taken: list[range] = []
    for pattern, usual, relation, name in _patterns():
        for match in pattern.finditer(text):
            span = range(*match.span())
            if any(match.start() in other or other.start in span for other in taken):
                continue
            groups = match.groupdict()
            host = groups["host"].strip(".").lower()
            scheme = (groups.get("scheme") or "").lower()
            known, default, anywhere = _scheme(scheme)
            if not known or host in load("connection_strings")["nobody"]:
                continue
            taken.append(span)
            port = int(groups["port"]) if groups.get("port") else usual or default
            if port is None or 0 < port < 65536:
                found.append((match.start(), (host, port, relation, anywhere, name)))
    return [one for _, one in sorted(found)]


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], int | None, str, str], ...]:
    return tuple(
        (
            re.compile(rule["pattern"]),
            rule.get("port"),
            rule.get("relation", "depends_on"),
            rule["name"],
        )
        for rule in load("connection_strings")["patterns"]
    )


def _scheme(scheme: str) -> tuple[bool, int | None, bool]:
    """Whether a scheme leads to a service, its usual port, and whether it counts anywhere."""
    schemes = load("connection_strings")["schemes"]
    if not scheme:
        return True, None, True
    if scheme in schemes["web"]:
        return True, schemes["web"][scheme], False
    return scheme in schemes["other"], schemes["other"].get(scheme), True
