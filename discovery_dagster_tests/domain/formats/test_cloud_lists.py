"""What the command lines of cloud providers print in JSON."""

import json

import pytest

from discovery_dagster_tests.domain.families import derived_from, formats_of, outcomes, things

pytestmark = pytest.mark.pipeline

EC2 = {
    "Reservations": [
        {
            "OwnerId": "123456789012",
            "ReservationId": "r-1",
            "Instances": [
                {
                    "InstanceId": "i-0aa",
                    "InstanceType": "m5.large",
                    "ImageId": "ami-1",
                    "PrivateIpAddress": "10.40.2.21",
                    "State": {"Code": 16, "Name": "running"},
                    "Placement": {"AvailabilityZone": "eu-west-1a"},
                    "PlatformDetails": "Red Hat Enterprise Linux",
                    "CpuOptions": {"CoreCount": 1, "ThreadsPerCore": 2},
                    "NetworkInterfaces": [
                        {
                            "MacAddress": "0a:11:22:33:44:55",
                            "PrivateIpAddresses": [{"PrivateIpAddress": "10.40.2.22"}],
                        }
                    ],
                    "Tags": [
                        {"Key": "Name", "Value": "shop-web-1"},
                        {"Key": "env", "Value": "prod"},
                    ],
                },
                {
                    "InstanceId": "i-0bb",
                    "InstanceType": "m5.large",
                    "State": {"Name": "terminated"},
                },
            ],
        }
    ]
}
GROUP = "/subscriptions/s-1/resourceGroups/rg/providers"
AZURE_VM = f"{GROUP}/Microsoft.Compute/virtualMachines/vm-a"
AZ_VM = [
    {
        "id": AZURE_VM,
        "name": "vm-a",
        "location": "westeurope",
        "resourceGroup": "rg",
        "type": "Microsoft.Compute/virtualMachines",
        "osProfile": {"computerName": "SHOPWEB01"},
        "storageProfile": {
            "imageReference": {"offer": "WindowsServer", "sku": "2019-Datacenter"},
            "osDisk": {"osType": "Windows"},
            "dataDisks": [],
        },
        "powerState": "VM running",
        "privateIps": "10.2.0.4",
        "tags": {"owner": "Ann Li"},
    }
]
GRAPH = {
    "count": 3,
    "data": [
        {
            "id": AZURE_VM,
            "name": "vm-a",
            "type": "microsoft.compute/virtualmachines",
            "subscriptionId": "s-1",
            "properties": {"extended": {"instanceView": {"osName": "ubuntu"}}},
        },
        {
            "id": f"{GROUP}/Microsoft.Network/networkInterfaces/n",
            "name": "n",
            "type": "microsoft.network/networkinterfaces",
            "subscriptionId": "s-1",
        },
        {
            "id": f"{GROUP}/Microsoft.Sql/servers/q/databases/crm",
            "name": "crm",
            "type": "microsoft.sql/servers/databases",
            "subscriptionId": "s-1",
        },
    ],
}
API = "https://www.googleapis.com/compute/v1/projects/p"
GCLOUD = [
    {
        "name": "shop-db-1",
        "id": "123",
        "kind": "compute#instance",
        "status": "RUNNING",
        "machineType": f"{API}/zones/z1/machineTypes/n2-standard-4",
        "zone": f"{API}/zones/z1",
        "networkInterfaces": [
            {"name": "nic0", "networkIP": "10.40.2.22", "accessConfigs": [{"natIP": "35.1.2.3"}]}
        ],
        "disks": [{"boot": True, "licenses": [f"{API}/global/licenses/debian-11-bullseye"]}],
        "labels": {"env": "test"},
        "selfLink": f"{API}/zones/z1/instances/shop-db-1",
    }
]
GSQL = [
    {
        "name": "shop-pg",
        "databaseVersion": "POSTGRES_14",
        "kind": "sql#instance",
        "settings": {"tier": "db-custom-2-7680"},
        "ipAddresses": [{"ipAddress": "10.5.0.3"}],
    }
]
RDS = {
    "DBInstances": [
        {
            "DBInstanceIdentifier": "shop-pg",
            "Engine": "postgres",
            "EngineVersion": "14.7",
            "Endpoint": {"Address": "shop-pg.rds.example"},
        }
    ]
}
ELB = {
    "LoadBalancers": [
        {
            "LoadBalancerName": "shop",
            "DNSName": "shop-1.elb.example.com",
            "Type": "application",
            "State": {"Code": "active"},
        }
    ]
}
LAMBDA = {"Functions": [{"FunctionName": "resize", "FunctionArn": "arn:aws:lambda:x:1:function:r",
                         "Runtime": "python3.9"}]}  # fmt: skip


@pytest.mark.parametrize(
    ("document", "known", "name", "facts"),
    [
        (EC2, "aws.instances", "shop-web-1", {
            "type": "virtual_machine", "ip_addresses": ["10.40.2.21", "10.40.2.22"],
            "provider_id": "i-0aa", "cpu_cores": 2, "environment": "production",
            "location": "eu-west-1a", "scope": "123456789012", "status": "running",
            "os_name": "Red Hat Enterprise Linux"}),
        (AZ_VM, "azure.resources", "vm-a", {
            "type": "virtual_machine", "hostname": "shopweb01", "ip_addresses": ["10.2.0.4"],
            "os_name": "Windows Server 2019", "scope": "s-1", "business_owner": "Ann Li"}),
        (GRAPH, "azure.resources", "crm", {"type": "database", "scope": "s-1"}),
        (GRAPH, "azure.resources", "vm-a", {"type": "virtual_machine", "os_name": "Ubuntu"}),
        (GCLOUD, "google.resources", "shop-db-1", {
            "type": "virtual_machine", "ip_addresses": ["10.40.2.22", "35.1.2.3"],
            "os_name": "Debian", "os_version": "11", "location": "z1", "scope": "p",
            "environment": "test"}),
        (GSQL, "google.resources", "shop-pg", {"type": "database", "ip_addresses": ["10.5.0.3"]}),
        (RDS, "aws.db_instances", "shop-pg", {"type": "database", "product": "postgres 14.7"}),
        (ELB, "aws.load_balancers", "shop", {"type": "load_balancer", "status": "active"}),
        (LAMBDA, "aws.functions", "resize", {"type": "service", "product": "python3.9"}),
    ],
)  # fmt: skip
def test_each_list_gives_its_things_by_their_names(tmp_path, document, known, name, facts):
    text = json.dumps(document)
    assert formats_of(tmp_path, text) == [known]
    derived = derived_from(tmp_path, list_json=text)
    row = derived.assets.filter(name=name).row(0, named=True)
    assert {
        field: sorted(row[field]) if isinstance(row[field], list) else row[field] for field in facts
    } == facts


@pytest.mark.parametrize(
    ("document", "names"),
    [
        (EC2, {"shop-web-1"}),  # another was terminated
        (GRAPH, {"vm-a", "crm"}),  # an interface is none
    ],
)
def test_what_is_gone_or_only_configures_others_is_ignored_with_a_reason(tmp_path, document, names):
    derived = derived_from(tmp_path, list_json=json.dumps(document))
    assert things(derived).keys() == names
    assert outcomes(derived)["ignored"] == 1


def test_a_list_of_images_or_groups_is_no_list_of_things(tmp_path):
    groups = {"SecurityGroups": [{"GroupId": "sg-1", "GroupName": "web", "IpPermissions": []}]}
    assert formats_of(tmp_path, json.dumps(groups)) == ["aws.security_groups"]


WEB = {
    "mode": "managed",
    "type": "aws_instance",
    "name": "web",
    "module": "module.web",
    "instances": [
        {
            "index_key": at,
            "attributes": {
                "id": f"i-0{at}",
                "private_ip": f"10.6.0.{at}",
                "tags": {"Name": f"shop-{at}", "env": "prod"},
            },
        }
        for at in (1, 2)
    ],
}
VSPHERE = {
    "mode": "managed",
    "type": "vsphere_virtual_machine",
    "name": "vm",
    "instances": [
        {
            "attributes": {
                "name": "lnxvs01",
                "default_ip_address": "10.8.0.9",
                "num_cpus": 4,
                "memory": 8192,
                "network_interface": [{"network_id": "n"}],
            }
        }
    ],
}
GOOGLE = {
    "mode": "managed",
    "type": "google_compute_instance",
    "name": "g",
    "instances": [
        {"attributes": {"name": "g1", "network_interface": [{"network_ip": "10.9.0.3"}]}}
    ],
}
OTHERS = [{"mode": "data", "type": "aws_ami", "name": "u", "instances": [{"attributes": {}}]},
          {"mode": "managed", "type": "aws_security_group", "name": "web",
           "instances": [{"attributes": {"name": "web"}}]},
          {"mode": "managed", "type": "aws_instance", "name": "none", "instances": []}]  # fmt: skip


def test_each_instance_in_terraforms_state_is_a_thing_and_what_configures_others_is_none(tmp_path):
    state = {"version": 4, "outputs": {}, "resources": [*OTHERS, WEB, VSPHERE, GOOGLE]}
    derived = derived_from(tmp_path, terraform_tfstate=json.dumps(state))
    assert things(derived, "type", "ip_addresses", "environment", "memory_gb") == {
        "shop-1": ["virtual_machine", ["10.6.0.1"], "production", None],
        "shop-2": ["virtual_machine", ["10.6.0.2"], "production", None],
        "lnxvs01": ["virtual_machine", ["10.8.0.9"], "unknown", 8.0],
        "g1": ["virtual_machine", ["10.9.0.3"], "unknown", None],
    }
    assert outcomes(derived) == {"accepted": 4, "ignored": 3}


def test_terraform_shows_resources_of_modules_inside_modules(tmp_path):
    def resource(at):
        values = {"id": f"i-{at}", "tags": {"Name": f"shop-{at}"}}
        return {
            "address": f"aws_instance.{at}",
            "mode": "managed",
            "type": "aws_instance",
            "name": at,
            "values": values,
        }

    inner = {"address": "module.a.module.b", "resources": [resource("c")]}
    outer = {"address": "module.a", "resources": [resource("b")], "child_modules": [inner]}
    root = {"resources": [resource("a")], "child_modules": [outer]}
    shown = {"format_version": "1.0", "values": {"root_module": root}}
    assert things(derived_from(tmp_path, show_json=json.dumps(shown)), "type") == dict.fromkeys(
        ("shop-a", "shop-b", "shop-c"), "virtual_machine"
    )
