"""The first page: what was found, what it means for the move, and what is to be decided first."""

from collections.abc import Iterator, Mapping

from discovery_dagster.domain.report.model import Rows, Section, number_of


def summary(rows: Mapping[str, Rows], resolved: Rows, ended: Rows, without: Rows) -> Section:
    """Say in sentences what the other sections say in tables."""
    waves, groups = rows["waves"], rows["groups"]
    first = waves[0]["assets"] if waves else 0
    plan = (
        f"{number_of(len(rows['assets']))} assets with {number_of(len(resolved))} dependencies"
        f" between them move in {number_of(len(waves))} waves of {number_of(len(groups))} groups."
        f" The first wave, {number_of(first)} assets, needs nothing that moves later."
        if waves
        else "There is nothing to move yet."
    )
    seen = sum(1 for row in resolved if row["status"] == "confirmed")
    told = sum(1 for row in resolved if row["status"] == "declared_only")
    sure = (
        f"{seen / len(resolved):.0%} of the dependencies are declared and were seen in use;"
        f" {told / len(resolved):.0%} rest on a declaration alone."
        if resolved
        else "No dependency between assets is known: the order of the waves means little."
    )
    return Section(
        "Summary",
        "In short",
        (plan, sure),
        points=tuple(_to_decide(rows, ended, without)),
    )


def _to_decide(rows: Mapping[str, Rows], ended: Rows, without: Rows) -> Iterator[str]:
    """What somebody should look at before a wave moves, the gravest first."""
    if rows["conflicts"]:
        set_ = _some(len(rows["conflicts"]), "limit that was set", "limits that were set")
        yield f"{set_} cannot hold: see Plan."
    critical = [row for row in ended if row["environment"] == "production"]
    if ended:
        yield (
            f"{_some(len(ended), 'asset is', 'assets are')} out of its maker's support,"
            f" {number_of(len(critical))} of them in production: decide what moves, what is"
            " replaced and what goes."
        )
    if without:
        yield (
            f"Of {_some(len(without), 'asset')} no dependency is known: ask the owners, or"
            " observe, before moving."
        )
    outside = [row for row in rows["endpoints"] if row["kind"] == "unresolved"]
    if outside:
        yield (
            f"At {_some(len(outside), 'place')} of the estate's networks, by subnet or name and"
            " port, something answers that is in no inventory: find out what."
        )
    odd = sum(1 for row in rows["dependencies"] if row["conflict"])
    if odd:
        noun = _some(odd, "dependency was", "dependencies were")
        yield f"{noun} declared one way and seen the other: see Map."
    if rows["cycles"]:
        yield (
            f"In {_some(len(rows['cycles']), 'circle')} assets need each other and move together,"
            " unless the edges proposed under Map are cut."
        )
    points = sum(1 for row in rows["nodes"] if row["single_point"])
    if points:
        noun = _some(points, "asset is a single point", "assets are single points")
        yield f"{noun} of failure: prepare a way back before moving."
    rejected = sum(row["rejected"] for row in rows["files"])
    if rejected:
        noun = _some(rejected, "record was", "records were")
        yield f"{noun} rejected: once corrected, there may be more assets."


def _some(number: int, noun: str, many: str | None = None) -> str:
    return f"{number_of(number)} {noun if number == 1 else many or noun + 's'}"
