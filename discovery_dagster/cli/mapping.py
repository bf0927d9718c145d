"""`discovery mapping`: what the columns of a client's files mean, as a person decides it."""

from typing import Annotated, Any

import typer

from discovery_dagster.cli.errors import UsageError
from discovery_dagster.cli.options import (
    AsJson,
    Author,
    Client,
    Engagement,
    Session,
)
from discovery_dagster.cli.present import table_of
from discovery_dagster.cli.terminal import say, say_json, terminal
from discovery_dagster.domain.decisions.mapping import MappingDecision
from discovery_dagster.domain.fields import FIELDS, IGNORED
from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.domain.tables.words import MappingStatus
from discovery_dagster.domain.words import fold
from discovery_dagster.settings import Settings
from discovery_dagster.store import sessions
from discovery_dagster.store.database import Database, open_database
from discovery_dagster.store.decisions import (
    mappings,
)

app = typer.Typer(
    help="Accept or reject the field that a column is mapped to.", no_args_is_help=True
)

File = Annotated[str, typer.Argument(help="File of the session, as `export files` names it.")]
Column = Annotated[str, typer.Argument(help="Column, as its header names it.")]
Field = Annotated[str, typer.Argument(help="Canonical field, or `ignored`.")]


@app.command("list")
def list_mapping(
    client: Client, engagement: Engagement, session: Session, as_json: AsJson = False
) -> None:
    """Show how a session's columns are mapped, and what was decided for its client."""
    key = SessionKey.of(EngagementKey(client, engagement), session)
    with open_database(Settings()) as database:
        sessions.find(database, key)
        columns = mappings.of_session(database, key)
        decided = mappings.in_force(database, key.engagement)
    if as_json:
        document = {"mapping": columns, "decisions": [vars(each) for each in decided]}
        say_json(document)
        return
    table = table_of("Columns", "file", "column", "field", "status", "by", "claimed by")
    for row in columns:
        place = f"{row['file']} {row['sheet'] or ''}".strip()
        words = (place, row["column"], row["field"], row["status"], row["method"], row["conflict"])
        table.add_row(*(word or "" for word in words))
    terminal().print(table)
    decision_table = table_of("Decisions", "format", "column", "field", "verdict", "author", "when")
    for each in decided:
        verdict = MappingStatus.ACCEPTED if each.accepted else MappingStatus.REJECTED
        words = (each.format, each.column, each.field, verdict, each.author, f"{each.at:%Y-%m-%d}")
        decision_table.add_row(*words)
    if decided:
        terminal().print(decision_table)


@app.command()
def accept(
    file: File,
    column: Column,
    field: Field,
    client: Client,
    engagement: Engagement,
    session: Session,
    author: Author,
    as_json: AsJson = False,
) -> None:
    """Remember for the client that a column is a field."""
    key = SessionKey.of(EngagementKey(client, engagement), session)
    _decide(key, file, column, field, author, accepted=True, as_json=as_json)


@app.command()
def reject(
    file: File,
    column: Column,
    field: Field,
    client: Client,
    engagement: Engagement,
    session: Session,
    author: Author,
    as_json: AsJson = False,
) -> None:
    """Remember for the client that a column is not a field."""
    key = SessionKey.of(EngagementKey(client, engagement), session)
    _decide(key, file, column, field, author, accepted=False, as_json=as_json)


def _decide(
    session: SessionKey,
    file: str,
    column: str,
    field: str,
    author: str,
    *,
    accepted: bool,
    as_json: bool,
) -> None:
    if field not in FIELDS and field != IGNORED:
        known = ", ".join(sorted([*FIELDS, IGNORED]))
        raise UsageError("no_such_field", f"There is no field {field!r}: use {known}.")
    with open_database(Settings()) as database:
        sessions.find(database, session)
        columns = _find(database, session, file, column)
        if not accepted:
            decided = mappings.in_force(database, session.engagement)
            columns = _taken_for(field, columns, decided)
        mappings.decide(database, session, columns, field, author, accepted=accepted)
    place = session.engagement
    command = (
        f"discovery run --client {place.client} --engagement {place.engagement}"
        f" --session {session.session}"
    )
    if as_json:
        document = {
            "file": file,
            "column": column,
            "field": field,
            "accepted": accepted,
            "author": author,
            "formats": [row["format"] for row in columns],
            "run": command,
        }
        say_json(document)
        return
    verb = "is" if accepted else "is not"
    say(f"Remembered for client {place.client}: {column} {verb} {field}. To apply it:\n{command}")


def _taken_for(
    field: str, columns: list[dict[str, Any]], decided: list[MappingDecision]
) -> list[dict[str, Any]]:
    """Those of the columns that are taken for the field, or will be by what was decided before."""
    accepted = [each for each in decided if each.accepted and each.field == field]
    to_be = {(each.format, each.header) for each in accepted}
    taken = [
        row
        for row in columns
        if row["field"] == field or (row["format"], fold(row["column"])) in to_be
    ]
    if not taken:
        column = columns[0]
        raise UsageError(
            "nothing_to_reject",
            f"{column['column']} is not taken for {field} but for {column['field']}, so there is"
            " nothing to reject; `discovery mapping accept` says what it is.",
            column["file"],
        )
    return taken


def _find(database: Database, session: SessionKey, file: str, column: str) -> list[dict[str, Any]]:
    """One row for each format that has the column in the file."""
    rows = [row for row in mappings.of_session(database, session) if row["file"] == file]
    if not rows:
        raise UsageError("no_such_file", f"{session} has no mapped file {file!r}.", file)
    exact = [row for row in rows if row["column"] == column]
    matches = exact or [row for row in rows if fold(row["column"]) == fold(column)]
    if not matches:
        raise UsageError("no_such_column", f"{file} has no column {column!r}.", file)
    if any(row["format"] is None for row in matches):
        raise UsageError("not_run", f"{session} has not run to its end yet: run it first.", file)
    return list({row["format"]: row for row in matches}.values())
