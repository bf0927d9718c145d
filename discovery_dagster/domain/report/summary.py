"""The first page: what was found, what moves when, what blocks it, and what all of it rests on."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from discovery_dagster.domain.planning.health import risk, without_wave
from discovery_dagster.domain.report.model import (
    Rows,
    Section,
    Table,
    few,
    label,
    number_of,
    some,
)
from discovery_dagster.domain.tables.words import EdgeStatus, Readiness, Unresolved
from discovery_dagster.reference import load

_KNOWN: Final = {
    EdgeStatus.CONFIRMED: "are declared and were seen in use",
    EdgeStatus.DECLARED_ONLY: "rest on a declaration alone",
    EdgeStatus.OBSERVED_ONLY: "were seen but nobody declared them",
    EdgeStatus.INFERRED_ONLY: "are only inferred from texts",
}
_MACHINES: Final = "machines and databases are"
_RISKS: Final = ("high", "medium", "low")


def summary(rows: Mapping[str, Rows], resolved: Rows, ended: Rows, without: Rows) -> Section:
    """Say in sentences what the other sections say in tables."""
    return Section(
        "Summary",
        "In short",
        parts=(
            ("What was found", tuple(_found(rows, resolved))),
            ("What moves when", tuple(_moving(rows))),
            ("What blocks it", tuple(_blocking(rows, ended)) or ("Nothing that is known.",)),
            ("What this rests on", tuple(_resting(rows, resolved, without))),
        ),
        points=tuple(_to_decide(rows)),
        tables=(_applications(rows["applications"]),) if rows["applications"] else (),
    )


def _found(rows: Mapping[str, Rows], resolved: Rows) -> Iterator[str]:
    types = Counter(row["type"] for row in rows["assets"])
    machines = types["server"] + types["virtual_machine"]
    yield (
        f"{some(len(rows['assets']), 'asset')}: {some(machines, 'machine')},"
        f" {some(len(rows['applications']), 'application')},"
        f" {some(types['database'], 'database')} and"
        f" {number_of(len(rows['assets']) - machines - types['application'] - types['database'])}"
        f" others, with {some(len(resolved), 'dependency', 'dependencies')} between them."
    )


def _moving(rows: Mapping[str, Rows]) -> Iterator[str]:
    waves = rows["waves"]
    if not waves:
        yield "There is nothing to move yet."
        return
    moving = sum(wave["assets"] for wave in waves)
    staying = sum(1 for row in rows["assets"] if row["wave"] is None and row["plan_reason"])
    stay = "1 stays" if staying == 1 else f"{number_of(staying)} stay"
    yield (
        f"{some(moving, 'asset moves', 'assets move')} in {some(len(waves), 'wave')} of"
        f" {some(len(rows['groups']), 'group')}; {stay} where they are or will be retired. The"
        f" first wave has {some(waves[0]['assets'], 'asset')}."
    )
    dated = [wave for wave in waves if wave.get("starts")]
    if dated:
        last = max(dated, key=lambda wave: wave["ends"])
        yield f"Windows are set from {dated[0]['starts']} to {last['ends']}."
    hours = sum(wave.get("effort_hours") or 0 for wave in waves)
    if hours:
        yield f"By a first estimate that is {number_of(round(hours))} hours of work."


def _blocking(rows: Mapping[str, Rows], ended: Rows) -> Iterator[str]:
    """What stands against the plan as it is, the gravest first."""
    broken = len({row["constraint"] for row in rows["conflicts"]})
    if broken:
        noun = some(broken, "constraint", "constraints")
        yield f"{noun} that somebody set cannot hold: see Plan."
    verdicts = Counter(row["readiness"] for row in rows["readiness"] if row["wave"] is not None)
    if verdicts[Readiness.NOT_READY]:
        noun = some(verdicts[Readiness.NOT_READY], "machine or database is", _MACHINES)
        yield f"{noun} not ready to move."
    yield from _of_targets(rows["readiness"])
    if verdicts[Readiness.READY_WITH_CONDITIONS]:
        noun = some(verdicts[Readiness.READY_WITH_CONDITIONS], "machine or database is", _MACHINES)
        yield f"{noun} ready with conditions, such as snapshots or software out of support."
    if verdicts[Readiness.UNKNOWN]:
        noun = some(verdicts[Readiness.UNKNOWN], "machine or database", "machines and databases")
        yield f"Of {noun} too little is known to say whether they are ready."
    if ended:
        critical = sum(row["environment"] == "production" for row in ended)
        yield (
            f"{some(len(ended), 'asset runs', 'assets run')} what is no longer supported by its"
            f" maker, {number_of(critical)} of them in production."
        )


def _of_targets(readiness: Rows) -> Iterator[str]:
    """What is not ready for single targets, beside what is not ready for any."""
    numbers = Counter(
        one["target"]
        for row in readiness
        if row["wave"] is not None and row["readiness"] != Readiness.NOT_READY
        for one in row["targets"]
        if one["readiness"] == Readiness.NOT_READY
    )
    named = [
        f"{number_of(numbers[name])} for {target['name']}"
        for name, target in load("targets").items()
        if numbers[name]
    ]
    if named:
        yield f"Not ready for single targets alone: {' and '.join(named)}; see Readiness."


def _resting(rows: Mapping[str, Rows], resolved: Rows, without: Rows) -> Iterator[str]:
    yield f"{some(len(rows['files']), 'file')} that were imported, each value with its cell."
    status = Counter(row["status"] for row in resolved)
    shares = [
        f"{status[name] / len(resolved):.0%} {words}"
        for name, words in _KNOWN.items()
        if status[name]
    ]
    yield (
        f"Of the dependencies {', '.join(shares)}."
        if resolved
        else "No dependency between assets is known: the order of the waves means little."
    )
    if without:
        yield (
            f"Of {some(len(without), 'asset')} no dependency is known: ask the owners, or"
            " observe, before moving."
        )


def _to_decide(rows: Mapping[str, Rows]) -> Iterator[str]:
    """What somebody should look at before a wave moves, the gravest first."""
    staying = sum(1 for row in rows["assets"] if row["wave"] is None and row["plan_reason"])
    if staying:
        yield f"{some(staying, 'asset has', 'assets have')} no wave: see Plan for the reasons."
    ownerless = [row["name"] for row in rows["applications"] if not _owner(row)]
    if ownerless:
        yield (f"Of {some(len(ownerless), 'application')} no owner is named: {few(ownerless, 3)}.")
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
        yield f"{noun} of failure: see Map for what stops with each, and prepare a way back."
    rejected = sum(row["rejected"] for row in rows["files"])
    if rejected:
        noun = some(rejected, "record was", "records were")
        yield f"{noun} rejected: once corrected, there may be more assets."


def _applications(applications: Rows) -> Table:
    """Application, waves, owner and risk, what is at most risk first."""
    ordered = sorted(applications, key=lambda row: (_RISKS.index(risk(row)), row["name"]))
    return Table(
        "Applications",
        ("Application", "Owner", "Criticality", "Waves", "Readiness", "Risk"),
        [
            (
                row["name"], _owner(row), row["criticality"] or "unknown", _waves(row),
                label(row["readiness"]), risk(row),
            )
            for row in ordered
        ],
        page_rows=60,
        printed=2,
    )  # fmt: skip


def _owner(application: Mapping[str, Any]) -> str:
    return application["business_owner"] or application["technical_owner"] or ""


def _waves(application: Mapping[str, Any]) -> str:
    otherwise = without_wave(application)
    parts = [
        f"{label(one['environment'])} {', '.join(map(str, one['waves'])) or otherwise}"
        for one in application["deployments"]
    ]
    return "; ".join(parts)
