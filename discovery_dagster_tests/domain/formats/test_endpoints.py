"""Devices of people, as Microsoft Intune lists them, are no servers."""

from discovery_dagster_tests.domain.sources import fields_of, records_of, table

HEADER = [
    "Device ID", "Device name", "Managed by", "Ownership", "Compliance", "OS", "OS version",
    "Primary user UPN", "Device state", "Model", "Manufacturer", "Serial number", "Department",
]  # fmt: skip
ROW = ("a1", "LT-0042", "Intune", "Corporate", "Compliant", "Windows", "10.0.22631.3155",
       "ann@corp.example", "Managed", "ThinkPad T14", "LENOVO", "PF2ABC12", "Finance")  # fmt: skip


def test_devices_are_read_without_what_is_said_of_their_management():
    source = table(HEADER, ROW)
    fields = fields_of(source)
    assert fields["Device name"] == "name"
    assert not {"Managed by", "Device state", "Compliance"} & fields.keys()
    assert records_of(source).assets["declared_type"].to_list() == ["other"]
