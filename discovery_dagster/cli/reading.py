"""`discovery status` and `discovery export`: reading what is there."""

import json
import sys
from collections.abc import Callable
from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer

from discovery_dagster.cli.errors import UsageError
from discovery_dagster.cli.options import AsJson, Client, Engagement, Session
from discovery_dagster.cli.present import print_states
from discovery_dagster.domain import tabular
from discovery_dagster.domain.keys import EngagementKey, SessionKey, slug
from discovery_dagster.settings import Settings
from discovery_dagster.store import exports, sessions
from discovery_dagster.store.database import Database, open_database
from discovery_dagster.store.states import states

TABLES = sorted([*(name for name in exports.QUERIES if name != "nodes"), "graph"])


class Format(StrEnum):
    """How a table is written."""

    CSV = "csv"
    JSON = "json"


def status(
    client: Annotated[str | None, typer.Option(help="Only this client's.")] = None,
    engagement: Annotated[str | None, typer.Option(help="Only this engagement's.")] = None,
    session: Annotated[str | None, typer.Option(help="Only this session.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say where sessions stand: their steps, progress, counts and errors."""
    if (client is None and (engagement or session)) or (session and engagement is None):
        raise UsageError(
            "usage", "A session is named by --client, --engagement and --session together."
        )
    settings = Settings()
    with open_database(settings) as database:
        found = states(database, _chosen(database, client, engagement, session))
    print_states(found, as_json=as_json)


def export(
    table: Annotated[str, typer.Argument(help=f"One of {', '.join(TABLES)}.")],
    client: Client,
    engagement: Engagement,
    session: Session,
    output_format: Annotated[Format, typer.Option("--format")] = Format.CSV,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="File to write.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
) -> None:
    """Write a table of a session."""
    if table not in TABLES:
        raise UsageError("no_such_table", f"There is no table {table!r}: use {', '.join(TABLES)}.")
    key = SessionKey.of(EngagementKey(client, engagement), session)
    write = _writer(table, Format.JSON if as_json else output_format)
    with open_database(Settings()) as database:
        sessions.find(database, key)
        rows = (
            exports.graph(database, key) if table == "graph" else exports.rows(database, key, table)
        )
    with ExitStack() as files:
        out = sys.stdout
        if output is not None:
            out = files.enter_context(output.open("w", encoding="utf-8", newline=""))
        write(out, rows)


def _chosen(
    database: Database, client: str | None, engagement: str | None, session: str | None
) -> list[sessions.SessionRow]:
    if client is None:
        keys = sessions.engagements(database)
    elif engagement is None:
        keys = sessions.engagements(database, slug(client, "client"))
    else:
        keys = [EngagementKey(client, engagement)]
    if session is not None:
        return [sessions.find(database, SessionKey.of(keys[0], session))]
    found = [row for key in keys for row in sessions.sessions(database, key)]
    if client is not None and not found:
        named = f"client {client}" if engagement is None else f"engagement {client}.{engagement}"
        raise UsageError("no_such_engagement", f"There is no {named}.")
    return found


def _writer(table: str, output_format: Format) -> Callable[[TextIO, Any], None]:
    if output_format is Format.JSON:
        return _write_json
    if table == "graph":
        raise UsageError("no_such_format", "The graph is written with --format json.")
    return _write_csv


def _write_json(out: TextIO, rows: Any) -> None:
    json.dump(rows, out, ensure_ascii=False, indent=1, default=str)
    out.write("\n")


def _write_csv(out: TextIO, rows: exports.Rows) -> None:
    # The first row has them all: each query selects the same columns for every row.
    tabular.write_csv(out, rows, list(rows[0]) if rows else [])
