"""A drawing as a page shows it: the nodes' links, and sentences for what was left out."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.pages import links, words
from discovery_dagster.pages.neighbourhood import Drawing
from discovery_dagster.pages.rendering import static_url

WORKER = "vendor/elk-worker.min.js"


@dataclass(frozen=True)
class Map:
    """What `map.html` draws: a JSON document for the browser and its accessible name."""

    document: str
    label: str
    worker: str


def as_map(drawing: Drawing, label: str, key: SessionKey, query: Mapping[str, Any]) -> Map | None:
    """Give each node its link: an application opens, an asset becomes the middle.

    Args:
        drawing: what to draw.
        label: accessible name of the drawing.
        key: the session.
        query: of the page of dependencies, kept by the links.
    """
    if not drawing.edges and len(drawing.nodes) < 2:
        return None
    opened = list(query.get("open", ()))
    nodes = [{**node, "url": _url(node, key, query, opened)} for node in drawing.nodes]
    return of_document({**drawing.document, "nodes": nodes}, label)


def of_document(document: Mapping[str, Any], label: str) -> Map:
    """A map of a document in the form that `map.js` reads."""
    return Map(json.dumps(document, ensure_ascii=False), label, static_url(WORKER))


def hidden_sentence(drawing: Drawing, beyond: int = 0) -> str | None:
    """What was left out, such as `92 not drawn: 80 virtual machine, 12 database`.

    Args:
        drawing: with what its cap hid.
        beyond: dependencies that were not even read.
    """
    unread = f"{words.number(beyond)} weaker dependencies are left out" if beyond else ""
    if not drawing.hidden:
        return unread or None
    kinds = ", ".join(
        f"{words.number(count)} {words.in_words(kind)}"
        for kind, count in list(drawing.hidden_by_type.items())[:4]
    )
    more = ", …" if len(drawing.hidden_by_type) > 4 else ""
    undrawn = f"{words.number(drawing.hidden)} not drawn: {kinds}{more}"
    return f"{undrawn}; {unread}" if unread else undrawn


def _url(
    node: Mapping[str, Any], key: SessionKey, query: Mapping[str, Any], opened: Sequence[str]
) -> str | None:
    if "open" in node:
        return links.session(key, "dependencies", **{**query, "open": [*opened, node["open"]]})
    if "asset" not in node:
        return None
    if node["focus"]:
        return links.asset(key, node["asset"])
    kept = {name: value for name, value in query.items() if name not in ("application", "open")}
    return links.session(key, "dependencies", **{**kept, "asset": node["asset"]})
