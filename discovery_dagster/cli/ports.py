"""Addresses that servers of this home listen on."""

import socket
from typing import NamedTuple, Self

from discovery_dagster.cli.errors import UsageError
from discovery_dagster.cli.terminal import say

_LOOPBACK = ("127.0.0.1", "localhost", "::1")

#: Addresses that stand for all of a machine's, and what this machine calls itself then.
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - names; nothing is bound here


class Address(NamedTuple):
    """Where a server listens."""

    host: str
    port: int

    @classmethod
    def free(cls, host: str, port: int, option: str = "--port") -> Self:
        """The address with `port`, or with a free one for 0.

        Raises:
            UsageError: when another program has it, or the host is none of this machine.
        """
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            # As servers do: connections that have ended do not count.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except (OSError, OverflowError) as error:
                raise UsageError(
                    "port_taken",
                    f"Port {port} of {host} is not available; `{option}` takes another, and 0 a"
                    " free one.",
                ) from error
            return cls(host, probe.getsockname()[1])

    @property
    def url(self) -> str:
        """Where this machine reaches it."""
        host = _EVERYWHERE.get(self.host, self.host)
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    def warn(self) -> None:
        """Say on stderr what listening beyond this machine means."""
        if self.host not in _LOOPBACK:
            say(
                f"Listening on {self.host}: whoever reaches it can try tokens, and nothing is"
                " encrypted. Put a proxy with TLS in front of it.",
                to_stderr=True,
            )
