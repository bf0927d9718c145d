"""What is drawn around an asset or application: few nodes, and a sentence for all that is not.

A whole estate drawn at once tells nobody anything (Marquez #2014, OpenMetadata #8795), and edges
that are dropped silently cost trust (Backstage #18444). So: one step out, other applications as one
node each until they are opened, shared infrastructure as badges, a cap, and what it hid counted.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from discovery_dagster.domain.tables.words import AssetType, EdgeStatus

Row = Mapping[str, Any]

#: Nodes that are drawn unless the URL asks for more. About as many as fit a screen readably.
LIMIT = 40

#: Evidence of several edges between the same two nodes is drawn as the best of them.
_BEST_FIRST = (
    EdgeStatus.CONFIRMED,
    EdgeStatus.OBSERVED_ONLY,
    EdgeStatus.DECLARED_ONLY,
    EdgeStatus.INFERRED_ONLY,
)


@dataclass(frozen=True)
class Drawing:
    """Nodes and edges for the browser to lay out, and what is not among them.

    `nodes`: `id, label, detail, kind, focus, count, wave, box, infrastructure, asset, open`;
    `edges`: `source, target, status, count, label`; `boxes`: applications that are open.
    """

    nodes: Sequence[Mapping[str, Any]]
    edges: Sequence[Mapping[str, Any]]
    boxes: Sequence[str]
    hidden: int = 0
    hidden_by_type: Mapping[str, int] = field(default_factory=dict)
    infrastructure: Mapping[str, Sequence[tuple[str | None, str]]] = field(default_factory=dict)

    @property
    def document(self) -> dict[str, Any]:
        """What the browser is given."""
        return {"nodes": list(self.nodes), "edges": list(self.edges), "boxes": list(self.boxes)}


def application_of(asset: Row) -> str | None:
    """The one application that an asset belongs to; None for none or several."""
    if asset["type"] == AssetType.APPLICATION:
        return str(asset["name"])
    applications = asset["applications"] or []
    return str(applications[0]) if len(applications) == 1 else None


def draw(
    focus: Collection[str],
    edges: Iterable[Row],
    assets: Mapping[str, Row],
    *,
    opened: Collection[str] = (),
    limit: int = LIMIT,
    infrastructure: bool = False,
) -> Drawing:
    """Decide what is drawn around the focus.

    Args:
        focus: ids of the assets in the middle; they are always drawn.
        edges: the dependencies around them, as `exports` gives them, each once.
        assets: `name, type, environment, applications, wave` by id of the assets of the edges.
        opened: applications whose assets are drawn one by one.
        limit: how many nodes are drawn at most, the focus aside.
        infrastructure: whether edges of shared infrastructure are drawn, not only told.
    """
    undrawn, drawn = _undrawn_and_drawn(edges, draws_all=infrastructure)
    unit_of = _Units(focus, assets, opened)
    links = _gather(drawn, unit_of)
    kept, hidden = _capped(links, {unit_of(one) for one in focus}, limit)
    boxed = {name for one in kept if (name := unit_of.box(one)) is not None}
    return Drawing(
        nodes=[unit_of.node(one, undrawn) for one in sorted(kept)],
        edges=[
            _edge(source, target, rows)
            for (source, target), rows in sorted(links.items())
            if source in kept and target in kept and source != target
        ],
        boxes=sorted(boxed),
        hidden=len(hidden),
        hidden_by_type=dict(Counter(unit_of.kind(one) for one in hidden).most_common()),
        infrastructure=_infrastructure(focus, undrawn),
    )


class _Units:
    """What an end of an edge is drawn as: itself, or the application that it belongs to."""

    def __init__(
        self, focus: Collection[str], assets: Mapping[str, Row], opened: Collection[str]
    ) -> None:
        self._assets = assets
        own = {application_of(assets[one]) for one in focus if one in assets}
        self._open = {*opened, *(name for name in own if name is not None)}
        self._focus = set(focus)
        self._members: defaultdict[str, set[str]] = defaultdict(set)

    def __call__(self, end: str) -> str:
        application = self._application(end)
        if application is None or application in self._open or end in self._focus:
            return end
        unit = f"application:{application}"
        self._members[unit].add(end)
        return unit

    def box(self, unit: str) -> str | None:
        """The open application that a node stands in."""
        application = self._application(unit)
        return application if application in self._open else None

    def kind(self, unit: str) -> str:
        """Asset type of a node."""
        if unit.startswith("application:"):
            return "application"
        return str(self._assets[unit]["type"]) if unit in self._assets else "unresolved"

    def node(self, unit: str, undrawn: Iterable[Row]) -> dict[str, Any]:
        """The node as the browser draws it."""
        asset = self._assets.get(unit)
        base: dict[str, Any] = {"id": unit, "focus": unit in self._focus, "kind": self.kind(unit)}
        if unit.startswith("application:"):
            name, members = unit.removeprefix("application:"), self._members[unit]
            waves = sorted({self._assets[one]["wave"] for one in members} - {None})
            return base | {
                "label": name,
                "open": name,
                "count": len(members),
                "wave": waves[0] if len(waves) == 1 else None,
            }
        if asset is None:
            return base | {"label": unit.removeprefix("endpoint:"), "count": 1}
        return base | {
            "label": asset["name"] or "without a name",
            "asset": unit,
            "environment": asset["environment"],
            "wave": asset["wave"],
            "box": self.box(unit),
            "count": 1,
            "infrastructure": sorted(
                {
                    row["infrastructure"]
                    for row in undrawn
                    if unit in (row["source_id"], row["target_id"])
                }
            ),
        }

    def _application(self, end: str) -> str | None:
        return application_of(self._assets[end]) if end in self._assets else None


def _undrawn_and_drawn(edges: Iterable[Row], *, draws_all: bool) -> tuple[list[Row], list[Row]]:
    undrawn: list[Row] = []
    drawn: list[Row] = []
    for edge in edges:
        (undrawn if edge["infrastructure"] and not draws_all else drawn).append(edge)
    return undrawn, drawn


def _ids(edge: Row) -> tuple[str | None, str | None]:
    return edge["source_id"], edge["target_id"]


def _ends(edge: Row) -> tuple[str, str]:
    return (
        edge["source_id"] or f"endpoint:{edge['source']}",
        edge["target_id"] or f"endpoint:{edge['target']}",
    )


def _gather(edges: Iterable[Row], unit_of: _Units) -> dict[tuple[str, str], list[Row]]:
    links: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
    for edge in edges:
        source, target = _ends(edge)
        links[unit_of(source), unit_of(target)].append(edge)
    return dict(links)


def _capped(
    links: Mapping[tuple[str, str], Sequence[Row]], focus: Collection[str], limit: int
) -> tuple[set[str], set[str]]:
    """The nodes that are drawn and those that are not: nearest first, then best evidenced."""
    weights: Counter[str] = Counter()
    beside: defaultdict[str, set[str]] = defaultdict(set)
    for (source, target), rows in links.items():
        for one, other in ((source, target), (target, source)):
            weights[one] += sum(row["confidence"] or 0 for row in rows)
            beside[one].add(other)
    kept, ring = set(focus), set(focus)
    room = limit
    while ring:
        ring = {one for inner in ring for one in beside[inner]} - kept
        chosen = sorted(ring, key=lambda one: (-weights[one], one))[: max(room, 0)]
        room -= len(chosen)
        kept |= set(chosen)
        ring = set(chosen)
    return kept, set(weights) - kept


def _edge(source: str, target: str, rows: Sequence[Row]) -> dict[str, Any]:
    labels = sorted({_label(row) for row in rows})
    return {
        "source": source,
        "target": target,
        "status": min((row["status"] for row in rows), key=_BEST_FIRST.index),
        "count": len(rows),
        "label": ", ".join(labels[:3])
        + (f" and {len(labels) - 3} more" if len(labels) > 3 else ""),
    }


def _label(row: Row) -> str:
    port = f" {row['protocol'] or ''}/{row['port']}" if row["port"] is not None else ""
    service = f" ({row['service']})" if row["service"] else ""
    return f"{row['relation'].replace('_', ' ')}{port}{service}"


def _infrastructure(
    focus: Collection[str], undrawn: Iterable[Row]
) -> dict[str, list[tuple[str | None, str]]]:
    """By kind, the other ends of the focus's edges of shared infrastructure, each once."""
    ends_of_kind: defaultdict[str, set[tuple[str | None, str]]] = defaultdict(set)
    for row in undrawn:
        if row["source_id"] in focus:
            ends_of_kind[row["infrastructure"]].add((row["target_id"], row["target"]))
        elif row["target_id"] in focus:
            ends_of_kind[row["infrastructure"]].add((row["source_id"], row["source"]))
    return {
        kind: sorted(ends, key=lambda end: end[1]) for kind, ends in sorted(ends_of_kind.items())
    }
