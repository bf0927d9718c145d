"""`discovery identity`: why records are one thing, and what a person decides about it."""

from typing import Annotated, Any

import typer
from rich.console import Console

from discovery_dagster.cli.errors import UsageError
from discovery_dagster.cli.histories import AllOfThem, show_history
from discovery_dagster.cli.options import (
    AsJson,
    Asset,
    Author,
    Client,
    Engagement,
    Session,
)
from discovery_dagster.cli.present import table_of
from discovery_dagster.cli.requiring import require_engagement
from discovery_dagster.cli.terminal import say, say_json, terminal
from discovery_dagster.domain.decisions.identity import ALIAS, PERSON, SPLIT, IdentityDecision
from discovery_dagster.domain.identity.explanation import explain as explained
from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.settings import Settings
from discovery_dagster.store import assets, sessions
from discovery_dagster.store.database import Database, open_database
from discovery_dagster.store.decisions import identity, joining

app = typer.Typer(
    help="Explain which records are one asset, and split or join them.", no_args_is_help=True
)

Reason = Annotated[str, typer.Option(help="Why; explanations show it.")]


@app.command()
def explain(
    asset: Asset, client: Client, engagement: Engagement, session: Session, as_json: AsJson = False
) -> None:
    """Show which keys joined which records, and which source won where they differ."""
    key = SessionKey.of(EngagementKey(client, engagement), session)
    with open_database(Settings()) as database:
        sessions.find(database, key)
        target = assets.find(database, key, asset)
        explanation = _explained(database, key, target.asset_id)
        explanation["registered"] = identity.registered(database, key.engagement, target.asset_id)
    if as_json:
        head = {"id": target.asset_id, "name": target.name, "type": target.type}
        say_json(head | explanation)
        return
    console = terminal()
    console.print(f"\n{target.name} ({target.type}, {target.asset_id})", style="bold")
    _show(console, explanation)


@app.command()
def split(
    asset: Asset,
    client: Client,
    engagement: Engagement,
    session: Session,
    reason: Reason,
    author: Author,
    keys: Annotated[
        list[str] | None, typer.Argument(help="Keys as `explain` names them; none: all of them.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Stop keys from joining records in this engagement, so that their records separate."""
    key = SessionKey.of(EngagementKey(client, engagement), session)
    with open_database(Settings()) as database:
        sessions.find(database, key)
        target = assets.find(database, key, asset)
        explanation = _explained(database, key, target.asset_id)
        joining = [
            one["key"] for one in explanation["keys"] if not one["key"].startswith(f"{PERSON}:")
        ]
        unknown = sorted(set(keys or []) - set(joining))
        if unknown:
            raise UsageError(
                "no_such_key",
                f"{', '.join(unknown)} joins no records of {target.name}:"
                f" use {', '.join(joining) or 'none, for it is one record'}.",
            )
        if not joining:
            raise UsageError("nothing_to_split", f"No key joined the records of {target.name}.")
        decision = identity.add(
            database,
            key,
            SPLIT,
            keys or joining,
            [target.name],
            reason,
            author,
        )
    _report(key, decision, as_json=as_json)


@app.command()
def join(
    asset: Asset,
    other: Annotated[str, typer.Argument(help="Id or unambiguous name of the other asset.")],
    client: Client,
    engagement: Engagement,
    session: Session,
    reason: Reason,
    author: Author,
    as_json: AsJson = False,
) -> None:
    """Remember that two assets are the same, by all that identifies each of them."""
    key = SessionKey.of(EngagementKey(client, engagement), session)
    with open_database(Settings()) as database:
        sessions.find(database, key)
        both = [assets.find(database, key, name) for name in (asset, other)]
        decision = joining.join(database, key, both, reason, author)
    _report(key, decision, as_json=as_json)


@app.command("list")
def list_decisions(
    client: Client,
    engagement: Engagement,
    all_of_them: AllOfThem = False,
    as_json: AsJson = False,
) -> None:
    """Show what was decided, by whom, when and why."""
    key = EngagementKey(client, engagement)
    with open_database(Settings()) as database:
        require_engagement(database, key)
        decisions = identity.history(database, key)
    show_history(
        decisions,
        "decisions",
        {"assets": "assets", "keys": "identifiers"},
        f"Nothing has been decided about identity in {key}.",
        all_of_them=all_of_them,
        as_json=as_json,
    )


@app.command()
def remove(
    number: Annotated[int, typer.Argument(help="Number of the decision, as `list` shows it.")],
    client: Client,
    engagement: Engagement,
    author: Author,
    as_json: AsJson = False,
) -> None:
    """Remove a decision; the log keeps that it was in force."""
    key = EngagementKey(client, engagement)
    with open_database(Settings()) as database:
        require_engagement(database, key)
        ended = identity.remove(database, key, number, author)
    _report(key, ended, as_json=as_json, verb="Removed")


def _explained(database: Database, key: SessionKey, asset_id: str) -> dict[str, Any]:
    return explained(
        identity.members(database, key, asset_id),
        identity.conflicts(database, key, asset_id),
        identity.current(database, key.engagement),
    )


def _show(console: Console, explanation: dict[str, Any]) -> None:
    keys = table_of("Keys that joined records", "key", "what it is", "records")
    for one in explanation["keys"]:
        keys.add_row(one["key"], one["decision"] or one["what"], "\n".join(one["records"]))
    if explanation["keys"]:
        console.print(keys)
    else:
        records = len(explanation["records"])
        console.print(f"No key joins it to another record; number of its records: {records}.")
    conflicts = table_of("Values that differ", "field", "chosen", "others", "rule")
    for one in explanation["conflicts"]:
        others = "\n".join(map(_cell, one["others"]))
        conflicts.add_row(one["field"], _cell(one["chosen"]), others, one["rule"])
    if explanation["conflicts"]:
        console.print(conflicts)


def _cell(value: dict[str, Any]) -> str:
    sheet = f" [{value['sheet']}]" if value["sheet"] else ""
    return f"{value['value']} ({value['file']}{sheet} line {value['line']})"


def _report(
    key: SessionKey | EngagementKey,
    decision: IdentityDecision,
    *,
    as_json: bool,
    verb: str = "Remembered",
) -> None:
    engagement = key.engagement if isinstance(key, SessionKey) else key
    command = (
        f"discovery backfill --client {engagement.client} --engagement {engagement.engagement}"
    )
    if as_json:
        document = {
            "id": decision.id,
            "kind": decision.kind,
            "identifiers": decision.identifiers,
            "assets": decision.assets,
            "reason": decision.reason,
            "author": decision.author,
            "at": decision.at.isoformat(),
            "sentence": decision.sentence,
            "run": command,
        }
        say_json(document)
        return
    number = "alias" if decision.kind == ALIAS else "number"
    say(f"{verb} as {number} {decision.id}: {decision.sentence}. To apply it:\n{command}")
