"""What of a plan needs attention before it is shown, each with what mends it.

When it does is data (`plan_health.yaml`).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from discovery_dagster.domain.tables.words import Readiness
from discovery_dagster.reference import load

Row = Mapping[str, Any]


def attention(
    waves: Sequence[Row],
    groups: Sequence[Row],
    applications: Sequence[Row],
    *,
    mixed: Sequence[str] = (),
    ownerless: Mapping[int, int] | None = None,
    late: int = 0,
) -> list[str]:
    """Return one sentence for each thing that needs attention.

    Args:
        waves: rows of `PLAN_WAVES`.
        groups: rows of `PLAN_GROUPS`.
        applications: rows of `APPLICATIONS`.
        mixed: names of groups of production and of other environments.
        ownerless: by wave how many of its assets have no owner.
        late: how many needs are of a later wave.
    """
    moving = sum(wave["assets"] for wave in waves)
    if moving < load("plan_health")["from"]:
        return []
    return [
        *_broken(late),
        *_first_wave(waves, moving),
        *(f"{name} mixes production with others: {_mend('mixed')}." for name in mixed),
        *_not_ready(applications),
        *_split(applications),
        *_large(groups),
        *_owners(waves, ownerless or {}),
    ]


def risk(application: Row) -> str:
    """How much is at risk when an application moves: `high`, `medium` or `low`."""
    return next(
        str(rule["risk"])
        for rule in load("plan_health")["risk"]
        if all(application[name] in values for name, values in rule["when"].items())
    )


def _broken(late: int) -> Iterator[str]:
    if late:
        words = "need is of" if late == 1 else "needs are of"
        yield f"{late:,} {words} a later wave: {_mend('needs')}."


def _first_wave(waves: Sequence[Row], moving: int) -> Iterator[str]:
    first = next((wave["assets"] for wave in waves if wave["wave"] == 1), 0)
    if first > load("plan_health")["first_wave"]["most"] * moving:
        share = round(100 * first / moving)
        yield f"{share} % of all assets that move are in wave 1: {_mend('first_wave')}."


def _not_ready(applications: Iterable[Row]) -> Iterator[str]:
    """What blocks an application in the wave that it is in."""
    for one in applications:
        blocked = [part for part in one["deployments"] if part["readiness"] == Readiness.NOT_READY]
        for part in blocked:
            if part["waves"]:
                waves = ", ".join(map(str, part["waves"]))
                subject = _deployment(one, part)
                yield f"{subject} is not ready for wave {waves}: {_mend('readiness')}."


def _split(applications: Iterable[Row]) -> Iterator[str]:
    for one in applications:
        for part in one["deployments"]:
            if len(part["groups"]) > 1:
                subject = _deployment(one, part)
                yield f"{subject} is split over several groups: {_mend('split')}."


def _large(groups: Iterable[Row]) -> Iterator[str]:
    for group in groups:
        number = len(group["assets"])
        if number > load("plan_health")["large_groups"]["most"]:
            yield f"{group['name']} has {number} assets: {_mend('large_groups')}."


def _owners(waves: Iterable[Row], ownerless: Mapping[int, int]) -> Iterator[str]:
    sizes = Counter({wave["wave"]: wave["assets"] for wave in waves})
    for wave, number in sorted(ownerless.items()):
        if number > load("plan_health")["owners"]["most"] * sizes[wave]:
            yield (
                f"Wave {wave}: of {number:,} of its {sizes[wave]:,} assets no owner is named:"
                f" {_mend('owners')}."
            )


def _deployment(application: Row, part: Row) -> str:
    return f"{application['name']} ({part['environment'].replace('_', ' ')})"


def _mend(what: str) -> str:
    sentence: str = load("plan_health")[what]["mend"]
    return sentence


def without_wave(application: Mapping[str, Any]) -> str:
    """Return what is said of a deployment that has no wave.

    Args:
        application: a row of `APPLICATIONS`.
    """
    words: Mapping[str, str] = load("plan_health")["without_wave"]
    return words.get(application["strategy"], words["otherwise"])
