"""What the report says, from the rows of the exports."""

from collections.abc import Mapping, Sequence
from typing import Final

from discovery_dagster.domain.report.connections import needs
from discovery_dagster.domain.report.estate import inventory, life, quality
from discovery_dagster.domain.report.limits import reliance, unknowns
from discovery_dagster.domain.report.model import Contents, Rows, number_of
from discovery_dagster.domain.report.moving import moves
from discovery_dagster.domain.report.readiness import ready
from discovery_dagster.domain.report.summary import summary
from discovery_dagster.domain.tables.words import EndOfLife

#: The exports that a report is made from.
TABLES: Final = (
    "files", "mapping", "issues", "assets", "dependencies", "nodes", "endpoints", "cycles",
    "groups", "waves", "conflicts", "coverage", "applications", "readiness",
)  # fmt: skip


def contents(
    client: str,
    engagement: str,
    session: str,
    title: str | None,
    imported: str,
    rows: Mapping[str, Rows],
    constraints: Sequence[str],
) -> Contents:
    """Put a session's report together.

    Args:
        client: its name, or its slug where nobody gave one.
        engagement: slug.
        session: key, such as `s001`.
        title: of the session.
        imported: day of the import, ISO 8601.
        rows: of each of `TABLES`, as the exports give them.
        constraints: what people set about the plan, in sentences.
    """
    resolved = [row for row in rows["dependencies"] if row["resolved"]]
    ended = [row for row in rows["assets"] if row["eol_status"] == EndOfLife.ENDED]
    without = [row for row in rows["coverage"] if not row["evidence"]]
    sections = (
        summary(rows, resolved, ended, without),
        quality(rows),
        inventory(rows["assets"]),
        life(rows["assets"], ended),
        ready(rows["readiness"]),
        needs(rows, resolved),
        moves(rows, resolved, constraints),
        unknowns(rows),
        reliance(rows["coverage"], without, rows["dependencies"]),
    )
    return Contents(
        client,
        engagement,
        session,
        title,
        imported,
        (
            ("assets", number_of(len(rows["assets"]))),
            ("dependencies", number_of(len(resolved))),
            ("move groups", number_of(len(rows["groups"]))),
            ("waves", number_of(len(rows["waves"]))),
            ("out of support", number_of(len(ended))),
            ("without dependency evidence", number_of(len(without))),
        ),
        tuple(section.without_empty_charts() for section in sections),
    )
