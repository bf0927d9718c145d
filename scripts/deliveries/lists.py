"""Writes the lists that people keep by hand, with what they get wrong, and the flows."""

import csv
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import xlsxwriter

from scripts.deliveries.model import PRODUCTION, Application, Database, Estate, Server

_START = datetime(2026, 1, 12, 6, tzinfo=UTC)
#: What a person gets wrong: memory as the CMDB has it of the one server of which it matters.
CONFLICT = (128, 99)


def write(estate: Estate, folder: Path) -> None:
    """Write all lists into `folder`."""
    files = estate.words["files"]
    _csv(estate, folder / files["cmdb"], estate.words["cmdb"], _cmdb(estate))
    _portfolio(estate, folder / files["portfolio"])
    _csv(estate, folder / files["members"], estate.words["members"], _members(estate))
    _csv(estate, folder / files["databases"], estate.words["databases"], _databases(estate))
    _csv(estate, folder / files["devices"], estate.words["devices"], _devices(estate))
    _csv(estate, folder / files["flows"], _FLOWS, _flows(estate), plain=True)


def _csv(
    estate: Estate,
    path: Path,
    header: Sequence[str],
    rows: Iterable[Sequence[object]],
    plain: bool = False,
) -> None:
    german = estate.language == "de" and not plain
    with path.open(
        "w", encoding="cp1252" if german else "utf-8", newline="", errors="replace"
    ) as file:
        writer = csv.writer(file, delimiter=";" if german else ",")
        writer.writerow(header)
        writer.writerows(rows)


def conflicting(estate: Estate) -> Server:
    """The server whose memory the CMDB and vCenter tell apart."""
    return next(
        one
        for one in estate.servers.values()
        if one.tier == "db"
        and one.application
        and one.environment == PRODUCTION
        and one.kind == "vm"
    )


def _cmdb(estate: Estate) -> Iterable[Sequence[object]]:
    words, random = estate.words, estate.random
    odd = conflicting(estate)
    for server in estate.servers.values():
        if server.kind not in ("vm", "physical", "esx") or estate.chance(0.02):
            continue
        application = estate.applications.get(server.application or "")
        environment = server.environment and random.choice(
            words["environments"][server.environment]
        )
        memory: object = CONFLICT[0] if server is odd else server.memory
        if server is not odd and estate.chance(0.1):
            memory = f"{server.memory - 0.1:.1f}"
        name = server.name.upper() if estate.chance(0.5) else server.name
        full = f"{server.name.lower()}.{words['domain']}" if estate.chance(0.9) else ""
        addressed = estate.chance(0.95)
        server.addressed |= addressed
        yield (
            name,
            full,
            words["kinds"][server.kind],
            server.address if addressed else "",
            "VMware ESXi 7.0" if server.kind == "esx" else server.system[0],
            environment if environment and estate.chance(0.85) else "",
            random.choice(words["criticality"][application.criticality]) if application else "",
            words["sites"][server.site],
            application.technician if application else random.choice(words["teams"]),
            _called(estate, application) if application and estate.chance(0.6) else "",
            memory,
            server.cores if estate.chance(0.98) else server.cores * 2,
            server.disk,
            random.choice(words["status"]["retired" if server.retired else "live"]),
            _remark(estate, server),
        )


def _remark(estate: Estate, server: Server) -> str:
    words = {**estate.words["services"], **estate.words["unowned"]}
    return str(words.get(server.role, ""))


def _called(estate: Estate, application: Application) -> str:
    """An application as people write it."""
    name = application.name
    if estate.chance(0.06):
        return name.upper()
    return f"{name} (PROD)" if estate.chance(0.05) else name


def _members(estate: Estate) -> Iterable[Sequence[object]]:
    words, random = estate.words, estate.random
    for application in estate.applications.values():
        for environment, servers in application.servers.items():
            for server in servers:
                if estate.chance(0.07):
                    continue
                tier = {"all": "app"}.get(server.tier or "", server.tier or "app")
                yield (
                    application.code.upper()
                    if estate.chance(0.04)
                    else _called(estate, application),
                    server.name
                    if estate.chance(0.8)
                    else f"{server.name}.{words['domain']}".lower(),
                    random.choice(words["environments"][environment])
                    if estate.chance(0.93)
                    else "",
                    random.choice(words["roles"][tier]) if estate.chance(0.85) else "",
                    "",
                )


def _databases(estate: Estate) -> Iterable[Sequence[object]]:
    random, words = estate.random, estate.words
    for application in estate.applications.values():
        for one in application.databases:
            yield (
                one.name,
                one.engine,
                one.version,
                one.edition,
                one.size,
                one.host.name,
                random.choice(words["environments"][one.environment]),
                application.name,
                _partner(one),
            )


def _partner(database: Database) -> str:
    if database.partner is None:
        return ""
    _, _, instance = database.name.partition("\\")
    return f"{database.partner.name}\\{instance}".upper() if instance else database.partner.name


def _devices(estate: Estate) -> Iterable[Sequence[object]]:
    makes = {
        "switch": ("Cisco", "C9300-48T"),
        "firewall": ("Palo Alto", "PA-3220"),
        "router": ("Cisco", "ISR4451"),
        "storage": ("NetApp", "AFF-A250"),
        "balancer": ("F5", "BIG-IP i4600"),
    }
    for server in estate.servers.values():
        if server.kind in makes:
            yield (
                server.name,
                estate.words["device_types"][server.kind],
                *makes[server.kind],
                server.address,
                estate.words["sites"][server.site],
                f"FX{estate.random.getrandbits(36):09X}",
            )


def _portfolio(estate: Estate, path: Path) -> None:
    words, random = estate.words, estate.random
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("Portfolio")
    top = 0
    if estate.chance(0.5):
        sheet.write(0, 0, words["title"])
        top = 2
    sheet.write_row(top, 0, words["portfolio"])
    recovery = {"critical": (2, 0.25), "high": (8, 1), "medium": (24, 24), "low": (72, 24)}
    for at, one in enumerate(estate.applications.values(), start=top + 1):
        needs = [i.target for i in estate.interfaces if i.source == one.name and i.declared]
        written = [
            estate.applications[need].code.upper() if estate.chance(0.05) else need
            for need in needs
        ]
        plan = "retire" if one.retires else "keep"
        sheet.write_row(
            at,
            0,
            [
                one.name,
                one.code.upper(),
                "",
                one.owner,
                one.technician,
                random.choice(words["criticality"][one.criticality]),
                *recovery[one.criticality],
                random.choice([5, 20, 80, 300, 2500]),
                random.choice(words["lifecycle"][plan]),
                random.choice(words["strategy"][plan]),
                ("; " if at % 2 else ", ").join(written),
            ],
        )
    book.close()


_FLOWS = [
    "Source IP",
    "Destination IP",
    "Destination Port",
    "Protocol",
    "Connections",
    "First Seen",
    "Last Seen",
]


def _flows(estate: Estate) -> Iterable[Sequence[object]]:
    for one in estate.conversations:
        for _ in range(one.rows):
            first = _START + timedelta(minutes=estate.random.randint(0, 12_000))
            last = first + timedelta(minutes=estate.random.randint(1, 240))
            yield (
                one.client,
                one.server,
                one.port,
                one.protocol,
                max(1, one.connections // one.rows),
                first.strftime("%Y-%m-%d %H:%M:%S"),
                last.strftime("%Y-%m-%d %H:%M:%S"),
            )
