"""Paths through a tree of XML elements, a small part of XPath.

hostnames/hostname[1]/@name        an attribute of the first
detail[name=OS]/value              of those whose child, or `[@name=OS]` attribute, says so
detail[@name=]                     of those that have no such child or attribute
//element                          at any depth
.                                  the element itself
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Final

from discovery_dagster.domain.readers.xml_tree import Node

_PATHS: Final = 1_024  # that are remembered
_STEP: Final = re.compile(
    r"(?P<deep>/?)(?<![\w.*-])(?P<tag>[\w.*-]++)(?:\[(?P<condition>[^\]\[]++)\])?(?:/|$)"
)


@dataclass(frozen=True)
class _Step:
    tag: str
    deep: bool
    condition: str | None


def nodes_at(node: Node, path: str) -> Iterable[Node]:
    """Return the elements that `path` leads to from `node`, in their order."""
    nodes: Iterable[Node] = [node]
    for step in _steps(path)[0]:
        nodes = [inner for each in nodes for inner in _follow(each, step)]
    return nodes


def texts_at(node: Node, path: str) -> Iterator[str]:
    """Give the texts and attributes that `path` leads to from `node`, without empty ones."""
    _, attribute = _steps(path)
    for each in nodes_at(node, path):
        text = each.text if attribute is None else each.attributes.get(attribute, "")
        if text.strip():
            yield text.strip()


@lru_cache(_PATHS)
def _steps(path: str) -> tuple[tuple[_Step, ...], str | None]:
    """The steps of `path`, and the attribute that it ends with."""
    way, _, attribute = f"/{path}".rpartition("/@") if "/@" in f"/{path}" else (path, "", "")
    way = way.removeprefix("/")
    if way in {"", "."}:
        return (), attribute or None
    steps = tuple(
        _Step(each["tag"], bool(each["deep"]), each["condition"]) for each in _STEP.finditer(way)
    )
    return steps, attribute or None


def _follow(node: Node, step: _Step) -> Iterable[Node]:
    nodes = _below(node, step.tag) if step.deep else node.all(step.tag)
    if step.condition is None:
        return nodes
    if step.condition.isdigit():
        return islice(nodes, int(step.condition) - 1, int(step.condition))
    key, _, value = step.condition.partition("=")
    if not value:
        return (each for each in nodes if not any(texts_at(each, key)))
    return (each for each in nodes if value in texts_at(each, key))


def _below(node: Node, tag: str) -> Iterator[Node]:
    for child in node.children:
        if tag in {"*", child.tag}:
            yield child
        yield from _below(child, tag)
