"""Writes the CMDB list: semicolons, cp1252, German and English, kept by hand for years."""

from pathlib import Path

from sample_estate.ledger import Ledger
from sample_estate.model import COMPANY, Estate, Thing

FILE = "cmdb_servers.csv"
HEADER = [
    "Name", "Hostname", "Typ", "IP-Adresse", "Betriebssystem", "Umgebung", "Kritikalität",
    "Standort", "Verantwortlich", "Business Owner", "Anwendung", "RAM (GB)", "CPU", "Storage (GB)",
    "Seriennummer", "Vendor", "Modell", "Status", "Kostenstelle", "Bemerkung",
]  # fmt: skip
VIRTUAL = ["Virtueller Server", "VM", "Virtuelle Maschine"]
PLACEHOLDERS = ["To be filled by O.E.M.", "None", "0", "n/a"]
LINE_END = "\r\n"


def _number(value: float) -> str:
    """Write a number the German way."""
    whole, fraction = f"{value:,.1f}".split(".")
    whole = whole.replace(",", ".")
    return whole if fraction == "0" else f"{whole},{fraction}"


def _called(estate: Estate, thing: Thing) -> str:
    if thing.called or thing.type == "unknown":
        return thing.called
    if thing.type == "virtual_machine":
        # Some say only what it is for; RVTools knows that these are virtual.
        return estate.random.choice(["Server", *VIRTUAL] if thing.host else VIRTUAL)
    return "Datenbankserver" if thing.tier == "db" else "Physischer Server"


def _serial(estate: Estate, thing: Thing) -> str:
    if thing.type != "virtual_machine":
        return thing.serial
    if not thing.host or estate.random.random() < 0.3:
        return estate.random.choice(PLACEHOLDERS)
    pairs = [thing.uuid[at : at + 2] for at in range(0, 32, 2)]
    return f"VMware-{' '.join(pairs[:8])}-{' '.join(pairs[8:])}"


def _cells(estate: Estate, thing: Thing) -> dict[str, str]:
    """Return the cells of a thing's row as its keeper would have typed them."""
    choose, company = estate.random.choice, COMPANY
    stage = next((s for s in company["stages"] if s["word"] == thing.stage), None)
    plan = next((p for p in company["applications"] if p["code"] == thing.application), None)
    short = thing.name.split(".")[0]
    system = company["systems"].get(thing.system or "", [""])[0]
    criticality = company["criticalities"].get(thing.criticality)
    return {
        "Name": short.upper() if estate.random.random() < 0.7 else short,
        "Hostname": thing.fqdn if estate.random.random() < 0.9 or "." in thing.name else short,
        "Typ": _called(estate, thing),
        "IP-Adresse": ", ".join(thing.addresses),
        "Betriebssystem": system,
        "Umgebung": choose(stage["cmdb"]) if stage else "",
        "Kritikalität": choose(criticality["cmdb"]) if criticality else "",
        "Standort": company["sites"][thing.site]["name"],
        "Verantwortlich": thing.team,
        "Business Owner": f"Fachbereich {plan['name']}" if plan else "",
        "Anwendung": plan["name"] if plan else "",
        "RAM (GB)": "" if thing.memory_mib is None else _number(thing.memory_mib / 1024),
        "CPU": "" if thing.cores is None else str(thing.cores),
        "Storage (GB)": "" if thing.disk_mib is None else _number(thing.disk_mib / 1024),
        "Seriennummer": _serial(estate, thing),
        "Vendor": thing.vendor,
        "Modell": thing.model,
        "Status": "In Betrieb" if thing.powered_on else "Außer Betrieb",
        "Kostenstelle": thing.cost,
        "Bemerkung": thing.about,
    }


def _quoted(cell: str) -> str:
    special = any(mark in cell for mark in ';"\n')
    return '"' + cell.replace('"', '""') + '"' if special else cell


def _spoil(estate: Estate, rows: dict[str, dict[str, str]]) -> None:
    """Add what goes wrong in single cells; it must cost the cell and never the record."""
    rows["altvm01"]["IP-Adresse"] = "10.20.300.5"
    rows["fax-01"]["CPU"] = "-2"
    estate.things["altvm01"].addresses, estate.things["fax-01"].cores = [], None
    rows["leit-app-p01"]["Bemerkung"] = "Prüfstand 3\nErsatz bestellt; Lieferung offen"
    rows["tk-anlage-01"]["Bemerkung"] = 'genannt "die alte Anlage", Gebäude 4'


def write(estate: Estate, ledger: Ledger, folder: Path) -> None:
    """Write the file into `folder` and note every record."""
    listed = [thing for thing in estate.things.values() if thing.in_cmdb]
    rows = {thing.name: _cells(estate, thing) for thing in listed}
    _spoil(estate, rows)
    ledger.file(FILE, encoding="cp1252", delimiter=";")
    text = ";".join(HEADER) + LINE_END

    def add(line_text: str) -> int:
        nonlocal text
        line = text.count("\n") + 1
        text += line_text + LINE_END
        return line

    overfull = next(thing.name for thing in listed if thing.name.startswith("intra-web"))
    for number, (name, row) in enumerate(rows.items()):
        cells = [row[column] for column in HEADER]
        if number == 40:
            ledger.refuse(FILE, None, add(""), "ignored", "blank")
        if number == 90:
            ledger.refuse(FILE, None, add(";" * (len(HEADER) - 1)), "ignored", "blank")
            nameless = dict.fromkeys(HEADER, "") | {
                "Typ": "VM",
                "Umgebung": "Test",
                "Standort": row["Standort"],
                "Bemerkung": "??",
            }
            line = add(";".join(nameless[column] for column in HEADER))
            ledger.refuse(FILE, None, line, "rejected", "no name or identifier")
        if name == overfull:
            line = add(";".join([*cells[:-1], "Umzug geplant", "bitte prüfen"]))
            ledger.refuse(FILE, None, line, "rejected", "more cells than columns")
            continue
        line = add(";".join(map(_quoted, cells)))
        ledger.accept(FILE, None, line, name, row["Name"])
    name = "crm-web-p01"
    again = rows[name] | {
        "Name": estate.things[name].fqdn,
        "Hostname": name,
        "Bemerkung": "doppelt? siehe oben",
    }
    line = add(";".join(again[column] for column in HEADER))
    ledger.accept(FILE, None, line, name, again["Name"])
    (folder / FILE).write_bytes(text.encode("cp1252"))
