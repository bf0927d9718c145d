"""Writes the RVTools-like workbook of the virtual machines, their hosts, clusters and networks."""

from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from sample_estate.ledger import Ledger
from sample_estate.model import COMPANY, Estate, Thing

FILE = "rvtools_export.xlsx"
TAKEN = datetime(2026, 1, 15, 6, 0, tzinfo=UTC).replace(tzinfo=None)
TEMPLATE = "tmpl-rhel9"
#: Machines whose name in vCenter is not their host name.
LABELS = {
    "crm-app-p02": "CRM Anwendung (neu)",
    "mes-db-p01": "MES Datenbank Halle 2",
    "qms-app-p01": "QS-Server",
    "print01.werk.hallbruck.example": "print01",
    "print01.hallbruck.example": "print01",
}
#: Tabs of facts about machines, which they name and do not identify otherwise.
FACT_TABS = ("vDisk", "vTools", "vSnapshot", "vCD", "vUSB")
BLOCKERS: dict[str, list[str]] = COMPANY["blockers"]
#: Tabs that say nothing of the inventory, ignored as wholes.
IGNORED_TABS = ("vDatastore", "vHealth", "vMetaData")
Rows = list[tuple[dict[str, Any], Thing | None]]


def _label(machine: Thing) -> str:
    return LABELS.get(machine.name, machine.name)


def _place(estate: Estate, machine: Thing) -> dict[str, Any]:
    return {
        "Datacenter": machine.cluster.split("-")[1],
        "Cluster": machine.cluster,
        "Host": estate.things[machine.host].fqdn,
    }


def _of_machine(estate: Estate, number: int, machine: Thing) -> dict[str, Any]:
    stage = next(s for s in COMPANY["stages"] if s["word"] == machine.stage)
    plan = next((p for p in COMPANY["applications"] if p["code"] == machine.application), None)
    system = COMPANY["systems"].get(machine.system or "", [None, None])[1]
    on, disk = machine.powered_on, machine.disk_mib or 0
    uuid = machine.uuid
    smbios = f"{uuid[:8]}-{uuid[8:12]}-{uuid[12:16]}-{uuid[16:20]}-{uuid[20:]}"
    return {
        "VM": _label(machine),
        "Powerstate": "poweredOn" if on else "poweredOff",
        "Template": False,
        "SRM Placeholder": False,
        "Config status": "green",
        "DNS Name": machine.fqdn if on else None,
        "Connection state": "connected",
        "Guest state": "running" if on else "notRunning",
        "CPUs": machine.cores,
        "Memory": machine.memory_mib,
        "NICs": 1,
        "Disks": 2 if machine.tier == "db" else 1,
        "Total disk capacity MiB": disk,
        "Primary IP Address": machine.addresses[0] if on else None,
        "Network #1": _network(machine),
        "Resource pool": f"/{machine.cluster}/Resources",
        "Folder": f"/{machine.site}/{plan['code'].upper() if plan else 'Betrieb'}",
        "Provisioned MiB": disk + (machine.memory_mib or 0),
        "In Use MiB": disk * 6 // 10,
        "Firmware": "efi" if system and "2008" not in system else "bios",
        "HW version": 8 if machine.name in BLOCKERS["old_hardware"] else 19,
        "Annotation": machine.about,
        **_place(estate, machine),
        "OS according to the configuration file": system or "Other Linux (64-bit)",
        "OS according to the VMware Tools": system if on else None,
        "VM ID": f"vm-{1000 + number}",
        "SMBIOS UUID": smbios,
        "VM UUID": machine.instance_uuid,
        "VI SDK Server": f"vcenter01.{COMPANY['domain']}",
        "Umgebung": stage["cmdb"][0],
        "Anwendung": plan["name"] if plan else None,
    }


def _network(machine: Thing) -> str:
    return f"VLAN-{machine.addresses[0].split('.')[2]}-{machine.site}"


def _vinfo(estate: Estate, machines: list[Thing]) -> Rows:
    rows: Rows = [(_of_machine(estate, n, machine), machine) for n, machine in enumerate(machines)]
    template = dict(rows[0][0]) | {
        "VM": TEMPLATE, "Powerstate": "poweredOff", "Template": True, "DNS Name": None,
        "Guest state": "notRunning", "Primary IP Address": None, "Annotation": "Vorlage",
        "VM ID": "vm-999", "SMBIOS UUID": "4213aaaa-0000-4000-8000-000000000001",
        "VM UUID": "5013aaaa-0000-4000-8000-000000000001", "Umgebung": None, "Anwendung": None,
        "NICs": 0, "Network #1": None,
    }  # fmt: skip
    rows.insert(25, (template, None))
    return rows


def _vnetwork(estate: Estate, machines: list[Thing]) -> Rows:
    return [
        (
            {
                "VM": _label(machine),
                "Powerstate": "poweredOn" if machine.powered_on else "poweredOff",
                "Template": False,
                "NIC label": "Network adapter 1",
                "Adapter": "Vmxnet3",
                "Network": _network(machine),
                "Switch": "dvs-" + machine.cluster.split("-")[1].lower(),
                "Connected": machine.powered_on,
                "Starts Connected": True,
                "Mac Address": machine.mac,
                "IPv4 Address": machine.addresses[0] if machine.powered_on else None,
                **_place(estate, machine),
                "VM ID": f"vm-{1000 + number}",
                "VM UUID": machine.instance_uuid,
            },
            machine,
        )
        for number, machine in enumerate(machines)
    ]


def _vhost(estate: Estate, guests: dict[str, list[Thing]]) -> Rows:
    return [
        (
            {
                "Host": host.fqdn,
                "Datacenter": host.cluster.split("-")[1],
                "Cluster": host.cluster,
                "CPU Model": "Intel(R) Xeon(R) Gold 6326 CPU @ 2.90GHz",
                "Speed": 2900,
                "# CPU": 2,
                "Cores per CPU": 16,
                "# Cores": host.cores,
                "CPU usage %": 20 + len(guests[host.name]),
                "# Memory": host.memory_mib,
                "Memory usage %": 55,
                "# VMs": len(guests[host.name]),
                "# vCPUs": sum(guest.cores or 0 for guest in guests[host.name]),
                "ESX Version": "VMware ESXi 7.0.3 build-21930508",
                "Domain": COMPANY["domain"],
                "Vendor": host.vendor,
                "Model": host.model,
                "Serial number": host.serial,
            },
            host,
        )
        for host in estate.of_type("server")
        if host.cluster
    ]


def _vcluster(estate: Estate) -> Rows:
    hosts = [host for host in estate.of_type("server") if host.cluster]
    counts = {c.name: sum(h.cluster == c.name for h in hosts) for c in estate.of_type("cluster")}
    return [
        (
            {
                "Name": cluster.name,
                "OverallStatus": "green",
                "NumHosts": counts[cluster.name],
                "numEffectiveHosts": counts[cluster.name],
                "TotalCpu": 92800 * counts[cluster.name],
                "NumCpuCores": 32 * counts[cluster.name],
                "TotalMemory": 524288 * counts[cluster.name],
                "HA enabled": True,
                "DRS enabled": True,
            },
            cluster,
        )
        for cluster in estate.of_type("cluster")
    ]


def _facts(machines: list[Thing]) -> dict[str, Rows]:
    """The tabs of facts; a row that names two machines is about neither for sure."""
    labels = Counter(map(_label, machines))
    named = [(machine, machine if labels[_label(machine)] == 1 else None) for machine in machines]
    disks: Rows = [
        (
            {
                "VM": _label(m),
                "Disk": "Hard disk 1",
                "Capacity MiB": m.disk_mib,
                "Raw": m.name in BLOCKERS["raw"],
                "Disk Mode": "independent_persistent"
                if m.name in BLOCKERS["independent"]
                else "persistent",
                "Sharing mode": "sharingMultiWriter"
                if m.name in BLOCKERS["shared"]
                else "sharingNone",
            },
            thing,
        )
        for m, thing in named
    ]
    tools: Rows = [
        (
            {
                "VM": _label(m),
                "Tools": "toolsNotRunning" if m.name in BLOCKERS["no_tools"] else "toolsOk",
                "Tools Version": 12352,
            },
            thing,
        )
        for m, thing in named
    ]

    def of(fact: str, **columns: Any) -> Rows:
        return [
            ({"VM": _label(m), **columns}, thing) for m, thing in named if m.name in BLOCKERS[fact]
        ]

    snapshots = of(
        "snapshots", **{"Name": "vor Update", "Date / time": TAKEN.isoformat(" ")}, Description=""
    )
    media = of("media", Connected=True, **{"Device Type": "ISO [ds-01] iso/tools.iso"})
    usb = of("usb", Connected=True, **{"Device Type": "USB dongle"})
    return dict(zip(FACT_TABS, (disks, tools, snapshots, media, usb), strict=True))


def _ignored(machines: list[Thing]) -> dict[str, Rows]:
    tabs: list[list[dict[str, Any]]]
    stores = [{"Name": f"ds-{n:02d}", "Type": "VMFS", "Capacity MiB": 8388608} for n in range(1, 9)]
    health = [
        {"Name": _label(m), "Message": "VM Tools are out of date", "Message type": "VM Tools"}
        for m in machines[:12]
    ]
    meta = [{"RVTools version": "4.4.1.0", "xlsx creation datetime": "2026-01-15 06:00:00"}]
    tabs = [stores, health, meta]
    return {
        tab: [(row, None) for row in rows] for tab, rows in zip(IGNORED_TABS, tabs, strict=True)
    }


def _evidence(ledger: Ledger, sheet: str, line: int, thing: Thing) -> None:
    """Note the edges that a row of vInfo or vHost declares."""
    if sheet == "vInfo":
        ledger.declare((thing.name, thing.host, "runs_on"), FILE, sheet, line)
    elif sheet == "vHost":
        ledger.declare((thing.name, thing.cluster, "member_of"), FILE, sheet, line)


def write(estate: Estate, ledger: Ledger, folder: Path) -> None:
    """Write the workbook into `folder` and note every record of every tab."""
    machines = [machine for machine in estate.of_type("virtual_machine") if machine.host]
    guests: dict[str, list[Thing]] = defaultdict(list)
    for machine in machines:
        guests[machine.host].append(machine)
    tabs = {
        "vInfo": _vinfo(estate, machines),
        "vNetwork": _vnetwork(estate, machines),
        "vHost": _vhost(estate, guests),
        "vCluster": _vcluster(estate),
        **_facts(machines),
        **_ignored(machines),
    }
    ledger.file(FILE)
    with xlsxwriter.Workbook(folder / FILE) as book:
        book.set_properties({"created": TAKEN})  # the same bytes whenever it is written
        for sheet, rows in tabs.items():
            page = book.add_worksheet(sheet)
            page.write_row(0, 0, list(rows[0][0]))
            for line, (row, thing) in enumerate(rows, start=2):
                page.write_row(line - 1, 0, list(row.values()))
                if thing is not None:
                    spelling = str(next(iter(row.values())))
                    ledger.accept(FILE, sheet, line, thing.name, spelling)
                    _evidence(ledger, sheet, line, thing)
                elif sheet in FACT_TABS:
                    ledger.accept(FILE, sheet, line)
                else:
                    reason = "template" if sheet == "vInfo" else "tab not used"
                    ledger.refuse(FILE, sheet, line, "ignored", reason)
