"""Makes the machines, devices, applications and databases of the company. Needs are in `needs`."""

from typing import Any

from sample_estate.model import COMPANY, Estate, Thing

#: Cores and memory in MiB.
SIZES = {
    "web": [(2, 4096), (2, 8192), (4, 8192)],
    "app": [(4, 8192), (4, 16384), (8, 32768)],
    "db": [(4, 16384), (8, 32768), (8, 65536)],
    "infra": [(1, 512), (1, 1536), (2, 4096), (2, 8192)],
    "device": [(2, 4096)],
}
DISKS = [40 * 1024, 80 * 1024, 120 * 1024, 250 * 1024, 500 * 1024]  # MiB
DATABASE_DISKS = [250 * 1024, 1000 * 1024, 1257984]
#: The reasons why two records that look alike are not the same thing, or the reverse.
SAME_SHORT_NAME = ("print01.hallbruck.example", "print01.werk.hallbruck.example")
CLONED = ("shop-web-p02", "shop-web-p03")  # cloned with its SMBIOS UUID
REUSED_ADDRESS = ("fax-01", "ci02")  # the first is switched off, the second has its address now


def domain(site: str) -> str:
    """Return the DNS domain of a site's machines."""
    return str(COMPANY["plant_domain" if site == "WERK" else "domain"])


def _machine(estate: Estate, name: str, site: str, network: str, **facts: Any) -> Thing:
    """Add a machine with an address; a virtual one gets a UUID and a place in a cluster."""
    cores, memory = estate.random.choice(SIZES[network])
    thing = Thing(
        name=name,
        site=site,
        fqdn=name if "." in name else f"{name}.{domain(site)}",
        addresses=[estate.address(site, network)],
        cores=cores,
        memory_mib=memory,
        disk_mib=estate.random.choice(DATABASE_DISKS if network == "db" else DISKS),
        **facts,
    )
    if thing.type == "virtual_machine":
        thing.uuid = estate.hexadecimal(32)
        thing.instance_uuid = estate.universal_identifier()
        thing.mac = "00:50:56:" + ":".join(estate.hexadecimal(2) for _ in range(3))
        thing.vendor, thing.model = "VMware, Inc.", "VMware Virtual Platform"
    else:
        thing.vendor, thing.model = (
            ("IBM", "Power S922")
            if "AIX" in (thing.system or "")
            else ("HPE", "ProLiant DL380 Gen9")
        )
        thing.serial = "CZJ" + estate.hexadecimal(7).upper()
    return estate.add(thing)


def _application(estate: Estate, plan: dict[str, Any]) -> None:
    code, product = plan["code"], COMPANY["products"].get(plan.get("product", ""))
    shared = {"application": code, "team": plan["team"], "cost": plan["cost"], "site": plan["site"]}
    estate.add(
        Thing(
            plan["name"],
            "application",
            stage="production",
            criticality=plan["criticality"],
            about=plan["about"],
            **shared,
        )
    )
    for tier, (system, _, *counts) in plan["tiers"].items():
        physical = tier in plan.get("physical", [])
        for stage, count in zip(COMPANY["stages"], counts, strict=True):
            production = stage["word"] == "production"
            for number in range(1, count + 1):
                machine = _machine(
                    estate,
                    f"{code}-{tier}-{stage['letter']}{number:02d}",
                    network=tier,
                    type="server" if physical else "virtual_machine",
                    system=system,
                    tier=tier,
                    stage=stage["word"],
                    criticality=plan["criticality"] if production else "unknown",
                    powered_on=production or estate.random.random() < 0.85,
                    in_cmdb=physical or estate.random.random() < (0.8 if production else 0.3),
                    **shared,
                )
                if tier == "db" and product and number == 1:
                    estate.add(
                        Thing(
                            f"{code.upper()}_{stage['letter'].upper()}@{machine.name}",
                            "database",
                            stage=stage["word"],
                            criticality=machine.criticality,
                            host=machine.name,
                            about=product[1],
                            **shared,
                        )
                    )


def _infrastructure(estate: Estate) -> None:
    operations: dict[str, Any] = {"team": "Team Betrieb", "cost": "5000"}
    for name, count, system, site, about in COMPANY["infrastructure"]:
        for number in range(1, count + 1):
            _machine(
                estate,
                f"{name}{number:02d}",
                site,
                "infra",
                type="virtual_machine",
                system=system,
                about=about,
                tier="infra",
                stage="production",
                in_cmdb=estate.random.random() < 0.6,
                **operations,
            )
    for name, site in zip(SAME_SHORT_NAME, ("RZ1", "WERK"), strict=True):
        _machine(
            estate,
            name,
            site,
            "infra",
            type="virtual_machine",
            system="W2016",
            about="Druckserver",
            tier="infra",
            stage="production",
            in_cmdb=True,
            **operations,
        )
    for number in (1, 2, 3):
        retired = _machine(
            estate,
            f"altvm{number:02d}",
            "RZ1",
            "infra",
            type="virtual_machine",
            system="W2008",
            in_cmdb=True,
            powered_on=False,
            **operations,
        )
        retired.about = "laut Altliste, nicht mehr im vCenter"
    _machine(
        estate,
        "fax-01",
        "RZ2",
        "device",
        type="server",
        system="W2008",
        in_cmdb=True,
        powered_on=False,
        about="Faxserver, abgelöst",
        **operations,
    )
    for name, called, kind, site, vendor, model in COMPANY["devices"]:
        device = estate.add(
            Thing(
                name,
                kind,
                called=called,
                site=site,
                vendor=vendor,
                model=model,
                in_cmdb=True,
                **operations,
            )
        )
        if kind != "unknown":
            device.serial = "SN" + estate.hexadecimal(8).upper()
            device.fqdn = f"{name}.{domain(site)}"
        if kind not in ("unknown", "other"):
            device.addresses = [estate.address(site, "device")]
        if kind == "load_balancer":
            device.addresses.append(estate.address(site, "web"))
        if kind == "server":
            device.system, device.cores, device.memory_mib = "RHEL8", 16, 131072


def _clusters(estate: Estate) -> None:
    """Add clusters and hosts, and place every virtual machine that still exists on a host."""
    hosts: dict[str, list[Thing]] = {"RZ1-PROD": [], "RZ2-PROD": [], "RZ1-TEST": []}
    for name, site, count, prefix in COMPANY["clusters"]:
        estate.add(Thing(name, "cluster", site=site))
        for number in range(1, count + 1):
            host = Thing(
                f"{prefix}{number:02d}",
                "server",
                site=site,
                system="ESXI7",
                cores=32,
                memory_mib=524288,
                vendor="Dell Inc.",
                model="PowerEdge R750",
                cluster=name,
                team="Team Betrieb",
                cost="5000",
                in_cmdb=True,
                serial=estate.hexadecimal(7).upper(),
                called="ESXi-Host",
            )
            host.fqdn = f"{host.name}.{domain(site)}"
            host.addresses = [estate.address(site, "hosts")]
            hosts[name.removeprefix("CL-")].append(estate.add(host))
    for number, machine in enumerate(estate.of_type("virtual_machine")):
        if machine.name.startswith("altvm"):
            continue
        productive = "RZ2-PROD" if machine.site == "RZ2" else "RZ1-PROD"
        pool = hosts[productive if machine.stage == "production" else "RZ1-TEST"]
        host = pool[number % len(pool)]
        machine.host, machine.cluster = host.name, host.cluster


def build() -> Estate:
    """Return the estate with all its things and, as yet, no needs."""
    estate = Estate()
    for plan in COMPANY["applications"]:
        _application(estate, plan)
    _infrastructure(estate)
    _clusters(estate)
    estate.things[CLONED[1]].uuid = estate.things[CLONED[0]].uuid
    estate.things[REUSED_ADDRESS[0]].addresses = list(estate.things[REUSED_ADDRESS[1]].addresses)
    unknown = COMPANY["unknown_need"]["name"]
    estate.add(Thing(unknown, "unknown", named_only=True))
    return estate
