"""Writes the lists that others keep: the portfolio of applications, databases, and use of machines.

Nothing here is drawn at random, so that the other files stay as they are.
"""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

from sample_estate.ledger import Ledger
from sample_estate.model import COMPANY, Estate, Thing

PORTFOLIO, DATABASES, METRICS = (
    "application_portfolio.csv",
    "database_list.csv",
    "vm_metrics.csv",
)
_PORTFOLIO = [
    "Anwendung", "Kürzel", "Beschreibung", "Fachlicher Eigentümer", "IT-Verantwortlicher",
    "Kritikalität", "RTO (h)", "RPO (h)", "Anwender", "Lebenszyklus", "Geplante Strategie",
    "Schnittstellen",
]  # fmt: skip
_DATABASES = [
    "Instanz", "DBMS", "Version", "Edition", "Größe (GB)", "Server", "Umgebung", "Anwendung",
    "HA-Partner",
]  # fmt: skip
_METRICS = [
    "VM", "Average CPU %", "CPU P95 %", "Peak CPU %", "Average Memory %", "Memory P95 %",
    "Peak Memory %",
]  # fmt: skip
_RECOVERY = {"critical": (2, 0.25), "high": (8, 1), "medium": (24, 24), "low": (72, 24)}
_USERS = {"critical": 1200, "high": 400, "medium": 150, "low": 40}


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    text = StringIO()
    csv.writer(text, delimiter=";", lineterminator="\n").writerows([header, *rows])
    path.write_bytes(text.getvalue().encode("utf-8"))


def _portfolio(ledger: Ledger, folder: Path) -> None:
    plans: dict[str, dict[str, Any]] = {plan["code"]: plan for plan in COMPANY["applications"]}
    rows = []
    ledger.file(PORTFOLIO, encoding="utf-8", delimiter=";")
    for line, plan in enumerate(plans.values(), start=2):
        needs = [plans[need]["name"] for need in plan["needs"]]
        lifecycle, strategy = COMPANY["futures"].get(plan["code"], ["Betrieb", "Rehost"])
        rows.append(
            [
                plan["name"], plan["code"].upper(), plan["about"], f"Fachbereich {plan['name']}",
                plan["team"], COMPANY["criticalities"][plan["criticality"]]["cmdb"][0],
                *_RECOVERY[plan["criticality"]], _USERS[plan["criticality"]], lifecycle, strategy,
                "; ".join(needs),
            ]
        )  # fmt: skip
        ledger.accept(PORTFOLIO, None, line, plan["name"])
        for need in needs:
            ledger.declare((plan["name"], need, "depends_on"), PORTFOLIO, None, line)
    _write(folder / PORTFOLIO, _PORTFOLIO, rows)


def _databases(estate: Estate, ledger: Ledger, folder: Path) -> None:
    stages = {stage["word"]: stage["cmdb"][0] for stage in COMPANY["stages"]}
    plans = {plan["code"]: plan for plan in COMPANY["applications"]}
    rows = []
    ledger.file(DATABASES, encoding="utf-8", delimiter=";")
    for line, database in enumerate(estate.of_type("database"), start=2):
        plan = plans[database.application]
        _, engine, version, _ = COMPANY["products"][plan["product"]]
        host = estate.things[database.host]
        partner = estate.things.get(f"{host.name[:-1]}2") if host.name.endswith("1") else None
        rows.append(
            [
                database.name, engine, version, COMPANY["editions"][plan["product"]],
                (host.disk_mib or 0) * 6 // 10240, host.name, stages[database.stage], plan["name"],
                partner.name if partner else "",
            ]
        )  # fmt: skip
        ledger.accept(DATABASES, None, line, database.name)
        ledger.declare((database.name, host.name, "runs_on"), DATABASES, None, line)
        ledger.declare((plan["name"], database.name, "depends_on"), DATABASES, None, line)
        if partner:
            ledger.declare((database.name, partner.name, "replicates_to"), DATABASES, None, line)
    _write(folder / DATABASES, _DATABASES, rows)


def _use(number: int, machine: Thing) -> list[object]:
    """Percent of processor and memory in use; databases are busier than web servers."""
    busy = {"db": 34, "app": 22, "web": 12}.get(machine.tier, 8) + number % 11
    full = {"db": 62, "app": 48, "web": 35}.get(machine.tier, 30) + number % 7
    return [busy // 2, busy + 14, min(busy * 2 + 9, 100), full - 6, full + 8, min(full + 21, 100)]


def _metrics(estate: Estate, ledger: Ledger, folder: Path) -> None:
    machines = [
        machine
        for machine in estate.of_type("virtual_machine")
        if machine.host and machine.powered_on and machine.application
    ]
    ledger.file(METRICS, encoding="utf-8", delimiter=";")
    rows = []
    for number, machine in enumerate(machines):
        rows.append([machine.name, *_use(number, machine)])
        ledger.accept(METRICS, None, number + 2, machine.name)
    _write(folder / METRICS, _METRICS, rows)


def write(estate: Estate, ledger: Ledger, folder: Path) -> None:
    """Write the lists into `folder` and note every record."""
    _portfolio(ledger, folder)
    _databases(estate, ledger, folder)
    _metrics(estate, ledger, folder)
