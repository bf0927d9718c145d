"""Zones of DNS: what else hosts are called, and which address they have; they declare none."""

from discovery_dagster.domain.readers import read_file
from quality.derive import derive

ZONE = """\
$ORIGIN corp.example.
$TTL 3600
@ IN SOA ns1 hostmaster (
        2026010100 ; serial
        7200 3600 604800 300 )
      IN NS   ns1
web01 600 IN A 10.1.0.1
      IN AAAA 2001:db8::1
www   IN CNAME web01
shop.corp.example. CNAME web01.corp.example.
*.apps IN A 10.1.0.9
other IN A 10.1.0.7
note  IN TXT "a; b"
"""
SERVERS = "Name,FQDN,Operating System\nweb01,web01.corp.example,Debian 12\n"


def test_records_of_a_zone_stand_with_their_owner_type_and_line(tmp_path):
    path = tmp_path / "corp.example.zone"
    path.write_text(ZONE)
    (table,) = read_file(path, path.name).tables
    assert table.records.select("line", "c0", "c1").rows() == [
        (3, "corp.example", "SOA"),
        (6, "corp.example", "NS"),
        (7, "web01.corp.example", "A"),
        (8, "web01.corp.example", "AAAA"),
        (9, "www.corp.example", "CNAME"),
        (10, "shop.corp.example", "CNAME"),
        (11, "*.apps.corp.example", "A"),
        (12, "other.corp.example", "A"),
        (13, "note.corp.example", "TXT"),
    ]


def test_a_zone_adds_addresses_and_aliases_to_hosts_and_makes_none(tmp_path):
    for name, text in {"corp.zone": ZONE, "servers.csv": SERVERS}.items():
        (tmp_path / name).write_text(text)
    (asset,) = derive(sorted(tmp_path.iterdir())).assets.iter_rows(named=True)
    assert asset["name"] == "web01"
    assert sorted(asset["ip_addresses"]) == ["10.1.0.1", "2001:db8::1"]
    assert sorted(asset["aliases"]) == ["shop.corp.example", "www.corp.example"]
