"""What the report says: sections of sentences, charts and tables, from the rows of the exports."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

Rows = Sequence[Mapping[str, Any]]

#: The exports that a report is made from.
TABLES: Final = (
    "files", "mapping", "issues", "assets", "dependencies", "nodes", "endpoints", "cycles",
    "groups", "waves", "conflicts", "coverage",
)  # fmt: skip


@dataclass(frozen=True)
class Bar:
    """One bar of a chart; `tone` is good, warn, bad, quiet or none."""

    label: str
    value: int
    tone: str = ""


@dataclass(frozen=True)
class Chart:
    """Numbers of one kind beside each other."""

    title: str
    bars: Sequence[Bar]


@dataclass(frozen=True)
class Table:
    """A table; the page shows the first rows, the workbook all."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    empty: str = "None."


@dataclass(frozen=True)
class Section:
    """A part of the report."""

    name: str  # short, for links and sheets
    title: str
    sentences: Sequence[str] = ()
    charts: Sequence[Chart] = ()
    tables: Sequence[Table] = ()


@dataclass(frozen=True)
class Contents:
    """The whole report."""

    client: str
    engagement: str
    session: str
    title: str | None
    imported: str  # day, ISO 8601
    figures: Sequence[tuple[str, str]]  # what, number
    sections: Sequence[Section] = field(default_factory=tuple)


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
        client: slug.
        engagement: slug.
        session: key, such as `s001`.
        title: of the session.
        imported: day of the import, ISO 8601.
        rows: of each of `TABLES`, as the exports give them.
        constraints: what people set about the plan, in sentences.
    """
    resolved = [row for row in rows["dependencies"] if row["resolved"]]
    ended = [row for row in rows["assets"] if row["eol_status"] == "ended"]
    without = [row for row in rows["coverage"] if not row["evidence"]]
    return Contents(
        client,
        engagement,
        session,
        title,
        imported,
        (
            ("assets", _number(len(rows["assets"]))),
            ("dependencies", _number(len(resolved))),
            ("move groups", _number(len(rows["groups"]))),
            ("waves", _number(len(rows["waves"]))),
            ("out of support", _number(len(ended))),
            ("without dependency evidence", _number(len(without))),
        ),
        (
            _quality(rows),
            _inventory(rows["assets"]),
            _life(rows["assets"], ended),
            _map(rows, resolved),
            _plan(rows, constraints),
            _unknowns(rows),
            _coverage(rows["coverage"], without),
        ),
    )


def _quality(rows: Mapping[str, Rows]) -> Section:
    files, mapping = rows["files"], rows["mapping"]
    total = {
        name: sum(row[name] for row in files)
        for name in ("records", "accepted", "rejected", "ignored")
    }
    unread = [row for row in files if row["error"]]
    unmapped = [row for row in mapping if row["field"] == "unmapped"]
    open_columns = [row for row in mapping if row["status"] == "proposed"]
    codes = Counter(
        (row["file"], row["code"].replace("_", " "), row["severity"]) for row in rows["issues"]
    )
    return Section(
        "Quality",
        "What was read, and what became of it",
        (
            f"{_number(len(files))} files with {_number(total['records'])} records were read:"
            f" {_number(total['accepted'])} accepted, {_number(total['rejected'])} rejected,"
            f" {_number(total['ignored'])} left aside, each with its reason."
            + (f" {_number(len(unread))} files could not be read." if unread else ""),
            f"Of {_number(len(mapping))} columns {_number(len(unmapped))} are kept without a"
            f" meaning, and {_number(len(open_columns))} wait for somebody to confirm what they"
            " mean.",
        ),
        (
            Chart(
                "Records",
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
                [(*key, number) for key, number in sorted(codes.items(), key=_most)],
            ),
        ),
    )  # fmt: skip


def _inventory(assets: Rows) -> Section:
    types = _counted(assets, "type")
    unknown = sum(bar.value for bar in types if bar.label == "unknown")
    return Section(
        "Inventory",
        "What there is",
        (
            f"{_number(len(assets))} assets were found,"
            f" {_number(unknown)} of them of a type that nothing in the sources tells.",
        ),
        (
            Chart("By type", types),
            Chart("By environment", _counted(assets, "environment")),
            Chart("By criticality", _counted(assets, "criticality")),
            Chart("By operating system", _counted(assets, "os_family")[:12]),
        ),
        (
            Table(
                "Assets",
                (
                    "Name", "Type", "Environment", "Criticality", "Operating system", "CPU cores",
                    "Memory (GiB)", "Storage (GB)", "Owner", "Applications", "Group", "Wave",
                    "6R", "Why",
                ),
                [
                    (
                        row["name"], _words(row["type"]), row["environment"], row["criticality"],
                        row["os_name"], row["cpu_cores"], row["memory_gb"], row["storage_gb"],
                        row["business_owner"], ", ".join(row["applications"] or ()), row["group"],
                        row["wave"], row["strategy"], row["strategy_reason"],
                    )
                    for row in assets
                ],
            ),
        ),
    )  # fmt: skip


def _life(assets: Rows, ended: Rows) -> Section:
    tones = {"supported": "good", "extended": "warn", "ended": "bad", "unknown": "quiet"}
    known = Counter(row["eol_status"] for row in assets if row["eol_status"])
    return Section(
        "End of life",
        "What is out of support",
        (
            f"{_number(len(ended))} assets run what its maker no longer supports;"
            f" of {_number(known['unknown'])} the version is not known well enough to tell.",
        ),
        (Chart("By support", [Bar(name, known[name], tone) for name, tone in tones.items()]),),
        (
            Table(
                "Out of support",
                ("Name", "Type", "Environment", "Operating system or product", "Ended", "Wave"),
                [
                    (
                        row["name"], _words(row["type"]), row["environment"],
                        row["os_name"] or row["product"], row["eol_date"], row["wave"],
                    )
                    for row in sorted(ended, key=lambda row: (row["eol_date"] or "", row["name"]))
                ],
            ),
        ),
    )  # fmt: skip


def _map(rows: Mapping[str, Rows], resolved: Rows) -> Section:
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
            f"{_number(len(resolved))} dependencies lie between assets:"
            f" {_number(status['confirmed'])} are declared and were seen,"
            f" {_number(status['declared_only'])} are declared but were never seen,"
            f" {_number(status['observed_only'])} were seen but nobody declared them,"
            f" {_number(status['inferred_only'])} are only inferred from texts.",
            f"{_number(len(points))} assets are single points of failure: without one of them, what"
            f" is connected falls apart. {_number(len(rows['cycles']))} sets of assets need each"
            " other in a circle and move together.",
        ),
        (Chart("By evidence", [Bar(_words(s), status[s], tone) for s, tone in tones.items()]),),
        (
            Table(
                "Most needed",
                ("Name", "Type", "Needed by directly", "Needed by in all", "Single point"),
                [
                    (
                        row["name"], _words(row["type"]), row["fan_in"], row["blast_radius"],
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
                [(row["name"], _words(row["service"]), row["service_reason"]) for row in shared],
            ),
        ),
    )  # fmt: skip


def _plan(rows: Mapping[str, Rows], constraints: Sequence[str]) -> Section:
    unplaced = [row for row in rows["assets"] if row["wave"] is None and row["plan_reason"]]
    return Section(
        "Plan",
        "What moves together, and in which order",
        (
            f"{_number(len(rows['groups']))} groups move in {_number(len(rows['waves']))} waves."
            " A group moves after everything that it needs.",
            *(f"Set: {sentence}." for sentence in constraints),
        ),
        (
            Chart(
                "Assets by wave",
                [Bar(f"wave {row['wave']}", row["assets"]) for row in rows["waves"]],
            ),
            Chart("By 6R hint", _counted(rows["assets"], "strategy")),
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
                    for row in rows["groups"]
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
                [(row["name"], _words(row["type"]), row["plan_reason"]) for row in unplaced],
                "Every asset of the estate has a wave.",
            ),
        ),
    )  # fmt: skip


def _unknowns(rows: Mapping[str, Rows]) -> Section:
    kinds = Counter(row["kind"] for row in rows["endpoints"])
    untyped = [row for row in rows["assets"] if row["type"] == "unknown"]
    return Section(
        "Unknowns",
        "What nobody has listed",
        (
            f"Assets meet {_number(len(rows['endpoints']))} endpoints, by subnet and port, that are"
            f" in no inventory: {_number(kinds['unresolved'])} inside the estate's networks or"
            f" named, {_number(kinds['external'])} outside. Each may be a machine that a move would"
            " forget.",
        ),
        (Chart("Unlisted, by kind", [Bar(_words(k), n) for k, n in sorted(kinds.items())]),),
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


def _coverage(coverage: Rows, without: Rows) -> Section:
    first = min((row["first_seen"] for row in coverage if row["first_seen"]), default=None)
    last = max((row["last_seen"] for row in coverage if row["last_seen"]), default=None)
    observed = sum(1 for row in coverage if row["observed"])
    window = (
        f"Connections were observed from {first} to {last}, of {_number(observed)} assets."
        if first
        else "No connections were observed: the plan rests on what was declared."
    )
    return Section(
        "Coverage",
        "How far this can be relied on",
        (
            window + " What runs once a month or a year is seen only if it ran then.",
            f"Of {_number(len(without))} of {_number(len(coverage))} assets no dependency is known"
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
                "Assets without any dependency evidence",
                ("Name", "Type", "Environment", "Wave"),
                [
                    (row["name"], _words(row["type"]), row["environment"], row["wave"])
                    for row in without
                ],
                "Something is known of every asset.",
            ),
        ),
    )


def _counted(rows: Rows, column: str) -> list[Bar]:
    counted = Counter(row[column] or "not said" for row in rows)
    quiet = {"unknown", "not said", "other"}
    ordered = sorted(counted.items(), key=lambda item: (item[0] in quiet, -item[1], item[0]))
    return [Bar(_words(name), number, "quiet" if name in quiet else "") for name, number in ordered]


def _most(item: tuple[Iterable[str], int]) -> tuple[int, Iterable[str]]:
    return -item[1], item[0]


def _words(name: str | None) -> str:
    return (name or "").replace("_", " ")


def _number(number: int) -> str:
    return f"{number:,}"
