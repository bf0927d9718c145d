"""One public file through the steps of the domain, beside what is true of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import polars as pl

from discovery_dagster.domain import canonical, classification, dependencies, identity, intake
from discovery_dagster.domain.errors import UnreadableFileError
from discovery_dagster.domain.fields import IGNORED, REFERENCES, UNMAPPED
from discovery_dagster.domain.mapping.claims import ACCEPTED
from quality.derive import AS_OF
from quality.sight_labels import Label

#: Fields that say what a record is, or whether it counts; they are never wrong as such.
_OF_RECORDS: Final = frozenset({"record_kind", "relation"})
_SURE: Final = 0.8
#: Of one file at most so many types are judged, so that a long list does not drown the others.
_JUDGED: Final = 50


@dataclass
class Sight:
    """What came of a file, in counts, and sentences about what went wrong."""

    file: str
    kind: str
    table: bool
    asks: bool
    refused: bool = False
    waits: bool = False
    accepted: int = 0
    accepted_right: int = 0
    mappable: int = 0
    mapped: int = 0
    typed: int = 0
    types_assigned: int = 0
    types_right: int = 0
    not_sure_wrong: int = 0
    assets: int = 0
    assets_of_things: int = 0
    things: int = 0
    things_found: int = 0
    edges: int = 0
    edges_found: int = 0
    edges_right: int = 0
    faults: list[str] = field(default_factory=list)


def look(path: Path, label: Label) -> Sight:
    """Read a file and compare what is made of it with its label."""
    sight = Sight(label.file, label.kind, label.table, label.asks)
    sight.mappable = len(label.columns or {}) + len(label.fields)
    sight.things = label.count
    sight.edges = len(label.edges or ())
    try:
        tables = list(intake.read_tables(path, path.name)[1])
    except UnreadableFileError as error:
        sight.refused = True
        sight.faults += [f"refused: {error.message}"] if label.table else []
        return sight
    understood = intake.understand(tables, lambda *_: None)
    waiting = understood["grains"].filter(status="waiting")
    sight.waits = not waiting.is_empty()
    sight.faults += [f"waits: {reason}" for reason in waiting["reason"] if not label.asks]
    records = canonical.canonicalise(
        intake.as_decided(tables, understood["grains"]), understood["mapping"]
    )
    inventory = identity.resolve("quality.sight", records.assets, records.relations, {})
    assets = classification.classify(inventory.assets, AS_OF)
    edges = dependencies.build(assets, records.relations, records.assets, members=inventory.members)
    _judge_columns(label, understood["mapping"], sight)
    _judge_fields(label, records, sight)
    names = _names(assets)
    _judge_things(label, assets, names, sight)
    _judge_types(label, assets, names, sight)
    _judge_edges(label, edges, sight)
    return sight


def _judge_columns(label: Label, mapping: pl.DataFrame, sight: Sight) -> None:
    if label.columns is None:
        return
    accepted = mapping.filter(pl.col("status") == ACCEPTED)
    given = set(accepted.select("table", "field").iter_rows())
    mapped = set()
    for row in mapping.iter_rows(named=True):
        header, name, taken = row["column"].strip(), row["field"], row["status"] == ACCEPTED
        truth = label.columns.get(header, frozenset[str]())
        served = taken or (row["conflict"] is not None and (row["table"], name) in given)
        if served and name in truth:
            mapped.add(header)
        if taken and name not in {UNMAPPED, IGNORED, *_OF_RECORDS}:
            sight.accepted += 1
            right = name in truth | label.also
            sight.accepted_right += right
            sight.faults += [] if right else [f"column {header!r} is taken for {name}"]
    sight.mapped += len(mapped)
    sight.faults += [
        f"column {header!r} is not mapped to {'/'.join(sorted(truth))}"
        for header, truth in label.columns.items()
        if header not in mapped
    ]


def _judge_fields(label: Label, records: canonical.CanonicalRecords, sight: Sight) -> None:
    given = set(_given(records))
    for names in label.fields:
        sight.mapped += bool(names & given)
        sight.faults += [] if names & given else [f"nothing gives {'/'.join(sorted(names))}"]


def _given(records: canonical.CanonicalRecords) -> Iterator[str]:
    """The fields that some record gives."""
    for frame in (records.assets, records.relations):
        for name, column in zip(frame.columns, frame.iter_columns(), strict=True):
            present = column.drop_nulls()
            if isinstance(column.dtype, pl.List):
                present = present.filter(present.list.len() > 0)
            if present.len():
                yield name
    relations = set(records.relations["relation"])
    yield from (name for name, relation in REFERENCES.items() if relation in relations)


def _names(assets: pl.DataFrame) -> dict[str, dict[str, Any]]:
    """The assets by what they are called, the likeliest name last, so that it wins."""
    rows = assets.rows(named=True)
    return {
        str(name).casefold(): row
        for key in ("aliases", "provider_id", "fqdn", "hostname", "name")
        for row in rows
        for name in (row[key] if key == "aliases" else [row[key]])
        if name
    }


def _judge_things(
    label: Label, assets: pl.DataFrame, names: dict[str, dict[str, Any]], sight: Sight
) -> None:
    sight.assets = assets.height
    missing = [name for name in label.things if name.casefold() not in names]
    things = label.count - len(missing) if label.things else min(assets.height, label.count)
    sight.things_found = things
    surplus = max(0, assets.height - things - label.beside)
    sight.assets_of_things = assets.height - surplus
    sight.faults += [f"missing: {name}" for name in missing]
    if not label.things and things < label.count:
        sight.faults.append(f"missing: {label.count - things} things")
    if surplus:
        shown = ", ".join(assets["name"].drop_nulls().head(8))
        sight.faults.append(f"{surplus} assets are no things: {shown}")


def _judge_types(
    label: Label, assets: pl.DataFrame, names: dict[str, dict[str, Any]], sight: Sight
) -> None:
    judged = [(names.get(name.casefold()), truth) for name, truth in label.types.items()]
    if label.type is not None:
        typed = [names.get(name.casefold()) for name in label.things] or assets.rows(named=True)
        judged += [(asset, label.type) for asset in typed[:_JUDGED]]
    for asset, truth in judged:
        if asset is None:
            continue
        sight.typed += 1
        assigned = asset["type"] not in ("unknown", None)
        right = asset["type"] in truth
        sight.types_assigned += assigned
        sight.types_right += assigned and right
        sight.not_sure_wrong += not assigned or right or asset["confidence"] < _SURE
        if assigned and not right:
            sight.faults.append(
                f"{asset['name']} is {asset['type']} ({asset['confidence']}), not {'/'.join(truth)}"
            )


def _judge_edges(label: Label, edges: pl.DataFrame, sight: Sight) -> None:
    if label.edges is None:
        return
    known = {end for edge in label.edges for end in edge}
    pairs = {
        (str(source).casefold(), str(target).casefold()): infrastructure
        for source, target, infrastructure in edges.select(
            "source", "target", "infrastructure"
        ).rows()
    }
    # What serves all, such as a directory, need not be labelled; where it is, its edges count.
    judged = {
        pair
        for pair, infrastructure in pairs.items()
        if pair in label.edges or (infrastructure is None and (not known or set(pair) <= known))
    }
    sight.edges_found = len(judged)
    sight.edges_right = len(judged & label.edges)
    sight.faults += [f"edge invented: {' -> '.join(edge)}" for edge in sorted(judged - label.edges)]
    sight.faults += [f"edge missing: {' -> '.join(edge)}" for edge in sorted(label.edges - judged)]
