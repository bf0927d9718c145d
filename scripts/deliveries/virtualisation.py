"""Writes the RVTools workbook: machines, hosts, clusters, and what speaks against moving some."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from scripts.deliveries.lists import CONFLICT, conflicting
from scripts.deliveries.model import Estate, Server

Row = dict[str, Any]


def write(estate: Estate, folder: Path) -> None:
    """Write the workbook into `folder`."""
    book = xlsxwriter.Workbook(str(folder / estate.words["files"]["rvtools"]))
    machines = [one for one in estate.servers.values() if one.kind == "vm"]
    for tab, rows in (
        ("vInfo", [*_machines(estate, machines), *_of_the_system(estate)]),
        ("vDisk", list(_disks(estate, machines))),
        ("vNetwork", list(_adapters(estate, machines))),
        ("vSnapshot", list(_snapshots(estate, machines))),
        ("vCD", list(_media(estate, machines))),
        ("vTools", list(_tools(estate, machines))),
        ("vHost", list(_hosts(estate))),
        ("vCluster", list(_clusters(estate))),
    ):
        sheet = book.add_worksheet(tab)
        header: Sequence[str] = list(rows[0]) if rows else []
        sheet.write_row(0, 0, header)
        for at, row in enumerate(rows, start=1):
            sheet.write_row(at, 0, [row[name] for name in header])
    book.close()


def _place(estate: Estate, machine: Server) -> Row:
    return {
        "Datacenter": estate.words["datacenters"][machine.site],
        "Cluster": f"CL-{machine.site}-01",
        "Host": f"{machine.host}.{estate.words['domain']}",
    }


def _machines(estate: Estate, machines: Iterable[Server]) -> Iterable[Row]:
    odd = conflicting(estate)
    for at, one in enumerate(machines):
        on = not one.retired
        one.addressed |= on
        memory = CONFLICT[1] if one is odd else one.memory
        tools = one.system[1] if on and estate.chance(0.9) else ""
        yield {
            "VM": one.name if estate.chance(0.9) else one.name.upper(),
            "Powerstate": "poweredOn" if on else "poweredOff",
            "Template": False,
            "DNS Name": f"{one.name.lower()}.{estate.words['domain']}" if on else "",
            "CPUs": one.cores,
            "Memory": memory * 1024,
            "NICs": 1,
            "Disks": 2 if one.tier == "db" else 1,
            "Total disk capacity MiB": round(one.disk * 953.674),
            "Primary IP Address": one.address if on else "",
            "Provisioned MiB": round(one.disk * 953.674) + memory * 1024,
            "In Use MiB": round(one.disk * 500),
            "Firmware": "bios" if "2012" in one.system[0] or estate.chance(0.2) else "efi",
            "HW version": estate.random.choice([11, 13, 15, 19, 19]),
            "Annotation": "",
            **_place(estate, one),
            "OS according to the configuration file": one.system[1],
            "OS according to the VMware Tools": tools,
            "VM ID": f"vm-{1000 + at}",
            "VM UUID": f"42{estate.random.getrandbits(120):030x}",
            "VI SDK Server": f"vcenter01.{estate.words['domain']}",
        }


def _of_the_system(estate: Estate) -> Iterable[Row]:
    """Machines of vSphere itself, and a template."""
    empty = dict.fromkeys(next(iter(_machines(estate, [conflicting(estate)]))), "")
    hosts = [one for one in estate.servers.values() if one.kind == "esx"]
    names = [f"vCLS-{estate.random.getrandbits(32):08x}" for _ in range(4)]
    for at, name in enumerate([*names, "VMware vCenter Server", "tmpl-win2019"]):
        host = hosts[at % len(hosts)]
        system = "Other 3.x or later Linux (64-bit)"
        yield {
            **empty,
            "VM": name,
            "Powerstate": "poweredOff" if name.startswith("tmpl") else "poweredOn",
            "Template": name.startswith("tmpl"),
            "CPUs": 1,
            "Memory": 128 if name.startswith("vCLS") else 16384,
            "NICs": 0,
            "Disks": 1,
            **_place(estate, Server(name, "", host.site, host=host.name)),
            "OS according to the configuration file": system,
            "VM ID": f"vm-{99000 + at}",
            "VM UUID": f"42{estate.random.getrandbits(120):030x}",
            "VI SDK Server": f"vcenter01.{estate.words['domain']}",
        }


def _disks(estate: Estate, machines: Iterable[Server]) -> Iterable[Row]:
    for one in machines:
        yield {
            "VM": one.name,
            "Disk": "Hard disk 1",
            "Capacity MiB": round(one.disk * 953.674),
            "Raw": one.tier == "db" and estate.chance(0.06),
            "Disk Mode": "independent_persistent" if estate.chance(0.01) else "persistent",
            "Sharing mode": "sharingMultiWriter"
            if one.tier == "db" and estate.chance(0.03)
            else "sharingNone",
        }


def _adapters(estate: Estate, machines: Iterable[Server]) -> Iterable[Row]:
    for one in machines:
        yield {
            "VM": one.name,
            "Adapter": "Vmxnet3",
            "Network": f"VLAN-{one.site}-{20 + len(one.name)}",
            "Mac Address": "00:50:56:"
            + ":".join(f"{estate.random.randrange(256):02x}" for _ in range(3)),
            "IPv4 Address": "" if one.retired else one.address,
        }


def _snapshots(estate: Estate, machines: Iterable[Server]) -> Iterable[Row]:
    for one in machines:
        if estate.chance(0.04):
            yield {
                "VM": one.name,
                "Name": "before update",
                "Date / time": "2025-11-03 21:14:00",
                "Size MiB (total)": 20480,
            }


def _media(estate: Estate, machines: Iterable[Server]) -> Iterable[Row]:
    for one in machines:
        if estate.chance(0.03):
            yield {"VM": one.name, "Connected": True, "Device Type": "ISO [ds-01] iso/tools.iso"}


def _tools(estate: Estate, machines: Iterable[Server]) -> Iterable[Row]:
    for one in machines:
        yield {
            "VM": one.name,
            "Tools": "toolsNotRunning" if estate.chance(0.03) else "toolsOk",
            "Tools Version": 12352,
        }


def _hosts(estate: Estate) -> Iterable[Row]:
    for one in estate.servers.values():
        if one.kind == "esx":
            yield {
                "Host": f"{one.name}.{estate.words['domain']}",
                "Datacenter": estate.words["datacenters"][one.site],
                "Cluster": f"CL-{one.site}-01",
                "CPU Model": "Intel(R) Xeon(R) Gold 6326 CPU @ 2.90GHz",
                "# CPU": 2,
                "Cores per CPU": 32,
                "# Cores": one.cores,
                "# Memory": one.memory * 1024,
                "# VMs": 22,
                "ESX Version": "VMware ESXi 7.0.3 build-21930508",
                "Vendor": "Dell Inc.",
                "Model": "PowerEdge R750",
                "Service tag": f"{estate.random.getrandbits(35):07X}",
            }


def _clusters(estate: Estate) -> Iterable[Row]:
    for site in estate.words["sites"]:
        hosts = sum((one.kind, one.site) == ("esx", site) for one in estate.servers.values())
        yield {
            "Name": f"CL-{site}-01",
            "NumHosts": hosts,
            "TotalCpu": hosts * 185600,
            "NumCpuCores": hosts * 64,
            "TotalMemory": hosts * 1048576,
        }
