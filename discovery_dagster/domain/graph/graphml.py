"""The dependency graph as GraphML, for tools such as Gephi, yEd and networkx.

Format: http://graphml.graphdrawing.org (primer of 2007); every attribute is declared as text, whole
number, decimal or boolean, and absent where there is no value.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

import polars as pl

from discovery_dagster.domain.tables import Table, shown

#: Columns that are no attributes: `id`, `source_id` and `target_id` are what XML refers by.
_NO_ATTRIBUTES: Final = {
    "id", "service_reason", "source", "target", "source_id", "target_id", "resolved", "conflict",
    "source_why", "source_candidates", "target_why", "target_candidates",
}  # fmt: skip
#: The first attributes of edges, in the order of earlier versions.
_FIRST: Final = (
    "relation", "port", "protocol", "service", "status", "confidence", "infrastructure",
)  # fmt: skip
#: A list is written as its number of entries.
_TYPES: Final = {pl.String: "string", pl.Boolean: "boolean", pl.Float64: "double"}


def _attributes(table: Table, first: Collection[str] = ()) -> Mapping[str, str]:
    """The attributes that the columns of a table become, and their types in GraphML."""
    types = {name: _TYPES.get(type(kind), "int") for name, kind in table.items()}
    names = dict.fromkeys([*first, *table])
    return {name: types[name] for name in names if name not in _NO_ATTRIBUTES}


_NODE: Final = _attributes(shown.NODES)
_EDGE: Final = _attributes(shown.DEPENDENCIES, _FIRST)

#: What XML 1.0 has no way to write (section 2.2): cells may hold it all the same.
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(nodes: Iterable[Mapping[str, Any]], edges: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the lines of the document.

    Args:
        nodes: with `id` and the attributes of nodes.
        edges: resolved ones, with `source_id`, `target_id`, `evidence` and the attributes of edges.
    """
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n'
    for kind, attributes in (("node", _NODE), ("edge", _EDGE)):
        for name, type_ in attributes.items():
            yield (
                f'<key id="{kind}.{name}" for="{kind}" attr.name="{name}" attr.type="{type_}"/>\n'
            )
    yield '<graph id="dependencies" edgedefault="directed">\n'
    for node in nodes:
        yield f"<node id={_attribute(node['id'])}>{_data('node', _NODE, node)}</node>\n"
    for number, edge in enumerate(edges):
        yield (
            f'<edge id="e{number}" source={_attribute(edge["source_id"])}'
            f" target={_attribute(edge['target_id'])}>{_data('edge', _EDGE, edge)}</edge>\n"
        )
    yield "</graph>\n</graphml>\n"


def _data(kind: str, attributes: Iterable[str], row: Mapping[str, Any]) -> str:
    return "".join(
        f'<data key="{kind}.{name}">{_text(row[name])}</data>'
        for name in attributes
        if row.get(name) is not None
    )


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return str(len(value))
    return escape(_NO_XML.sub("\ufffd", str(value)))


def _attribute(value: Any) -> str:
    return quoteattr(_NO_XML.sub("\ufffd", str(value)))
