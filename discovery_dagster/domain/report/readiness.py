"""The section of the report about what can move as it is."""

from collections import Counter

from discovery_dagster.domain.readiness.rules import GENERIC
from discovery_dagster.domain.report.model import Bar, Chart, Rows, Section, Table, label, some
from discovery_dagster.domain.tables.words import Readiness
from discovery_dagster.reference import load

_TONES = {
    Readiness.READY: "good",
    Readiness.READY_WITH_CONDITIONS: "warn",
    Readiness.NOT_READY: "bad",
    Readiness.UNKNOWN: "quiet",
}


_KNOWN = (Readiness.READY, Readiness.READY_WITH_CONDITIONS, Readiness.NOT_READY)


def ready(rows: Rows) -> Section:
    """Say what can move as it is, and what speaks against the others."""
    moving = [row for row in rows if row["wave"] is not None]
    verdicts = Counter(row["readiness"] for row in moving)
    shares = ", ".join(f"{verdicts[name]:,} are {label(name)}" for name in _KNOWN)
    sources = [f"{one['name']}: {one['source']}" for one in load("targets").values()]
    return Section(
        "Readiness",
        "What can move as it is",
        (
            f"Of {some(len(moving), 'machine and database', 'machines and databases')} that move,"
            f" {shares}, and of {verdicts[Readiness.UNKNOWN]:,} too little is known.",
            f"Limits of targets: {'; '.join(sources)}.",
        ),
        (
            Chart(
                "Machines and databases by readiness",
                [Bar(label(name), verdicts[name], tone) for name, tone in _TONES.items()],
            ),
        ),
        (
            Table(
                "Readiness",
                ("Name", "Type", "Wave", "Readiness", "What was found"),
                [
                    (
                        row["name"], label(row["type"]), row["wave"], label(row["readiness"]),
                        " ".join(
                            one["sentence"]
                            for one in row["findings"]
                            if one["target"] == GENERIC and one["readiness"] != Readiness.READY
                        ),
                    )
                    for row in sorted(moving, key=lambda row: (row["wave"], row["name"] or ""))
                    if row["readiness"] != Readiness.READY
                ],
                "All that move are ready.",
            ),
        ),
    )  # fmt: skip
