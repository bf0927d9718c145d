"""Facts that Facter prints of one machine, in JSON and YAML, of new and old versions."""

import json

import pytest
import yaml

from discovery_dagster_tests.domain.sources import records_of_files

NEW = {
    "dmi": {
        "manufacturer": "HPE",
        "product": {"name": "ProLiant DL380 Gen10", "serial_number": "CZJ1230A1B"},
    },
    "disks": {"sda": {"size_bytes": 960197124096, "model": "LOGICAL VOLUME"}},
    "facterversion": "4.2.5",
    "memory": {
        "swap": {"total_bytes": 2147479552, "total": "2.00 GiB"},
        "system": {"total_bytes": 274877906944, "total": "256.00 GiB"},
    },
    "networking": {
        "fqdn": "db01.corp.example",
        "hostname": "db01",
        "interfaces": {"ens1": {"ip": "10.20.31.11"}, "lo": {"ip": "127.0.0.1"}},
        "ip": "10.20.31.11",
    },
    "os": {"name": "RedHat", "release": {"full": "7.9", "major": "7"}},
    "processors": {"count": 32, "models": ["Xeon", "Xeon"]},
    "virtual": "physical",
}
OLD = {
    "facterversion": "2.4.6",
    "fqdn": "db01.corp.example",
    "hostname": "db01",
    "interfaces": "eth0,lo",
    "ipaddress": "10.20.31.11",
    "manufacturer": "HPE",
    "memorysize_mb": "262144.00",
    "operatingsystem": "RedHat",
    "operatingsystemrelease": "7.9",
    "processorcount": "32",
    "productname": "ProLiant DL380 Gen10",
    "serialnumber": "CZJ1230A1B",
    "virtual": "physical",
}


@pytest.mark.parametrize("facts", [NEW, OLD], ids=["new", "old"])
@pytest.mark.parametrize("write", [json.dumps, yaml.safe_dump], ids=["json", "yaml"])
def test_one_machine_is_read_whichever_way_its_facts_are_printed(tmp_path, facts, write):
    file = tmp_path / "facts"
    file.write_text(write(facts))
    [asset] = records_of_files(file).assets.rows(named=True)
    assert {name: asset[name] for name in ("name", "fqdn", "serial_number", "vendor", "model")} == {
        "name": "db01",
        "fqdn": "db01.corp.example",
        "serial_number": "CZJ1230A1B",
        "vendor": "HPE",
        "model": "ProLiant DL380 Gen10",
    }
    assert (asset["os_name"], asset["os_version"]) == ("RedHat", "7.9")
    assert (asset["cpu_cores"], asset["memory_gb"], asset["declared_type"]) == (32, 256, "server")
    assert asset["ip_addresses"] == ["10.20.31.11"]
