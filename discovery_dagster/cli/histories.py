"""Decisions that hold until somebody removes them, listed for people and for programs."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from discovery_dagster.cli.present import table_of
from discovery_dagster.cli.terminal import say, say_json, terminal

AllOfThem = Annotated[bool, typer.Option("--all", help="Include removed ones.")]


def show_history(
    rows: Sequence[Mapping[str, Any]],
    name: str,
    columns: Mapping[str, str],
    none: str,
    *,
    all_of_them: bool,
    as_json: bool,
) -> None:
    """Show those that are in force, or all.

    Args:
        rows: of the history, with `id`, `kind`, `reason`, `author`, `at`, `removed_at`,
            `removed_by`, and the lists that `columns` names.
        name: of the list in a document of JSON, and the title of the table.
        columns: by heading, which list of a row stands below it.
        none: what is said when there is nothing to show.
        all_of_them: also those that were removed.
        as_json: prints a document instead of a table.
    """
    shown = [row for row in rows if all_of_them or row["removed_at"] is None]
    if as_json:
        say_json({name: shown})
        return
    if not shown:
        say(none)
        return
    ends = ("reason", "author", "when", "until")
    table = table_of(name.capitalize(), "number", "kind", *columns, *ends)
    for row in shown:
        table.add_row(
            str(row["id"]),
            row["kind"],
            *(", ".join(row[each]) for each in columns.values()),
            row["reason"] or "",
            row["author"],
            f"{row['at']:%Y-%m-%d %H:%M}",
            _until(row),
        )
    terminal().print(table)


def _until(row: Mapping[str, Any]) -> str:
    ended = row["removed_at"]
    return f"{ended:%Y-%m-%d %H:%M}, by {row['removed_by']}" if ended else ""
