"""Exports of CMDB tools: Device42, iTop, GLPI, ServiceNow's codes, Azure Migrate's disks."""

from discovery_dagster.domain import formats
from discovery_dagster_tests.domain.sources import records_of, table


def asset_of(header, *rows, name):
    source = formats.reshape((table(header, *rows),))[0]
    known = formats.recognise(source)
    assert known is not None
    assert known.name == name
    return records_of(source).assets.row(0, named=True)


def test_a_device_of_device42_has_all_its_cores_and_disks():
    header = ["name", "type", "serial_no", "in_service", "service_level", "virtual_host", "os",
              "osver", "memory", "cpucount", "cpucore", "hddcount", "hddsize"]  # fmt: skip
    row = asset_of(
        header,
        ("db-1", "physical", "CZJ2210X7K", "yes", "Production", "", "RHEL", "8.6", "65536", "2",
         "12", "4", "600"),
        name="device42.devices",
    )  # fmt: skip
    assert (row["cpu_cores"], row["storage_gb"], row["memory_gb"]) == (24, 2400.0, 64.0)
    assert (row["environment"], row["serial_number"]) == ("Production", "CZJ2210X7K")


def test_a_server_of_itop_is_read_with_its_related_objects():
    header = ["Name", "Organization->Name", "Status", "Business criticality", "Location->Name",
              "Brand->Name", "Model->Name", "Serial number", "Management ip", "OS family->Name",
              "OS version->Name", "CPU", "RAM"]  # fmt: skip
    row = asset_of(
        header,
        ("srv1", "Demo", "production", "high", "Grenoble", "HP", "DL380", "CZJ2210X7K",
         "10.0.0.5", "Windows", "Windows Server 2019", "8", "16 GB"),
        name="itop.servers",
    )  # fmt: skip
    assert (row["vendor"], row["model"], row["location"]) == ("HP", "DL380", "Grenoble")
    assert (row["os_name"], row["memory_gb"]) == ("Windows Server 2019", 16.0)


def test_a_computer_of_glpi_is_read_in_french():
    header = ["Nom", "Entité", "Statut", "Fabricant", "Numéro de série", "Type", "Modèle",
              "Système d'exploitation - Nom", "Lieu"]  # fmt: skip
    row = asset_of(
        header,
        ("srv1", "Racine", "En service", "Dell", "7H8J9K2", "Serveur", "R740", "Debian 11",
         "Paris"),
        name="glpi.computers",
    )  # fmt: skip
    assert (row["vendor"], row["os_name"], row["location"]) == ("Dell", "Debian 11", "Paris")


def test_codes_of_servicenow_are_read_as_what_it_shows_for_them():
    header = ["name", "sys_class_name", "operational_status"]
    records = records_of(
        table(header, ("a", "cmdb_ci_server", "6"), ("b", "cmdb_ci_server", "Operational"))
    )
    assert records.assets["status"].to_list() == ["Retired", "Operational"]


def test_disks_of_an_azure_import_are_summed():
    header = ["*Server name", "*Cores", "*Memory (In MB)", "*OS name", "Disk 1 size (In GB)",
              "Disk 2 size (In GB)"]  # fmt: skip
    row = asset_of(
        header, ("srv1", "4", "8192", "Windows Server 2016", "120", "500,5"),
        name="azure_migrate.import",
    )  # fmt: skip
    assert row["storage_gb"] == 620.5


def test_itops_versions_that_are_numbers_are_called_after_their_family():
    header = ["Name", "Organization->Name", "Brand->Name", "OS family->Name", "OS version->Name"]
    rows = [("a", "o", "HP", "Windows", "2019"), ("b", "o", "HP", "Linux", "Debian 11")]
    records = records_of(*formats.reshape((table(header, *rows),)))
    assert records.assets["os_name"].to_list() == ["Windows 2019", "Debian 11"]
