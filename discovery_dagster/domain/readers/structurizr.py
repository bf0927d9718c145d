"""Workspaces of Structurizr in JSON: the C4 model of software systems and their deployment.

Source: the schema of Structurizr's workspaces. Containers are parts of their system, and so its
scope; components are parts of the code of a container, which needs what they need. What runs in a
node of a deployment is a relation to that node.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from discovery_dagster.domain.errors import UnreadableFileError
from discovery_dagster.domain.file_limits import Limits
from discovery_dagster.domain.readers.diagrams import RUNS_ON, Caption, Drawing
from discovery_dagster.domain.source_tables import FileReading

_MODEL: Final = re.compile(r'"model"\s*:\s*\{')
_KEYS: Final = re.compile(r'"(?:softwareSystems|deploymentNodes|people)"\s*:\s*\[')
_ID: Final = re.compile(r'"id"\s*:\s*"([^"]*)"')
#: Lists of elements, what each holds, and what it is called in C4.
_PARTS: Final = {
    "people": "Person", "softwareSystems": "System", "containers": None,
    "components": "c4 Component", "deploymentNodes": None, "children": None,
    "infrastructureNodes": None,
}  # fmt: skip
_INSTANCES: Final = {
    "containerInstances": "containerId",
    "softwareSystemInstances": "softwareSystemId",
}
_NODES: Final = frozenset({"deploymentNodes", "children", "infrastructureNodes"})


def is_structurizr(start: str) -> bool:
    """Whether a JSON text that starts like this is a workspace."""
    return start.startswith("{") and bool(_MODEL.search(start) and _KEYS.search(start))


def read_structurizr(text: str, encoding: str, name: str, limits: Limits) -> FileReading:
    """Read the model of the workspace in `text`.

    Raises:
        UnreadableFileError: `invalid_json`, `not_a_table`, `limit_exceeded`.
    """
    try:
        model = json.loads(text)["model"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise UnreadableFileError("invalid_json", f"{name} is no valid JSON: {error}") from error
    return read_model(model, dict(_lines_of(text)), encoding, name, limits)


def read_model(
    model: Mapping[str, Any], lines: Mapping[str, int], encoding: str, name: str, limits: Limits
) -> FileReading:
    """Read the model of a workspace.

    Args:
        model: as the JSON of a workspace has it.
        lines: where elements and relations stand, by their ids.
        encoding: of the file.
        name: of the file.
        limits: of the file.

    Raises:
        UnreadableFileError: `not_a_table`, `limit_exceeded`.
    """
    reading = _Reading(lines)
    reading.read(model, [])
    reading.relate()
    return reading.drawing.reading(name, encoding, limits)


def _lines_of(text: str) -> Iterator[tuple[str, int]]:
    """Give the line of each id; where one stands twice the dictionary keeps the last."""
    at, line = 0, 1
    for match in _ID.finditer(text):
        line += text.count("\n", at, match.start())
        at = match.start()
        yield match[1], line


@dataclass
class _Reading:
    """What was read so far."""

    lines: Mapping[str, int]
    drawing: Drawing = field(default_factory=Drawing)
    #: Of components, their container; of instances, what they are instances of.
    stands_for: dict[str, str] = field(default_factory=dict)
    #: Relations as they stand, with their line.
    relations: list[tuple[int, str, str, str | None]] = field(default_factory=list)

    def read(self, holder: Mapping[str, Any], around: list[Mapping[str, Any]]) -> None:
        """Read the elements inside `holder`, which stands in those `around`."""
        for part, kind in _PARTS.items():
            for element in _objects(holder.get(part)):
                self._add(part, kind, element, around)
                self.read(element, [*around, element])
        for part, named in _INSTANCES.items():
            for instance in _objects(holder.get(part)):
                key, of = str(instance.get("id")), str(instance.get(named))
                self.stands_for[key] = of
                self._keep_relations(key, instance)
                self._place(key, of, around)

    def _add(
        self,
        part: str,
        kind: str | None,
        element: Mapping[str, Any],
        around: list[Mapping[str, Any]],
    ) -> None:
        key = str(element.get("id"))
        kind = "System_Ext" if part == "softwareSystems" and _is_external(element) else kind
        texts = [str(element.get(name) or "") for name in ("name", "technology", "description")]
        caption = Caption(
            texts[0], kind and kind.replace("_", " "), texts[1] or None, texts[2] or None
        )
        scope = str(around[-1].get("name")) if around else None
        self.drawing.add(self._line(key), key, caption, scope)
        self._keep_relations(key, element)
        if part == "components" and around:
            self.stands_for[key] = str(around[-1].get("id"))
        if part in _NODES:
            self._place(key, key, around)

    def _place(self, key: str, of: str, around: list[Mapping[str, Any]]) -> None:
        if around:
            host = str(around[-1].get("id"))
            self.drawing.connect(self._line(key), of, host, None, RUNS_ON)

    def _keep_relations(self, key: str, element: Mapping[str, Any]) -> None:
        for relation in _objects(element.get("relationships")):
            target, line = str(relation.get("destinationId")), self._line(str(relation.get("id")))
            self.relations.append((line, key, target, relation.get("description")))

    def relate(self) -> None:
        """Add each relation once, between what the elements stand for."""
        known = set[tuple[str, str]]()
        for line, source, target, text in self.relations:
            pair = (self.stands_for.get(source, source), self.stands_for.get(target, target))
            if (
                pair[0] != pair[1]
                and pair not in known
                and set(pair) <= self.drawing.elements.keys()
            ):
                known.add(pair)
                self.drawing.connect(line, *pair, text)

    def _line(self, key: str) -> int:
        return self.lines.get(key, 1)


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _is_external(element: Mapping[str, Any]) -> bool:
    tags = str(element.get("tags", "")).casefold()
    return element.get("location") == "External" or "external" in tags
