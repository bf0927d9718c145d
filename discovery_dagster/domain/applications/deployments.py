"""Deployments of applications: which assets belong to which application in which environment.

Every membership has its evidence. What two applications share belongs to no deployment; it serves
each of them and moves by itself.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import polars as pl

from discovery_dagster import reference
from discovery_dagster.domain.applications.connections import by_connections
from discovery_dagster.domain.applications.conventions import prefixes
from discovery_dagster.domain.applications.environments import infer_environments
from discovery_dagster.domain.applications.model import Deployments, Membership
from discovery_dagster.domain.dependencies.citation import cite
from discovery_dagster.domain.names.applications import ApplicationNames
from discovery_dagster.domain.tables import ClassifiedAssets, Edges
from discovery_dagster.domain.tables.words import AssetType, EvidenceKind, Relation

_APPLICATION: Final = AssetType.APPLICATION
_DATABASE: Final = AssetType.DATABASE


def find(assets: ClassifiedAssets, edges: Edges) -> Deployments:
    """Find the deployments of a session.

    Args:
        assets: `CLASSIFIED_ASSETS`.
        edges: `EDGES`.
    """
    by_id = _rows(assets)
    resolved = edges.filter("resolved")
    hosts = _hosts(resolved, by_id)
    memberships = [*_stated(resolved, by_id)]
    listed, unlisted = _listed(memberships, by_id)
    memberships += listed
    memberships += _of_hosts(memberships, hosts, by_id)
    memberships += _by_names(memberships, by_id)
    databases = {one: host for one, host in hosts.items() if by_id[one]["type"] == _DATABASE}
    memberships += by_connections(memberships, resolved, databases, by_id)
    applications: dict[str, set[str]] = defaultdict(set)
    for one in memberships:
        applications[one.asset].add(one.application)
    environments = infer_environments(by_id, applications, resolved, hosts)
    shared = {
        asset: frozenset(several) for asset, several in applications.items() if len(several) > 1
    }
    of = {
        asset: (next(iter(several)), environments[asset])
        for asset, several in applications.items()
        if len(several) == 1
    }
    for database, host in hosts.items():  # an instance moves with its machine
        of.pop(database, None)
        if host in of:
            of[database] = of[host]
            shared.pop(database, None)
        elif host in shared:
            shared[database] = shared[host]
    of |= _own(of, by_id)
    names = {asset: row["name"] for asset, row in by_id.items()} | unlisted
    own = [asset for asset, row in by_id.items() if row["type"] == _APPLICATION]
    return Deployments(tuple(memberships), environments, of, shared, names, (*own, *unlisted))


def _rows(assets: ClassifiedAssets) -> dict[str, dict[str, Any]]:
    """What is read of each asset, by id; most have none of the lists, which are dear to convert."""
    scalars = assets.select("asset_id", "type", "environment", "name", "hostname")
    rows = {
        row["asset_id"]: row | {"aliases": [], "applications": []}
        for row in scalars.iter_rows(named=True)
    }
    for name in ("aliases", "applications"):
        listed = assets.select("asset_id", name).filter(pl.col(name).list.len() > 0)
        for asset, values in listed.iter_rows():
            rows[asset][name] = values
    return rows


def _hosts(resolved: pl.DataFrame, by_id: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """The machine that each database or other program runs on, where it is one."""
    placed = resolved.filter(relation=Relation.RUNS_ON).select("source_id", "target_id")
    rules = reference.load("applications")
    hosts: dict[str, set[str]] = defaultdict(set)
    for program, machine in placed.iter_rows():
        types = by_id[program]["type"], by_id[machine]["type"]
        if types[0] in rules["programs"] and types[1] in rules["machines"]:
            hosts[program].add(machine)
    return {
        program: next(iter(machines)) for program, machines in hosts.items() if len(machines) == 1
    }


def _stated(resolved: pl.DataFrame, by_id: Mapping[str, Mapping[str, Any]]) -> Iterator[Membership]:
    """What lists and relations say to serve an application."""
    members = reference.load("applications")["members"]
    applications = [asset for asset, row in by_id.items() if row["type"] == _APPLICATION]
    of_applications = resolved.filter(pl.col("source_id").is_in(applications))
    rows = of_applications.select("source_id", "target_id", "relation", "evidence")
    for source, target, relation, evidence in rows.iter_rows():
        if by_id[target]["type"] in members.get(relation, ()):
            declared = [piece for piece in evidence if piece["kind"] == EvidenceKind.DECLARED]
            if declared:
                yield Membership(target, source, cite(declared))


def _listed(
    memberships: Iterable[Membership], by_id: Mapping[str, Mapping[str, Any]]
) -> tuple[list[Membership], dict[str, str]]:
    """Memberships that assets themselves state, such as by people.

    Returns:
        Memberships, and the names of applications that are no assets, by what stands for an id.
    """
    known = {(one.asset, one.application) for one in memberships}
    own = {a: row for a, row in by_id.items() if row["type"] == _APPLICATION and row["name"]}
    index = ApplicationNames.of(
        [(row["name"], row["aliases"] or ()) for row in own.values()],
        [name for row in by_id.values() for name in row["applications"] or ()],
    )
    ids = {index.find(row["name"]): asset for asset, row in reversed(own.items())}
    members = {one for types in reference.load("applications")["members"].values() for one in types}
    listed, unlisted = [], {}
    for asset, row in by_id.items():
        for text in row["applications"] or () if row["type"] in members else ():
            for name in index.read(text):
                application = ids.get(name, f"application:{name}")
                if application not in by_id:
                    unlisted[application] = name
                if (asset, application) not in known:
                    listed.append(Membership(asset, application, f"a list names {name} beside it"))
    return listed, unlisted


def _of_hosts(
    memberships: Iterable[Membership],
    hosts: Mapping[str, str],
    by_id: Mapping[str, Mapping[str, Any]],
) -> list[Membership]:
    """Let machines serve the applications of the databases that run on them."""
    return [
        Membership(
            hosts[one.asset],
            one.application,
            f"{by_id[one.asset]['name']} runs on it; {one.evidence}",
        )
        for one in memberships
        if one.asset in hosts
    ]


def _by_names(
    memberships: Iterable[Membership], by_id: Mapping[str, Mapping[str, Any]]
) -> list[Membership]:
    """Propose the application of machines that are named as its other machines are."""
    machines = reference.load("applications")["machines"]
    named = {
        asset: (row["hostname"] or row["name"] or "").lower()
        for asset, row in by_id.items()
        if row["type"] in machines
    }
    of: dict[str, set[str]] = defaultdict(set)
    for one in memberships:
        if one.asset in named:
            of[one.asset].add(one.application)
    known = [
        (named[asset], next(iter(several))) for asset, several in of.items() if len(several) == 1
    ]
    taken = {named[asset] for asset in of}
    begins = prefixes(known, taken)
    lengths = sorted({len(prefix) for prefix in begins}, reverse=True)
    proposed = []
    for asset, name in named.items():
        if asset not in of:
            prefix = next((name[:end] for end in lengths if name[:end] in begins), None)
            if prefix is not None:
                why = f"its name begins with {prefix}, as those of the application do"
                proposed.append(Membership(asset, begins[prefix], why, proposed=True))
    return proposed


def _own(
    of: Mapping[str, tuple[str, str]], by_id: Mapping[str, Mapping[str, Any]]
) -> dict[str, tuple[str, str]]:
    """The deployment that an application itself goes with: the first of an order, production."""
    order = {name: at for at, name in enumerate(reference.load("applications")["itself"])}
    there: dict[str, set[str]] = defaultdict(set)
    for application, environment in of.values():
        there[application].add(environment)
    return {
        application: (
            application,
            min(there[application], key=lambda name: (order.get(name, len(order)), name)),
        )
        for application, row in by_id.items()
        if row["type"] == _APPLICATION and application in there
    }
