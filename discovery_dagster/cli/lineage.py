"""`discovery lineage`: where each value of an asset came from."""

from dataclasses import asdict
from typing import Annotated, Any

import typer

from discovery_dagster.cli.errors import UsageError
from discovery_dagster.cli.options import AsJson, Client, Engagement, Session
from discovery_dagster.cli.present import table_of
from discovery_dagster.cli.terminal import say_json, terminal
from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.domain.lineage import trace
from discovery_dagster.domain.tables import ATTRIBUTES
from discovery_dagster.domain.tabular import plain_text
from discovery_dagster.settings import Settings
from discovery_dagster.store import assets, sessions
from discovery_dagster.store.database import open_database
from discovery_dagster.store.lineage import published
from discovery_dagster.store.objects import object_store


def lineage(
    asset: Annotated[str, typer.Argument(help="Id of an asset, or its unambiguous name.")],
    client: Client,
    engagement: Engagement,
    session: Session,
    field: Annotated[str | None, typer.Argument(help="Only this field, such as os_name.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show for each value of an asset its file, line, column, text and rule, and which one won."""
    if field is not None and field not in ATTRIBUTES:
        raise UsageError(
            "no_such_field", f"There is no field {field!r}: use {', '.join(ATTRIBUTES)}."
        )
    key = SessionKey.of(EngagementKey(client, engagement), session)
    settings = Settings()
    with open_database(settings) as database:
        sessions.find(database, key)
        target = assets.find(database, key, asset)
        values = trace(published(database, object_store(settings), key), target.asset_id, field)
    if as_json:
        say_json({**asdict(target), "values": values})
        return
    console = terminal()
    console.print(f"\n{target.name} ({target.type}, {target.asset_id})", style="bold")
    table = table_of("Values", "field", "value", "file", "line", "column", "text", "rule", "won")
    for value in values:
        for source in value["sources"]:
            table.add_row(*_words(value, source))
    console.print(table)
    for sentence in target.rationale:
        console.print(sentence)


def _words(value: dict[str, Any], source: dict[str, Any]) -> list[str]:
    rule = ", ".join(
        str(source[part]) for part in ("method", "transform", "unit") if source[part] is not None
    )
    if source["merged"] is not None:
        rule += f", merged cell {source['merged']}"
    corrected = source["corrected"]
    if corrected is not None:
        rule += f", corrected by {corrected['file']} line {corrected['line']}"
    return [
        value["field"],
        plain_text(source["value"]),
        f"{source['file']} {source['sheet'] or ''}".strip(),
        str(source["line"]),
        source["column"] or "",
        source["text"] or "",
        rule,
        "yes" if source["won"] else "",
    ]
