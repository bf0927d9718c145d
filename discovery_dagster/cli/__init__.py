"""The command line: parses, calls, presents. `discovery --help` lists what it does."""

import signal


def main() -> None:
    """Run the command line. `--debug` before the command shows tracebacks."""
    # Until the modules are there that say in words what a signal does, signals wait.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
    from discovery_dagster.cli import app

    app.main()


__all__ = ["main"]
