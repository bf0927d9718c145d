"""Which licences a component is under, and whether they are allowed."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from scripts.dependencies.bill import normal

RULES: Mapping[str, Any] = yaml.safe_load((Path(__file__).parent / "licences.yaml").read_text())


def licence_of(component: Mapping[str, Any]) -> str:
    """The licence of a component as an expression of SPDX; empty when nothing says it."""
    given = RULES["packages"].get(normal(component["name"]))
    if given:
        return str(given["licence"])
    stated = {name: None for entry in component.get("licenses", ()) for name in _stated(entry)}
    exact = [name for name in stated if name not in RULES["written"]]
    return " AND ".join(exact or [RULES["written"][name] for name in stated])


def _stated(entry: Mapping[str, Any]) -> Iterator[str]:
    if "expression" in entry:
        yield entry["expression"]
    else:
        licence = entry["license"]
        yield licence.get("id") or licence["name"]


def refusals(components: list[dict[str, Any]]) -> list[str]:
    """A sentence for each component whose licences are unknown or not all allowed."""
    sentences = []
    for component in components:
        licence = licence_of(component)
        names = [name for name in re.split(r"\s+(?:AND|OR)\s+|[()]", licence) if name]
        strange = [name for name in names if name not in RULES["allowed"]]
        if not names or strange:
            what = f"is under {', '.join(strange)}" if strange else "names no licence"
            sentences.append(f"{component['name']} {component['version']} {what}.")
    return sentences
