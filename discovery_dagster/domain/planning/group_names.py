"""What move groups are called, and by which id they are known.

Both come from what the group is about, its core: the deployment that most of its assets are parts
of, else the kind that single assets were collected by, else the asset that most others need. So a
group keeps its id over runs and sessions while its core stays, whatever joins or leaves it.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

import polars as pl

from discovery_dagster.domain.planning.kinds import kind_of

_ID: Final = 6  # digits at first; 16 million ids
_LISTED: Final = 2  # applications that a name lists

Row = Mapping[str, Any]


@dataclass(frozen=True)
class GroupName:
    """The id of a group, and its name."""

    id: str
    name: str


def group_names(members: pl.DataFrame, tied: pl.Series) -> dict[int, GroupName]:
    """Return id and name of each group, by its number.

    Args:
        members: the assets, with the number of their group as `label`, `node`, `asset_id`, `name`,
            `deployment`, `application`, `environment`, `fan_in` and what `kinds.kind_of` reads.
        tied: nodes that any tie concerns.
    """
    groups = _groups(members, tied)
    # Rows are dear to convert, and most groups are about an asset.
    others = groups.filter(~pl.col("about_asset"))["label"]
    rows: dict[int, list[Row]] = defaultdict(list)
    for row in members.filter(pl.col("label").is_in(others.implode())).iter_rows(named=True):
        rows[row["label"]].append(row)
    names: dict[int, GroupName] = {}
    taken = set[str]()
    parts = Counter[str]()
    for number, size, least, about_asset, asset, name in groups.iter_rows():
        if about_asset:
            key, called = f"asset|{asset}", f"{name} and {size - 1} more" if size > 1 else str(name)
        else:
            key, called = _core(rows[number])
        parts[key] += 1
        if parts[key] > 1:
            key, called = f"{key}|{least}", f"{called}, part {parts[key]}"
        names[number] = GroupName(_id(key, taken), called)
    return names


def _groups(members: pl.DataFrame, tied: pl.Series) -> pl.DataFrame:
    """The groups in the order in which they are named, with the asset that most others need.

    Of a deployment that a limit parted, the largest part bears the id.
    """
    by_need = members.sort(
        pl.col("fan_in").fill_null(0), "asset_id", descending=[True, False]
    ).select(
        "label",
        "asset_id",
        "name",
        part=pl.col("deployment").is_not_null(),
        tied=pl.col("node").is_in(tied.implode()),
    )
    groups = by_need.group_by("label").agg(
        pl.len().alias("size"),
        pl.col("asset_id").min().alias("least"),
        (~pl.col("part").any() & (pl.col("tied").any() | (pl.len() == 1))).alias("about_asset"),
        pl.col("asset_id", "name").first(),
    )
    return groups.sort("size", "least", descending=[True, False])


def _core(rows: Sequence[Row]) -> tuple[str, str]:
    """What a group is about that is about no asset, as a key, and how that is called."""
    deployments = [row["deployment"] for row in rows if row["deployment"]]
    if deployments:
        parts = Counter(deployments)
        core = min(parts, key=lambda part: (-parts[part], part))
        inside = next(row for row in rows if row["deployment"] == core)
        others = [row for row in rows if row["deployment"] not in (None, core)]
        return core, _called(inside, sorted({row["application"] for row in others}))
    environment = rows[0]["environment"]
    kind = kind_of(rows[0])
    return f"kind|{kind}|{environment}", kind + _in(environment)


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
    digest, length = sha256(key.encode()).hexdigest().upper(), _ID
    while (group_id := f"G-{digest[:length]}") in taken:
        length += 1
    taken.add(group_id)
    return group_id
