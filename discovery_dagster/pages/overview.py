"""The plan as one drawing: move groups by wave, and how many dependencies lead between them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.domain.tables.words import EdgeStatus
from discovery_dagster.pages import links, maps, plan_board, words
from discovery_dagster.pages.maps import Map

Row = Mapping[str, Any]

#: Groups that are drawn by themselves, the largest first; the others are one node a wave.
LARGEST = 14

#: Waves that are drawn, the first ones; more would be a hairball.
MOST_WAVES = 24


@dataclass(frozen=True)
class Overview:
    """The drawing, and what it shows in words."""

    drawing: Map
    sentence: str


def draw(key: SessionKey, groups: Sequence[Row], crossing: pl.DataFrame) -> Overview | None:
    """Draw the largest groups, and the others of each wave as one node.

    Args:
        key: the session.
        groups: as `exports` gives them.
        crossing: as `between_groups` counts them; what is of shared infrastructure is not drawn.
    """
    waves = sorted({row["wave"] for row in groups})
    shown = set(waves[:MOST_WAVES])
    of_these = [row for row in groups if row["wave"] in shown]
    several = [row for row in of_these if len(row["assets"]) > 1]
    largest = sorted(several, key=lambda row: (-len(row["assets"]), row["group"]))[:LARGEST]
    drawn = {row["group"] for row in largest}
    unit = {
        row["group"]: row["group"] if row["group"] in drawn else f"others:{row['wave']}"
        for row in of_these
    }
    wave = {unit[row["group"]]: row["wave"] for row in of_these}
    ties = _ties(crossing, unit)
    others = Counter(row["wave"] for row in of_these if row["group"] not in drawn)
    nodes = [_group(key, row) for row in largest]
    nodes += [_others(key, number, count) for number, count in sorted(others.items())]
    if not ties and len(nodes) < 2:
        return None
    edges = [
        {
            "source": source,
            "target": target,
            "count": count,
            "status": EdgeStatus.OBSERVED_ONLY,
            "late": wave[source] < wave[target],
            "label": "1 dependency" if count == 1 else f"{count} dependencies",
        }
        for source, target, count in ties
    ]
    document = {"nodes": nodes, "edges": edges, "boxes": []}
    return Overview(maps.of_document(document, "Groups by wave"), _sentence(len(waves)))


def _ties(crossing: pl.DataFrame, unit: Mapping[str, str]) -> list[tuple[str, str, int]]:
    """How many dependencies lead from one node to another."""
    nodes = pl.DataFrame({"group": list(unit), "unit": list(unit.values())}, orient="col")
    nodes = nodes.cast(pl.String)
    ends = (
        crossing.filter(pl.col("infrastructure").is_null())
        .join(nodes, left_on="source", right_on="group")
        .join(nodes, left_on="target", right_on="group", suffix="_target")
        .filter(pl.col("unit") != pl.col("unit_target"))
    )
    return ends.group_by("unit", "unit_target").agg(pl.col("edges").sum()).sort(pl.all()).rows()


def _sentence(waves: int) -> str:
    others = "the others of each wave are one node"
    if waves <= MOST_WAVES:
        return f"The {LARGEST} largest move groups; {others}."
    return (
        f"The first {MOST_WAVES} of {words.number(waves)} waves: their {LARGEST} largest move"
        f" groups; {others}."
    )


def _group(key: SessionKey, row: Row) -> dict[str, Any]:
    return {
        "id": row["group"],
        "label": row["name"] or row["group"],
        "detail": f"{len(row['assets'])} assets"
        + (", circular dependency" if row["cycle"] else ""),
        "kind": "application",
        "wave": row["wave"],
        "column": -row["wave"],  # what is needed stands right, and moves first
        "url": plan_board.url_of(key, row["wave"], row["group"]),
    }


def _others(key: SessionKey, wave: int, count: int) -> dict[str, Any]:
    return {
        "id": f"others:{wave}",
        "label": "1 small group" if count == 1 else f"{count} small groups",
        "detail": "each of few assets",
        "kind": "server",
        "wave": wave,
        "column": -wave,
        "url": links.session(key, "assets", wave=wave),
    }
