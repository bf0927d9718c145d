"""Builds the machines, applications and databases of an estate."""

from itertools import cycle
from typing import Any

from scripts.deliveries.model import CLIENTS, PRODUCTION, Application, Database, Estate, Server

_LETTER = {PRODUCTION: "p", "test": "t", "development": "d", "disaster_recovery": "r"}
_TIERS = {
    "small": {"all": (1, 1)},
    "two": {"app": (1, 2), "db": (1, 1)},
    "three": {"web": (1, 3), "app": (1, 3), "db": (1, 2)},
    "large": {"web": (2, 4), "app": (3, 6), "db": (2, 2), "mq": (1, 2)},
}
_SHAPES = [["small", 20], ["two", 30], ["three", 40], ["large", 10]]
_CRITICALITY = [["critical", 15], ["high", 30], ["medium", 35], ["low", 20]]
_SERVICES = {"dns": 4, "monitoring": 1, "backup": 2, "jump": 2, "patching": 1, "scanner": 1}
_SERVERS_A_SHARED_HOST = 12  # applications, on the average


def build(language: str, seed: int, servers: int) -> Estate:
    """Build an estate of about so many servers, without its traffic."""
    estate = Estate.of(language, seed)
    names = cycle(_names(estate))
    shared = _shared_hosts(estate, servers)
    _surroundings(estate, servers)
    while sum(one.kind in ("vm", "physical") for one in estate.servers.values()) < servers:
        _application(estate, next(names), shared)
    _hypervisors(estate)
    return estate


def _names(estate: Estate) -> list[str]:
    words = estate.words
    more = [f"{d} {f}" for d in words["departments"] for f in words["functions"]]
    many = [f"{name} {n}" for n in range(2, 6) for name in more]
    estate.random.shuffle(more)
    first = list(words["names"])
    head, rest = first[:8], first[8:]
    estate.random.shuffle(rest)
    return head + rest + more + many


def _code(estate: Estate, name: str) -> str:
    taken = {one.code for one in estate.applications.values()}
    letters = [letter for letter in name.lower() if letter.isascii() and letter.isalpha()]
    consonants = [letter for letter in letters if letter not in "aeiou"] or letters
    for _ in range(500):
        code = letters[0] + "".join(estate.random.choices(consonants, k=2))
        if code not in taken and code not in _WORDS:
            return code
    return next(c for c in (f"{letters[0]}{n:03}" for n in range(999)) if c not in taken)


#: Codes that people avoid, since they mean something in names.
_WORDS = {"app", "web", "sql", "prd", "tst", "dev", "srv", "dns", "ntp", "ftp", "dbs", "prt", "log"}


def _site(estate: Estate) -> str:
    return estate.random.choice(list(estate.words["sites"]))


def _machine(estate: Estate, name: str, **more: Any) -> Server:
    site = more.pop("site", None) or _site(estate)
    network = f"10.{20 + list(estate.words['sites']).index(site)}"
    random = estate.random
    system = estate.pick(CLIENTS["systems"])
    server = Server(
        name,
        estate.address(network),
        site,
        "physical" if estate.chance(0.06) else "vm",
        system=(system[0], system[1]),
        cores=random.choice([2, 2, 4, 4, 8, 16]),
        memory=random.choice([4, 8, 8, 16, 16, 32, 64]),
        disk=random.choice([60, 80, 100, 200, 500]),
    )
    for key, value in more.items():
        setattr(server, key, value)
    return estate.add(server)


def _shared_hosts(estate: Estate, servers: int) -> list[Server]:
    """Database servers that carry the databases of many applications."""
    number = max(2, servers // (9 * _SERVERS_A_SHARED_HOST))
    return [
        _machine(
            estate,
            f"sqlcons{at + 1:02}",
            tier="db",
            environment=PRODUCTION,
            kind="vm",
            memory=128,
            system=tuple(CLIENTS["systems"][0][:2]),
        )
        for at in range(number)
    ]


def _surroundings(estate: Estate, servers: int) -> None:
    """What serves the estate, what belongs to nobody, what is retired, and devices."""
    stem = {"dns": "dc", "monitoring": "mon", "backup": "bkp", "jump": "jump", "patching": "wsus",
            "scanner": "vscan"}  # fmt: skip
    for role, number in _SERVICES.items():
        for at in range(number):
            _machine(
                estate, f"{stem[role]}{at + 1:02}", role=role, environment=PRODUCTION, kind="vm"
            )
    loose = {"file": 2 + servers // 120, "print": 1 + servers // 200, "unknown": 3 + servers // 60}
    for role, number in loose.items():
        for at in range(number):
            name = f"{ {'file': 'fs', 'print': 'prn', 'unknown': 'sv'}[role] }{at + 11:03}"
            _machine(estate, name, role=role, environment=PRODUCTION if role != "unknown" else None)
    for at in range(max(3, servers // 35)):
        _machine(estate, f"old{at + 301}", retired=True, kind="vm", role="retired")
    devices = {"switch": 4 + servers // 30, "firewall": 4, "router": 2,
               "storage": 2 + servers // 300, "balancer": 2}  # fmt: skip
    for kind, number in devices.items():
        for at in range(number):
            site = _site(estate)
            name = f"{site.lower()}-{kind[:3]}-{at + 1:02}"
            estate.add(Server(name, estate.address("10.9"), site, kind))


def _application(estate: Estate, name: str, shared: list[Server]) -> None:
    random, words = estate.random, estate.words
    code = _code(estate, name)
    application = Application(
        name,
        code,
        random.choice(words["people"]),
        random.choice(words["teams"]),
        estate.pick(_CRITICALITY)[0],
        retires=estate.chance(0.05),
    )
    estate.applications[name] = application
    shape = _TIERS[estate.pick(_SHAPES)[0]]
    scheme = random.choices(["dashed", "packed", "number"], [55, 20, 25])[0]
    site = _site(estate)
    environments = [PRODUCTION]
    environments += ["test"] * estate.chance(0.7) + ["development"] * estate.chance(0.4)
    environments += ["disaster_recovery"] * estate.chance(0.08)
    on_shared = "db" in shape and "mq" not in shape and estate.chance(0.35)
    for environment in environments:
        for tier, (least, most) in shape.items():
            if tier == "db" and on_shared and environment == PRODUCTION:
                continue
            number = random.randint(least, most) if environment == PRODUCTION else 1
            for at in range(number):
                server = _machine(
                    estate,
                    _server_name(estate, scheme, code, tier, environment, at + 1, site),
                    site=site,
                    application=name,
                    environment=environment,
                    tier=tier,
                )
                application.servers.setdefault(environment, []).append(server)
        _databases(estate, application, environment, shared if on_shared else [])


def _server_name(
    estate: Estate, scheme: str, code: str, tier: str, environment: str, number: int, site: str
) -> str:
    letter = _LETTER[environment]
    if scheme == "number":
        while (name := f"srv{estate.random.randint(2000, 19999):05}") in estate.servers:
            pass
        return name
    word = {"all": "srv"}.get(tier, tier)
    if scheme == "packed":
        return f"{site}{code}{word}{letter}{number:02}".upper()
    return f"{code}-{word}-{letter}{number:02}"


def _databases(
    estate: Estate, application: Application, environment: str, shared: list[Server]
) -> None:
    hosts = application.tier(environment, "db")
    consolidated = bool(shared) and environment == PRODUCTION
    if consolidated:
        hosts = [estate.random.choice(shared)]
    if not hosts or (hosts[0].tier == "all" and not estate.chance(0.4)):
        return
    engine, versions, editions, port, _ = estate.pick(CLIENTS["engines"])
    if consolidated:
        engine, versions, editions, port, _ = CLIENTS["engines"][0]
    version, edition = estate.random.choice(versions), estate.random.choice(editions)
    stem = application.code.upper() + ("" if consolidated else _LETTER[environment].upper())
    host = hosts[0]
    if engine == "Microsoft SQL Server":
        name = f"{host.name}\\{stem}".upper()
    else:
        name = (
            stem + "DB" if engine == "Oracle Database" else f"{application.code}_{environment[:4]}"
        )
    partner = hosts[1] if len(hosts) > 1 else None
    size = estate.random.randint(5, 2500)
    database = Database(
        name, engine, version, edition, port, size, host, application.name, environment, partner
    )
    application.databases.append(database)


def _hypervisors(estate: Estate) -> None:
    """Put the virtual machines on hosts of a cluster a site."""
    for site in estate.words["sites"]:
        machines = [one for one in estate.servers.values() if (one.kind, one.site) == ("vm", site)]
        number = max(3, len(machines) // 22)
        hosts = [
            estate.add(
                Server(
                    f"esx{site.lower()}{at + 1:02}",
                    estate.address("10.8"),
                    site,
                    "esx",
                    cores=64,
                    memory=1024,
                )
            )
            for at in range(number)
        ]
        for at, machine in enumerate(machines):
            machine.host = hosts[at % number].name
