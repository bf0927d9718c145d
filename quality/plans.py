"""Plans: how far the plan of a whole delivery is one that can be shown to its client.

Deliveries are those of invented clients (`scripts/deliveries`); what is right comes from the same
model that the files were written from.
"""

import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import polars as pl

from discovery_dagster.domain.decision_workbook.open_questions import Findings, questions
from discovery_dagster.domain.tables import PROPOSALS, empty
from quality.derive import Derived, derive
from quality.figures import Figure

#: Language, seed and servers of the deliveries that are measured.
DELIVERIES: Final = (("en", 11, 347), ("de", 12, 347), ("de", 13, 900))
_TIERS: Final = {"web": "web", "app": "application", "db": "database", "mq": "integration"}


def figures(_: Path) -> Iterator[Figure]:
    """Measure the deliveries of `DELIVERIES`, each by itself."""
    from scripts.deliveries.__main__ import deliver

    for language, seed, servers in DELIVERIES:
        with TemporaryDirectory() as name:
            truth = deliver(Path(name), language, seed, servers)
            derived = derive(sorted(Path(name).iterdir()))
        yield from measure(f"{language}, {servers} servers, seed {seed}", Shown(derived, truth))


class Shown:
    """A plan beside the truth; servers by their names in lower case."""

    def __init__(self, derived: Derived, truth: Mapping[str, Any]) -> None:
        self.derived, self.truth = derived, truth
        at = derived.plan.placements.select("asset_id", "group", "wave")
        rows = derived.assets.join(at, on="asset_id", how="left").rows(named=True)
        self.rows: Sequence[dict[str, Any]] = rows
        self.by_name: dict[str, dict[str, Any]] = {}
        # A database bears its host's name beside its own.
        machines = [row for row in rows if row["type"] != "database"]
        for column, among in (("name", rows), ("hostname", machines)):
            for row in among:
                if row[column]:
                    self.by_name.setdefault(row[column].lower(), row)

    @cached_property
    def servers(self) -> dict[str, dict[str, Any]]:
        """The rows of the true servers that were found, by name."""
        return {name: self.by_name[name] for name in self.truth["servers"] if name in self.by_name}

    def of(self, asset_id: str) -> str | None:
        """The true server that an asset is."""
        return self._names.get(asset_id)

    @cached_property
    def _names(self) -> dict[str, str]:
        return {row["asset_id"]: name for name, row in self.servers.items()}


def measure(subject: str, shown: Shown) -> Iterator[Figure]:
    """Return all figures of one delivery."""
    yield _applications(subject, shown)
    moving = [row for row in shown.rows if row["wave"] is not None]
    first = sum(row["wave"] == 1 for row in moving)
    yield Figure(
        subject, "wave 1 share", 100 * first / len(moving), 25, f"{first} of {len(moving)}", True
    )
    yield _mixed(subject, shown)
    yield _tiers(subject, shown)
    yield _databases(subject, shown)
    yield _interfaces(subject, shown)
    yield _needs(subject, shown)
    yield _single_points(subject, shown)
    yield from _questions(subject, shown)
    stays = [
        row for name, row in shown.servers.items() if not shown.truth["servers"][name]["moves"]
    ]
    moved = sum(row["wave"] is not None for row in stays)
    yield Figure(subject, "planned though it stays", moved, 0, f"of {len(stays)}", True)


def _applications(subject: str, shown: Shown) -> Figure:
    """Applications that move and are in the group of most of their servers in production."""
    right, all_ = 0, 0
    staying = {name for name, one in shown.truth["applications"].items() if one["retires"]}
    for name, one in shown.truth["applications"].items():
        if name in staying:
            continue
        servers = [shown.servers.get(server) for server in one["deployments"]["production"]]
        groups = Counter(row["group"] for row in servers if row)
        own = next((row for row in shown.rows if row["name"] == name), None)
        all_ += 1
        right += bool(own and groups and own["group"] == groups.most_common(1)[0][0])
    return Figure(
        subject, "applications with their servers", right / all_, 0.97, f"{right} of {all_}"
    )


def _mixed(subject: str, shown: Shown) -> Figure:
    """Groups of production and others; a host of both kinds of databases excuses its group."""
    stages: dict[str, set[bool]] = {}
    for name, row in shown.servers.items():
        environment = shown.truth["servers"][name]["environment"]
        if environment and row["group"]:
            stages.setdefault(row["group"], set()).add(environment == "production")
    mixed = sum(len(environments) > 1 for environments in stages.values())
    return Figure(subject, "groups mixing production", mixed, 0, f"of {len(stages)}", True)


def _tiers(subject: str, shown: Shown) -> Figure:
    pairs = [
        (shown.servers.get(name), _TIERS[one["tier"]])
        for name, one in shown.truth["servers"].items()
        if one["tier"] in _TIERS and one["kind"] in ("vm", "physical")
    ]
    right = sum(bool(row) and row["tier"] == tier for row, tier in pairs if row)
    return Figure(subject, "tier right", right / len(pairs), 0.95, f"{right} of {len(pairs)}")


def _databases(subject: str, shown: Shown) -> Figure:
    """Instances that are assets of type database and run on their host."""
    placed = shown.derived.edges.filter("resolved", relation="runs_on")
    on = set(placed.select("source_id", "target_id").iter_rows())
    matched = 0
    for one in shown.truth["databases"]:
        host = shown.servers.get(one["host"])
        names = {one["name"].lower(), f"{one['name']}@{one['host']}".lower()}
        matched += any(
            row["type"] == "database"
            and (row["name"] or "").lower() in names
            and host is not None
            and (row["asset_id"], host["asset_id"]) in on
            for row in shown.rows
        )
    number = len(shown.truth["databases"])
    return Figure(subject, "database instances", matched / number, 0.97, f"{matched} of {number}")


def _interfaces(subject: str, shown: Shown) -> Figure:
    """Declared interfaces whose flows exist, and that are told to be confirmed."""
    wanted = {
        (one["source"], one["target"])
        for one in shown.truth["interfaces"]
        if one["declared"] and one["seen"]
    }
    listed = shown.derived.interfaces.filter(status="confirmed").select("source", "target")
    confirmed = set(listed.iter_rows())
    share = len(wanted & confirmed) / len(wanted)
    return Figure(
        subject, "interfaces confirmed", share, 0.95, f"{len(wanted & confirmed)} of {len(wanted)}"
    )


def _needs(subject: str, shown: Shown) -> Figure:
    """Needs between servers whose addresses lists give: the target moves no later than the source.

    Of others the flows name addresses that are nobody's.
    """
    servers = shown.truth["servers"]
    moving = {name for name, one in servers.items() if one["moves"] and one["addressed"]}
    known = moving & shown.servers.keys()
    pairs = [
        (shown.servers[a]["wave"], shown.servers[b]["wave"])
        for a, b in shown.truth["needs"]
        if a in known and b in known
    ]
    kept = sum(b <= a for a, b in pairs if a and b)
    return Figure(subject, "needs respected", kept / len(pairs), 1, f"{kept} of {len(pairs)}")


def _single_points(subject: str, shown: Shown) -> Figure:
    """Servers that are called a single point of failure, and are none."""
    true = set(shown.truth["single_points"])
    points = shown.derived.nodes.filter(pl.col("single_point").fill_null(False))["asset_id"]
    named = [shown.of(asset) for asset in points]
    false = sum(name is not None and name not in true for name in named)
    return Figure(subject, "false single points", false, 0, f"{len(named)} named", True)


def _questions(subject: str, shown: Shown) -> Iterator[Figure]:
    derived = shown.derived
    by_sheet, more = questions(
        Findings(
            derived.mapping,
            derived.assets.with_columns(overridden=pl.lit([], pl.List(pl.String))),
            empty(PROPOSALS),
            derived.inventory.conflicts,
            derived.edges,
            derived.plan.placements,
        )
    )
    number = sum(map(len, by_sheet.values())) + sum(more.values())
    detail = ", ".join(f"{name} {len(rows)}" for name, rows in by_sheet.items())
    assets = len(shown.rows)
    yield Figure(subject, "questions an asset, in 100", 100 * number / assets, 40, detail, True)
    server = shown.truth["conflict"]["server"]
    places = [
        at
        for rows in by_sheet.values()
        for at, one in enumerate(rows, start=1)
        if (one.cells.get("Asset") or "").lower() == server
        and one.cells.get("Field") == "memory_gb"
    ]
    yield Figure(subject, "place of the planted conflict", min(places, default=999), 10, "", True)
    pairs = [
        (one.cells["Asset"], one.cells["Other asset"])
        for rows in by_sheet.values()
        for one in rows
        if "Other asset" in one.cells
    ]
    yield Figure(subject, "pairs asked that are two things", len(pairs), 0, str(pairs[:2]), True)


if __name__ == "__main__":  # other seeds: `python -m quality.plans LANGUAGE SEED SERVERS`
    from quality.figures import print_section
    from scripts.deliveries.__main__ import deliver

    with TemporaryDirectory() as folder:
        known = deliver(Path(folder), sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
        result = derive(sorted(Path(folder).iterdir()))
    print_section(" ".join(sys.argv[1:]), measure("delivery", Shown(result, known)))
