"""What single assets that belong to no application are called together (`kinds.yaml`)."""

from collections.abc import Mapping
from typing import Any, Final

from discovery_dagster.domain.words import fold
from discovery_dagster.reference import load

#: What of an asset tells its kind.
KIND_FIELDS: Final = ("description", "product", "hostname", "name", "type", "service")


def kind_of(asset: Mapping[str, Any]) -> str:
    """Return what assets such as this one, with `KIND_FIELDS`, are called together.

    Such as `File servers`.
    """
    listed = load("kinds")
    text = fold(" ".join(filter(None, (asset["description"], asset["product"]))))
    words = set(text.split())
    name = str(asset["hostname"] or asset["name"] or "").lower()
    letters = name.rstrip("0123456789").rstrip("-_. ")
    for rule in listed["kinds"]:
        if asset["type"] not in rule.get("types", [asset["type"]]):
            continue
        if (
            asset.get("service") in rule.get("services", ())
            or words.intersection(rule.get("words", ()))
            or any(phrase in text for phrase in rule.get("phrases", ()))
            or letters in rule.get("names", ())
        ):
            return str(rule["name"])
    called = listed["others"].get(asset["type"], listed["otherwise"])
    return str(called)
