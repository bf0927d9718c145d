"""Lists of sockets with names of ports and hosts, dots before ports, and other families below."""

import pytest

from discovery_dagster.domain.readers.limits import Limits
from discovery_dagster.domain.readers.sockets import is_list_of_sockets, read_sockets

LINUX = """Active Internet connections (servers and established)
Proto Recv-Q Send-Q Local Address           Foreign Address         State       PID/Program name
tcp        0      0 localhost:smtp          0.0.0.0:*               LISTEN      1489/master
tcp        0     64 lnxpay01:ssh            admin-pc:52186          ESTABLISHED 1640/sshd: root
udp        0      0 0.0.0.0:bootpc          0.0.0.0:*                           1087/dhclient
"""
UNIX = (
    """Active UNIX domain sockets (servers and established)
Proto RefCnt Flags       Type       State         I-Node   Path
"""
    + "unix  2      [ ACC ]     STREAM     LISTENING     22611    /run/x\n" * 200
)


def connections(text):
    (table,) = read_sockets(text, "utf-8", "a.txt", Limits()).tables
    rows = table.records.filter(outcome="read").drop("line", "outcome", "reason", "surplus")
    return [dict(zip(table.header, row, strict=True)) for row in rows.iter_rows()]


@pytest.mark.parametrize("below", ["", UNIX])
def test_ports_are_read_by_the_names_of_their_services(below):
    assert is_list_of_sockets(LINUX + below)
    listening, connected, _ = connections(LINUX + below)
    assert (listening["Local Port"], listening["State"]) == ("25", "LISTEN")
    assert (connected["Local Host"], connected["Local Port"]) == ("lnxpay01", "22")
    assert (connected["Foreign Host"], connected["Foreign Port"]) == ("admin-pc", "52186")
    assert connected["Local Address"] is None


def test_bsd_writes_a_dot_before_the_port():
    line = "tcp4  0  0  10.40.1.11.50111  10.40.3.31.5432  ESTABLISHED"
    (found,) = connections(line)
    assert (found["Local Address"], found["Local Port"]) == ("10.40.1.11", "50111")
    assert (found["Foreign Address"], found["Foreign Port"]) == ("10.40.3.31", "5432")


def test_a_word_that_is_no_service_is_no_port():
    assert connections("tcp 0 0 host:nothing-known other:also-unknown ESTABLISHED") == []
