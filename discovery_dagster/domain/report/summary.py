"""The first page: what was found, what it means for the move, and what is to be decided first."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from discovery_dagster.domain.report.model import Rows, Section, number_of, some
from discovery_dagster.domain.tables.words import EdgeStatus, Unresolved


def summary(rows: Mapping[str, Rows], resolved: Rows, ended: Rows, without: Rows) -> Section:
    """Say in sentences what the other sections say in tables."""
    waves, groups = rows["waves"], rows["groups"]
    first = waves[0]["assets"] if waves else 0
    plan = (
        f"{some(len(rows['assets']), 'asset')} with"
        f" {some(len(resolved), 'dependency', 'dependencies')} between them move in"
        f" {some(len(waves), 'wave')} of {some(len(groups), 'group')}. The first wave,"
        f" {some(first, 'asset')}, needs nothing that moves later."
        if waves
        else "There is nothing to move yet."
    )
    status = Counter(row["status"] for row in resolved)
    shares = [
        f"{status[name] / len(resolved):.0%} {words}"
        for name, words in _KNOWN.items()
        if status[name]
    ]
    sure = (
        f"Of the dependencies {', '.join(shares)}."
        if resolved
        else "No dependency between assets is known: the order of the waves means little."
    )
    return Section(
        "Summary",
        "In short",
        (plan, sure),
        points=tuple(_to_decide(rows, ended, without)),
    )


_KNOWN: Final = {
    EdgeStatus.CONFIRMED: "are declared and were seen in use",
    EdgeStatus.DECLARED_ONLY: "rest on a declaration alone",
    EdgeStatus.OBSERVED_ONLY: "were seen but nobody declared them",
    EdgeStatus.INFERRED_ONLY: "are only inferred from texts",
}


def _to_decide(rows: Mapping[str, Rows], ended: Rows, without: Rows) -> Iterator[str]:
    """What somebody should look at before a wave moves, the gravest first."""
    if rows["conflicts"]:
        set_ = some(len(rows["conflicts"]), "limit that was set", "limits that were set")
        yield f"{set_} cannot hold: see Plan."
    critical = [row for row in ended if row["environment"] == "production"]
    if ended:
        yield (
            f"{some(len(ended), 'asset runs', 'assets run')} what is no longer supported by its"
            f" maker, {number_of(len(critical))} of them in production: decide what moves, what is"
            " replaced and what goes."
        )
    staying = sum(1 for row in rows["assets"] if row["wave"] is None and row["plan_reason"])
    if staying:
        yield f"{some(staying, 'asset has', 'assets have')} no wave: see Plan for the reasons."
    if without:
        yield (
            f"Of {some(len(without), 'asset')} no dependency is known: ask the owners, or"
            " observe, before moving."
        )
    outside = [row for row in rows["endpoints"] if row["kind"] == Unresolved.UNMATCHED]
    if outside:
        yield (
            f"At {some(len(outside), 'place')} of the estate's networks, by subnet or name and"
            " port, something answers that is in no inventory: find out what."
        )
    odd = sum(1 for row in rows["dependencies"] if row["conflict"])
    if odd:
        noun = some(odd, "dependency was", "dependencies were")
        yield f"{noun} declared one way and seen the other: see Map."
    if rows["cycles"]:
        yield (
            f"{some(len(rows['cycles']), 'circular dependency', 'circular dependencies')}: the"
            " assets of each move together, unless the edges proposed under Map are cut."
        )
    points = sum(1 for row in rows["nodes"] if row["single_point"])
    if points:
        noun = some(points, "asset is a single point", "assets are single points")
        yield f"{noun} of failure: see Map for what each would cut off, and prepare a way back."
    rejected = sum(row["rejected"] for row in rows["files"])
    if rejected:
        noun = some(rejected, "record was", "records were")
        yield f"{noun} rejected: once corrected, there may be more assets."
