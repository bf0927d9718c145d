"""Sections of the report about dependencies, the plan, and how far both can be relied on."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from discovery_dagster.domain.report.drawing import draw
from discovery_dagster.domain.report.model import (
    Bar,
    Chart,
    Rows,
    Section,
    Table,
    counted,
    moment,
    number_of,
    said,
)


def needs(rows: Mapping[str, Rows], resolved: Rows) -> Section:
    """Say what needs what, and how that is known."""
    tones = {
        "confirmed": "good", "declared_only": "warn", "observed_only": "warn",
        "inferred_only": "quiet",
    }  # fmt: skip
    status = Counter(row["status"] for row in resolved)
    odd = [row for row in rows["dependencies"] if row["conflict"]]
    nodes = sorted(rows["nodes"], key=lambda row: (-row["fan_in"], row["name"]))
    points = [row for row in nodes if row["single_point"]]
    shared = [row for row in nodes if row["service"]]
    return Section(
        "Map",
        "What needs what, and how that is known",
        (
            f"{number_of(len(resolved))} dependencies lie between assets:"
            f" {number_of(status['confirmed'])} are declared and were seen,"
            f" {number_of(status['declared_only'])} are declared but were never seen,"
            f" {number_of(status['observed_only'])} were seen but nobody declared them,"
            f" {number_of(status['inferred_only'])} are only inferred from texts.",
            f"{number_of(len(points))} assets are single points of failure: without one of them,"
            f" what is connected falls apart. {number_of(len(rows['cycles']))} sets of assets need"
            " each other in a circle and move together.",
        ),
        (Chart("By evidence", [Bar(said(s), status[s], tone) for s, tone in tones.items()]),),
        (
            Table(
                "Most needed",
                ("Name", "Type", "Needed by directly", "Needed by in all", "Single point"),
                [
                    (
                        row["name"], said(row["type"]), row["fan_in"], row["blast_radius"],
                        "yes" if row["single_point"] else "",
                    )
                    for row in nodes[:50]
                    if row["fan_in"]
                ],
            ),
            Table(
                "Circles, and the cheapest edges to cut them open by",
                ("Assets", "Edges", "Cheapest to cut"),
                [
                    (", ".join(row["assets"]), row["edges"], "; ".join(row["cuts"] or ()))
                    for row in rows["cycles"]
                ],
                "Nothing needs itself in a circle.",
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
                [(row["name"], said(row["service"]), row["service_reason"]) for row in shared],
            ),
        ),
    )  # fmt: skip


def moves(rows: Mapping[str, Rows], resolved: Rows, constraints: Sequence[str]) -> Section:
    """Say what moves together, and in which order."""
    unplaced = [row for row in rows["assets"] if row["wave"] is None and row["plan_reason"]]
    return Section(
        "Plan",
        "What moves together, and in which order",
        (
            f"{number_of(len(rows['groups']))} groups move in {number_of(len(rows['waves']))}"
            " waves. A group moves after everything that it needs.",
            *(f"Set: {sentence}." for sentence in constraints),
        ),
        (
            Chart(
                "Assets by wave",
                [Bar(f"wave {row['wave']}", row["assets"]) for row in rows["waves"]],
            ),
            Chart("By 6R hint", counted(rows["assets"], "strategy")),
        ),
        (
            Table(
                "Waves",
                ("Wave", "Groups", "Assets", "Why"),
                [
                    (row["wave"], len(row["groups"]), row["assets"], row["reason"])
                    for row in rows["waves"]
                ],
            ),
            Table(
                "Groups",
                ("Group", "Wave", "Assets", "Number", "Why"),
                [
                    (
                        row["group"], row["wave"], ", ".join(row["assets"]), len(row["assets"]),
                        row["reason"],
                    )
                    for row in sorted(rows["groups"], key=_larger_first)
                ],
            ),
            Table(
                "What cannot hold",
                ("Set", "Why it does not hold"),
                [(row["sentence"], row["message"]) for row in rows["conflicts"]],
                "Everything that was set holds.",
            ),
            Table(
                "What does not move",
                ("Name", "Type", "Why"),
                [(row["name"], said(row["type"]), row["plan_reason"]) for row in unplaced],
                "Every asset of the estate has a wave.",
            ),
        ),
        draw(rows["waves"], rows["groups"], rows["assets"], resolved),
    )  # fmt: skip


def _larger_first(group: Mapping[str, Any]) -> tuple[bool, int, int, str]:
    """Groups of several assets by wave and size, then the assets that move alone."""
    size = len(group["assets"])
    return size == 1, group["wave"] or 0, -size, group["group"]


def unknowns(rows: Mapping[str, Rows]) -> Section:
    """Say what nobody has listed."""
    kinds = Counter(row["kind"] for row in rows["endpoints"])
    untyped = [row for row in rows["assets"] if row["type"] == "unknown"]
    return Section(
        "Unknowns",
        "What nobody has listed",
        (
            f"Assets meet {number_of(len(rows['endpoints']))} endpoints, by subnet and port, that"
            f" are in no inventory: {number_of(kinds['unresolved'])} inside the estate's networks"
            f" or named, {number_of(kinds['external'])} outside. Each may be a machine that a move"
            " would forget.",
        ),
        (Chart("Unlisted, by kind", [Bar(said(k), n) for k, n in sorted(kinds.items())]),),
        (
            Table(
                "Unlisted endpoints",
                (
                    "Subnet or name", "Kind", "Side", "Port", "Service", "Assets that talk to it",
                    "Connections", "Endpoints",
                ),
                [
                    (
                        row["subnet"], row["kind"], row["side"], row["port"], row["service"],
                        row["assets"], row["count"], ", ".join(row["endpoints"]),
                    )
                    for row in rows["endpoints"]
                ],
            ),
            Table(
                "Assets of unknown type",
                ("Name", "Addresses", "Wave"),
                [
                    (row["name"], ", ".join(row["ip_addresses"] or ()), row["wave"])
                    for row in untyped
                ],
            ),
        ),
    )  # fmt: skip


def reliance(coverage: Rows, without: Rows) -> Section:
    """Say how far the map and the plan can be relied on."""
    first = min((row["first_seen"] for row in coverage if row["first_seen"]), default=None)
    last = max((row["last_seen"] for row in coverage if row["last_seen"]), default=None)
    observed = sum(1 for row in coverage if row["observed"])
    window = (
        f"Connections were observed from {moment(first)} to {moment(last)},"
        f" of {number_of(observed)} assets."
        if first and last
        else "No connections were observed: the plan rests on what was declared."
    )
    return Section(
        "Coverage",
        "How far this can be relied on",
        (
            window + " What runs once a month or a year is seen only if it ran then.",
            f"Of {number_of(len(without))} of {number_of(len(coverage))} assets no dependency is"
            " known at all: they are placed as if they had none.",
        ),
        (
            Chart(
                "Assets by what is known of their dependencies",
                (
                    Bar("observed", observed, "good"),
                    Bar(
                        "declared or inferred only",
                        len(coverage) - observed - len(without),
                        "warn",
                    ),
                    Bar("nothing", len(without), "bad"),
                ),
            ),
        ),
        (
            Table(
                "Assets without any dependency evidence",
                ("Name", "Type", "Environment", "Wave"),
                [
                    (row["name"], said(row["type"]), row["environment"], row["wave"])
                    for row in without
                ],
                "Something is known of every asset.",
            ),
        ),
    )
