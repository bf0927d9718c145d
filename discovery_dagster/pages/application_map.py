"""Applications and the interfaces between them as one drawing, and the table of the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from discovery_dagster import reference
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.domain.tables import Interfaces
from discovery_dagster.domain.tables.words import EdgeStatus
from discovery_dagster.pages import links, maps, words
from discovery_dagster.pages.maps import Map

Row = Mapping[str, Any]

#: Applications that are drawn, those of most interfaces first, and interfaces between them, what
#: is declared or seen most often first: more would be a hairball, and take a browser seconds.
MOST = 60
MOST_DRAWN = 150

#: Interfaces that the table shows; all are in the data.
ROWS = 200


@dataclass(frozen=True)
class ApplicationMap:
    """The drawing, what it shows in words, and its interfaces for the table."""

    drawing: Map
    sentence: str
    interfaces: Sequence[Row]


def draw(
    key: SessionKey, applications: pl.DataFrame, interfaces: Interfaces
) -> ApplicationMap | None:
    """Draw the applications that have interfaces; nothing where none has.

    Args:
        key: the session.
        applications: `application_id, members, criticality, deployments` of `APPLICATIONS`.
        interfaces: `INTERFACES`, of which `edges` are not needed.
    """
    if interfaces.is_empty():
        return None
    ends = pl.concat([interfaces["source_id"], interfaces["target_id"]])
    drawn = ends.value_counts().sort(["count", "source_id"], descending=[True, False]).head(MOST)
    ids = drawn["source_id"].implode()
    between = _clearest(
        interfaces.filter(pl.col("source_id").is_in(ids), pl.col("target_id").is_in(ids))
    )
    ids = pl.concat([between["source_id"], between["target_id"]]).unique().implode()
    known = {
        row["application_id"]: row
        for row in applications.filter(pl.col("application_id").is_in(ids)).iter_rows(named=True)
    }
    names = {
        one: name
        for end in ("source", "target")
        for one, name in interfaces.filter(pl.col(f"{end}_id").is_in(ids))
        .select(f"{end}_id", end)
        .unique()
        .sort(pl.all())
        .iter_rows()
    }
    document = {
        "nodes": [_node(key, one, names[one], known.get(one)) for one in sorted(names)],
        "edges": [_edge(row) for row in between.iter_rows(named=True)],
        "boxes": [],
    }
    return ApplicationMap(
        maps.of_document(document, "Applications and their interfaces"),
        _sentence(len(names), between.height, applications.height, interfaces.height),
        interfaces.head(ROWS).to_dicts(),
    )


def _clearest(between: pl.DataFrame) -> pl.DataFrame:
    """The interfaces to draw, in their order."""
    is_declared = pl.col("status") != EdgeStatus.OBSERVED_ONLY
    first = between.with_row_index("row").sort(
        is_declared, "connections", descending=True, maintain_order=True
    )
    return first.head(MOST_DRAWN).sort("row").drop("row")


def _sentence(drawn: int, between: int, applications: int, interfaces: int) -> str:
    shown = "1 application" if drawn == 1 else f"{words.number(drawn)} applications"
    joined = "1 interface" if between == 1 else f"{words.number(between)} interfaces"
    without = applications - drawn
    if between < interfaces:
        return (
            f"{shown} and {joined}: of {words.number(applications)} applications those of most"
            f" interfaces, and of {words.number(interfaces)} interfaces those that are declared or"
            " seen most often."
        )
    if not without:
        return f"{shown} and {joined}."
    others = "1 more has none." if without == 1 else f"{words.number(without)} more have none."
    return f"{shown} and {joined}. {others}"


def _node(key: SessionKey, application: str, name: str, row: Row | None) -> dict[str, Any]:
    members = row["members"] if row else 0
    critical = f" · {words.in_words(row['criticality'])}" if row and row["criticality"] else ""
    return {
        "id": application,
        "label": name,
        "detail": f"{members} assets{critical}" if members != 1 else f"1 asset{critical}",
        "kind": "application",
        "wave": _wave(row) if row else None,
        "url": links.session(key, "dependencies", application=name),
    }


def _wave(row: Row) -> int | None:
    """The wave of the deployment that the application itself goes with, such as production."""
    waves = {one["environment"]: one["waves"] for one in row["deployments"]}
    order = reference.load("applications")["itself"]
    own: list[int] = next((waves[one] for one in order if one in waves), [])
    return own[0] if len(own) == 1 else None


def _edge(row: Row) -> dict[str, Any]:
    ports = ", ".join(map(str, row["ports"][:4]))
    seen = f"{words.number(row['connections'])} connections" if row["connections"] else "not seen"
    return {
        "source": row["source_id"],
        "target": row["target_id"],
        "status": row["status"],
        "count": 1,
        "label": f"{row['source']} needs {row['target']}: "
        + (f"port {ports}, {seen}" if ports else seen),
    }
