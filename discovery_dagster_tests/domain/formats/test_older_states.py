"""States of Terraform before version 4: resources stand by their addresses inside modules."""

import json

import pytest

from discovery_dagster_tests.domain.sources import counts, records_of_files


def resource(kind, attributes):
    primary = {"id": "x", "attributes": attributes, "meta": {}, "tainted": False}
    return {"type": kind, "depends_on": [], "primary": primary, "provider": "provider.aws"}


WEB = resource("aws_instance", {"private_ip": "10.0.1.10", "tags.%": "1", "tags.Name": "web-01"})
SUBNET = resource("aws_subnet", {"cidr_block": "10.0.1.0/24"})
IMAGE = resource("aws_instance", {"private_ip": "10.0.1.99", "tags.Name": "read only"})
DATABASE = resource("aws_db_instance", {"identifier": "orders", "engine": "postgres"})


@pytest.mark.parametrize("version", [1, 2, 3])
def test_each_resource_of_each_module_is_a_record(tmp_path, version):
    root = {"aws_instance.web.0": WEB, "aws_subnet.a": SUBNET, "data.aws_instance.old": IMAGE}
    modules = [
        {"path": ["root"], "outputs": {}, "resources": root},
        {"path": ["root", "db"], "outputs": {}, "resources": {"aws_db_instance.o": DATABASE}},
        {"path": ["root", "empty"], "outputs": {}, "resources": {}},
    ]
    file = tmp_path / "terraform.tfstate"
    file.write_text(json.dumps({"version": version, "serial": 7, "modules": modules}, indent=1))
    records = records_of_files(file)
    assert counts(records) == {"accepted": 2, "ignored": 3}
    columns = ("name", "declared_type", "ip_addresses", "product")
    assert records.assets.select(columns).rows() == [
        ("web-01", "virtual_machine", ["10.0.1.10"], None),
        ("orders", "database", [], "postgres"),
    ]
    assert records.assets["line"].n_unique() == 2
