"""What machines print of themselves, a name and a value a line."""

from pathlib import Path

import pytest

from discovery_dagster.domain.readers.named_values import is_named_values
from discovery_dagster_tests.domain.readers.reading import reading_of, records_of
from discovery_dagster_tests.domain.sources import fields_of

OF_SYSTEM = """\

Host Name:                 LAB-07
OS Name:                   Microsoft Windows 11 Pro
OS Version:                10.0.22631 N/A Build 22631
Processor(s):              1 Processor(s) Installed.
                           [01]: Family 6 ~2400 Mhz
Total Physical Memory:     16,047 MB
Virtual Memory: Max Size:  2,687 MB
Domain:                    lab.example
"""
OF_NETWORK = """\

Windows IP Configuration

   Host Name . . . . . . . . . . . . : LAB-07
   Node Type . . . . . . . . . . . . : Hybrid

Ethernet adapter LAN:

   Physical Address. . . . . . . . . : 02-00-00-00-00-07
   IPv4 Address. . . . . . . . . . . : 10.2.3.4(Preferred)
   DNS Servers . . . . . . . . . . . : 10.2.0.53
                                       10.2.0.54
Ethernet adapter WLAN:
   IPv4 Address. . . . . . . . . . . : 10.2.9.4(Preferred)
"""


@pytest.mark.parametrize("text", [OF_SYSTEM, OF_NETWORK])
def test_all_lines_are_one_record_of_the_host_that_they_name(tmp_path: Path, text: str) -> None:
    (table,) = reading_of(tmp_path, text).tables
    ((_, outcome, _, cells),) = records_of(table)
    assert (outcome, cells[table.header.index("Host Name")]) == ("read", "LAB-07")


def test_a_name_has_all_of_its_values_and_the_lines_below_it(tmp_path: Path) -> None:
    (table,) = reading_of(tmp_path, OF_NETWORK).tables
    ((*_, cells),) = records_of(table)
    own = dict(zip(table.header, cells, strict=True))
    assert own["DNS Servers"] == "10.2.0.53; 10.2.0.54"
    assert own["IPv4 Address"] == "10.2.3.4(Preferred); 10.2.9.4(Preferred)"


def test_names_mean_what_headers_mean(tmp_path: Path) -> None:
    (of_system,) = reading_of(tmp_path, OF_SYSTEM).tables
    fields = fields_of(of_system)
    assert fields["Host Name"] == "hostname"
    assert fields["OS Name"] == "os_name"
    assert fields["Total Physical Memory"] == "memory_gb"


@pytest.mark.parametrize(
    "text",
    [
        "To: Ann\nFrom: Bob\nSubject: Servers\nDate: today\nCc: all\n",  # names no host
        "Host Name: a\n" + "and then a long story without any colon\n" * 20,
        "Host Name: a\nOS: x\nHost Name: b\nOS: y\nRAM: 1\nCPU: 2\n",  # of several hosts
    ],
)
def test_letters_and_lists_of_several_hosts_are_none(text: str) -> None:
    assert not is_named_values(text)
