"""`discovery alias`: further names of an asset, by which dependencies may mean it."""

from typing import Annotated

import typer
from rich.markup import escape

from discovery_dagster.cli.finding import Where, find_asset
from discovery_dagster.cli.options import (
    AsJson,
    Author,
    Client,
    Engagement,
)
from discovery_dagster.cli.present import table_of
from discovery_dagster.cli.requiring import require_sessions
from discovery_dagster.cli.rerun import Rerun, rerun
from discovery_dagster.cli.terminal import say, say_json, terminal
from discovery_dagster.domain.decisions.overrides import read_words
from discovery_dagster.domain.keys import EngagementKey
from discovery_dagster.settings import Settings
from discovery_dagster.store import sessions
from discovery_dagster.store.database import open_database
from discovery_dagster.store.decisions import aliases

app = typer.Typer(
    help="Give an asset further names, which dependencies may use for it.", no_args_is_help=True
)


@app.command("set")
def set_aliases(
    asset: Annotated[str, typer.Argument(help="Id of an asset, or its unambiguous name.")],
    names: Annotated[list[str], typer.Argument(help="Its other names, such as a DNS alias.")],
    client: Client,
    engagement: Engagement,
    reason: Annotated[str, typer.Option(help="Why, for whoever reads it later.")],
    author: Author,
    session: Where = None,
    run: Rerun = None,
    as_json: AsJson = False,
) -> None:
    """Remember for the engagement that names refer to an asset."""
    key = EngagementKey(client, engagement)
    settings = Settings()
    with open_database(settings) as database:
        where, target = find_asset(database, key, asset, session)
        added = aliases.add(database, where, target, names, reason, author)
        if not as_json:
            given = ", ".join(each.endpoint for each in added)
            say(f"Remembered for {key}: {given} means {target.name}." if added else "Nothing new.")
        touched = [row.session for row in sessions.sessions(database, key)]
        outcomes = rerun(settings, database, touched, run, as_json=as_json)
    if as_json:
        rows = [{"number": each.decision, "name": each.endpoint} for each in added]
        head = {"asset_id": target.asset_id, "asset": target.name, "aliases": rows}
        say_json({**head, "sessions": outcomes})


@app.command("list")
def list_aliases(
    client: Client,
    engagement: Engagement,
    session: Where = None,
    as_json: AsJson = False,
) -> None:
    """Show the aliases that people set; those from files are in `export assets`."""
    key = EngagementKey(client, engagement)
    with open_database(Settings()) as database:
        require_sessions(database, key, session)
        rows = aliases.current(database, key)
    if as_json:
        say_json({"aliases": rows})
        return
    table = table_of("Aliases", "number", "name", "asset", "reason", "author", "when")
    for row in rows:
        words = (str(row["number"]), row["name"], row["asset"] or row["asset_id"], row["reason"],
                 row["author"], f"{row['at']:%Y-%m-%d %H:%M}")  # fmt: skip
        table.add_row(*map(escape, words))
    terminal().print(table)


@app.command("remove")
def remove_alias(
    number: Annotated[int, typer.Argument(help="Number of the alias, as `list` shows it.")],
    client: Client,
    engagement: Engagement,
    author: Author,
    reason: Annotated[str, typer.Option(help="Why it no longer holds.")] = "taken back",
    session: Where = None,
    run: Rerun = None,
    as_json: AsJson = False,
) -> None:
    """Remove an alias; the log keeps both."""
    key = EngagementKey(client, engagement)
    settings = Settings()
    with open_database(settings) as database:
        require_sessions(database, key, session)
        why = read_words(reason, "reason")
        taken = aliases.remove(database, key, number, why, read_words(author, "author"))
        if not as_json:
            say(f"Removed: {taken.name} is no longer an alias.")
        touched = [row.session for row in sessions.sessions(database, key)]
        outcomes = rerun(settings, database, touched, run, as_json=as_json)
    if as_json:
        document = {"removed": {"number": number, "name": taken.name, "asset_id": taken.value}}
        say_json({**document, "sessions": outcomes})
