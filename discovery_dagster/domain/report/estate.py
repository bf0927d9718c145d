"""Sections of the report about what was read and what there is."""

from collections import Counter
from collections.abc import Mapping

from discovery_dagster.domain.report.model import (
    Bar,
    Chart,
    Rows,
    Section,
    Table,
    counted,
    label,
    most_first,
    number_of,
    some,
)
from discovery_dagster.domain.tables.words import EndOfLife, MappingStatus


def quality(rows: Mapping[str, Rows]) -> Section:
    """Say what became of files, records and columns."""
    files, mapping = rows["files"], rows["mapping"]
    total = {
        name: sum(row[name] for row in files)
        for name in ("records", "accepted", "rejected", "ignored")
    }
    unread = [row for row in files if row["error"]]
    unmapped = [row for row in mapping if row["field"] == "unmapped"]
    open_columns = [row for row in mapping if row["status"] == MappingStatus.PROPOSED]
    codes = Counter(
        (row["file"], row["code"].replace("_", " "), row["severity"]) for row in rows["issues"]
    )
    return Section(
        "Quality",
        "What was read, and what became of it",
        (
            f"{some(len(files), 'file')} with {some(total['records'], 'record')} were read:"
            f" {number_of(total['accepted'])} accepted, {number_of(total['rejected'])} rejected,"
            f" {number_of(total['ignored'])} left aside, each with its reason."
            + (f" {some(len(unread), 'file')} could not be read." if unread else ""),
            f"Of {some(len(mapping), 'column')} {number_of(len(unmapped))} are kept without a"
            f" meaning, and {number_of(len(open_columns))} wait for somebody to confirm what they"
            " mean.",
        ),
        (
            Chart(
                "Records by what became of them",
                (
                    Bar("accepted", total["accepted"], "good"),
                    Bar("rejected", total["rejected"], "bad"),
                    Bar("left aside", total["ignored"], "quiet"),
                ),
            ),
        ),
        (
            Table(
                "Files",
                ("File", "Format", "Records", "Accepted", "Rejected", "Left aside", "Problem"),
                [
                    (
                        row["name"], row["format"], row["records"], row["accepted"],
                        row["rejected"], row["ignored"], row["error"],
                    )
                    for row in files
                ],
            ),
            Table(
                "Problems by kind",
                ("File", "Problem", "Severity", "Number"),
                [(*key, number) for key, number in sorted(codes.items(), key=most_first)],
            ),
        ),
    )  # fmt: skip


def inventory(assets: Rows) -> Section:
    """Say what assets there are."""
    types = counted(assets, "type")
    unknown = sum(bar.value for bar in types if bar.label == "unknown")
    return Section(
        "Inventory",
        "What there is",
        (
            f"{some(len(assets), 'asset was', 'assets were')} found,"
            f" {number_of(unknown)} of them of a type that nothing in the sources tells.",
        ),
        (
            Chart("Assets by type", types),
            Chart("Assets by environment", counted(assets, "environment")),
            Chart("Assets by criticality", counted(assets, "criticality")),
            Chart("Assets by operating system", counted(assets, "os_family")[:12]),
        ),
        (
            Table(
                "Assets",
                (
                    "Name", "Type", "Environment", "Criticality", "Operating system", "Wave", "6R",
                    "Group", "Applications", "CPU cores", "Memory (GiB)", "Storage (GB)", "Owner",
                    "Why",
                ),
                [
                    (
                        row["name"], label(row["type"]), row["environment"], row["criticality"],
                        row["os_name"], row["wave"], row["strategy"], row["group"],
                        ", ".join(row["applications"] or ()), row["cpu_cores"], row["memory_gb"],
                        row["storage_gb"], row["business_owner"], row["strategy_reason"],
                    )
                    for row in assets
                ],
                page_columns=8,
                page_rows=20,
            ),
        ),
    )  # fmt: skip


def life(assets: Rows, ended: Rows) -> Section:
    """Say what is out of support."""
    tones = {
        EndOfLife.SUPPORTED: "good",
        EndOfLife.EXTENDED: "warn",
        EndOfLife.ENDED: "bad",
        EndOfLife.UNKNOWN: "quiet",
    }
    known = Counter(row["eol_status"] for row in assets if row["eol_status"])
    return Section(
        "End of life",
        "What is out of support",
        (
            f"{some(len(ended), 'asset runs', 'assets run')} what is no longer supported by its"
            f" maker; of {some(known['unknown'], 'asset')} the version is not known well enough to"
            " tell.",
        ),
        (
            Chart(
                "Assets by support of what they run",
                [Bar(name, known[name], tone) for name, tone in tones.items()],
            ),
        ),
        (
            Table(
                "Out of support",
                ("Name", "Type", "Environment", "Operating system or product", "Ended", "Wave"),
                [
                    (
                        row["name"], label(row["type"]), row["environment"],
                        row["os_name"] or row["product"], row["eol_date"], row["wave"],
                    )
                    for row in sorted(ended, key=lambda row: (row["eol_date"] or "", row["name"]))
                ],
            ),
        ),
    )  # fmt: skip
