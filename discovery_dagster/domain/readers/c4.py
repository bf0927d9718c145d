"""Macros of the C4 model, as C4-PlantUML and Mermaid's C4 diagrams write them.

    Container(api, "API", "Java", "Serves the site")
    Rel(site, api, "Calls", "HTTPS")

Source: the documentation of C4-PlantUML.
"""

import re
from collections.abc import Sequence
from typing import Final

from discovery_dagster.domain.readers.diagrams import RUNS_ON, Caption, Drawing

MACRO: Final = re.compile(r"^([A-Z][A-Za-z0-9_]*+)\s*+\((.*)\)\s*+(\{?)$")
_ARGUMENT: Final = re.compile(
    r'\s*+(\$?\w++\s*+=\s*+)?(?:"((?:[^"\\]|\\.)*+)"\s*+|([^,"]*+))(?:,|$)'
)
_THING: Final = re.compile(r"^(Person|System|Container|Component)(Db|Queue)?(_Ext)?$")
_NODE: Final = re.compile(r"^(?:Deployment_)?Node(?:_[LR])?$")
_BOUNDARY: Final = re.compile(r"^(?:\w+_)?Boundary$")
_RELATION: Final = re.compile(r"^(Bi)?Rel(Index)?(?:_(Back))?(?:_\w+)?$")


def read_macro(
    drawing: Drawing, line: int, name: str, written: str, around: Sequence[str]
) -> str | None:
    """Read a macro into `drawing`.

    Args:
        drawing: what was read so far.
        line: where it stands.
        name: of the macro.
        written: its arguments.
        around: keys or titles of what is drawn around it, the outermost first.

    Returns:
        The key or title of what it draws around the following, None where it is no such macro.
    """
    arguments = _arguments(written)
    key, *others = [*arguments, *[""] * 4]
    thing, relation = _THING.match(name), _RELATION.match(name)
    if thing:
        what = "".join(filter(None, thing.groups())).replace("_", " ")
        has_technology = thing[1] in ("Container", "Component")
        kind = f"c4 {what}" if thing[1] == "Component" else what
        technology, description = (others[1], others[2]) if has_technology else ("", others[1])
        caption = Caption(others[0], kind, technology or None, description or None)
        drawing.add(line, key, caption, around[-1] if around else None)
        _place(drawing, line, key, around)
    elif _NODE.match(name):
        drawing.add(line, key, Caption(others[0], None, others[1] or None, others[2] or None))
        _place(drawing, line, key, around)
        return key
    elif _BOUNDARY.match(name):
        return others[0] or key
    elif relation:
        _relate(drawing, line, relation, arguments)
    return None


def _place(drawing: Drawing, line: int, key: str, around: Sequence[str]) -> None:
    """Say that what stands in a node of a deployment runs on it."""
    if around and around[-1] in drawing.elements:
        drawing.connect(line, key, around[-1], None, RUNS_ON)


def _relate(drawing: Drawing, line: int, relation: re.Match[str], arguments: Sequence[str]) -> None:
    both, index, back = relation.groups()
    ends = list(arguments[1:] if index else arguments)
    if len(ends) < 2:
        return
    source, target, text = ends[0], ends[1], ends[2] if len(ends) > 2 else None
    for end in (source, target):
        drawing.name(line, end)
    if both:
        drawing.undirected(line, source, target, text)
    elif back:
        drawing.connect(line, target, source, text)
    else:
        drawing.connect(line, source, target, text)


def _arguments(written: str) -> list[str]:
    """Return the arguments without those that are named, which are of drawing."""
    arguments, at = list[str](), 0
    while at < len(written):
        argument = _ARGUMENT.match(written, at)
        if argument is None or argument.end() == at:
            break
        at = argument.end()
        if argument[1] is None:
            quoted = argument[2]
            arguments.append((argument[3] if quoted is None else quoted).strip())
    return arguments
