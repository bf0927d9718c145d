"""`discovery why` and `discovery impact`: what explains one asset, and what hangs on it."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console

from discovery_dagster.cli.options import (
    AsJson,
    Asset,
    Client,
    Engagement,
    Session,
)
from discovery_dagster.cli.present import table_of
from discovery_dagster.cli.terminal import say_json, terminal
from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.domain.readiness.wording import readiness_sentences
from discovery_dagster.settings import Settings
from discovery_dagster.store import assets, sessions
from discovery_dagster.store.assets import NoSuchAssetError
from discovery_dagster.store.database import open_database
from discovery_dagster.store.reading.impact import impact as read_impact
from discovery_dagster.store.reading.why import why as read_why

_MOST_EDGES = 20  # of each direction on the terminal; `--json` has all


def why(
    asset: Asset, client: Client, engagement: Engagement, session: Session, as_json: AsJson = False
) -> None:
    """Explain an asset: its type, its move group and wave, its dependencies and its constraints."""
    key = SessionKey.of(EngagementKey(client, engagement), session)
    with open_database(Settings()) as database:
        sessions.find(database, key)
        asset_id = assets.find(database, key, asset).asset_id
        explanation = read_why(database, key, asset_id)
    if explanation is None:
        raise NoSuchAssetError(f"{key} has no asset {asset!r}.")
    if as_json:
        say_json(explanation)
        return
    _print_why(terminal(), explanation)


def impact(
    asset: Asset, client: Client, engagement: Engagement, session: Session, as_json: AsJson = False
) -> None:
    """Show what needs an asset and what it needs, directly or indirectly, with the evidence."""
    key = SessionKey.of(EngagementKey(client, engagement), session)
    with open_database(Settings()) as database:
        sessions.find(database, key)
        asset_id = assets.find(database, key, asset).asset_id
        reach = read_impact(database, key, asset_id)
    if reach is None:
        raise NoSuchAssetError(f"{key} has no asset {asset!r}.")
    if as_json:
        say_json(reach)
        return
    console = terminal()
    for title, direction in (("Needs it", "needed_by"), ("It needs", "needs")):
        part = reach[direction]
        table = table_of(f"{title}: {part['total']}", "asset", "type", "wave", "steps", "because")
        for one in part["assets"][:_MOST_EDGES]:
            because = "; ".join(one["why"])
            wave = str(one["wave"] or "")
            table.add_row(one["name"], one["type"], wave, str(one["distance"]), because)
        console.print(table)


def _print_why(console: Console, explanation: dict[str, Any]) -> None:
    row, place = explanation["asset"], explanation["placement"]
    heading = f"\n{row['name']} ({row['type'].replace('_', ' ')}, {row['id']})"
    console.print(heading, style="bold")
    _sentences(console, "What it is", row["rationale"])
    reasons = [place["reason"]] if place["reason"] else ["It is in no plan yet."]
    group = explanation["group"]
    if group is not None:
        reasons.append(f"Group {group['group']}: {group['reason']}")
    if place["strategy"]:
        reasons.append(f"{place['strategy'].capitalize()}: {place['strategy_reason']}")
    _sentences(console, "Where it goes", reasons)
    if explanation["readiness"] is not None:
        _sentences(
            console, "Whether it can move as it is", readiness_sentences(explanation["readiness"])
        )
    node = explanation["graph"]
    if node is not None:
        _sentences(console, "In the graph", _graph(node))
    for title, direction in (("It needs", "needs"), ("Needed by", "needed_by")):
        edges = explanation[direction]
        _sentences(console, f"{title} ({len(edges)})", _edges(edges))
    limits = [" ".join([f"{c['sentence']}.", *c["conflicts"]]) for c in explanation["constraints"]]
    _sentences(console, "Constraints", limits)


def _graph(node: dict[str, Any]) -> list[str]:
    radius = node["blast_radius"]
    needing = "a number that was not counted" if radius is None else str(radius)
    cycle = ", and it is in a circular dependency" if node["in_cycle"] else ""
    return [
        f"Directly needed by: {node['fan_in']}; directly needs: {node['fan_out']}. Without"
        f" connections to infrastructure, it is needed by {needing} in total, and its longest"
        f" chain of dependencies has length {node['depth']}{cycle}.",
        *filter(None, (node["single_point_reason"], node["service_reason"])),
    ]


def _edges(edges: Sequence[dict[str, Any]]) -> list[str]:
    shown = [
        f"{edge['why']}: {edge['status'].replace('_', ' ')}"
        + (f", {edge['infrastructure'].replace('_', ' ')}" if edge["infrastructure"] else "")
        for edge in edges[:_MOST_EDGES]
    ]
    more = len(edges) - len(shown)
    return [*shown, f"… and {more} more: `--json` lists all"] if more else shown


def _sentences(console: Console, title: str, sentences: Sequence[str]) -> None:
    if sentences:
        console.print(f"\n{title}", style="bold")
        for sentence in sentences:
            console.print(f"  {sentence}")
