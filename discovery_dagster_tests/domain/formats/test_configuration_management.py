"""Inventories and facts of Ansible and Puppet."""

import json

import pytest

from discovery_dagster.domain.errors import UnreadableFileError
from discovery_dagster.domain.readers import Limits, read_file
from discovery_dagster_tests.domain.families import custom, derived_from, outcomes, things

pytestmark = pytest.mark.pipeline

INI = """# production
mail.corp.example
localhost ansible_connection=local

[web]
web[09:10].corp.example ansible_user=deploy http_port=80   # front
web-legacy ansible_ssh_host=10.5.5.9

[db]
db-[a:b] ansible_host="10.5.6.1" env=test

[web:vars]
env = staging
[prod:children]
web
"""


def test_each_host_of_an_inventory_is_a_thing_with_what_its_groups_say(tmp_path):
    derived = derived_from(tmp_path, hosts_ini=INI)
    assert things(derived, "ip_addresses", "environment") == {
        "mail.corp.example": [[], "unknown"],
        "web09.corp.example": [[], "staging"],
        "web10.corp.example": [[], "staging"],
        "web-legacy": [["10.5.5.9"], "staging"],
        "db-a": [["10.5.6.1"], "test"],
        "db-b": [["10.5.6.1"], "test"],
    }
    assert custom(derived)["web09.corp.example"]["groups"] == "web; prod"
    assert outcomes(derived) == {"accepted": 6, "ignored": 11}


def test_a_host_that_is_listed_by_its_address_has_it_and_is_one_in_all_groups(tmp_path):
    derived = derived_from(tmp_path, hosts_ini="[web]\n10.5.7.1\n10.5.7.2\n[db]\n10.5.7.2\n")
    assert things(derived, "ip_addresses") == {
        "10.5.7.1": ["10.5.7.1"],
        "10.5.7.2": ["10.5.7.2"],
    }


YAML = """all:
  vars: {site: HAM}
  hosts:
    bastion: {ansible_host: 10.0.0.5}
  children:
    web:
      hosts:
        "shop-web-[1:2]":
      vars: {env: prod}
    prod:
      children:
        db:
          hosts:
            shop-db-1: {ansible_host: db.int.example, env: test}
"""
LISTED = json.dumps(
    {
        "_meta": {
            "hostvars": {
                "bastion": {"ansible_host": "10.0.0.5", "site": "HAM"},
                "shop-web-1": {"env": "prod", "site": "HAM"},
                "shop-web-2": {"env": "prod", "site": "HAM"},
                "shop-db-1": {"ansible_host": "db.int.example", "env": "test", "site": "HAM"},
            }
        },
        "all": {"children": ["ungrouped", "web", "prod"]},
        "ungrouped": {"hosts": ["bastion"]},
        "web": {"hosts": ["shop-web-1", "shop-web-2"]},
        "prod": {"children": ["db"]},
        "db": {"hosts": ["shop-db-1"]},
    }
)


@pytest.mark.parametrize("text", [YAML, LISTED])
def test_yaml_and_what_ansible_lists_say_the_same(tmp_path, text):
    derived = derived_from(tmp_path, inventory_yml=text)
    assert things(derived, "ip_addresses", "environment", "location") == {
        "bastion": [["10.0.0.5"], "unknown", "HAM"],
        "shop-web-1": [[], "production", "HAM"],
        "shop-web-2": [[], "production", "HAM"],
        "shop-db-1": [[], "test", "HAM"],
    }
    assert custom(derived)["shop-db-1"]["groups"] == "db; prod"


@pytest.mark.parametrize(
    "text",
    [
        "[mysqld]\nport = 3306\n[client]\nuser = root\n",  # settings
        "spec:\n  tls:\n    - hosts:\n        - a.example\nkind: Ingress\n",
        '[{"name": "a", "ip": "10.0.0.1"}]',
    ],
)
def test_what_only_looks_like_an_inventory_is_none(tmp_path, text):
    path = tmp_path / "x"
    path.write_text(text)
    try:
        tables = read_file(path, "x").tables
    except UnreadableFileError:
        return
    assert all(table.sheet != "ansible.hosts" for table in tables)


def test_a_range_of_more_hosts_than_the_limit_is_refused(tmp_path):
    path = tmp_path / "x"
    path.write_text("[web]\nweb[1:999999999]\n")
    with pytest.raises(UnreadableFileError, match="hosts"):
        read_file(path, "x", Limits())


FACTS = {
    "ansible_all_ipv4_addresses": ["10.40.3.31", "172.17.0.1"],
    "ansible_distribution": "RedHat",
    "ansible_distribution_version": "8.6",
    "ansible_hostname": "shop-db-1",
    "ansible_memtotal_mb": 16384,
    "ansible_processor_vcpus": 4,
    "ansible_virtualization_role": "guest",
    "ansible_virtualization_type": "VMware",
}
SAID = {
    "type": "virtual_machine",
    "ip_addresses": ["10.40.3.31"],
    "memory_gb": 16.0,
    "os_version": "8.6",
}
PUPPET = [
    {
        "certname": "shop-db-1",
        "environment": "production",
        "facts": {
            "hostname": "shop-db-1",
            "ipaddress": "10.40.3.31",
            "operatingsystem": "RedHat",
            "operatingsystemrelease": "8.6",
            "memorysize_mb": "16384",
            "virtual": "kvm",
        },
    }
]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"ansible_facts": FACTS, "changed": False}, indent=1),
        "shop-db-1 | SUCCESS => " + json.dumps({"ansible_facts": FACTS}, indent=1) + "\n"
        'gone-1 | UNREACHABLE! => {\n "msg": "no route"\n}\n',
        json.dumps(PUPPET),
    ],
)  # fmt: skip
def test_facts_say_what_a_machine_is(tmp_path, text):
    derived = derived_from(tmp_path, facts_txt=text)
    assert things(derived, *SAID)["shop-db-1"] == list(SAID.values())
    assert things(derived, "environment")["shop-db-1"] == "unknown"


def test_facts_that_puppetdb_exports_are_those_of_one_host(tmp_path):
    exported = {
        "certname": "pg1.corp.example",
        "environment": "production",
        "package_inventory": [["openssl", "3.0", "apt"]],
        "values": {"hostname": "pg1", "fqdn": "pg1.corp.example", "ipaddress": "10.6.0.1",
                   "operatingsystem": "Debian", "virtual": "kvm"},
    }  # fmt: skip
    derived = derived_from(tmp_path, pg1_json=json.dumps(exported))
    assert things(derived, "fqdn", "ip_addresses", "os_name", "type") == {
        "pg1": ["pg1.corp.example", ["10.6.0.1"], "Debian", "virtual_machine"]
    }


def test_plays_say_what_is_done_to_hosts_and_are_none(tmp_path):
    plays = (
        "- name: Configure web\n  hosts: webservers\n  become: true\n  roles: [nginx]\n"
        "- name: Configure db\n  hosts: dbservers\n  become: true\n  roles: [postgres]\n"
    )
    assert derived_from(tmp_path, site_yml=plays).assets.is_empty()
