"""The things of an estate as eight exports of six tools tell of them, each in its own manner.

A tool knows what it can see: a hypervisor no serial number of hardware, a scanner no names but
those that resolve, a spreadsheet what somebody typed. How often is a share beside each.
"""

import csv
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from discovery_dagster_tests.domain.identity.estate import Thing, Trap, things

#: The number of the thing that a row is about, and its cells by header.
Row = tuple[int, dict[str, str]]

_SYSTEMS = ("Microsoft Windows Server 2019 (64-bit)", "Red Hat Enterprise Linux 8 (64-bit)",
            "Ubuntu Linux (64-bit)", "Microsoft Windows Server 2016 or later (64-bit)")  # fmt: skip
_PLACEHOLDERS = ("To be filled by O.E.M.", "None", "0", "Default string", "Not Specified", "N/A",
                 "System Serial Number", "123456789")  # fmt: skip
#: How the CMDB and the spreadsheet call vendors.
_VENDORS = {"Dell Inc.": "Dell", "HPE": "Hewlett Packard Enterprise"}
_CLASSES = {"network": "cmdb_ci_netgear", "cluster": "cmdb_ci_cluster",
            "instance": "cmdb_ci_vm_instance", "esx": "cmdb_ci_esx_server"}  # fmt: skip


@dataclass
class Exports:
    """Files written of things, and the number of the thing that each line is about."""

    things: list[Thing]
    files: list[Path] = field(default_factory=list)
    truth: dict[tuple[str, int], int] = field(default_factory=dict)

    @classmethod
    def write(cls, folder: Path, size: int, seed: int) -> "Exports":
        """Write the exports of an estate of about `size` things into `folder`."""
        draw = random.Random(seed)  # noqa: S311 - a sample, no secret
        estate = list(things(draw, size))
        exports = cls(estate)
        for name, (export, delimiter) in _EXPORTS.items():
            rows = export(draw, estate)
            with folder.joinpath(name).open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, list(rows[0][1]), delimiter=delimiter)
                writer.writeheader()
                writer.writerows(cells for _, cells in rows)
            exports.truth |= {(name, at + 2): number for at, (number, _) in enumerate(rows)}
            exports.files.append(folder / name)
        return exports


def _guests(draw: random.Random, estate: list[Thing]) -> list[Row]:
    """vCenter by RVTools: every guest, its DNS name only where VMware Tools run."""
    return [
        (
            one.number,
            {
                "VM": draw.choice((one.short, one.short, one.short.upper(), one.fqdn)),
                "Powerstate": "poweredOn",
                "Template": "False",
                "DNS Name": _guest_name(draw, one),
                "CPUs": str(draw.choice((2, 4, 8))),
                "Memory": str(draw.choice((4096, 8192, 16384))),
                "Primary IP Address": one.addresses[0],
                "Datacenter": one.short[:3].upper(),
                "OS according to the VMware Tools": draw.choice(_SYSTEMS),
                "VM ID": f"vm-{one.number}",
                "SMBIOS UUID": one.uuid,
            },
        )
        for one in estate
        if one.kind == "vm"
    ]


def _guest_name(draw: random.Random, one: Thing) -> str:
    if Trap.TEMPLATE in one.traps:
        return f"rhel8-template.{one.domain}"
    return draw.choice((one.fqdn, one.fqdn, one.fqdn, one.short, "localhost.localdomain", ""))


def _interfaces(draw: random.Random, estate: list[Thing]) -> list[Row]:
    """The adapters of those guests, by the name of the machine in vCenter."""
    return [
        (
            one.number,
            {
                "VM": one.short,
                "Adapter": "Vmxnet3",
                "Network": f"VLAN {draw.randrange(100, 160)}",
                "Mac Address": one.mac,
                "IPv4 Address": ", ".join(one.addresses),
                "SMBIOS UUID": one.uuid,
            },
        )
        for one in estate
        if one.kind == "vm"
    ]


def _hypervisors(draw: random.Random, estate: list[Thing]) -> list[Row]:
    """The hosts of vCenter, by full name or, where somebody joined them so, by address."""
    return [
        (
            one.number,
            {
                "Host": draw.choice((one.fqdn, one.fqdn, one.fqdn, one.addresses[0])),
                "Datacenter": one.short[:3].upper(),
                "Cluster": f"{one.short[:3].upper()}-Cluster-01",
                "CPU Model": "Intel(R) Xeon(R) Gold 6248",
                "Cores": "40",
                "# Memory": "786432",
                "ESX Version": "VMware ESXi 7.0.3 build-21424296",
                "Vendor": one.vendor,
                "Model": one.model,
                "Serial number": one.serial,
            },
        )
        for one in estate
        if one.kind == "esx"
    ]


def _configuration_items(draw: random.Random, estate: list[Thing]) -> list[Row]:
    """ServiceNow: most things, in capitals by habit, by names that they had when they came."""
    rows = []
    for one in estate:
        if one.kind != "retired" and draw.random() > 0.8:
            continue
        name = one.former or one.short
        serial = one.serial
        if Trap.PLACEHOLDER in one.traps:
            serial = draw.choice(_PLACEHOLDERS)
        elif Trap.CHASSIS in one.traps:
            serial = f"CHASSIS{one.number // 300:03d}"
        elif one.kind == "vm":
            serial = draw.choice(("", "None", _vmware_serial(one.uuid)))
        elif draw.random() < 0.05:
            serial = ""
        cells = {
            "sys_id": f"{draw.getrandbits(128):032x}",
            "name": draw.choice((name.upper(), name.upper(), name)),
            "sys_class_name": _CLASSES.get(one.kind, "cmdb_ci_server"),
            "fqdn": draw.choice((f"{name}.{one.domain}", f"{name}.{one.domain}", "")),
            "ip_address": one.addresses[0],
            "mac_address": draw.choice((one.mac.upper(), one.mac.replace(":", "-"), "")),
            "serial_number": serial,
            "manufacturer": _VENDORS.get(one.vendor, one.vendor),
            "model_id": one.model,
            "os": "" if one.kind == "network" else draw.choice(("Windows", "Linux", "")),
            "install_status": "7" if one.kind == "retired" else "1",
            "object_id": one.provider_id,
        }
        rows.append((one.number, cells))
    return rows


def _vmware_serial(uuid: str) -> str:
    digits = uuid.replace("-", "")
    pairs = [digits[at : at + 2] for at in range(0, 32, 2)]
    return f"VMware-{' '.join(pairs[:8])}-{' '.join(pairs[8:])}"


def _monitored(draw: random.Random, estate: list[Thing]) -> list[Row]:
    """Icinga: by full name, or short where the agent was installed by hand."""
    rows = []
    for one in estate:
        if one.kind == "retired" or draw.random() > 0.6:
            continue
        name = one.short if _may_be_short(draw, one) else one.fqdn
        cells = {
            "host_name": name.lower(),
            "alias": one.short.upper(),
            "address": one.addresses[-1],
            "hostgroups": "network" if one.kind == "network" else "servers",
            "check_command": "hostalive",
        }
        rows.append((one.number, cells))
    return rows


def _may_be_short(draw: random.Random, one: Thing) -> bool:
    return Trap.TWIN not in one.traps and draw.random() < 0.3


def _scanned(draw: random.Random, estate: list[Thing]) -> list[Row]:
    """A vulnerability scan: a line an address that answered, with the names that resolve."""
    rows = []
    for one in estate:
        if one.kind == "retired" or draw.random() > 0.7:
            continue
        windows = draw.random() < 0.5 and one.kind in ("vm", "physical")
        cells = {
            "IP Address": one.addresses[0],
            "DNS Name": draw.choice((one.fqdn, one.fqdn.upper(), one.fqdn)),
            "NetBIOS Name": one.short.upper()[:15] if windows else "",
            "MAC Address": draw.choice((one.mac, one.mac, "")),
            "Operating System": draw.choice(_SYSTEMS) if windows else "",
            "Last Seen": "2026-01-14",
        }
        rows.append((one.number, cells))
    return rows


def _instances(draw: random.Random, estate: list[Thing]) -> list[Row]:
    """EC2: the id, the name that somebody tagged, an address, a MAC address of Amazon's."""
    return [
        (
            one.number,
            {
                "InstanceId": one.provider_id,
                "Name": draw.choice((one.short, one.short, one.fqdn)),
                "InstanceType": draw.choice(("m5.large", "t3.medium")),
                "State": "running",
                "PrivateIpAddress": one.addresses[0],
                "MacAddress": one.mac,
                "PlatformDetails": draw.choice(("Linux/UNIX", "Windows")),
            },
        )
        for one in estate
        if one.kind == "instance"
    ]


def _site_list(draw: random.Random, estate: list[Thing]) -> list[Row]:
    """The spreadsheet of a site, typed by hand: hardware with its label, the rest by name."""
    rows = []
    for one in estate:
        if one.kind not in ("physical", "network", "esx") and Trap.TYPO not in one.traps:
            continue
        if draw.random() > 0.7 and Trap.TYPO not in one.traps:
            continue
        name = one.former or one.short
        typo = Trap.TYPO in one.traps
        short = not typo and (Trap.TWIN not in one.traps and draw.random() < 0.5)
        if typo:
            name = name[:-3] + name[-2] + name[-3] + name[-1]
        cells = {
            "Hostname": draw.choice((name, name.upper())) if short else f"{name}.{one.domain}",
            "Seriennummer": "" if typo or Trap.PLACEHOLDER in one.traps else one.serial,
            "Hersteller": _VENDORS.get(one.vendor, one.vendor),
            "Modell": one.model,
            "IP-Adresse": draw.choice((one.addresses[0], "")),
            "Raum": f"R{draw.randrange(1, 20)}",
            "Bemerkung": draw.choice(("", "", "Ersatz 2027", "USV A")),
        }
        rows.append((one.number, cells))
    return rows


_EXPORTS: dict[str, tuple[Callable[[random.Random, list[Thing]], list[Row]], str]] = {
    "RVTools_tabvInfo.csv": (_guests, ","),
    "RVTools_tabvNetwork.csv": (_interfaces, ","),
    "RVTools_tabvHost.csv": (_hypervisors, ","),
    "cmdb_ci_computer.csv": (_configuration_items, ","),
    "icinga_hosts.csv": (_monitored, ","),
    "scan_report.csv": (_scanned, ","),
    "ec2_instances.csv": (_instances, ","),
    "Standortliste.csv": (_site_list, ";"),
}
