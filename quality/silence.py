"""What went wrong without a word, over all labelled data; each of these counts is to be 0.

A thing is merged wrongly where one asset holds the records of two labelled things, and lost where
no asset holds any of its records and none of them is listed as rejected. An edge is invented where
both of its ends are assets and no truth has it. A record is lost where the accounts of its table do
not add up. A column is refused without a word where its header says a key field, its values were
not taken, and no issue says so.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import polars.selectors as cs

from discovery_dagster.domain.fields import IDENTITY_FIELDS
from discovery_dagster.domain.mapping.claims import ACCEPTED
from discovery_dagster.domain.mapping.warnings import CODE
from discovery_dagster.domain.source_tables import IGNORED, REJECTED
from discovery_dagster.reference import SAMPLE_ESTATE
from quality import edges
from quality.derive import Derived, derive
from quality.figures import Figure
from quality.labelled import Labelled, inventories

Place = tuple[str, str | None, int]


@dataclass
class Silence:
    """Sentences about what went wrong, by its kind."""

    merged: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    invented: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def figures(data: Path) -> Iterator[Figure]:
    """Count each kind over the labelled inventories and edges, those below `data` among them."""
    faults, things = Silence(), 0
    for labelled in inventories(data):
        things += len(labelled.labels)
        derived = derive(labelled.paths)
        _look_at_things(labelled, derived, faults)
        _look_at_accounts(labelled.subject, derived, faults)
        _look_at_columns(labelled.subject, derived, faults)
        if labelled.subject == "sample estate":
            _look_at_sample_edges(derived, faults)
    for subject, (pattern, truth) in edges.LABELLED.items():
        paths = sorted(data.glob(pattern))
        wanted = truth(paths)
        for edge in sorted(set(edges.found(derive(paths))) - wanted):
            faults.invented.append(f"{subject}: {' -> '.join(edge)}")
    measures = {
        "things merged wrongly": faults.merged,
        "things or records lost": faults.lost,
        "edges invented": faults.invented,
        "key columns refused without a word": faults.refused,
    }
    for measure, sentences in measures.items():
        detail = f"of {things} things" if not sentences else "; ".join(sentences[:5])
        yield Figure("all labelled data", measure, len(sentences), 0, detail, fault=True)


def _look_at_things(labelled: Labelled, derived: Derived, faults: Silence) -> None:
    labels = {label["name"].casefold() for label in labelled.labels}
    names = _names_by_place(derived)
    held: dict[str, set[str]] = defaultdict(set)
    for asset, name in derived.assets.select("asset_id", "name").iter_rows():
        held[asset].add(name.casefold())
    members = derived.inventory.members.select("asset_id", "file", "sheet", "line")
    for asset, *place in members.iter_rows():
        held[asset] |= names.get(tuple(place), set())
    for texts in held.values():
        together = sorted(labels & texts)
        if len(together) > 1:
            faults.merged.append(f"{labelled.subject}: {' and '.join(together)}")
    hosts = derived.assets.select("hostname", "fqdn").rows()
    seen = set().union(*held.values()) | {text.casefold() for row in hosts for text in row if text}
    lost = sorted(labels - seen - _rejected(derived))
    faults.lost += [f"{labelled.subject}: {name}" for name in lost]


def _rejected(derived: Derived) -> set[str]:
    """The cells of rejected records, which are listed with their reasons."""
    outcomes = derived.records.outcomes.filter(outcome=REJECTED)
    texts: set[str] = set()
    for number, (table, _) in enumerate(derived.tables):
        lines = outcomes.filter(table=number)["line"].implode()
        cells = table.records.filter(pl.col("line").is_in(lines)).select(cs.starts_with("c"))
        texts |= {text.casefold() for row in cells.rows() for text in row if text}
    return texts


def _names_by_place(derived: Derived) -> dict[Place, set[str]]:
    """The name of the record at each place that holds but one: others belong to several assets."""
    records = derived.records.assets.select("file", "sheet", "line", "name")
    names: dict[Place, list[str]] = defaultdict(list)
    for file, sheet, line, name in records.iter_rows():
        names[file, sheet, line].append((name or "").casefold())
    return {place: set(texts) for place, texts in names.items() if len(texts) == 1}


def _look_at_accounts(subject: str, derived: Derived, faults: Silence) -> None:
    counted = dict(derived.records.outcomes["table"].value_counts().iter_rows())
    unexplained = derived.records.outcomes.filter(
        pl.col("outcome") == IGNORED, pl.col("reason").is_null()
    )
    for number, (table, _) in enumerate(derived.tables):
        missing = table.records.height - counted.get(number, 0)
        if missing:
            faults.lost.append(f"{subject}: {missing} records of {table.sheet or table.file}")
    if unexplained.height:
        faults.lost.append(f"{subject}: {unexplained.height} records ignored without a reason")


def _look_at_columns(subject: str, derived: Derived, faults: Silence) -> None:
    issues = derived.records.issues.filter(pl.col("code") == CODE)
    reported = set(issues.select("file", "sheet", "column").iter_rows())
    mapping = derived.mapping.filter(pl.col("field").is_in(IDENTITY_FIELDS))
    given = set(mapping.filter(status=ACCEPTED).select("table", "field").iter_rows())
    for row in mapping.filter(pl.col("status") != ACCEPTED).iter_rows(named=True):
        place = (row["file"], row["sheet"], row["column"])
        if (row["table"], row["field"]) not in given and place not in reported:
            faults.refused.append(f"{subject}: {row['column']} as {row['field']}")


def _look_at_sample_edges(derived: Derived, faults: Silence) -> None:
    truth = json.loads((SAMPLE_ESTATE / "truth.json").read_text("utf-8"))
    bearers: dict[str, list[str]] = defaultdict(list)
    for thing in truth["things"]:
        for name in {name.casefold() for name in (thing["name"], *thing["names"])}:
            bearers[name].append(thing["name"])

    def thing_of(*names: str | None) -> str | None:
        known = (bearers.get((name or "").casefold(), []) for name in names)
        return next((things[0] for things in known if len(things) == 1), None)

    own = derived.assets.select("asset_id", "fqdn", "name").iter_rows()
    things = {asset: thing_of(*names) for asset, *names in own}
    wanted = {
        (thing_of(edge["source"]), thing_of(edge["target"]))
        for edge in (*truth["edges"], *truth["implied_edges"])
    }
    resolved = derived.edges.filter(pl.col("infrastructure").is_null())
    ends = resolved.select("source_id", "target_id").drop_nulls().unique()
    edges_found = {(things[source], things[target]) for source, target in ends.iter_rows()}
    for source, target in sorted(edges_found - wanted, key=str):
        faults.invented.append(f"sample estate: {source} -> {target}")
