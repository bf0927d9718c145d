"""The environment of what serves applications, where nothing says it of the asset itself.

What runs on a machine has its environment, and the other way round; names tell it where those of
other machines do; what talks with nothing of its application but in one environment is in that; and
an application that has production alone has all in it. What remains is `unknown`.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final

import polars as pl

from discovery_dagster import reference
from discovery_dagster.domain.applications.conventions import environments_by_letter
from discovery_dagster.domain.tables.words import UNKNOWN, Relation

_PASSES: Final = 2  # the second reaches what talks with what the first inferred


def infer_environments(
    by_id: Mapping[str, Mapping[str, Any]],
    applications: Mapping[str, set[str]],
    resolved: pl.DataFrame,
    hosts: Mapping[str, str],
) -> dict[str, str]:
    """Return the environment of each asset, `unknown` where nothing shows it.

    Args:
        by_id: `environment`, `type`, `name` and `hostname` of each asset.
        applications: which each asset serves.
        resolved: `EDGES` that are resolved.
        hosts: the machine of each program.
    """
    known = {asset: row["environment"] or UNKNOWN for asset, row in by_id.items()}
    _by_hosts(known, hosts)
    unknown = [asset for asset in applications if known[asset] == UNKNOWN]
    by_names = _by_names(by_id) if unknown else {}
    known |= {asset: by_names[asset] for asset in unknown if asset in by_names}
    near = _near(resolved, applications)
    for _ in range(_PASSES):
        for asset in sorted(near):
            _infer(known, asset, near[asset])
    members: dict[str, set[str]] = defaultdict(set)
    for asset, several in applications.items():
        for application in several:
            members[application].add(asset)
    alone = {UNKNOWN, *reference.load("applications")["alone"]}
    for asset, several in applications.items():
        others = set[str]().union(*(members[one] for one in several))
        if {known[other] for other in others} <= alone:
            _infer(known, asset, others)
    _by_hosts(known, hosts)
    return known


def _infer(known: dict[str, str], asset: str, others: Iterable[str]) -> None:
    """Give an asset of no known environment that of others, where they have one."""
    around = {known[other] for other in others} - {UNKNOWN}
    if known[asset] == UNKNOWN and len(around) == 1:
        known[asset] = next(iter(around))


def _by_names(by_id: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """The environment that the names of machines tell, by conventions that others of them show."""
    machines = reference.load("applications")["machines"]
    named = {asset: row for asset, row in by_id.items() if row["type"] in machines}
    names = {
        asset: (row["hostname"] or row["name"] or "").lower().partition(".")[0]
        for asset, row in named.items()
    }
    stated = {
        asset: row["environment"]
        for asset, row in named.items()
        if row["environment"] not in (None, UNKNOWN)
    }
    return environments_by_letter(names, stated)


def _by_hosts(known: dict[str, str], hosts: Mapping[str, str]) -> None:
    programs: dict[str, list[str]] = defaultdict(list)
    for program, host in hosts.items():
        _infer(known, program, [host])
        programs[host].append(program)
    for host, own in programs.items():
        _infer(known, host, own)


def _near(resolved: pl.DataFrame, applications: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """What each asset talks with, or needs, of those that serve an application with it."""
    near: dict[str, set[str]] = defaultdict(set)
    serving = list(applications)
    talking = resolved.filter(
        pl.col("relation").is_in([Relation.CONNECTS_TO, Relation.DEPENDS_ON]),
        pl.col("infrastructure").is_null(),
        pl.col("source_id").is_in(serving),
        pl.col("target_id").is_in(serving),
    )
    for one, other in talking.select("source_id", "target_id").iter_rows():
        if applications[one] & applications[other]:
            near[one].add(other)
            near[other].add(one)
    return near
