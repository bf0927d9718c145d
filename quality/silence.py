"""What went wrong without a word, over all labelled data; each of these counts is to be 0.

A thing is merged wrongly where one asset holds the records of two labelled things, and lost where
no asset holds any of its records. An edge is invented where both of its ends are assets and no
truth has it. A record is lost where the accounts of its table do not add up. A column is refused
without a word where its header says a key field, its values were not taken, and no issue says so.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from discovery_dagster.domain.fields import IDENTITY_FIELDS
from discovery_dagster.domain.mapping.claims import ACCEPTED
from discovery_dagster.domain.mapping.warnings import CODE
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
    found, things = Silence(), 0
    for labelled in inventories(data):
        things += len(labelled.labels)
        derived = derive(labelled.paths)
        _look_at_things(labelled, derived, found)
        _look_at_accounts(labelled.subject, derived, found)
        _look_at_columns(labelled.subject, derived, found)
        if labelled.subject == "sample estate":
            _look_at_sample_edges(derived, found)
    for subject, (pattern, truth) in edges.LABELLED.items():
        paths = sorted(data.glob(pattern))
        wanted = truth(paths)
        for edge in sorted(set(edges.found(derive(paths))) - wanted):
            found.invented.append(f"{subject}: {' -> '.join(edge)}")
    measures = {
        "things merged wrongly": found.merged,
        "things or records lost": found.lost,
        "edges invented": found.invented,
        "key columns refused without a word": found.refused,
    }
    for measure, sentences in measures.items():
        detail = f"of {things} things" if not sentences else "; ".join(sentences[:5])
        yield Figure("all labelled data", measure, len(sentences), 0, detail, fault=True)


def _look_at_things(labelled: Labelled, derived: Derived, found: Silence) -> None:
    names = _names_by_place(derived)
    holders: dict[str, set[str]] = defaultdict(set)
    members = derived.inventory.members.select("asset_id", "file", "sheet", "line")
    held: dict[str, set[str]] = defaultdict(set)
    for asset, *place in members.iter_rows():
        held[asset] |= names.get(tuple(place), set())
    own = derived.assets.select("asset_id", "name", "hostname", "fqdn")
    for asset, *texts in own.iter_rows():
        held[asset] |= {text.casefold() for text in texts if text}
    labels = {label["name"].casefold() for label in labelled.labels}
    for asset, texts in held.items():
        for name in labels & texts:
            holders[name].add(asset)
        together = sorted(labels & texts)
        if len(together) > 1:
            found.merged.append(f"{labelled.subject}: {' and '.join(together)}")
    found.lost += [f"{labelled.subject}: {name}" for name in sorted(labels - holders.keys())]


def _names_by_place(derived: Derived) -> dict[Place, set[str]]:
    """The names of the record at each place that holds but one: others belong to several assets."""
    records = derived.records.assets.select("file", "sheet", "line", "name", "hostname", "fqdn")
    names: dict[Place, set[str]] = {}
    several: set[Place] = set()
    for file, sheet, line, *texts in records.iter_rows():
        place = (file, sheet, line)
        if place in names:
            several.add(place)
        names[place] = {text.casefold() for text in texts if text}
    return {place: texts for place, texts in names.items() if place not in several}


def _look_at_accounts(subject: str, derived: Derived, found: Silence) -> None:
    for row in derived.records.accounts.iter_rows(named=True):
        outcomes = row["accepted"] + row["rejected"] + row["ignored"]
        if outcomes != row["records"]:
            place = row["sheet"] or row["file"]
            found.lost.append(f"{subject}: {row['records'] - outcomes} records of {place}")


def _look_at_columns(subject: str, derived: Derived, found: Silence) -> None:
    issues = derived.records.issues.filter(pl.col("code") == CODE)
    told = set(issues.select("file", "sheet", "column").iter_rows())
    mapping = derived.mapping.filter(pl.col("field").is_in(IDENTITY_FIELDS))
    given = set(mapping.filter(status=ACCEPTED).select("table", "field").iter_rows())
    for row in mapping.filter(pl.col("status") != ACCEPTED).iter_rows(named=True):
        place = (row["file"], row["sheet"], row["column"])
        if (row["table"], row["field"]) not in given and place not in told:
            found.refused.append(f"{subject}: {row['column']} as {row['field']}")


def _look_at_sample_edges(derived: Derived, found: Silence) -> None:
    truth = json.loads((SAMPLE_ESTATE / "truth.json").read_text("utf-8"))
    wanted = {
        tuple(str(edge[end]).casefold() for end in ("source", "target"))
        for edge in (*truth["edges"], *truth["implied_edges"])
    }
    resolved = derived.edges.drop_nulls(["source_id", "target_id"])
    for edge in sorted(set(edges.found(replace(derived, edges=resolved))) - wanted):
        found.invented.append(f"sample estate: {' -> '.join(edge)}")
