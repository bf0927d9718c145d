"""The section of the report about what needs what, and how that is known."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from discovery_dagster.domain.dependencies.citation import cite
from discovery_dagster.domain.report.model import (
    Bar,
    Chart,
    Rows,
    Section,
    Table,
    few,
    label,
    number_of,
    some,
)
from discovery_dagster.domain.tables.words import EdgeStatus


def needs(rows: Mapping[str, Rows], resolved: Rows) -> Section:
    """Say what needs what, and how that is known."""
    tones = {
        EdgeStatus.CONFIRMED: "good",
        EdgeStatus.DECLARED_ONLY: "warn",
        EdgeStatus.OBSERVED_ONLY: "warn",
        EdgeStatus.INFERRED_ONLY: "quiet",
    }
    status = Counter(row["status"] for row in resolved)
    odd = [row for row in rows["dependencies"] if row["conflict"]]
    nodes = sorted(rows["nodes"], key=lambda row: (-row["fan_in"], row["name"]))
    points = [row for row in nodes if row["single_point"]]
    shared = [row for row in nodes if row["service"]]
    staying = {row.get("id") for row in rows["assets"] if row["wave"] is None}
    # What carries the estate is needed by nearly all of it, and stays.
    needed = [
        row
        for row in nodes
        if row["fan_in"] and not row["service"] and row.get("id") not in staying
    ]
    return Section(
        "Map",
        "What needs what, and how that is known",
        (
            f"{some(len(resolved), 'dependency lies', 'dependencies lie')} between assets:"
            f" {number_of(status['confirmed'])} declared and seen,"
            f" {number_of(status['declared_only'])} declared but never seen,"
            f" {number_of(status['observed_only'])} seen but declared by nobody,"
            f" {number_of(status['inferred_only'])} only inferred from texts.",
            "Single points of failure, without which what is connected falls apart:"
            f" {number_of(len(points))}. Circular dependencies, whose assets move together:"
            f" {number_of(len(rows['cycles']))}.",
            "Everything needs infrastructure, such as name servers, monitoring and backup: what"
            " needs an asset in all, circular dependencies and single points of failure leave out"
            " connections to it.",
        ),
        (
            Chart(
                "Dependencies by evidence",
                [Bar(label(s), status[s], tone) for s, tone in tones.items()],
            ),
        ),
        (
            Table(
                "Dependencies",
                ("Source", "Relation", "Target", "Port", "Status", "Evidence", "Infrastructure"),
                [
                    (
                        row["source"], label(row["relation"]), row["target"], _port(row),
                        label(row["status"]), cite(row["evidence"]), label(row["infrastructure"]),
                    )
                    for row in sorted(resolved, key=lambda row: bool(row["infrastructure"]))
                ],
                page_rows=20,
            ),
            Table(
                "Most needed",
                ("Name", "Type", "Needed by directly", "Needed by in all"),
                [
                    (row["name"], label(row["type"]), row["fan_in"], row["blast_radius"])
                    for row in needed[:50]
                ],
                page_rows=20,
            ),
            Table(
                "Single points of failure",
                ("Name", "Type", "What stops with it"),
                [(row["name"], label(row["type"]), row["single_point_reason"]) for row in points],
                "No asset is known that others stop with.",
                page_rows=20,
            ),
            Table(
                "Circular dependencies, and the cheapest edges to cut",
                ("Assets", "Edges", "Cheapest to cut"),
                [
                    (few(row["assets"]), row["edges"], _cuts(row["cuts"]))
                    for row in rows["cycles"]
                ],
                "There are no circular dependencies.",
            ),
            Table(
                "Contradictions",
                ("Source", "Target", "What contradicts"),
                [(row["source"], row["target"], row["conflict"]) for row in odd],
                "No evidence contradicts other evidence about a direction.",
            ),
            Table(
                "Services of the whole estate, left out of groups",
                ("Name", "Service", "Why"),
                [(row["name"], label(row["service"]), row["service_reason"]) for row in shared],
            ),
        ),
    )  # fmt: skip


def _port(row: Mapping[str, Any]) -> str:
    return f"{row['protocol'] or ''} {row['port'] or ''}".strip()


def _cuts(cuts: Sequence[str] | None) -> str:
    if cuts is None:
        return "too many dependencies to say"
    more = len(cuts) - 10
    return "; ".join(cuts[:10]) + (f"; and {number_of(more)} more" if more > 0 else "")
