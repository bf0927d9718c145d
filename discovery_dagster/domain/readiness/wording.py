"""Readiness in sentences, for people."""

from collections.abc import Mapping, Sequence
from typing import Any

from discovery_dagster.domain.readiness.rules import GENERIC
from discovery_dagster.reference import load


def readiness_sentences(ready: Mapping[str, Any]) -> list[str]:
    """Word the readiness of an asset: the verdict, what was found where, other targets, sizes.

    Args:
        ready: a row of `READINESS`.
    """
    return [
        f"{_words(ready['readiness']).capitalize()}.",
        *(f"{one['sentence']} ({place(one)})" for one in _of(ready, GENERIC)),
        *_elsewhere(ready),
        *(ready["sizing"] or ()),
    ]


def place(finding: Mapping[str, Any]) -> str:
    """Return the cell that a finding stands on: file, sheet, line and column."""
    if finding["file"] is None:
        return "no source states it"
    sheet = f" sheet {finding['sheet']}" if finding["sheet"] else ""
    return f"{finding['file']}{sheet} line {finding['line']}, {finding['column']}"


def _elsewhere(ready: Mapping[str, Any]) -> list[str]:
    """What is different of each target from any of them."""
    profiles = load("targets")
    generic = {(one["rule"], one["readiness"]) for one in _of(ready, GENERIC)}
    sentences = []
    for one in ready["targets"] or ():
        if one["target"] == GENERIC or one["target"] not in profiles:
            continue
        own = [f for f in _of(ready, one["target"]) if (f["rule"], f["readiness"]) not in generic]
        if own:
            name = profiles[one["target"]]["name"]
            reasons = " ".join(finding["sentence"] for finding in own)
            sentences.append(f"{name}: {_words(one['readiness'])}. {reasons}")
    return sentences


def _of(ready: Mapping[str, Any], target: str) -> Sequence[Mapping[str, Any]]:
    return [one for one in ready["findings"] or () if one["target"] == target]


def _words(verdict: str) -> str:
    return verdict.replace("_", " ")
