"""Writes applications, databases and relations the way ServiceNow's table API answers."""

import json
from pathlib import Path
from typing import Any

from sample_estate.ledger import Ledger
from sample_estate.model import COMPANY, Estate, Relation, Thing

INVENTORY, RELATIONS = "servicenow_cmdb.json", "servicenow_relations.json"
#: What a phrase means, and whether the child is the one that needs the parent.
MEANING = {
    "Depends on::Used by": ("depends_on", False),
    "Runs on::Runs": ("runs_on", False),
    "Hosted on::Hosts": ("runs_on", False),
    "Connects to::Connected by": ("connects_to", False),
    "Contains::Contained by": ("runs_on", True),
    "Provides storage for::Stored on": ("uses_storage", True),
    "Members::Member of": ("member_of", True),
}
UNKNOWN_PHRASE = "Betreut von::Betreut"


def _write(path: Path, rows: list[dict[str, Any]]) -> None:
    """Write one object a line below `{"result": [`, so that the first stands on line 2."""
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    path.write_bytes(f'{{"result": [\n{lines}\n]}}\n'.encode())


def _item(estate: Estate, thing: Thing) -> dict[str, Any]:
    plan = next(plan for plan in COMPANY["applications"] if plan["code"] == thing.application)
    stage = next(stage for stage in COMPANY["stages"] if stage["word"] == thing.stage)
    criticality = COMPANY["criticalities"].get(thing.criticality)
    product = COMPANY["products"].get(plan.get("product", ""))
    database = thing.type == "database"
    return {
        "sys_id": estate.hexadecimal(32),
        "name": thing.name,
        "sys_class_name": product[0] if database else "cmdb_ci_appl",
        "short_description": thing.about,
        "version": product[2] if database else "",
        "tcp_port": str(product[3]) if database else "",
        "used_for": stage["servicenow"],
        "busines_criticality": criticality["servicenow"] if criticality else "",
        "operational_status": "Operational",
        "install_status": "Installed",
        "owned_by": f"Fachbereich {plan['name']}",
        "support_group": thing.team,
        "cost_center": thing.cost,
        "location": COMPANY["sites"][thing.site]["name"],
        "ip_address": "",
        "serial_number": "",
        "sys_updated_on": "2026-01-14 17:30:00",
    }


def _spelling(estate: Estate, number: int, name: str) -> str:
    """Write machines the way some keeper did: upper case, or with the domain."""
    thing = estate.things[name]
    if thing.type not in ("virtual_machine", "server"):
        return name
    return thing.fqdn if number % 11 == 5 else name if number % 3 else name.upper()


def _relations(estate: Estate) -> list[Relation]:
    """Return all relations, with what goes wrong in such tables."""
    relations = list(estate.relations)
    relations.insert(60, Relation("ERP Zentral", "erp-app-p01", UNKNOWN_PHRASE))
    # Said twice, and said once more from the other side.
    relations.append(next(r for r in relations if r.phrase == "Depends on::Used by"))
    upside = next(r for r in relations if r.phrase == "Runs on::Runs" and "@" in r.parent)
    relations.append(Relation(upside.child, upside.parent, "Contains::Contained by"))
    return relations


def write(estate: Estate, ledger: Ledger, folder: Path) -> None:
    """Write both files into `folder` and note every record."""
    items = estate.of_type("application", "database")
    _write(folder / INVENTORY, [_item(estate, thing) for thing in items])
    ledger.file(INVENTORY, encoding="utf-8")
    for line, thing in enumerate(items, start=2):
        ledger.accept(INVENTORY, None, line, thing.name)

    rows = []
    ledger.file(RELATIONS, encoding="utf-8")
    for line, relation in enumerate(_relations(estate), start=2):
        parent = _spelling(estate, line, relation.parent)
        child = _spelling(estate, line + 1, relation.child)
        rows.append({"parent": parent, "child": child, "type": relation.phrase})
        if relation.phrase == UNKNOWN_PHRASE:
            ledger.refuse(RELATIONS, None, line, "rejected", "unknown relation phrase")
            continue
        kind, turned = MEANING[relation.phrase]
        pair = (relation.child, relation.parent) if turned else (relation.parent, relation.child)
        ledger.accept(RELATIONS, None, line)
        ledger.declare((*pair, kind), RELATIONS, None, line)
        ledger.spellings[relation.parent].add(parent)
        ledger.spellings[relation.child].add(child)
    _write(folder / RELATIONS, rows)
