"""Inventories in XML, as scanners, agents, hypervisors and CMDBs write them."""

import pytest

from discovery_dagster_tests.domain.families import (
    custom,
    derived_from,
    edges,
    formats_of,
    outcomes,
    things,
)

pytestmark = pytest.mark.pipeline

NMAP = """<?xml version="1.0"?><!DOCTYPE nmaprun>
<nmaprun scanner="nmap" version="7.93">
<host><status state="up"/><address addr="10.9.0.4" addrtype="ipv4"/>
<address addr="52:54:00:AA:01:02" addrtype="mac" vendor="QEMU virtual NIC"/>
<hostnames><hostname name="lnxmail2.corp.example" type="user"/></hostnames>
<ports><port protocol="tcp" portid="25"><state state="open"/><service name="smtp"/></port>
<port protocol="tcp" portid="80"><state state="closed"/></port></ports></host>
<host><status state="up"/><address addr="10.9.0.1" addrtype="ipv4"/>
<os><osmatch name="Cisco IOS 15.2"><osclass type="router"/></osmatch></os></host>
<host><status state="down"/><address addr="10.9.0.9" addrtype="ipv4"/></host></nmaprun>"""


def test_nmaps_hosts_that_answered_are_things_with_their_open_ports(tmp_path):
    derived = derived_from(tmp_path, scan_xml=NMAP)
    assert things(derived, "type", "ip_addresses") == {
        "10.9.0.1": ["network_device", ["10.9.0.1"]],
        "lnxmail2.corp.example": ["virtual_machine", ["10.9.0.4"]],
    }
    assert custom(derived)["lnxmail2.corp.example"]["open ports"] == "25 tcp smtp"
    assert outcomes(derived) == {"accepted": 2, "ignored": 1}


def test_an_address_of_nmap_without_its_type_is_of_version_4_as_its_document_type_says(tmp_path):
    derived = derived_from(tmp_path, scan_xml=NMAP.replace(' addrtype="ipv4"', ""))
    assert things(derived, "ip_addresses") == {
        "10.9.0.1": ["10.9.0.1"],
        "lnxmail2.corp.example": ["10.9.0.4"],
    }


NESSUS = """<NessusClientData_v2><Report name="dc">
<ReportHost name="10.9.1.20"><HostProperties>
<tag name="operating-system">Microsoft Windows Server 2019 Standard</tag>
<tag name="netbios-name">WINAPP20</tag><tag name="host-ip">10.9.1.20</tag></HostProperties>
<ReportItem port="445" pluginName="x"><description>foo</description></ReportItem>
<ReportItem port="0" pluginName="y"/></ReportHost>
<ReportHost name="pg07.corp.example"><HostProperties>
<tag name="host-ip">10.9.1.21</tag></HostProperties></ReportHost>
</Report></NessusClientData_v2>"""


def test_hosts_of_nessus_are_named_by_what_was_found_or_by_the_name_that_was_scanned(tmp_path):
    derived = derived_from(tmp_path, scan_nessus=NESSUS)
    assert things(derived, "ip_addresses") == {
        "WINAPP20": ["10.9.1.20"],
        "pg07.corp.example": ["10.9.1.21"],
    }
    assert custom(derived)["WINAPP20"]["findings"] == "2"
    assert derived.records.issues.is_empty()


GMP = """<report id="a"><report id="b"><results><result><name>SSH Weak</name>
<host>10.9.2.5<hostname>web5</hostname></host><port>22/tcp</port></result></results>
<host><ip>10.9.2.5</ip>
<detail><name>hostname</name><value>web5.corp.example</value>
<source><name>n</name></source></detail>
<detail><name>best_os_txt</name><value>Debian GNU/Linux 11</value></detail></host>
</report></report>"""
QUALYS = """<HOST_LIST_VM_DETECTION_OUTPUT><RESPONSE><HOST_LIST>
<HOST><ID>1</ID><IP>10.9.2.6</IP>
<OS>Red Hat Enterprise Linux 8.8</OS><DNS>web6.corp.example</DNS><DETECTION_LIST>
<DETECTION><QID>9</QID>
</DETECTION></DETECTION_LIST>
</HOST></HOST_LIST></RESPONSE></HOST_LIST_VM_DETECTION_OUTPUT>"""
ITOP = """<Set><Server alias="Server" id="3"><name>srv1</name><org_name>IT</org_name>
<osfamily_name>Linux</osfamily_name><managementip>10.9.5.1</managementip><ram>32 GB</ram></Server>
<VirtualMachine alias="VirtualMachine" id="4"><name>vm1</name>
<virtualhost_name>srv1</virtualhost_name></VirtualMachine></Set>"""
VIRSH = """<domain type='kvm'><name>lnxgit01</name><uuid>6d5f2a10-0c1c-4a7e-8c68-2b1a2f3c4d5e</uuid>
<memory unit='KiB'>8388608</memory><vcpu placement='static'>4</vcpu><os><type>hvm</type></os>
<devices><interface><mac address='52:54:00:11:22:33'/></interface></devices></domain>"""
ZABBIX = """<zabbix_export><version>6.0</version><hosts><host><host>mon01</host><name>Mon 1</name>
<interfaces><interface><ip>10.9.6.1</ip></interface></interfaces></host></hosts></zabbix_export>"""


@pytest.mark.parametrize(
    ("text", "known", "name", "fields"),
    [
        (GMP, "openvas.hosts", "web5.corp.example", {"os_name": "Debian", "type": "server"}),
        (QUALYS, "qualys.hosts", "web6.corp.example", {"ip_addresses": ["10.9.2.6"]}),
        (ITOP, "itop.objects", "srv1", {"type": "server", "memory_gb": 32.0}),
        (ITOP, "itop.objects", "vm1", {"type": "virtual_machine"}),
        (VIRSH, "libvirt.domains", "lnxgit01", {"cpu_cores": 4, "memory_gb": 8.0}),
        (ZABBIX, "zabbix.hosts", "mon01", {"ip_addresses": ["10.9.6.1"]}),
    ],
)
def test_each_tools_documents_give_its_things(tmp_path, text, known, name, fields):
    assert known in formats_of(tmp_path, text)
    thing = things(derived_from(tmp_path, export_xml=text), *fields)[name]
    assert thing in (list(fields.values()), *fields.values())


AGENT = """<REQUEST><CONTENT><BIOS><SSN>JX81223</SSN><SMANUFACTURER>Dell</SMANUFACTURER></BIOS>
<HARDWARE><NAME>kvm11</NAME><OSNAME>AlmaLinux</OSNAME><OSVERSION>9.3</OSVERSION>
<MEMORY>262144</MEMORY><VMSYSTEM>Physical</VMSYSTEM></HARDWARE>
<NETWORKS><IPADDRESS>127.0.0.1</IPADDRESS></NETWORKS>
<NETWORKS><IPADDRESS>10.9.3.11</IPADDRESS><MACADDR>b0:7b:25:00:00:11</MACADDR></NETWORKS>
<SOFTWARES><NAME>bash</NAME></SOFTWARES>
<VIRTUALMACHINES><NAME>lnxweb31</NAME><MEMORY>8192</MEMORY><VCPU>4</VCPU></VIRTUALMACHINES>
</CONTENT><DEVICEID>kvm11-2024</DEVICEID></REQUEST>"""


def test_an_agents_inventory_is_a_machine_and_the_guests_that_run_on_it(tmp_path):
    derived = derived_from(tmp_path, kvm11_ocs=AGENT)
    assert things(derived, "type", "ip_addresses", "memory_gb") == {
        "kvm11": ["server", ["10.9.3.11"], 256.0],
        "lnxweb31": ["virtual_machine", [], 8.0],
    }
    assert edges(derived) == {("lnxweb31", "runs_on", "kvm11")}


UNLOAD = """<unload unload_date="2024-05-01 10:00:00">
<cmdb_ci_linux_server action="INSERT_OR_UPDATE"><name>lnxerp01</name><ram>16384</ram>
<sys_class_name>cmdb_ci_linux_server</sys_class_name><sys_id>0a1b2c3d0a1b2c3d0a1b2c3d0a1b2c01</sys_id>
<location display_value="Hamburg">abc</location></cmdb_ci_linux_server>
<cmdb_ci_appl action="INSERT_OR_UPDATE"><name>SAP ERP</name>
<sys_class_name>cmdb_ci_appl</sys_class_name>
<sys_id>0a1b2c3d0a1b2c3d0a1b2c3d0a1b2c02</sys_id></cmdb_ci_appl>
<cmdb_rel_ci action="INSERT">
<parent display_value="SAP ERP">0a1b2c3d0a1b2c3d0a1b2c3d0a1b2c02</parent>
<child display_value="lnxerp01">0a1b2c3d0a1b2c3d0a1b2c3d0a1b2c01</child>
<type display_value="Runs on::Runs">xx</type></cmdb_rel_ci>
<sys_choice action="INSERT"><name>x</name><value>1</value></sys_choice></unload>"""


def test_an_unload_of_servicenow_has_items_of_many_classes_and_their_relations(tmp_path):
    derived = derived_from(tmp_path, unload_xml=UNLOAD)
    assert things(derived, "type", "location") == {
        "SAP ERP": ["application", None],
        "lnxerp01": ["server", "Hamburg"],
    }
    assert edges(derived) == {("SAP ERP", "runs_on", "lnxerp01")}
    assert outcomes(derived) == {"accepted": 3, "ignored": 1}
