"""What move groups are called, and by which id they are known.

Both come from what the group is about, its core: the deployment that most of its assets are parts
of, else the kind that single assets were collected by, else the asset that most others need. So a
group keeps its id over runs and sessions while its core stays, whatever joins or leaves it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from discovery_dagster.domain.planning.kinds import kind_of

_ID: Final = 6  # digits at first; 16 million ids
_LISTED: Final = 2  # applications that a name lists

Row = Mapping[str, Any]


@dataclass(frozen=True)
class GroupName:
    """The id of a group, and its name."""

    id: str
    name: str


def group_names(members: Mapping[int, Sequence[Row]], tied: frozenset[int]) -> dict[int, GroupName]:
    """Return id and name of each group.

    Args:
        members: the assets of each group, with `node`, `asset_id`, `name`, `deployment`,
            `application`, `environment`, `fan_in` and what `kinds.kind_of` reads.
        tied: nodes that any tie concerns.
    """
    least = {number: min(str(row["asset_id"]) for row in rows) for number, rows in members.items()}
    names: dict[int, GroupName] = {}
    taken = set[str]()
    parts = Counter[str]()
    # Of a deployment that a limit parted, the largest part bears the id.
    for number in sorted(members, key=lambda number: (-len(members[number]), least[number])):
        key, name = _core(members[number], tied)
        parts[key] += 1
        if parts[key] > 1:
            key, name = f"{key}|{least[number]}", f"{name}, part {parts[key]}"
        names[number] = GroupName(_id(key, taken), name)
    return names


def _core(rows: Sequence[Row], tied: frozenset[int]) -> tuple[str, str]:
    """What a group is about, as a key, and how that is called."""
    deployments = [row["deployment"] for row in rows if row["deployment"]]
    if deployments:
        parts = Counter(deployments)
        core = min(parts, key=lambda part: (-parts[part], part))
        inside = next(row for row in rows if row["deployment"] == core)
        others = [row for row in rows if row["deployment"] not in (None, core)]
        return core, _called(inside, sorted({row["application"] for row in others}))
    if len(rows) > 1 and not any(row["node"] in tied for row in rows):
        environment = rows[0]["environment"]
        kind = kind_of(rows[0])
        return f"kind|{kind}|{environment}", kind + _in(environment)
    core_asset = min(rows, key=lambda row: (-(row["fan_in"] or 0), row["asset_id"]))
    more = f" and {len(rows) - 1} more" if len(rows) > 1 else ""
    return f"asset|{core_asset['asset_id']}", f"{core_asset['name']}{more}"


def _called(inside: Row, others: Sequence[str]) -> str:
    """A deployment, with the other applications that go with it."""
    more = [name for name in others if name != inside["application"]]
    listed = more if len(more) < _LISTED else [f"{len(more)} more"]
    joined = " and ".join([inside["application"] or "An application", *listed])
    # An application's own entry has no environment; its deployment has.
    return joined + _in(str(inside["deployment"]).rpartition("|")[2])


def _in(environment: str | None) -> str:
    known = environment not in (None, "unknown")
    return f" ({str(environment).replace('_', ' ')})" if known else ""


def _id(key: str, taken: set[str]) -> str:
    """Return an id of a key that is not taken; its first digits almost always are enough."""
    digest = sha256(key.encode()).hexdigest().upper()
    group_id = next(
        f"G-{digest[:length]}"
        for length in range(_ID, len(digest))
        if f"G-{digest[:length]}" not in taken
    )
    taken.add(group_id)
    return group_id
