"""What people and programs see of a session."""

import json

from rich.console import Console
from rich.table import Table

from discovery_dagster.domain.state import SessionState

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


def print_import(state: SessionState, *, as_json: bool) -> None:
    """Print the outcome of an import or a re-run."""
    if as_json:
        print(json.dumps(state.model_dump(mode="json", include=_IMPORT_FIELDS), ensure_ascii=False))
        return
    console = Console()
    console.print(f"\n[bold]{state.partition_key}[/bold] is {state.status}.", highlight=False)
    if state.error:
        console.print(state.error, style="red", markup=False)
    console.print(_files(state))
    console.print(_counts(state))


def print_states(states: list[SessionState], *, as_json: bool) -> None:
    """Print where sessions stand."""
    if as_json:
        document = {"sessions": [state.model_dump(mode="json") for state in states]}
        print(json.dumps(document, ensure_ascii=False))
        return
    table = Table("session", "title", "status", "steps done", "assets", "dependencies", "error")
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
    Console().print(table)


def _files(state: SessionState) -> Table:
    table = Table("file", "format", title="Files", title_justify="left")
    for heading in ("records", "accepted", "rejected", "ignored"):
        table.add_column(heading, justify="right")
    table.add_column("why unread")
    for file in state.files:
        table.add_row(
            file.name,
            file.format or "",
            *map(str, (file.records, file.accepted, file.rejected, file.ignored)),
            file.error or "",
        )
    return table


def _counts(state: SessionState) -> Table:
    table = Table("what", title="Estate", title_justify="left")
    table.add_column("number", justify="right")
    counts = state.counts
    table.add_row("assets", str(counts["assets"]))
    for name, number in counts["assets_by_type"].items():
        table.add_row(f"  {name.replace('_', ' ')}", str(number))
    table.add_row("dependencies", str(counts["dependencies"]))
    table.add_row("unresolved endpoints' edges", str(counts["unresolved"]))
    table.add_row("move groups", str(counts["groups"]))
    table.add_row("waves", str(counts["waves"]))
    return table
