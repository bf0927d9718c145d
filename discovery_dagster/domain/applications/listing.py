"""The table of applications: what is known of each, and what is not."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

import polars as pl

from discovery_dagster import reference
from discovery_dagster.domain.applications.model import Deployments, Membership
from discovery_dagster.domain.readiness import worst
from discovery_dagster.domain.tables import (
    APPLICATIONS,
    Applications,
    AssetReadiness,
    ClassifiedAssets,
    Interfaces,
    PlanPlacements,
    conform,
)
from discovery_dagster.domain.tables.words import AssetType
from discovery_dagster.domain.words import fold

_OWN: Final = ("aliases", "business_owner", "technical_owner", "criticality", "status", "custom")


def applications(
    assets: ClassifiedAssets,
    deployments: Deployments,
    interfaces: Interfaces,
    placements: PlanPlacements,
    ready: AssetReadiness,
) -> Applications:
    """Return the applications of a session.

    Args:
        assets: `CLASSIFIED_ASSETS`.
        deployments: of the session.
        interfaces: `INTERFACES`.
        placements: `PLAN_PLACEMENTS`.
        ready: `READINESS`.

    Returns:
        `APPLICATIONS`, ordered by name.
    """
    concerned = [
        *deployments.applications,
        *deployments.of,
        *(one.asset for one in deployments.memberships),
    ]
    by_id = _rows(assets, concerned, ("name", "type", *_OWN))
    places = _rows(placements, concerned, ("strategy", "group", "wave"))
    verdicts = dict(ready.select("asset_id", "readiness").iter_rows())
    members: dict[str, list[Membership]] = defaultdict(list)
    for one in deployments.memberships:
        members[one.application].append(one)
    parts: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for asset, (application, environment) in deployments.of.items():
        parts[application][environment].append(asset)
    sides = {side: interfaces[side].value_counts() for side in ("source_id", "target_id")}
    ways = {side: dict(counted.iter_rows()) for side, counted in sides.items()}
    rows = [
        {
            **_known(application, by_id, places),
            "name": deployments.names[application],
            **_served(members[application], by_id),
            **_placed(parts[application], by_id, places, verdicts),
            "interfaces_out": ways["source_id"].get(application, 0),
            "interfaces_in": ways["target_id"].get(application, 0),
        }
        for application in deployments.applications
    ]
    described = [{**row, "unknown": _unknown(row)} for row in rows]
    frame = pl.DataFrame(described, schema=dict(APPLICATIONS))
    return conform(frame.sort("name", "application_id"), APPLICATIONS)


def _rows(
    frame: pl.DataFrame, assets: Sequence[str], columns: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """Some columns of some assets, by id."""
    chosen = frame.filter(pl.col("asset_id").is_in(assets)).select("asset_id", *columns)
    return {row["asset_id"]: row for row in chosen.iter_rows(named=True)}


def _known(
    application: str, by_id: Mapping[str, Mapping[str, Any]], places: Mapping[str, Any]
) -> dict[str, Any]:
    """What its own entry says; nothing where lists only name it."""
    own: Mapping[str, Any] = by_id.get(application, dict.fromkeys(_OWN))
    custom = {fold(key): value for key, value in json.loads(own["custom"] or "{}").items()}
    stated = {
        name: next((str(custom[fold(word)]) for word in words if fold(word) in custom), None)
        for name, words in reference.load("applications")["columns"].items()
    }
    return {
        "application_id": application,
        "aliases": own["aliases"] or [],
        "business_owner": own["business_owner"],
        "technical_owner": own["technical_owner"],
        "criticality": own["criticality"],
        "lifecycle": stated.pop("lifecycle") or own["status"],
        **stated,
        "strategy": places.get(application, {}).get("strategy"),
    }


def _served(
    members: Sequence[Membership], by_id: Mapping[str, Mapping[str, Any]]
) -> dict[str, object]:
    first = {one.asset: one for one in reversed(members)}
    ordered = sorted(first.values(), key=lambda one: (by_id[one.asset]["name"] or "", one.asset))
    return {
        "members": len(ordered),
        "databases": sum(by_id[one.asset]["type"] == AssetType.DATABASE for one in ordered),
        "memberships": [
            {
                "asset_id": one.asset,
                "evidence": one.evidence,
                "status": "proposed" if one.proposed else "stated",
            }
            for one in ordered
        ],
    }


def _placed(
    parts: Mapping[str, Sequence[str]],
    by_id: Mapping[str, Mapping[str, Any]],
    places: Mapping[str, Mapping[str, Any]],
    verdicts: Mapping[str, str],
) -> dict[str, object]:
    deployments = [
        {
            "environment": environment,
            "assets": sorted(str(by_id[asset]["name"]) for asset in assets),
            "groups": sorted(_all(places, assets, "group")),
            "waves": sorted(_all(places, assets, "wave")),
            "readiness": worst(verdicts[asset] for asset in assets if asset in verdicts),
        }
        for environment, assets in sorted(parts.items())
    ]
    waves = {wave for one in deployments for wave in one["waves"]}
    return {
        "deployments": deployments,
        "waves": sorted(waves),
        "readiness": worst(str(one["readiness"]) for one in deployments),
    }


def _all(places: Mapping[str, Mapping[str, Any]], assets: Sequence[str], name: str) -> set[Any]:
    values = {places[asset][name] for asset in assets if asset in places}
    return values - {None}


def _unknown(row: Mapping[str, Any]) -> list[str]:
    """What people need to know of an application and no source states."""
    answers = {
        "owner": row["business_owner"] or row["technical_owner"],
        "criticality": row["criticality"] not in (None, "unknown"),
        "recovery time": row["recovery_time"],
        "recovery point": row["recovery_point"],
        "strategy": row["strategy"] not in (None, "unknown"),
        "members": row["members"],
        "interfaces": row["interfaces_in"] or row["interfaces_out"],
        "environments": all(one["environment"] != "unknown" for one in row["deployments"]),
    }
    return [name for name, known in answers.items() if not known]
