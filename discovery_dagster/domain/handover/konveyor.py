"""Konveyor Tackle: applications and what they depend on.

Columns as Konveyor's own template has them; it reads them by position (tackle2-hub, `importer`).
Dependency rows follow the applications, because both ends must be known.
"""

import re
from collections.abc import Sequence
from typing import Final

from discovery_dagster.domain.handover import Handover, Row, sift
from discovery_dagster.domain.tables.words import AssetType, Relation

_TAGS: Final = ("Operating System", "Runtime", "Criticality", "Environment")

COLUMNS: Final = (
    "Record Type 1", "Application Name", "Description", "Comments", "Business Service",
    "Dependency", "Dependency Direction", "Binary Group", "Binary Artifact", "Binary Version",
    "Binary Packaging", "Repository Type", "Repository URL", "Repository Branch",
    "Repository Path", "Owner", "Contributors",
    *(word for at in range(1, len(_TAGS) + 1) for word in (f"Tag Category {at}", f"Tag {at}")),
)  # fmt: skip

#: How Konveyor writes a person; another text would fail the record.
_PERSON: Final = re.compile(r"[^<>,]+<[^<>@\s]+@[^<>@\s]+>")

_NEEDS: Final = (Relation.DEPENDS_ON, Relation.CONNECTS_TO)

NO_APPLICATION: Final = "they are no applications"


def hand_over(assets: Sequence[Row], dependencies: Sequence[Row]) -> Handover:
    """Return the application import of a session.

    Args:
        assets: rows of the export `assets`.
        dependencies: rows of the export `dependencies`.
    """
    fitting, left = sift(
        assets,
        lambda asset: None if asset["type"] == AssetType.APPLICATION else NO_APPLICATION,
        unique=True,
    )
    names = {asset["id"]: asset["name"] for asset in fitting}
    pairs = dict.fromkeys(
        (edge["source_id"], edge["target_id"])
        for edge in dependencies
        if edge["relation"] in _NEEDS and edge["source_id"] != edge["target_id"]
    )
    held = [pair for pair in pairs if pair[0] in names and pair[1] in names]
    rows = [_application(asset) for asset in fitting]
    rows += [_dependency(names[source], names[target]) for source, target in held]
    return Handover(COLUMNS, rows, left, _notes(len(pairs) - len(held), set(held)))


def _application(asset: Row) -> list[str | None]:
    owner = asset["business_owner"] or ""
    person = _PERSON.fullmatch(owner) is not None
    system = " ".join(filter(None, (asset["os_name"], asset["os_version"])))
    tags = (system, asset["product"], _known(asset["criticality"]), _known(asset["environment"]))
    return [
        "1",
        asset["name"],
        asset["description"],
        None if person or not owner else f"Owner: {owner}",
        *[None] * 11,
        owner if person else None,
        None,
        *(
            word
            for category, tag in zip(_TAGS, tags, strict=True)
            for word in ((category, tag) if tag else (None, None))
        ),
    ]


def _dependency(source: str, target: str) -> list[str | None]:
    filled = ["2", source, None, None, None, target, "southbound"]
    return [*filled, *[None] * (len(COLUMNS) - len(filled))]


def _known(word: str | None) -> str | None:
    return None if word == "unknown" else word


def _notes(elsewhere: int, pairs: set[tuple[str, str]]) -> list[str]:
    notes = []
    if elsewhere:
        notes.append(f"{elsewhere} dependencies are left out: an end is no application.")
    mutual = sum((target, source) in pairs for source, target in pairs) // 2
    if mutual:
        notes.append(f"{mutual} pairs need each other; Konveyor refuses the second of each.")
    return notes
