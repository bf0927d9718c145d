"""`discovery grain`: what a row of a client's tables is, as a person decides it."""

from typing import Annotated, Any

import typer
from rich.markup import escape

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
from discovery_dagster.domain.decisions.grains import DECIDABLE
from discovery_dagster.domain.formats import FORMATS, UNRECOGNISED, format_named
from discovery_dagster.domain.grain import Grain
from discovery_dagster.domain.grain.deciding import may_decide
from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.domain.words import fold
from discovery_dagster.settings import Settings
from discovery_dagster.store import sessions
from discovery_dagster.store.database import Database, open_database
from discovery_dagster.store.decisions import grains

app = typer.Typer(
    help="Decide what a row of a table is: a thing, an observation, a relation, nothing.",
    no_args_is_help=True,
)


@app.command("set")
def set_grain(
    table: Annotated[str, typer.Argument(help="FILE or FILE#SHEET, as `grain list` shows them.")],
    grain: Annotated[str, typer.Argument(help="thing, detail, observation, relation or nothing.")],
    client: Client,
    engagement: Engagement,
    session: Session,
    author: Author,
    name: Annotated[
        str | None, typer.Option(help="Column that names the thing, as its header says.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Remember for the client what the rows of tables with these columns are."""
    key = SessionKey.of(EngagementKey(client, engagement), session)
    wanted = _grain(grain)
    with open_database(Settings()) as database:
        sessions.find(database, key)
        row = _find(database, key, table)
        if not _may_decide(row["format"], wanted):
            raise UsageError(
                "grain_of_format",
                f"{table} is a table of {row['format']}, which says what its rows are: only"
                " `nothing` can be decided about it.",
                row["file"],
            )
        column = None if name is None else _column(row, name)
        folded = None if column is None else fold(column)
        number = grains.decide(database, key, row, wanted, folded, author)
    command = f"discovery run --client {client} --engagement {engagement} --session {session}"
    if as_json:
        document = {"number": number, "file": row["file"], "sheet": row["sheet"]}
        say_json(
            {**document, "grain": wanted.value, "name": column, "author": author, "run": command}
        )
        return
    named = f', named by "{column}"' if column else ""
    say(
        f"Remembered for client {client}: a row of {table} is {_article(wanted)}{named}."
        f" To apply it:\n{command}"
    )


@app.command("list")
def list_grains(
    client: Client, engagement: Engagement, session: Session, as_json: AsJson = False
) -> None:
    """Show what a row of each table of a session is, and what was decided for its client."""
    key = SessionKey.of(EngagementKey(client, engagement), session)
    with open_database(Settings()) as database:
        sessions.find(database, key)
        tables = grains.tables(database, key)
        decided = grains.current(database, key.engagement)
    if as_json:
        rows = [vars(each) | {"grain": each.grain and each.grain.value} for each in decided]
        say_json({"tables": tables, "decisions": rows})
        return
    shown = table_of("Tables", "table", "a row is", "status", "named by", "confidence", "why")
    for row in tables:
        words = (place_of(row), row["grain"], row["status"], row["name_column"] or "",
                 f"{row['confidence']:.2f}", row["reason"])  # fmt: skip
        shown.add_row(*map(escape, words))
    terminal().print(shown)
    decisions = table_of("Decisions", "number", "table", "a row is", "named by", "author", "when")
    for each in decided:
        place = f"{each.file}#{each.sheet}" if each.sheet else each.file
        grain = each.grain.value if each.grain else ""
        words = (str(each.decision), place, grain, each.name or "", each.author,
                 f"{each.at:%Y-%m-%d}")  # fmt: skip
        decisions.add_row(*map(escape, words))
    if decided:
        terminal().print(decisions)


@app.command("remove")
def remove_grain(
    number: Annotated[int, typer.Argument(help="Number of the decision, as `list` shows it.")],
    client: Client,
    engagement: Engagement,
    author: Author,
    as_json: AsJson = False,
) -> None:
    """Remove a decision, so that formats and values decide again."""
    key = EngagementKey(client, engagement)
    with open_database(Settings()) as database:
        taken = grains.remove(database, key, number, author)
    if as_json:
        say_json({"removed": {"number": number, "file": taken.file, "sheet": taken.sheet}})
        return
    say(f"Taken back for client {client}: what was decided about {taken.file}.")


def place_of(row: dict[str, Any]) -> str:
    """The table as the command takes it: `FILE`, or `FILE#SHEET`."""
    return f"{row['file']}#{row['sheet']}" if row["sheet"] else str(row["file"])


def _may_decide(table_format: str, grain: Grain) -> bool:
    taught = table_format not in {*FORMATS, UNRECOGNISED.name}
    return grain is Grain.NOTHING if taught else may_decide(format_named(table_format), grain)


def _grain(word: str) -> Grain:
    known = {grain.value: grain for grain in DECIDABLE}
    if word not in known:
        raise UsageError("no_such_grain", f"A row is no {word!r}: use {', '.join(known)}.")
    return known[word]


def _find(database: Database, session: SessionKey, table: str) -> dict[str, Any]:
    rows = grains.tables(database, session)
    matches = [row for row in rows if table in (place_of(row), row["file"])]
    exact = [row for row in matches if place_of(row) == table] or matches
    if not exact:
        raise UsageError("no_such_file", f"{session} has no table {table!r}.", table)
    if len({tuple(row["columns"]) for row in exact}) > 1:
        places = ", ".join(place_of(row) for row in exact)
        raise UsageError("several_tables", f"{table} has several tables: say which of {places}.")
    return exact[0]


def _column(table: dict[str, Any], name: str) -> str:
    for column in table["columns"]:
        if fold(column) == fold(name):
            return str(column)
    raise UsageError("no_such_column", f"{place_of(table)} has no column {name!r}.", table["file"])


def _article(grain: Grain) -> str:
    if grain is Grain.NOTHING:
        return "nothing that is used"
    return f"an {grain.value}" if grain.value[0] in "aeiou" else f"a {grain.value}"
