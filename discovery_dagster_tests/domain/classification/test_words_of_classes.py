"""The head of a class decides what a thing is, and so does a system that runs on nothing else."""

from datetime import date

import pytest

from discovery_dagster.domain.classification import classify
from discovery_dagster_tests.domain.rows import inventory_assets
from discovery_dagster_tests.domain.sources import records_of, table

pytestmark = pytest.mark.pipeline

SYSTEMS = {
    "load_balancer": ["BIG-IP 16.1.2", "NetScaler 13.1"],
    "security_device": ["PAN-OS 10.2.3", "FortiOS 7.0.12", "Cisco ASA 9.16", "Gaia R81.10",
                        "pfSense 2.6"],
    "network_device": ["Cisco IOS 15.2(7)E", "Cisco IOS XE Software, Version 17.03", "NX-OS 9.3(8)",
                       "Junos 21.2R3", "Arista EOS 4.28", "ArubaOS 8.10", "Comware 7.1",
                       "Fabric OS 9.0", "RouterOS 6.49"],
    "storage": ["NetApp ONTAP 9.11.1", "Data ONTAP 8.2 7-Mode", "Isilon OneFS 9.4",
                "Purity//FA 6.1", "Data Domain OS 7.7", "FreeNAS 11.3"],
    "server": ["VMware ESXi 7.0.3"],
}  # fmt: skip
CLASSES = {
    "server": ["Windows Cluster Node", "Clusterknoten", "Servidor de impresión"],
    "storage": ["Baie de stockage", "Storage Controller"],
    "network_device": ["Netzwerk-Switch", "Storage Switch", "SAN Switch", "コアスイッチ",
                       "核心交换机", "Коммутатор ядра"],
    "security_device": ["Firewall-Cluster", "Web Application Firewall"],
    "other": ["Computer Room", "Computer Peripheral", "Serverraum", "Serverschrank",
              "Netzwerkdrucker", "Thin Client", "USV-Anlage", "Salle serveur", "Impresora de red",
              "Server Rack", "Network Cable", "Server Monitor", "Szafa serwerowa", "Sala server",
              "Sunucu odası", "Серверная", "机柜", "サーバ室"],
}  # fmt: skip


def types_of(column, cells):
    """The type of a thing of each cell, which alone is said of it."""
    source = table(["Name", column], *((f"x-{at:02}", cell) for at, cell in enumerate(cells)))
    columns = ("name", "os_name", "declared_type", "declared_type_text")
    read = records_of(source).assets.select(columns).to_dicts()
    rows = [{"asset_id": row["name"], **row} for row in read]
    return dict(
        zip(cells, classify(inventory_assets(*rows), date(2026, 9, 1))["type"], strict=True)
    )


@pytest.mark.parametrize("wanted", SYSTEMS)
def test_systems_of_networks_and_storage_say_what_a_thing_is(wanted):
    cells = SYSTEMS[wanted]
    assert types_of("Operating System", cells) == dict.fromkeys(cells, wanted)


@pytest.mark.parametrize("wanted", CLASSES)
def test_the_head_of_a_class_decides(wanted):
    assert types_of("Type", CLASSES[wanted]) == dict.fromkeys(CLASSES[wanted], wanted)


def test_a_computer_is_what_its_system_says():
    source = table(
        ["Name", "Type", "Operating System"],
        ("lt-1", "Computer", "Windows 10"),
        ("lt-2", "Computer", None),
        ("lt-3", "Computer", "Windows Server 2016"),
        ("lt-4", "Arbeitsplatzrechner", "Windows 11"),
    )
    columns = ("name", "os_name", "declared_type", "declared_type_text")
    read = records_of(source).assets.select(columns).to_dicts()
    rows = [{"asset_id": row["name"], **row} for row in read]
    types = classify(inventory_assets(*rows), date(2026, 9, 1))["type"].to_list()
    assert types == ["other", "unknown", "server", "other"]
