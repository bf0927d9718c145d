"""Ports that servers of this home listen on."""

import socket

from discovery_dagster.cli.errors import UsageError


def free_port(wanted: int, option: str = "--port") -> int:
    """The port `wanted`, or a free one for 0.

    Raises:
        UsageError: when another program has it.
    """
    with socket.socket() as probe:
        # As servers do: connections that have ended do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except (OSError, OverflowError) as error:
            raise UsageError(
                "port_taken",
                f"Port {wanted} cannot be had; `{option}` takes another, and 0 a free one.",
            ) from error
        port: int = probe.getsockname()[1]
        return port
