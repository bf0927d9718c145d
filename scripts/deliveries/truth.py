"""The truth about an estate, from the model alone: nothing is read back from a file."""

from typing import Any

from scripts.deliveries.lists import CONFLICT, conflicting
from scripts.deliveries.model import Estate, Server

_STAYING = {"esx", "switch", "firewall", "router", "storage", "balancer"}


def truth(estate: Estate) -> dict[str, Any]:
    """Return what is true of an estate, as JSON holds it; names of servers are in lower case."""
    return {
        "servers": {
            name: {
                "application": one.application,
                "environment": one.environment,
                "tier": one.tier,
                "kind": one.kind,
                "addressed": one.addressed,
                "moves": one.kind not in _STAYING and not _retires(estate, one),
            }
            for name, one in estate.servers.items()
        },
        "applications": {
            one.name: {
                "code": one.code,
                "owner": one.owner,
                "criticality": one.criticality,
                "retires": one.retires,
                "deployments": {
                    environment: [server.name.lower() for server in servers]
                    for environment, servers in one.servers.items()
                },
            }
            for one in estate.applications.values()
        },
        "databases": [
            {
                "name": one.name,
                "host": one.host.name.lower(),
                "engine": one.engine,
                "application": one.application,
                "environment": one.environment,
                "partner": one.partner and one.partner.name.lower(),
            }
            for application in estate.applications.values()
            for one in application.databases
        ],
        "interfaces": [vars(one) for one in estate.interfaces],
        "needs": sorted([a.lower(), b.lower()] for a, b in estate.needs),
        "single_points": sorted(_single_points(estate)),
        "conflict": {
            "server": conflicting(estate).name.lower(), "field": "memory_gb", "values": CONFLICT,
        },
    }  # fmt: skip


def _retires(estate: Estate, server: Server) -> bool:
    application = estate.applications.get(server.application or "")
    return server.retired or (application is not None and application.retires)


def _single_points(estate: Estate) -> set[str]:
    """Machines that others need and that no other can stand in for."""
    needed = {server for _, server in estate.needs}
    partners = {
        one.name
        for application in estate.applications.values()
        for database in application.databases
        if database.partner
        for one in (database.host, database.partner)
    }
    return {
        one.name.lower()
        for one in estate.servers.values()
        if one.name in needed - partners and not _peers(estate, one)
    }


def _peers(estate: Estate, server: Server) -> list[Server]:
    """Machines of the same tier of the same deployment, which the same ones use."""
    application = estate.applications.get(server.application or "")
    if application is None or server.tier == "db":
        return []
    same = application.servers.get(server.environment or "", [])
    return [one for one in same if one is not server and one.tier == server.tier]
