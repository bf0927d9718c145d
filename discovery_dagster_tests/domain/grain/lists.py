# ruff: noqa: E501 - tables are read as they stand in a file
"""Lists of kinds that no format knows, and what a person would say that their rows are."""

from dataclasses import dataclass


@dataclass(frozen=True)
class List:
    """A list, the grain of its records, and the things that it names."""

    text: str
    grain: str
    things: frozenset[str]
    #: What things must not have from it, as `(thing, field)`.
    nothing: tuple[str, ...] = ()
    edges: int | None = 0  # None: it does not matter here


def _list(grain: str, things: str, text: str, nothing: str = "", edges: int | None = 0) -> List:
    names = frozenset(things.split())
    return List(text.lstrip("\n"), grain, names, tuple(nothing.split()), edges)


LISTS = {
    "recommendations of a cloud": _list(
        "observation",
        "nw-hub stbackup01",
        """
resourceName,resourceType,recommendationId,recommendationDisplayName,description,severity,state,remediationSteps
nw-hub,virtualnetworks,r-1,Networks should have a firewall,Some networks have none,Low,Unhealthy,Deploy one
nw-hub,virtualnetworks,r-2,Watcher should be enabled,It watches,Medium,Healthy,Enable it
stbackup01,storageaccounts,r-3,Public access should be off,Some accounts are public,High,Unhealthy,Forbid it
""",
        nothing="description criticality status",
    ),
    "findings of hosts that are told by their full names": _list(
        "observation",
        "app1.acme.example app2.acme.example app3.acme.example",
        """
IP,DNS,NetBIOS,OS,QID,Title,Type,Severity,Vuln Status
10.9.0.1,app1.acme.example,GOLDEN-01,Windows Server 2016,105971,Obsolete software,Vuln,5,Active
10.9.0.1,app1.acme.example,GOLDEN-01,Windows Server 2016,105970,Obsolete runtime,Vuln,5,Active
10.9.0.2,app2.acme.example,GOLDEN-01,Windows Server 2016,105971,Obsolete software,Vuln,5,Active
10.9.0.3,app3.acme.example,GOLDEN-01,Windows Server 2016,105971,Obsolete software,Vuln,5,Fixed
""",
        nothing="declared_type",
    ),
    "findings of bare addresses": _list(
        "observation",
        "",
        """
Plugin,Plugin Name,Severity,IP Address,MAC Address,DNS Name,CVE,Synopsis,Steps to Remediate
42873,Weak ciphers,High,10.9.1.1,fa:16:3e:e6:0b:98,,CVE-2016-2183,Weak,Reconfigure
42873,Weak ciphers,High,10.9.1.2,fa:16:3e:e6:0b:99,,CVE-2016-2183,Weak,Reconfigure
""",
    ),
    "licences of people": _list(
        "nothing",
        "",
        """
Full Name,Email,Username,Item name,serial number,manufacturer,Licensed To Name,reassignable,seats,expiration date
Ada Berg,ada@acme.example,aberg1,Drawing Suite,4c2713a1-5b73-4ecb,Graphia,Ada Berg,yes,56,2026-02-26
Ben Cole,ben@acme.example,bcole0,Word Suite,9dda5116-ec27-4a64,Officia,Ben Cole,no,55,2026-04-12
""",
    ),
    "sizes of machines to choose from": _list(
        "nothing",
        "",
        """
Name,Tier,Size,Family,Series,vCPUs,MemoryGB,Generation,Architecture
Standard_A1_v2,Standard,A1_v2,EntryLevel,Av2,1,2,2,Intel
Standard_B1ls,Standard,B1ls,Burstable,BS,1,0.5,1,Intel
Standard_D2s_v5,Standard,D2s_v5,General,Dsv5,2,8,2,Intel
""",
    ),
    "metrics side by side": _list(
        "observation",
        "CL_NORTH_01 CL_NORTH_02",
        """
Name,Interval Breakdown,Cluster|CPU|Demand|Avg,Cluster|CPU|Demand|Max,Cluster|Memory|Utilization (MB)|Avg
CL_NORTH_01,12:00 AM 21 July 2026,1791567.26,2041554.12,15652839.91
CL_NORTH_01,1:00 AM 21 July 2026,1782808.85,2054364.75,15551385.17
CL_NORTH_02,12:00 AM 21 July 2026,1919252.96,2052532.5,15350434.42
CL_NORTH_02,1:00 AM 21 July 2026,1900000,2000000,15350434
""",
    ),
    "missing patches": _list(
        "observation",
        "acc-web-01 acc-web-02 acc-sql-01",
        """
Computer,IP Address,Operating System,KB Article,Title,Severity,Status,Release Date
acc-web-01,10.70.1.11,Windows Server 2019,KB5031361,2023-10 Cumulative Update,Critical,Missing,2023-10-10
acc-web-01,10.70.1.11,Windows Server 2019,KB5032337,2023-11 .NET Update,Important,Missing,2023-11-14
acc-web-02,10.70.1.12,Windows Server 2019,KB5031361,2023-10 Cumulative Update,Critical,Installed,2023-10-10
acc-sql-01,10.70.1.21,Windows Server 2016,KB5031362,2023-10 Cumulative Update,Critical,Missing,2023-10-10
acc-sql-01,10.70.1.21,Windows Server 2016,KB5029924,SQL Server 2016 Update,Important,Missing,2023-10-10
acc-sql-01,10.70.1.21,Windows Server 2016,KB4052623,Defender Platform Update,Low,Installed,2023-09-12
""",
        nothing="status",
    ),
    "certificates": _list(
        "observation",
        "edge01 edge02 portal01",
        """
Common Name,Serial Number,Issuer,Valid From,Valid To,Key Size,Installed On,Port
www.acme.example,03:A1:77:5C:09,Example CA G2,2023-02-01,2025-02-01,2048,edge01,443
shop.acme.example,03:A1:77:5C:10,Example CA G2,2023-02-01,2025-02-01,2048,edge01,8443
www.acme.example,03:A1:77:5C:09,Example CA G2,2023-02-01,2025-02-01,2048,edge02,443
portal.acme.example,5F:00:12:BB:41,Acme Issuing CA,2022-06-11,2024-06-10,4096,portal01,443
""",
        nothing="serial_number",
    ),
    "licences": _list(
        "observation",
        "erp-db-1 erp-db-2 bi-01",
        """
Product,Vendor,Edition,Licence Key,Licence Metric,Quantity,Server,Maintenance Until
Oracle Database,Oracle,Enterprise,OR-8812-A,Processor,4,erp-db-1,2025-12-31
Oracle Diagnostics Pack,Oracle,Enterprise,OR-8812-B,Processor,4,erp-db-1,2025-12-31
Oracle Database,Oracle,Enterprise,OR-8812-C,Processor,4,erp-db-2,2025-12-31
Tableau Server,Salesforce,Core,TB-1-0099,Core,8,bi-01,2024-08-31
""",
        nothing="vendor product",
    ),
    "backup jobs": _list(
        "observation",
        "fs-north fs-south mail-02",
        """
Job Name,Client,Policy,Backup Type,Last Result,Last Run,Size (GB),Duration,Retention
NB-FS-NORTH-FULL,fs-north,FileServers,Full,Success,2024-03-02 22:00,1840,05:12,4 weeks
NB-FS-NORTH-INC,fs-north,FileServers,Incremental,Success,2024-03-04 22:00,41,00:22,2 weeks
NB-FS-SOUTH-FULL,fs-south,FileServers,Full,Failed,2024-03-02 23:00,0,00:01,4 weeks
NB-FS-SOUTH-INC,fs-south,FileServers,Incremental,Success,2024-03-04 23:00,33,00:19,2 weeks
NB-MAIL-FULL,mail-02,Exchange,Full,Success,2024-03-03 01:00,900,03:40,4 weeks
NB-MAIL-LOG,mail-02,Exchange,Log,Success,2024-03-04 12:00,2,00:03,1 week
""",
        nothing="storage_gb status",
    ),
    "monitoring checks": _list(
        "observation",
        "lnx-app-7 lnx-app-8 lnx-db-3",
        """
Host,Service,State,Last Check,Duration,Attempt,Status Information
lnx-app-7,CPU load,OK,2024-03-05 10:02:11,12d 4h,1/3,OK - load average: 0.41
lnx-app-7,Disk /,WARNING,2024-03-05 10:02:41,1d 2h,3/3,DISK WARNING - free space: / 9%
lnx-app-7,SSH,OK,2024-03-05 10:03:11,90d 1h,1/3,SSH OK
lnx-app-8,CPU load,OK,2024-03-05 10:02:13,12d 4h,1/3,OK - load average: 0.88
lnx-app-8,Disk /,OK,2024-03-05 10:02:43,50d 2h,1/3,DISK OK
lnx-app-8,SSH,OK,2024-03-05 10:03:13,90d 1h,1/3,SSH OK
lnx-db-3,CPU load,CRITICAL,2024-03-05 10:02:15,0d 4h,3/3,CRITICAL - load average: 9.7
lnx-db-3,Disk /,OK,2024-03-05 10:02:45,50d 2h,1/3,DISK OK
lnx-db-3,SSH,OK,2024-03-05 10:03:15,90d 1h,1/3,SSH OK
""",
        nothing="status",
    ),
    "software inventory": _list(
        "observation",
        "wks-fin-01 srv-fin-02 srv-fin-03",
        """
Name,Version,Publisher,Computer Name,Install Date
7-Zip,22.01,Igor Pavlov,wks-fin-01,2023-01-12
Notepad++,8.5,Notepad++ Team,wks-fin-01,2023-02-03
7-Zip,22.01,Igor Pavlov,srv-fin-02,2023-01-12
Microsoft SQL Server 2019,15.0.2000,Microsoft Corporation,srv-fin-02,2021-06-30
7-Zip,19.00,Igor Pavlov,srv-fin-03,2020-11-01
IIS 10.0 Express,10.0.1,Microsoft Corporation,srv-fin-03,2020-11-01
""",
        nothing="os_version vendor",
    ),
    "interfaces": _list(
        "observation",
        "core-sw-1 core-sw-2 hv-11",
        """
Device,Interface,MAC Address,IP Address,Speed,MTU,Admin Status,Connected To
core-sw-1,Gi1/0/1,00:1b:54:aa:00:01,10.9.0.1,1000,1500,up,hv-11
core-sw-1,Gi1/0/2,00:1b:54:aa:00:02,10.9.1.1,1000,1500,up,
core-sw-2,Gi1/0/1,00:1b:54:bb:00:01,10.9.0.2,1000,1500,down,hv-11
core-sw-2,Gi1/0/2,00:1b:54:bb:00:02,10.9.1.2,1000,1500,up,
hv-11,vmnic0,00:50:56:11:22:01,10.9.0.11,10000,9000,up,core-sw-1
hv-11,vmnic1,00:50:56:11:22:02,10.9.1.11,10000,9000,up,core-sw-2
""",
        nothing="status",
        edges=None,
    ),
    "interfaces that only pairs of names tell": _list(
        "observation",
        "fw-01 fw-02",
        """
device,name,ip
fw-01,port1,10.1.0.1 255.255.255.0
fw-01,port2,0.0.0.0 0.0.0.0
fw-01,loopback0,10.9.0.1 255.255.255.255
fw-02,port1,10.2.0.1 255.255.255.0
fw-02,port2,0.0.0.0 0.0.0.0
fw-02,wan1,192.0.2.7 255.255.255.252
""",
    ),
    "machines by their hypervisors": _list(
        "thing",
        "web01 web02 db01 db02",
        """
device,name,ip
esx-01,web01,10.1.0.1
esx-01,web02,10.1.0.2
esx-02,db01,10.1.0.3
esx-02,db02,10.1.0.4
""",
    ),
    "addresses": _list(
        "observation",
        "gw-lab lab-dns-1 lab-ipmi-4",
        """
IP Address,Hostname,State,Subnet,VLAN,Last Seen
10.81.4.1,gw-lab,Assigned,10.81.4.0/24,814,2024-02-01
10.81.4.2,,Free,10.81.4.0/24,814,
10.81.4.3,,Free,10.81.4.0/24,814,
10.81.4.10,lab-dns-1,Assigned,10.81.4.0/24,814,2024-02-02
10.81.4.11,,Reserved,10.81.4.0/24,814,
10.81.4.12,,Free,10.81.4.0/24,814,
10.81.4.20,lab-ipmi-4,Assigned,10.81.4.0/24,814,2023-12-24
10.81.4.21,,Free,10.81.4.0/24,814,
""",
        nothing="status",
    ),
    "relations of a CMDB": _list(
        "relation",
        "Webshop shop-web-3 shop-db-3",
        """
Parent,Relation Type,Child
Webshop,Runs on::Runs,shop-web-3
Webshop,Depends on::Used by,shop-db-3
""",
        edges=2,
    ),
    "tickets": _list(
        "observation",
        "pay-gw-1 pay-gw-2 hr-web-9",
        """
Number,Short description,Configuration item,Priority,State,Opened,Assigned to
INC0042117,Gateway does not answer,pay-gw-1,1 - Critical,Closed,2024-01-09 08:12,Mara Quint
INC0042180,Gateway slow,pay-gw-1,2 - High,Closed,2024-01-11 09:40,Mara Quint
INC0042201,Disk full,hr-web-9,3 - Moderate,Open,2024-01-12 14:00,Ole Brandt
INC0042388,Gateway does not answer,pay-gw-2,1 - Critical,Closed,2024-02-02 03:31,Ole Brandt
INC0042401,Certificate expired,pay-gw-2,2 - High,Open,2024-02-03 07:00,Mara Quint
""",
        nothing="status criticality technical_owner",
    ),
    "contacts": _list(
        "nothing",
        "",
        """
Name,Email,Phone,Department,Role,Company
Mara Quint,mara.quint@acme.example,+49 30 5550101,Infrastructure,Service owner,Acme
Ole Brandt,ole.brandt@acme.example,+49 30 5550102,Infrastructure,Administrator,Acme
Ines Castro,ines.castro@acme.example,+34 91 5550103,Finance,Key user,Acme Iberia
""",
    ),
    "cost lines": _list(
        "observation",
        "crm-vm-01 crm-vm-02 crm-sql-01",
        """
Month,Resource Name,Meter,Quantity,Unit,Cost,Currency
2024-01,crm-vm-01,D4s v5,744,Hours,142.85,EUR
2024-02,crm-vm-01,D4s v5,696,Hours,133.63,EUR
2024-01,crm-vm-02,D4s v5,744,Hours,142.85,EUR
2024-02,crm-vm-02,D4s v5,696,Hours,133.63,EUR
2024-01,crm-sql-01,E8s v5,744,Hours,401.10,EUR
2024-02,crm-sql-01,E8s v5,696,Hours,375.22,EUR
""",
    ),
    "metric samples": _list(
        "observation",
        "db-ora-1 db-ora-2",
        """
Timestamp,Hostname,Metric,Average,Max
2024-03-01 00:00,db-ora-1,cpu.usage,21.4,88.0
2024-03-01 00:05,db-ora-1,cpu.usage,22.9,71.5
2024-03-01 00:00,db-ora-1,mem.usage,61.0,63.0
2024-03-01 00:00,db-ora-2,cpu.usage,3.1,9.0
2024-03-01 00:05,db-ora-2,cpu.usage,3.4,9.9
2024-03-01 00:00,db-ora-2,mem.usage,44.0,44.1
""",
    ),
    "rules of a firewall": _list(
        "nothing",
        "",
        """
Name,Action,Direction
CoreNet-DNS-Out,Allow,Outbound
Print-Spool-In,Block,Inbound
""",
    ),
    "numbers of licences": _list(
        "nothing",
        "",
        """
license_id,software_name,total_licenses,used_licenses,annual_cost
1,Drawing,40,12,900
2,Writing,30,30,100
""",
    ),
    "file systems of no host": _list(
        "nothing",
        "",
        """
Filesystem,Size,Used,Mounted on
/dev/sda1,17G,2G,/
tmpfs,2G,0,/run
""",
    ),
    "networks": _list(
        "nothing",
        "",
        """
Name,IP Subnet,Gateways
Campus,10.8.0.0/16,10.8.0.1
Lab,10.9.4.0/24,10.9.4.1
""",
    ),
    "databases without costs": _list(
        "thing",
        "orders stock",
        """
db_instance_id,db_engine,db_status,endpoint_address,cost,usage_quantity
orders,postgres,available,orders.db.acme.example,,
stock,mysql,available,stock.db.acme.example,,
""",
    ),
    "machines that are called by numbers": _list(
        "thing",
        "V00001 V00002 V00003",
        """
name,owner
V00001,Mara
V00002,Mara
V00003,Ole
""",
    ),
    "machines that a plan leaves out": _list(
        "thing",
        "w-01 w-02 w-03",
        """
VM Name,Owner,Application,Wave,Include/Exclude,Reason
w-01,Mara,Shop,Wave 1,Include,
w-02,Mara,Shop,Wave 1,Include,
w-03,Ole,Till,Wave 2,Exclude,Later
""",
        edges=3,
    ),
    "buckets": _list(
        "thing",
        "acme-logs acme-media",
        """
id,bucket_name,creation_date,storage_class
1,acme-logs,2024-01-01,STANDARD
2,acme-media,2024-01-01,STANDARD
""",
    ),
    "machines on hosts": _list(
        "thing",
        "crm-vm-01 crm-vm-02 crm-vm-03",
        """
Name,Host,IP Address,OS,vCPU
crm-vm-01,esx-a,10.5.0.1,Windows Server 2019,4
crm-vm-02,esx-a,10.5.0.2,RHEL 8,4
crm-vm-03,esx-b,10.5.0.3,RHEL 8,8
""",
        edges=3,
    ),
    "servers with their support": _list(
        "thing",
        "q-01 q-02 q-03",
        """
Server,IP Address,OS,License,Last Backup,Cost,Support Until
q-01,10.6.0.1,Windows Server 2019,Datacenter,2024-03-01,1200,2026-01-01
q-02,10.6.0.2,Windows Server 2019,Datacenter,2024-03-01,1200,2026-01-01
q-03,10.6.0.3,Windows Server 2022,Standard,2024-03-01,900,2027-01-01
""",
    ),
    "applications on servers": _list(
        "thing",
        "pr-01 pr-02 bl-01",
        """
Application,Server,Criticality,Owner
Payroll,pr-01,High,Mara Quint
Payroll,pr-02,High,Mara Quint
Billing,bl-01,Medium,Ole Brandt
Billing,pr-02,Medium,Ole Brandt
""",
        edges=4,
    ),
}
