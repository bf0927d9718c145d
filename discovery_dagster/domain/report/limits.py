"""Sections of the report about what is not known, and how far map and plan can be relied on."""

from collections import Counter
from collections.abc import Mapping

from discovery_dagster.domain.report.model import (
    Bar,
    Chart,
    Rows,
    Section,
    Table,
    label,
    moment,
    number_of,
    some,
)
from discovery_dagster.domain.report.observation import describe_observation, observed_files
from discovery_dagster.domain.tables.words import AssetType


def unknowns(rows: Mapping[str, Rows]) -> Section:
    """Describe what no inventory lists."""
    kinds = Counter(row["kind"] for row in rows["endpoints"])
    untyped = [row for row in rows["assets"] if row["type"] == AssetType.UNKNOWN]
    return Section(
        "Unknowns",
        "What nobody has listed",
        (
            f"Assets meet {some(len(rows['endpoints']), 'endpoint')}, by subnet and port, in no"
            f" inventory: {number_of(kinds['unmatched'])} inside the estate's networks"
            f" or named, {number_of(kinds['external'])} outside. Each may be a machine that a move"
            " would forget.",
        ),
        (
            Chart(
                "Unlisted endpoints by kind",
                [Bar(label(kind), number) for kind, number in sorted(kinds.items())],
            ),
        ),
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


def reliance(coverage: Rows, without: Rows, dependencies: Rows) -> Section:
    """Say how far the map and the plan can be relied on."""
    observed = sum(1 for row in coverage if row["observed"])
    seen = observed_files(dependencies)
    return Section(
        "Coverage",
        "How far this can be relied on",
        (
            *describe_observation(seen, observed),
            f"Of {number_of(len(without))} of {some(len(coverage), 'asset')} no dependency is known"
            " at all: they are placed as if they had none.",
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
                "What was observed, and when",
                ("File", "From", "To", "How long", "Dependencies", "Connections"),
                [
                    (
                        one.file, moment(one.first), moment(one.last), one.length,
                        one.dependencies, one.connections,
                    )
                    for one in seen
                ],
                "Nothing was observed.",
            ),
            Table(
                "Assets without any dependency evidence",
                ("Name", "Type", "Environment", "Wave"),
                [
                    (row["name"], label(row["type"]), row["environment"], row["wave"])
                    for row in without
                ],
                "Something is known of every asset." if coverage else "There are no assets.",
            ),
        ),
    )  # fmt: skip
