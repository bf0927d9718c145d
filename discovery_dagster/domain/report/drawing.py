"""The plan as a drawing: waves as columns, their larger groups as boxes, needs as lines between.

Small groups and assets that move alone are only counted. All positions are in pixels.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from discovery_dagster.domain.tables.words import AssetType

_COLUMN: Final = 212  # from one wave to the next
_BOX: Final = (164, 46)
_GAP, _TOP = 14, 62
#: What is drawn at most; the table beside the drawing has all.
_WAVES, _BOXES = 8, 6

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Box:
    """A group of several assets."""

    group: str
    label: str
    caption: str
    x: int
    y: int


@dataclass(frozen=True)
class Line:
    """How many dependencies lead from a group to one of an earlier wave."""

    path: str
    width: float
    caption: str


@dataclass(frozen=True)
class Column:
    """A wave, and what of it is not drawn."""

    wave: int
    caption: str
    x: int
    more: str
    more_y: int


@dataclass(frozen=True)
class Drawing:
    """Waves, boxes and lines, and the sizes of all and of a box."""

    columns: Sequence[Column]
    boxes: Sequence[Box]
    lines: Sequence[Line]
    width: int
    height: int
    more: str  # what of the plan is left out
    box: tuple[int, int] = _BOX


def draw(waves: Rows, groups: Rows, assets: Rows, dependencies: Rows) -> Drawing | None:
    """Draw the plan; None where no group has several assets.

    Args:
        waves: `wave`, `assets` and `groups`.
        groups: `group`, `wave` and `assets` (names).
        assets: `id`, `name`, `type`, `group` and `applications`.
        dependencies: resolved ones; those of infrastructure tie nothing and are left out.
    """
    several = [group for group in groups if len(group["assets"]) > 1 and group["wave"]]
    if not several:
        return None
    applications = applications_of(assets)
    shown = waves[:_WAVES]
    columns, boxes = [], []
    for at, wave in enumerate(shown):
        own = sorted(
            (group for group in several if group["wave"] == wave["wave"]),
            key=lambda group: (-len(group["assets"]), group["group"]),
        )
        x = at * _COLUMN
        for place, group in enumerate(own[:_BOXES]):
            label = _label(group, applications.get(group["group"], ()))
            size = f"{group['group']}, {_some(len(group['assets']), 'asset')}"
            boxes.append(Box(group["group"], label, size, x, _y(place)))
        columns.append(_column(wave, own, x))
    tallest = max(column.more_y for column in columns)
    left_out = len(waves) - len(shown)
    return Drawing(
        columns,
        boxes,
        _lines(boxes, assets, dependencies),
        _COLUMN * len(shown) - (_COLUMN - _BOX[0]),
        tallest + 12,
        f"{left_out} later waves are not drawn." if left_out else "",
    )


def _y(place: int) -> int:
    return _TOP + place * (_BOX[1] + _GAP)


def _column(wave: Mapping[str, Any], several: Rows, x: int) -> Column:
    drawn = several[:_BOXES]
    assets = sum(len(group["assets"]) for group in drawn)
    groups, rest = len(wave["groups"]) - len(drawn), wave["assets"] - assets
    small = _some(groups, "smaller group" if drawn else "group")
    more = f"{_some(rest, 'asset')} in {small}" if groups else ""
    return Column(wave["wave"], _some(wave["assets"], "asset"), x, more, _y(len(drawn)) + 12)


def _some(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def applications_of(assets: Rows) -> dict[str, list[str]]:
    """Return the applications of each group: those in it, and what lists name of its machines."""
    by_group: dict[str, set[str]] = {}
    for asset in assets:
        if asset["group"] is not None:
            itself = asset["type"] == AssetType.APPLICATION
            names = [asset["name"] or ""] if itself else asset["applications"] or ()
            by_group.setdefault(asset["group"], set()).update(names)
    return {group: sorted(names) for group, names in by_group.items() if names}


def _label(group: Mapping[str, Any], applications: Sequence[str]) -> str:
    """What a box is called: its applications, else its first asset."""
    first, *others = applications or group["assets"][:1]
    return f"{first} +{len(others)}" if others else first


def _lines(boxes: Sequence[Box], assets: Rows, dependencies: Rows) -> list[Line]:
    place = {box.group: box for box in boxes}
    group = {asset["id"]: asset["group"] for asset in assets}
    counted = Counter(
        (group.get(row["source_id"]), group.get(row["target_id"]))
        for row in dependencies
        if not row["infrastructure"]
    )
    lines = []
    for (source, target), number in sorted(counted.items(), key=lambda item: str(item[0])):
        if source == target or source not in place or target not in place:
            continue
        here, there = place[source], place[target]
        if there.x >= here.x:
            continue
        x1, y1 = here.x, here.y + _BOX[1] // 2
        x2, y2 = there.x + _BOX[0], there.y + _BOX[1] // 2
        bend = (x1 - x2) // 2
        path = f"M{x1} {y1}C{x1 - bend} {y1} {x2 + bend} {y2} {x2} {y2}"
        noun = "dependency" if number == 1 else "dependencies"
        title = f"{source} needs {target}: {number} {noun}"
        lines.append(Line(path, round(min(1 + number**0.5 / 2, 6), 1), title))
    return lines
