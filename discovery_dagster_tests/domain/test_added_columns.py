"""Columns that a client added to the export of a tool are read as in any list."""

import pytest

from discovery_dagster.domain import formats
from discovery_dagster_tests.domain.sources import fields_of, records_of, table

ADDED = {
    "Environment": ("Production", "environment"),
    "Application": ("Payroll", "applications"),
    "Owner": ("Core Team", "business_owner"),
    "Serial Number": ("CZ3787001", "serial_number"),
    "Umgebungsbeschreibung": ("x", None),
}
TOOLS = {
    "azure_migrate.import": {"*Server name": "s1", "*Cores": "2", "*Memory (In MB)": "2048"},
    "azure_migrate.assessment": {"Machine": "s1", "Azure VM readiness": "Ready", "Cores": "2"},
    "aws.mgn": {"mgn:server:user-provided-id": "s1", "mgn:server:platform": "LINUX"},
    "aws.discovery_import": {"ExternalId": "x-1", "HostName": "s1", "OS.Name": "Linux"},
    "google.vm_info": {"MachineId": "m-1", "MachineName": "s1", "MemoryGiB": "4"},
    "netbox.devices": {"Name": "s1", "Role": "Server", "Type": "R740", "Site": "S1"},
    "aws.instances": {"InstanceId": "i-0abc", "InstanceType": "m5.large", "Tags.Name": "s1"},
    "azure.resources": {
        "name": "s1",
        "type": "Microsoft.Compute/virtualMachines",
        "id": "/subscriptions/x/s1",
        "resourceGroup": "rg",
    },
    "google.resources": {"name": "s1", "machineType": "e2", "zone": "z", "status": "RUNNING"},
    "archimate.elements": {"Name": "s1", "Type": "Node", "Documentation": "-"},
    "prtg.devices": {"Probe": "p", "Group": "g", "Device": "s1", "Host": "10.0.0.1"},
    "docker.list": {"NAMES": "s1", "IMAGE": "nginx", "COMMAND": "x", "STATUS": "Up 2 days"},
    "aria.virtual_machines": {"Name": "s1", "Parent Host": "esx1", "Parent Cluster": "c1"},
    "icinga.web_hosts": {"host_name": "s1", "host_address": "10.0.0.1", "host_state": "0"},
    "checkmk.host_list": {"host_name": "s1", "alias": "a", "tag_agent": "cmk-agent"},
    "proxmox.resources": {"vmid": "100", "name": "s1", "node": "n1", "type": "qemu"},
}


@pytest.mark.parametrize("tool", TOOLS)
def test_columns_that_a_tool_does_not_write_are_read(tool):
    own = TOOLS[tool]
    source = table([*own, *ADDED], (*own.values(), *(cell for cell, _ in ADDED.values())))
    assert formats.recognise(source).name == tool
    fields = fields_of(source)
    assert {name: fields.get(name) for name in ADDED} == {
        name: field for name, (_, field) in ADDED.items()
    }


@pytest.mark.parametrize("tool", sorted(TOOLS.keys() - {"aws.discovery_import"}))
def test_columns_of_a_tool_outrank_what_was_added(tool):
    own = TOOLS[tool]
    source = table([*own, "Asset Name"], (*own.values(), "another"))
    assert records_of(source).assets["name"].to_list() == ["s1"]


def test_a_list_of_virtual_machines_says_nothing_of_those_that_it_does_not_name():
    header = ["ExternalId", "HostName", "OS.Name", "VMware.VMName"]
    records = records_of(table(header, ("1", "a", "Linux", "vm-a"), ("2", "b", "AIX", None)))
    assert records.assets["declared_type"].to_list() == ["virtual_machine", None]


def test_a_view_of_virtual_machines_says_where_they_run_and_what_is_in_them():
    header = ["Name", "Parent Host", "Guest OS from vCenter", "CPU|Number of vCPUs", "vCenter"]
    source = table(header, ("web01", "esx01", "Red Hat Enterprise Linux 8", "4", "vc01"))
    assert list(fields_of(source).values()) == ["name", "runs_on", "os_name", "cpu_cores", "scope"]
    assert records_of(source).assets["declared_type"].to_list() == ["virtual_machine"]


def test_columns_that_were_added_to_relations_of_a_tool_are_read():
    header = ["parent", "type", "child", "Port", "Protocol", "Comment"]
    source = table(header, ("web01", "Depends on::Used by", "db01", "5432", "tcp", "since 2020"))
    assert formats.recognise(source).name == "servicenow.relations"
    fields = fields_of(source)
    assert (fields["Port"], fields["Protocol"]) == ("port", "protocol")


def test_labels_of_containers_say_what_tags_of_clouds_do():
    header = ["apiVersion", "kind", "metadata.name", "metadata.labels.env", "metadata.labels.app"]
    source = table(header, ("v1", "Pod", "cart-1", "prod", "shop"))
    assert fields_of(source)["metadata.labels.env"] == "environment"
    assert fields_of(source)["metadata.labels.app"] == "applications"
