"""What an end of a relation means that names no thing as it stands.

    app-01/app-02     Pricing and Customer Hub     1. Order Portal     CRM (REST)     APP-08

It may name several things, one with a remark, or an id. Nothing is invented: a reading is taken
only where each of its parts is something that another record names. How people write such is data
(`reference/references.yaml`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import polars as pl

from discovery_dagster import reference
from discovery_dagster.domain.names.hosts import folded
from discovery_dagster.domain.tables import AssetRecords, RelationRecords
from discovery_dagster.domain.tables.words import EvidenceKind
from discovery_dagster.domain.values.names import read_names
from discovery_dagster.domain.values.notations import parted, without_decorations
from discovery_dagster.domain.words import fold

_SIDES: Final = ("source", "target")
#: Names around which Windows, Docker or a tool may have written something (`values/notations`).
_NOTATION: Final = r"\\|^/|\$$|\]$"
_RECORD: Final = ("file", "sheet", "line", "phrase")


@dataclass(frozen=True)
class _Known:
    """Folded names of things, and what the thing is called that alone has a folded id."""

    names: frozenset[str]
    ids: dict[str, str]

    def called(self, text: str) -> str | None:
        key = " ".join(text.strip(" .").lower().split())
        return self.ids.get(key, text if key in self.names else None)


def resolve_references(relations: RelationRecords, assets: AssetRecords) -> RelationRecords:
    """Return `relations` with one thing at each end of those that are declared.

    Args:
        relations: `RELATION_RECORDS`.
        assets: `ASSET_RECORDS`.

    Returns:
        The same relations in their order, repeated for each thing that an end names; what was
        written instead stands in `detail`. Observed ones follow the declared.
    """
    declared = pl.col("kind") == EvidenceKind.DECLARED
    numbered = relations.filter(declared).with_row_index("at")
    if numbered.is_empty():
        return relations
    known = _known(numbered, assets)
    for side in _SIDES:
        numbered = _parted(_joined(numbered, side, assets), side, known)
    resolved = numbered.select(relations.columns)
    return RelationRecords(pl.concat([resolved, relations.filter(~declared)]))


def _known(relations: pl.DataFrame, assets: pl.DataFrame) -> _Known:
    of_records = [assets.select(name=column) for column in ("name", "hostname", "fqdn")]
    short = assets.select(name=pl.col("fqdn").str.split(".").list.first())
    ends = pl.concat([relations.select(name=side).unique() for side in _SIDES]).unique()
    plain = ends.filter(~pl.col("name").str.contains(_suspicious()))
    own = pl.concat([*of_records, short]).select(folded("name")).drop_nulls().unique()
    ids = assets.select("name", key=folded("provider_id")).drop_nulls().unique()
    # A bare number may be the id of anything.
    ids = ids.filter(pl.len().over("key") == 1, ~pl.col("key").str.contains(r"^\d+$"))
    ids = ids.join(own, left_on="key", right_on="name", how="anti")
    names = pl.concat([own, plain.select(folded("name"))]).to_series()
    return _Known(frozenset(names.drop_nulls()), dict(ids.select("key", "name").iter_rows()))


def _parted(relations: pl.DataFrame, side: str, known: _Known) -> pl.DataFrame:
    """Repeat each relation for the things that one of its ends names together."""
    written = relations.select(side, key=folded(side)).drop_nulls().unique(maintain_order=True)
    odd = pl.col(side).str.contains(_suspicious()) | pl.col("key").is_in(list(known.ids))
    readings = [(text, _read(text, known)) for text in written.filter(odd)[side]]
    parts_of = pl.DataFrame(
        [(text, parts) for text, parts in readings if parts],
        schema={side: pl.String, "parts": pl.List(pl.String)},
        orient="row",
    )
    joined = relations.join(parts_of, on=side, how="left", maintain_order="left")
    as_stood = pl.when(pl.col("parts").is_not_null()).then(side)
    parted = joined.with_columns(detail=pl.coalesce("detail", as_stood)).explode("parts")
    return parted.with_columns(pl.coalesce("parts", side).alias(side)).select(relations.columns)


def _read(text: str, known: _Known) -> list[str]:
    """Return what a text names, nothing where it is a name itself or not all of it is known."""
    for parts in _readings(text):
        called = [known.called(part) for part in parts]
        if None not in called:
            return [] if called == [text] else [part for part in called if part]
    return []


def _readings(text: str) -> Iterator[list[str]]:
    """What a text may name, the reading that takes least away first."""
    yield [text]
    entry = _without_marker(text)
    yield [entry]
    yield [_without_remark(entry)]
    yield from ([name] for name in _without_notation(entry))
    parts = [_without_marker(part) for part in re.split(_separators(), entry)]
    if len(parts) > 1 and all(parts):
        yield parts
        yield [_without_remark(part) for part in parts]


def _without_notation(text: str) -> Iterator[str]:
    r"""Yield the host in `CORP\WEB01$` and in `DB01\PAYROLL`, and the name in `/shop-db`."""
    plain = without_decorations(pl.Series([text], dtype=pl.String))
    yield plain[0]
    sides = parted(plain).row(0)
    if None not in sides:
        yield from reversed(sides)


def _without_marker(text: str) -> str:
    return re.sub(_rules()["marker"], "", text.strip(" \t\r\n[]\"'"))


def _without_remark(text: str) -> str:
    match = re.search(_rules()["remark"], text)
    if match is None:
        return text
    remark = next(group for group in match.groups() if group is not None)
    return text if set(fold(remark).split()) & _qualifiers() else text[: match.start()]


def _joined(relations: pl.DataFrame, side: str, assets: pl.DataFrame) -> pl.DataFrame:
    """Put names together again that hold what parts others, as in `Research & Development`."""
    titles = assets.select(whole="name").drop_nulls().unique(maintain_order=True)
    parts = titles.with_columns(part=read_names(titles["whole"]).values)
    parts = parts.with_columns(number=pl.col("part").list.len()).filter(pl.col("number") > 1)
    if parts.is_empty():
        return relations
    pieces = parts.explode("part").with_columns(key=folded("part"))
    names = titles.select(folded("whole")).to_series()
    held = relations.with_columns(key=folded(side)).join(pieces, on="key", maintain_order="left")
    record = [*_RECORD, _SIDES[1 - _SIDES.index(side)]]
    wholes = (
        held.group_by(*record, "whole", maintain_order=True)
        .agg("at", pl.col("key"), pl.col("number").first())
        .filter(
            pl.col("key").list.n_unique() == pl.col("number"),
            # What has names of its own for its parts means those.
            ~pl.col("key").list.eval(pl.element().is_in(names.implode())).list.all(),
        )
    )
    first = wholes.select("whole", at=pl.col("at").list.first()).unique("at", keep="first")
    others = wholes.select(pl.col("at").list.slice(1)).explode("at").drop_nulls()
    return (
        relations.join(others, on="at", how="anti", maintain_order="left")
        .join(first, on="at", how="left", maintain_order="left")
        .with_columns(pl.coalesce("whole", side).alias(side))
        .select(relations.columns)
    )


@cache
def _rules() -> Any:
    return reference.load("references")


@cache
def _separators() -> str:
    return f"(?i){'|'.join(_rules()['separators'])}"


@cache
def _suspicious() -> str:
    """A pattern of what may be more than a name."""
    rules = _rules()
    written = [*rules["separators"], rules["marker"], rules["remark"], _NOTATION]
    return f"(?i){'|'.join(written)}"


@cache
def _qualifiers() -> frozenset[str]:
    environments = reference.load("environments").values()
    words = {word for listed in environments for word in (*listed["declared"], *listed["name"])}
    return frozenset(fold(word) for word in (*words, *_rules()["telling"]))
