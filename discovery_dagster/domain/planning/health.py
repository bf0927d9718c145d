"""What of a plan needs attention before it is shown, each with what mends it.

When it does is data (`plan_health.yaml`).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from discovery_dagster.reference import load

Row = Mapping[str, Any]


def attention(
    waves: Sequence[Row], groups: Sequence[Row], applications: Iterable[Row]
) -> list[str]:
    """Return one sentence for each thing that needs attention.

    Args:
        waves: rows of `PLAN_WAVES`.
        groups: rows of `PLAN_GROUPS`.
        applications: rows of `APPLICATIONS`.
    """
    rules = load("plan_health")
    moving = sum(wave["assets"] for wave in waves)
    if moving < rules["from"]:
        return []
    sentences = []
    first = next((wave["assets"] for wave in waves if wave["wave"] == 1), 0)
    if first > rules["first_wave"]["most"] * moving:
        share = round(100 * first / moving)
        sentences.append(f"{share} % of all assets that move are in wave 1: {_mend('first_wave')}.")
    for one in applications:
        parts = [part["environment"] for part in one["deployments"] if len(part["groups"]) > 1]
        for environment in parts:
            subject = f"{one['name']} ({environment.replace('_', ' ')})"
            sentences.append(f"{subject} is split over several groups: {_mend('split')}.")
    for group in groups:
        if len(group["assets"]) > rules["large_groups"]["most"]:
            number = len(group["assets"])
            sentences.append(f"{group['name']} has {number} assets: {_mend('large_groups')}.")
    return sentences


def _mend(what: str) -> str:
    sentence: str = load("plan_health")[what]["mend"]
    return sentence
