"""`discovery export`: a table of a session as a file."""

import sys
from io import BytesIO
from pathlib import Path
from typing import Annotated, Any

import typer

from discovery_dagster.cli.errors import UsageError
from discovery_dagster.cli.options import Client, Engagement, Session
from discovery_dagster.cli.present import print_cut, print_left_out
from discovery_dagster.cli.terminal import say
from discovery_dagster.cli.writing import BINARY, Format, write_intake, write_rows, write_sheets
from discovery_dagster.domain.corrections.sheets import ERROR, WARNING
from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.settings import Settings
from discovery_dagster.store import corrections, exports, sessions
from discovery_dagster.store.database import Database, open_database
from discovery_dagster.store.objects import object_store

TABLES = sorted([*(name for name in exports.LISTINGS if name != "nodes"), "graph", "intake"])


#: What each table that can be corrected lists.
_SEVERITIES = {"rejects": (ERROR,), "issues": (ERROR, WARNING)}


def export(
    table: Annotated[str, typer.Argument(help=f"One of {', '.join(TABLES)}.")],
    client: Client,
    engagement: Engagement,
    session: Session,
    output_format: Annotated[
        Format, typer.Option("--format", help="How it is written.")
    ] = Format.CSV,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="File to write.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
) -> None:
    """Write a table of a session."""
    if table not in TABLES:
        raise UsageError("no_such_table", f"There is no table {table!r}: use {', '.join(TABLES)}.")
    key = SessionKey.of(EngagementKey(client, engagement), session)
    chosen = Format.JSON if as_json else output_format
    settings = Settings()
    with open_database(settings) as database:
        sessions.find(database, key)
        written = BytesIO()
        if table == "intake":
            assets, needs = (
                exports.rows(database, key, name) for name in ("assets", "dependencies")
            )
            print_left_out(write_intake(written, chosen, assets, needs))
        elif table in _SEVERITIES and chosen in (Format.XLSX, Format.ZIP):
            objects = object_store(settings)
            correction_sheets = corrections.sheets(database, objects, key, _SEVERITIES[table])
            print_cut(write_sheets(written, chosen, correction_sheets))
        else:
            rows = _rows(database, key, table)
            print_cut(write_rows(written, chosen, table, rows), rows)
    if output is not None:
        output.write_bytes(written.getvalue())
    elif chosen in BINARY and sys.stdout.isatty():
        raise UsageError("usage", f"{chosen.upper()} is not text: name a file with -o.")
    elif sys.stdout.isatty():
        say(written.getvalue().decode().replace("\r\n", "\n").removesuffix("\n"))
    else:
        sys.stdout.buffer.write(written.getvalue())


def _rows(database: Database, session: SessionKey, table: str) -> Any:
    if table == "graph":
        return exports.graph(database, session)
    return exports.rows(database, session, table)
