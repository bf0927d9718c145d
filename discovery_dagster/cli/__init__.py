"""The command line: parses, calls, presents. `discovery --help` lists what it does."""

import gc
import signal

#: New objects after which Python looks for cycles among them. With its own 700 that takes a tenth
#: of the time in which Dagster is imported, and finds nothing there.
_NEW_OBJECTS = 10_000


def main() -> None:
    """Run the command line. `--debug` before the command shows tracebacks."""
    gc.set_threshold(_NEW_OBJECTS)
    # Until the modules are there that say in words what a signal does, signals wait.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
    from discovery_dagster.cli import app

    app.main()


__all__ = ["main"]
