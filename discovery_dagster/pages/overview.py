"""The plan as one drawing: move groups by wave, and how many dependencies lead between them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.domain.tables.words import EdgeStatus
from discovery_dagster.pages import links, maps
from discovery_dagster.pages.maps import Map

Row = Mapping[str, Any]

#: Groups that are drawn by themselves, the largest first; the others are one node a wave.
LARGEST = 14


def draw(key: SessionKey, groups: Sequence[Row], crossing: Iterable[Row]) -> Map | None:
    """Draw the largest groups, and the others of each wave as one node.

    Args:
        key: the session.
        groups: as `exports` gives them.
        crossing: number of dependencies between groups: `source, target` (groups),
            `infrastructure, edges`; what is of shared infrastructure is not drawn.
    """
    several = [row for row in groups if len(row["assets"]) > 1]
    largest = sorted(several, key=lambda row: (-len(row["assets"]), row["group"]))[:LARGEST]
    drawn = {row["group"] for row in largest}
    unit = {
        row["group"]: row["group"] if row["group"] in drawn else f"others:{row['wave']}"
        for row in groups
    }
    wave = {unit[row["group"]]: row["wave"] for row in groups}
    ties: Counter[tuple[str, str]] = Counter()
    for row in crossing:
        if row["infrastructure"]:
            continue
        source, target = unit[row["source"]], unit[row["target"]]
        if source != target:
            ties[source, target] += row["edges"]
    others = Counter(row["wave"] for row in groups if row["group"] not in drawn)
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
        for (source, target), count in sorted(ties.items())
    ]
    return maps.of_document({"nodes": nodes, "edges": edges, "boxes": []}, "Groups by wave")


def _group(key: SessionKey, row: Row) -> dict[str, Any]:
    return {
        "id": row["group"],
        "label": row["name"] or row["group"],
        "detail": f"{len(row['assets'])} assets"
        + (", circular dependency" if row["cycle"] else ""),
        "kind": "application",
        "wave": row["wave"],
        "column": -row["wave"],  # what is needed stands right, and moves first
        "url": f"{links.session(key, 'plan')}#{row['group']}",
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
