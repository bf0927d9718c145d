"""The section of the report about what moves together, and in which order."""

from collections.abc import Mapping, Sequence
from typing import Any

from discovery_dagster.domain.report.drawing import applications_of, draw
from discovery_dagster.domain.report.model import (
    Bar,
    Chart,
    Rows,
    Section,
    Table,
    counted,
    few,
    label,
    some,
)


def moves(rows: Mapping[str, Rows], resolved: Rows, constraints: Sequence[str]) -> Section:
    """Say what moves together, and in which order."""
    applications = applications_of(rows["assets"])
    unplaced = [row for row in rows["assets"] if row["wave"] is None and row["plan_reason"]]
    return Section(
        "Plan",
        "What moves together, and in which order",
        (
            f"{some(len(rows['groups']), 'group moves', 'groups move')} in"
            f" {some(len(rows['waves']), 'wave')}. A group moves after everything that it needs.",
            *(f"Set: {sentence}." for sentence in constraints),
        ),
        (
            Chart(
                "Assets by wave",
                [Bar(f"wave {row['wave']}", row["assets"]) for row in rows["waves"]],
            ),
            Chart("Assets by 6R hint", counted(rows["assets"], "strategy")),
        ),
        (
            Table(
                "Waves",
                ("Wave", "Groups", "Assets", "From", "To", "Hours", "Why"),
                [
                    (
                        row["wave"], len(row["groups"]), row["assets"], row.get("starts"),
                        row.get("ends"), row.get("effort_hours"), row["reason"],
                    )
                    for row in rows["waves"]
                ],
            ),
            Table(
                "Groups",
                ("Group", "Wave", "Applications", "Assets", "Number", "Why"),
                [
                    (
                        row["group"], row["wave"], few(applications.get(row["group"], ()), 5),
                        few(row["assets"]), len(row["assets"]), row["reason"],
                    )
                    for row in sorted(rows["groups"], key=_larger_first)
                ],
            ),
            Table(
                "What cannot hold",
                ("Set", "Why it does not hold"),
                [(row["sentence"], row["message"]) for row in rows["conflicts"]],
                "Everything that was set holds." if constraints else "Nothing was set.",
            ),
            Table(
                "What does not move",
                ("Name", "Type", "Why"),
                [(row["name"], label(row["type"]), row["plan_reason"]) for row in unplaced],
                "Every asset of the estate has a wave.",
            ),
        ),
        draw(rows["waves"], rows["groups"], rows["assets"], resolved),
    )  # fmt: skip


def _larger_first(group: Mapping[str, Any]) -> tuple[bool, int, int, str]:
    """Groups of several assets by wave and size, then the assets that move alone."""
    size = len(group["assets"])
    return size == 1, group["wave"] or 0, -size, group["group"]
