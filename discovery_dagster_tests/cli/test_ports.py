import socket

import pytest

from discovery_dagster.cli.errors import UsageError
from discovery_dagster.cli.ports import Address


@pytest.mark.parametrize(
    ("address", "url"),
    [
        (Address("127.0.0.1", 8000), "http://127.0.0.1:8000"),
        (Address("0.0.0.0", 8000), "http://127.0.0.1:8000"),  # noqa: S104 - nothing is bound
        (Address("::", 80), "http://[::1]:80"),
        (Address("10.1.2.3", 80), "http://10.1.2.3:80"),
    ],
)
def test_an_address_is_reached_from_this_machine_at_its_url(address, url):
    assert address.url == url


def test_a_port_that_another_program_has_and_a_host_of_another_machine_are_refused():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(UsageError, match="--api-port"):
            Address.free("127.0.0.1", other.getsockname()[1], "--api-port")
    with pytest.raises(UsageError, match=r"198\.51\.100\.7"):
        Address.free("198.51.100.7", 0)


@pytest.mark.parametrize(("host", "warned"), [("127.0.0.1", False), ("::1", False), ("::", True)])
def test_listening_beyond_this_machine_is_warned_of(host, warned, capsys):
    Address(host, 80).warn()
    assert ("TLS" in capsys.readouterr().err) is warned
