"""`discovery override`: what single assets are, as a person decides it."""

from dataclasses import asdict
from typing import Annotated, Any

import typer

from discovery_dagster.cli.errors import DONE, FAILED
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
from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.settings import Settings
from discovery_dagster.store import sessions
from discovery_dagster.store.assets import FoundAsset
from discovery_dagster.store.database import Database, open_database
from discovery_dagster.store.decisions import log, overrides
from discovery_dagster.store.decisions.log import ASSET, Decision
from discovery_dagster.store.decisions.overrides import OverrideRequest

app = typer.Typer(
    help="Decide what an asset is; it holds for later sessions, too.", no_args_is_help=True
)


@app.command("set")
def set_override(
    asset: Annotated[str, typer.Argument(help="Id of an asset, or its unambiguous name.")],
    field: Annotated[str, typer.Argument(help="Field, such as type or environment.")],
    value: Annotated[str, typer.Argument(help="What it is.")],
    client: Client,
    engagement: Engagement,
    reason: Annotated[str, typer.Option(help="Why, for whoever reads it later.")],
    author: Author,
    session: Where = None,
    run: Rerun = None,
    as_json: AsJson = False,
) -> None:
    """Remember for the engagement what a field of an asset is."""
    key = EngagementKey(client, engagement)
    settings = Settings()
    with open_database(settings) as database:
        where, target = find_asset(database, key, asset, session)
        request = OverrideRequest(target.asset_id, target.name, field, value, reason, author)
        _decide(settings, database, where, target, request, run, chosen=session, as_json=as_json)


@app.command()
def accept(
    asset: Annotated[str, typer.Argument(help="Id of an asset, or its unambiguous name.")],
    client: Client,
    engagement: Engagement,
    author: Author,
    reason: Annotated[str | None, typer.Option(help="Why, beside the model's name.")] = None,
    session: Where = None,
    run: Rerun = None,
    as_json: AsJson = False,
) -> None:
    """Decide that an asset has the type that a language model proposed for it."""
    key = EngagementKey(client, engagement)
    settings = Settings()
    with open_database(settings) as database:
        where, target = find_asset(database, key, asset, session)
        request = overrides.proposed(database, where, target.asset_id, author, reason)
        _decide(settings, database, where, target, request, run, chosen=session, as_json=as_json)


@app.command("list")
def list_overrides(
    client: Client,
    engagement: Engagement,
    everything: Annotated[
        bool, typer.Option("--all", help="Include what was later replaced or removed.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show what was decided about the assets and endpoints of an engagement."""
    key = EngagementKey(client, engagement)
    with open_database(Settings()) as database:
        require_sessions(database, key)
        read = log.history if everything else log.current
        rows = [_row(each) for each in read(database, key)]
    if as_json:
        say_json({"overrides": rows})
        return
    table = table_of(
        "Decisions", "number", "about", "field", "value", "before", "reason", "author", "when"
    )
    for row in rows:
        value = "(taken back)" if row["value"] is None else row["value"]
        words = (
            str(row["decision"]),
            row["name"],
            row["field"],
            value,
            row["before"] or "",
            row["reason"],
            row["author"],
            f"{row['at']:%Y-%m-%d %H:%M}",
        )
        table.add_row(*words)
    terminal().print(table)


@app.command("remove")
def remove_override(
    decision: Annotated[int, typer.Argument(help="Number, as `override list` shows it.")],
    client: Client,
    engagement: Engagement,
    author: Author,
    reason: Annotated[str, typer.Option(help="Why it no longer holds.")] = "taken back",
    run: Rerun = None,
    as_json: AsJson = False,
) -> None:
    """Remove a decision: sources and rules decide again. The log keeps both."""
    key = EngagementKey(client, engagement)
    settings = Settings()
    with open_database(settings) as database:
        require_sessions(database, key)
        why = read_words(reason, "reason")
        taken = log.take_back(database, key, decision, why, read_words(author, "author"))
        if not as_json:
            say(f"Taken back: {taken.field} of {taken.name} is {taken.value}.")
        touched = (
            overrides.sessions_with(database, key, taken.subject)
            if taken.kind == ASSET
            else [row.session for row in sessions.sessions(database, key)]
        )
        reruns = rerun(settings, database, touched, run, as_json=as_json)
    if as_json:
        document = {"removed": _row(taken), "sessions": reruns}
        say_json(document)
    _end(reruns, run)


def _decide(
    settings: Settings,
    database: Database,
    where: SessionKey,
    target: FoundAsset,
    request: OverrideRequest,
    run: bool | None,
    *,
    chosen: str | None,
    as_json: bool,
) -> None:
    """Decide one thing, tell it, and offer the re-run of what it makes stale."""
    added = overrides.decide(database, where, [request])
    if not as_json:
        for each in added:
            was = f" It was {each.before}." if each.before is not None else ""
            place = where.engagement
            say(f"Remembered for {place}: {each.field} of {target.name} is {each.value}.{was}")
        if not added:
            say(f"Nothing to do: this is already in force for {target.name}.")
    touched = overrides.sessions_with(database, where.engagement, target.asset_id)
    reruns = rerun(
        settings,
        database,
        touched,
        run,
        chosen=where if chosen is not None else None,
        as_json=as_json,
    )
    if as_json:
        document = asdict(added[0]) if added else {"asset_id": target.asset_id, "decision": None}
        say_json({**document, "sessions": reruns})
    _end(reruns, run)


def _row(each: Decision) -> dict[str, Any]:
    """A decision as `list` shows it; `asset_id` is null where it is about no asset."""
    row = asdict(each)
    subject = row.pop("subject")
    return {**row, "asset_id": subject if each.kind == ASSET else None}


def _end(reruns: list[dict[str, Any]], run: bool | None) -> None:
    failed = run and any(
        each["status"] not in ("done", "stale") or each["error"] for each in reruns
    )
    raise typer.Exit(FAILED if failed else DONE)
