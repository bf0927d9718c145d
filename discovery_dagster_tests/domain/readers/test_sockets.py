"""Sockets as machines print them: named ports, dots before ports, sockets that lead nowhere."""

import pytest

from discovery_dagster_tests.domain.families import derived_from, edges, outcomes

pytestmark = pytest.mark.pipeline

LINUX = """Active Internet connections (servers and established)
Proto Recv-Q Send-Q Local Address           Foreign Address         State       PID/Program name
tcp        0      0 localhost:smtp          0.0.0.0:*               LISTEN      1489/master
tcp        0     64 lnxpay01:ssh            admin-pc:52186          ESTABLISHED 1640/sshd: root [pr
udp        0      0 0.0.0.0:bootpc          0.0.0.0:*                           1087/dhclient
Active UNIX domain sockets (servers and established)
Proto RefCnt Flags       Type       State         I-Node   PID/Program name     Path
unix  2      [ ACC ]     STREAM     LISTENING     22611    1489/master          public/pickup
"""
BSD = """Active Internet connections (including servers)
Proto Recv-Q Send-Q Local Address          Foreign Address        (state)
tcp4       0      0 10.40.1.11.50111       10.40.3.31.postgresql  ESTABLISHED
tcp46      0      0 *.ssh                  *.*                    LISTEN
"""
SOLARIS = """TCP: IPv4
   Local Address        Remote Address    Swind Send-Q Rwind Recv-Q    State
-------------------- -------------------- ----- ------ ----- ------ -----------
10.1.1.5.50123       10.1.1.9.1521         64240      0 64240      0 ESTABLISHED
      *.22                 *.*                0      0 128000      0 LISTEN
"""
LSOF = """COMMAND   PID     USER   FD   TYPE DEVICE SIZE/OFF NODE NAME
java     2201      app   44u  IPv6  33139      0t0  TCP lnxpay01:44132->dbora07:5432 (ESTABLISHED)
"""
SS = """Netid State  Recv-Q Send-Q  Local Address:Port      Peer Address:Port Process
u_str ESTAB  0      0                   * 21911                * 21912 users:(("systemd",pid=1))
tcp   LISTEN 0      128           0.0.0.0:22             0.0.0.0:*     users:(("sshd",pid=10))
tcp   ESTAB  0      0          10.1.2.3:50444          10.1.2.9:5432  users:(("java",pid=1000))
"""


@pytest.mark.parametrize(
    ("text", "edge", "port", "accepted"),
    [
        (LINUX, ("admin-pc", "connects_to", "lnxpay01"), 22, 1),
        (BSD, ("10.40.1.11", "connects_to", "10.40.3.31"), 5432, 1),
        (SOLARIS, ("10.1.1.5", "connects_to", "10.1.1.9"), 1521, 1),
        (LSOF, ("lnxpay01", "connects_to", "dbora07"), 5432, 1),
        (SS, ("10.1.2.3", "connects_to", "10.1.2.9"), 5432, 1),
    ],
)
def test_each_systems_list_gives_its_connections_to_the_listening_port(
    tmp_path, text, edge, port, accepted
):
    derived = derived_from(tmp_path, sockets_txt=text)
    assert edges(derived) == {edge}
    assert derived.edges["port"].to_list() == [port]
    assert outcomes(derived) == {
        "accepted": accepted,
        "ignored": len(text.splitlines()) - accepted,
    }


def test_sockets_of_unix_are_ignored_as_what_they_are(tmp_path):
    derived = derived_from(tmp_path, sockets_txt=LINUX)
    reasons = set(derived.records.outcomes["reason"].drop_nulls())
    assert "The socket leads nowhere outside its machine." in reasons
