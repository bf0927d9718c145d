"""Who talks to whom: the interfaces of applications, their tiers, and everything that is noise."""

from itertools import product

from scripts.deliveries.model import (
    PRODUCTION,
    Application,
    Conversation,
    Estate,
    Interface,
    Server,
)

_PORTS = [443, 8443, 8080, 5672, 1883, 22222, 9443]
_NO_TRAFFIC = {"esx", "switch", "firewall", "router", "storage", "balancer"}


def add_traffic(estate: Estate) -> None:
    """Add interfaces, needs and conversations."""
    _add_interfaces(estate)
    for application in estate.applications.values():
        for environment in application.servers:
            _inside(estate, application, environment)
    for interface in estate.interfaces:
        _between(estate, interface)
    _noise(estate)


def _add_interfaces(estate: Estate) -> None:
    random, names = estate.random, list(estate.applications)
    pairs: dict[tuple[str, str], bool] = {}
    for at, name in enumerate(names):
        # Needs point to what was made before, so that only the planted ones close a circle.
        for other in random.sample(
            names[:at], min(at, random.choices([0, 1, 2, 3, 4], [15, 30, 30, 15, 10])[0])
        ):
            pairs[(name, other)] = False
    for _ in range(max(1, len(names) // 40)):
        size = random.choice([2, 2, 3])
        ring = random.sample(names, min(size, len(names)))
        for one, other in zip(ring, [*ring[1:], ring[0]], strict=True):
            pairs[(one, other)] = True
    for (source, target), planted in pairs.items():
        declared, seen = estate.chance(0.8), estate.chance(0.88)
        if not (declared or seen) or planted:
            declared = seen = True
        chatty = estate.chance(0.05)
        estate.interfaces.append(
            Interface(source, target, random.choice(_PORTS), declared, seen, chatty)
        )


def _talk(
    estate: Estate, client: Server, server: Server, port: int, connections: tuple[int, int]
) -> None:
    random = estate.random
    estate.conversations.append(
        Conversation(
            client.address, server.address, port, random.randint(2, 7), random.randint(*connections)
        )
    )
    estate.needs.add((client.name, server.name))


def _inside(estate: Estate, application: Application, environment: str) -> None:
    """The tiers of a deployment, and its databases."""

    def of(*tiers: str) -> list[Server]:
        return [one for one in application.servers[environment] if one.tier in tiers]

    for client, server in product(of("web"), of("app")):
        _talk(estate, client, server, 8080, (40, 900))
    for client, server in product(of("app"), of("mq")):
        _talk(estate, client, server, 5672, (40, 900))
    for database in application.databases:
        if database.environment == environment:
            hosts = [database.host] + ([database.partner] if database.partner else [])
            for client, host in product(of("app"), hosts):
                if client is not host:
                    _talk(estate, client, host, database.port, (100, 3000))


def _between(estate: Estate, interface: Interface) -> None:
    if not interface.seen:
        return
    source = estate.applications[interface.source]
    target = estate.applications[interface.target]
    often = (5000, 40000) if interface.chatty else (5, 400)
    for environment in source.servers:
        if environment not in (PRODUCTION, "test"):
            continue
        clients = source.tier(environment, "app") or source.servers[environment]
        there = environment if environment in target.servers else PRODUCTION
        if environment == "test" and not estate.chance(0.6):
            continue
        servers = target.entry(there)
        for client, server in product(clients, servers):
            if client is not server and (estate.chance(0.9) or client is clients[0]):
                _talk(estate, client, server, interface.port, often)


#: Services of the estate: role, ports, and whether it reaches out or is asked.
_SERVICES = (
    ("monitoring", (10050,), True),
    ("backup", (1556,), True),
    ("patching", (8530,), False),
    ("jump", (22, 3389), True),
    ("scanner", (22, 135, 443, 445), True),
)


def _noise(estate: Estate) -> None:
    """What every collector sees beside: services of the estate, people, strangers, scans."""
    hosts = [
        one for one in estate.servers.values() if one.kind not in _NO_TRAFFIC and not one.retired
    ]
    by_role: dict[str, list[Server]] = {}
    for host in hosts:
        by_role.setdefault(host.role, []).append(host)
    for host in hosts:
        _asks_directory(estate, host, by_role["dns"])
        _serves_all(estate, host, by_role)
        if host.tier in ("web", "all") or (host.tier == "app" and estate.chance(0.2)):
            for _ in range(estate.random.randint(2, 6)):
                _seen(estate, _desk(estate), host.address, 443)
        if estate.chance(0.1):
            _seen(estate, host.address, f"203.0.113.{estate.random.randint(1, 250)}", 443)
        if estate.chance(0.03):
            _seen(estate, host.address, "255.255.255.255", 67, "UDP")
    for server in (*by_role["file"], *by_role["print"]):
        for _ in range(12):
            _seen(estate, _desk(estate), server.address, 445 if server.role == "file" else 9100)


def _serves_all(estate: Estate, host: Server, by_role: dict[str, list[Server]]) -> None:
    for role, ports, outward in _SERVICES:
        other = estate.random.choice(by_role[role])
        if other is not host and estate.chance(0.8):
            ends = (other.address, host.address) if outward else (host.address, other.address)
            _seen(estate, *ends, estate.random.choice(ports))


def _asks_directory(estate: Estate, host: Server, controllers: list[Server]) -> None:
    for controller in estate.random.sample(controllers, 2):
        if controller is not host:
            _seen(estate, host.address, controller.address, 53, "UDP")
            _seen(estate, host.address, controller.address, estate.random.choice([88, 389, 445]))
            _seen(estate, host.address, controller.address, 123, "UDP")


def _desk(estate: Estate) -> str:
    return f"10.100.{estate.random.randint(0, 30)}.{estate.random.randint(10, 250)}"


def _seen(estate: Estate, client: str, server: str, port: int, protocol: str = "TCP") -> None:
    rows, often = estate.random.randint(1, 4), estate.random.randint(1, 300)
    estate.conversations.append(Conversation(client, server, port, rows, often, protocol))
