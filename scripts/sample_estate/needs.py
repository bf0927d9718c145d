"""Who needs whom: what ServiceNow declares of it, and who talks to whom on the network."""

from itertools import product
from typing import Any

from sample_estate.estate import REUSED_ADDRESS, SAME_SHORT_NAME
from sample_estate.model import COMPANY, Conversation, Estate, Relation, Thing

PLANS: dict[str, dict[str, Any]] = {plan["code"]: plan for plan in COMPANY["applications"]}
DEPENDS, RUNS = "Depends on::Used by", "Runs on::Runs"
TCP, UDP = 6, 17
#: Not on the network, or with an address that is not theirs alone.
SILENT = {*SAME_SHORT_NAME, *REUSED_ADDRESS}


def _entry(code: str) -> tuple[str, int] | None:
    """Return the tier of an application that others talk to, and its port."""
    for tier in ("web", "app"):
        if tier in PLANS[code]["tiers"]:
            return tier, PLANS[code]["tiers"][tier][1]
    return None


def _talk(
    estate: Estate,
    client: Thing,
    server: Thing,
    port: int,
    rows: tuple[int, int],
    service: str | None = None,
    protocol: int = TCP,
) -> None:
    """Let a client talk to a listener unless one of them is switched off."""
    if client.powered_on and server.powered_on and client is not server:
        records = estate.random.randint(*rows)
        estate.conversations.append(
            Conversation(client.name, server.name, port, records, protocol, service)
        )


def _declare_application(estate: Estate, plan: dict[str, Any]) -> None:
    code, name = plan["code"], plan["name"]
    for number, machine in enumerate(estate.machines(code, "web") + estate.machines(code, "app")):
        phrase = "Hosted on::Hosts" if number % 3 == 2 else RUNS
        estate.relations.append(Relation(name, machine.name, phrase))
    for stage in COMPANY["stages"]:
        for database in estate.databases(code, stage["word"]):
            if plan["site"] == "RZ2":
                estate.relations.append(
                    Relation(database.host, database.name, "Contains::Contained by")
                )
            else:
                estate.relations.append(Relation(database.name, database.host, RUNS))
    for database in estate.databases(code):
        estate.relations.append(Relation(name, database.name, DEPENDS))
    for need in plan["needs"]:
        estate.relations.append(Relation(name, PLANS[need]["name"], DEPENDS))


def _tiers(estate: Estate, plan: dict[str, Any]) -> None:
    """Connect the tiers of each stage; most of the productive ones are declared."""
    code, declared = plan["code"], plan["criticality"] in ("critical", "high")
    for stage in COMPANY["stages"]:
        word = stage["word"]
        for client_tier, server_tier in (("web", "app"), ("app", "db")):
            pairs = product(
                estate.machines(code, client_tier, word), estate.machines(code, server_tier, word)
            )
            for number, (client, server) in enumerate(pairs):
                known = declared and word == "production" and estate.random.random() < 0.8
                if known:
                    relation = Relation(client.name, server.name, DEPENDS)
                    estate.relations.append(relation)
                if not known or number == 0 or estate.random.random() < 0.9:
                    port = plan["tiers"][server_tier][1]
                    rows = (9, 20) if word == "production" else (3, 8)
                    _talk(estate, client, server, port, rows)


def _between_applications(estate: Estate) -> None:
    """Let the machines of each application talk to those of the applications it needs."""
    unseen = {tuple(pair) for pair in COMPANY["unseen_needs"]}
    needs = [(code, need) for code, plan in PLANS.items() for need in plan["needs"]]
    for code, need in needs + [(code, need) for code, need in COMPANY["undeclared_needs"]]:
        entry = _entry(need)
        clients = estate.machines(code, "app") or estate.machines(code, "web")
        if (code, need) in unseen or entry is None:
            continue
        servers = estate.machines(need, entry[0])
        for number, client in enumerate(clients):
            _talk(estate, client, servers[number % len(servers)], entry[1], (6, 16))
    for client_name, server_name, port in COMPANY["surprises"]:
        things = estate.things
        _talk(estate, things[client_name], things[server_name], port, (4, 8))


def _balancers(estate: Estate) -> None:
    """Put balancers before the web machines of the applications that have them."""
    for code, plan in PLANS.items():
        if not plan.get("balanced"):
            continue
        balancer = estate.things[COMPANY["balancers"][plan["site"]]]
        for machine in estate.machines(code, "web"):
            phrase = "Connects to::Connected by"
            estate.relations.append(Relation(balancer.name, machine.name, phrase))
            _talk(estate, balancer, machine, 443, (6, 12))


def _users(estate: Estate) -> None:
    """Let people use the web applications, from terminal servers."""
    desktops = [estate.things[f"rds{number:02d}"] for number in range(1, 7)]
    for code, plan in PLANS.items():
        if "web" not in plan["tiers"]:
            continue
        server = estate.machines(code, "web")[0]
        if plan.get("balanced"):
            server = estate.things[COMPANY["balancers"][plan["site"]]]
        for client in estate.random.sample(desktops, 2):
            _talk(estate, client, server, 443, (2, 4))


def _outside(estate: Estate) -> None:
    """Connect addresses that no inventory knows, outside the estate and inside its networks."""
    ends = [(address, COMPANY["balancers"]["RZ1"], 443) for address in COMPANY["external_clients"]]
    ends += [tuple(service) for service in COMPANY["external_services"]]
    for address, partner, port, is_client in COMPANY["uninventoried"]:
        ends.append((address, partner, port) if is_client else (partner, address, port))
    for client, server, port in ends:
        records = estate.random.randint(5, 25)
        estate.conversations.append(Conversation(client, server, port, records))


def _infrastructure(estate: Estate) -> None:
    """Let machines use the names, clocks, directories and tools that every estate shares."""
    machines = [
        machine
        for machine in estate.of_type("virtual_machine", "server")
        if machine.tier and machine.name not in SILENT
    ]
    for shared, (number, machine) in product(COMPANY["shared_services"], enumerate(machines)):
        share = shared["windows" if (machine.system or "").startswith("W") else "other"]
        if estate.random.random() >= share:
            continue
        server = estate.things[shared["servers"][number % len(shared["servers"])]]
        ends = (machine, server) if shared["listen"] == "server" else (server, machine)
        _talk(estate, *ends, shared["port"], (1, 4), shared["service"], shared["protocol"])
    for device in estate.of_type("network_device", "load_balancer", "storage"):
        _talk(estate, estate.things["mon02"], device, 161, (2, 4), "monitoring", UDP)


def add_needs(estate: Estate) -> None:
    """Add all relations and conversations to an estate that has its things."""
    for plan in PLANS.values():
        _declare_application(estate, plan)
        _tiers(estate, plan)
    _between_applications(estate)
    _balancers(estate)
    _users(estate)
    _outside(estate)
    _infrastructure(estate)
    for machine, array in COMPANY["volumes"]:
        estate.relations.append(Relation(array, machine, "Provides storage for::Stored on"))
    for host in estate.of_type("server"):
        if host.cluster == "CL-RZ1-TEST":
            estate.relations.append(Relation(host.cluster, host.name, "Members::Member of"))
    unknown = COMPANY["unknown_need"]
    estate.relations.append(
        Relation(PLANS[unknown["application"]]["name"], unknown["name"], DEPENDS)
    )
