"""The dependency graph as GraphML, for tools such as Gephi, yEd and networkx.

Format: http://graphml.graphdrawing.org (primer of 2007); every attribute is declared as text, whole
number, decimal or boolean, and absent where there is no value.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr

#: Attributes of nodes and edges, and their types in GraphML.
_NODE = {
    "name": "string", "type": "string", "component": "int", "strong_component": "int",
    "in_cycle": "boolean", "fan_in": "int", "fan_out": "int", "depth": "int",
    "blast_radius": "int", "hub": "boolean", "single_point": "boolean",
    "single_point_reason": "string", "service": "string",
}  # fmt: skip
_EDGE = {
    "relation": "string", "port": "int", "protocol": "string", "service": "string",
    "status": "string", "confidence": "double", "infrastructure": "string", "evidence": "int",
}  # fmt: skip

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
        pieces = {**edge, "evidence": len(edge["evidence"])}
        yield (
            f'<edge id="e{number}" source={_attribute(edge["source_id"])}'
            f" target={_attribute(edge['target_id'])}>{_data('edge', _EDGE, pieces)}</edge>\n"
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
    return escape(_NO_XML.sub("\ufffd", str(value)))


def _attribute(value: Any) -> str:
    return quoteattr(_NO_XML.sub("\ufffd", str(value)))
