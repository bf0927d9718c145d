"""What people and programs see of a session."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from discovery_dagster.cli.terminal import say_json, terminal
from discovery_dagster.domain.facts import FileAccount
from discovery_dagster.domain.state import FileState, SessionState
from discovery_dagster.domain.tables.words import GrainStatus
from discovery_dagster.domain.waiting import waiting_message

if TYPE_CHECKING:  # each takes a third of what `status` may take to start
    from discovery_dagster.domain.handover import Handover
    from discovery_dagster.domain.mapping.warnings import ColumnWarning
    from discovery_dagster.domain.workbooks import CutCell
    from discovery_dagster.store.exports import Rows

#: Rejected records that are shown on the terminal; all are in the export.
_MOST_REJECTS = 10
#: Assets that are named of those that a file for another tool does not hold.
_MOST_NAMES = 3
#: Cells that are named of those that a worksheet could not hold whole.
_MOST_CUT = 20

_IMPORT_FIELDS = {
    "client",
    "engagement",
    "session",
    "partition_key",
    "run_id",
    "status",
    "error",
    "files",
    "counts",
}


def print_import(
    state: SessionState, rejects: "Rows", warnings: "Sequence[ColumnWarning]", *, as_json: bool
) -> None:
    """Print the outcome of an import or a re-run.

    Args:
        state: of the session.
        rejects: as the export of that name.
        warnings: of columns that are not used as what identifies things.
        as_json: print one JSON document instead of text for people.
    """
    if as_json:
        document = state.model_dump(mode="json", include=_IMPORT_FIELDS)
        for file in document["files"]:
            file["warnings"] = [one.message for one in warnings if one.file == file["name"]]
        document["warnings"] = [asdict(warning) for warning in warnings]
        document["waiting"] = list(waiting_tables(state.files))
        say_json(document)
        return
    console = terminal()
    console.print(f"\n{state.partition_key} is {state.status}.", style="bold")
    if state.error:
        console.print(state.error, style="red")
    print_files(console, state.files)
    print_warnings(console, warnings)
    if rejects:
        console.print(rejects_table(rejects))
    console.print(_counts(state))


def print_states(states: list[SessionState], *, as_json: bool) -> None:
    """Print where sessions stand."""
    if as_json:
        document = {"sessions": [state.model_dump(mode="json") for state in states]}
        say_json(document)
        return
    table = table_of(
        "Sessions", "session", "title", "status", "steps done", "assets", "dependencies", "error"
    )
    for state in states:
        done = sum(step.status == "done" for step in state.steps)
        table.add_row(
            state.partition_key,
            state.title or "",
            state.status,
            f"{done} of {len(state.steps)}",
            str(state.counts["assets"]),
            str(state.counts["dependencies"]),
            state.error or "",
        )
    console = terminal()
    console.print(table)
    if len(states) == 1:
        print_files(console, states[0].files)


def print_files(console: Console, files: Sequence[FileState | FileAccount]) -> None:
    """Print what became of each file, and what a person may not expect of how it was read."""
    console.print(files_table(files))
    for waiting in waiting_tables(files):
        console.print(waiting, style="yellow")
    for file in files:
        for note in file.notes:
            console.print(f"{file.name}: {note}")


def waiting_tables(files: Sequence[FileState | FileAccount]) -> Iterator[str]:
    """Say which tables wait for a decision, why, and what to do."""
    for file in files:
        for table in file.tables:
            row = table if isinstance(table, Mapping) else table.model_dump()
            if row["status"] == GrainStatus.WAITING:
                yield waiting_message(file.name, row)


def files_table(files: Sequence[FileState | FileAccount]) -> Table:
    """What became of each file."""
    table = table_of("Files", "file", "format", "a row is")
    for heading in ("records", "accepted", "rejected", "ignored"):
        table.add_column(heading, justify="right")
    unread = any(file.error for file in files)
    if unread:
        table.add_column("why it could not be read", overflow="fold")
    for file in files:
        table.add_row(
            file.name,
            file.format or "",
            _grains(file),
            *map(str, (file.records, file.accepted, file.rejected, file.ignored)),
            *([file.error or ""] if unread else []),
        )
    return table


def _grains(file: FileState | FileAccount) -> str:
    """What the records of a file's tables are, each said once."""
    rows = [row if isinstance(row, Mapping) else row.model_dump() for row in file.tables]
    words = ["waiting" if row["status"] == GrainStatus.WAITING else row["grain"] for row in rows]
    return ", ".join(dict.fromkeys(words))


def print_warnings(console: Console, warnings: "Sequence[ColumnWarning]") -> None:
    """Say which columns are not used as what identifies things, and what to do."""
    for warning in warnings:
        place = f"{warning.file} {warning.sheet or ''}".strip()
        console.print(f"{place}: {warning.message}", style="yellow")


def rejects_table(rejects: "Rows") -> Table:
    """The first rejected records and why."""
    table = table_of("Rejected records", "file", "line", "why")
    for row in rejects[:_MOST_REJECTS]:
        why = " ".join(reason["message"] for reason in row["reasons"])
        table.add_row(row["file"], str(row["line"]), why)
    if len(rejects) > _MOST_REJECTS:
        table.add_row("…", "", f"{len(rejects) - _MOST_REJECTS} more: `discovery export rejects`")
    return table


def print_left_out(handed_over: "Handover") -> None:
    """Say on the terminal what a file for another tool does not hold, and why."""
    console = terminal(stderr=True)
    for reason, names in handed_over.left_out.items():
        shown = ", ".join(names[:_MOST_NAMES]) + (", …" if len(names) > _MOST_NAMES else "")
        console.print(f"Assets left out: {len(names)}, because {reason} ({shown}).")
    for note in handed_over.notes:
        console.print(note)


def print_cut(cells: "Sequence[CutCell]", rows: Sequence[Mapping[str, Any]] = ()) -> None:
    """Say on the terminal which cells of a workbook hold only the beginning of their text.

    `rows` are those of the table, where they have names.
    """
    console = terminal(stderr=True)
    for cell in cells[:_MOST_CUT]:
        name = rows[cell.row].get("name") if rows else None
        where = f"row {cell.row + 2}" + (f" ({name})" if name else "")
        console.print(
            f"{cell.table}: {cell.column} of {where} is longer than a cell of a worksheet and was"
            " cut: CSV and JSON hold it whole.",
        )
    if len(cells) > _MOST_CUT:
        console.print(f"Further cells cut: {len(cells) - _MOST_CUT}; each ends with a mark.")


def table_of(title: str, *columns: str) -> Table:
    """An empty table whose cells fold."""
    table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _counts(state: SessionState) -> Table:
    table = table_of("Estate", "what")
    table.add_column("number", justify="right")
    counts = state.counts
    table.add_row("assets", str(counts["assets"]))
    for name, number in counts["assets_by_type"].items():
        table.add_row(f"  {name.replace('_', ' ')}", str(number))
    table.add_row("dependencies", str(counts["dependencies"]))
    table.add_row("  unresolved", str(counts["unresolved"]))
    table.add_row("move groups", str(counts["groups"]))
    table.add_row("waves", str(counts["waves"]))
    if "proposed" in counts:
        table.add_row("proposals of a model", str(counts["proposed"]))
    if counts.get("unanswered"):
        table.add_row("  without an answer", str(counts["unanswered"]))
    return table
