"""The command line under an audit hook: whom it contacts, and what it has imported at its end.

Run as `python -m discovery_dagster_tests.ai.watched REPORT ARGUMENT…`.
"""

import atexit
import json
import signal
import sys
from pathlib import Path

contacted = []


def watch(event: str, arguments: tuple) -> None:
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        contacted.append(list(arguments[1][:2]))
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        contacted.append([str(arguments[0]), None])


def report(path: Path, handlers: list) -> None:
    changed = [handler for handler in handlers if str(handler[1]).find("crewai") >= 0]
    summary = {
        "contacted": contacted,
        "crewai": "crewai" in sys.modules,
        "handlers": [str(handler) for handler in changed],
    }
    path.write_text(json.dumps(summary))


if __name__ == "__main__":
    sys.addaudithook(watch)
    where = Path(sys.argv.pop(1))
    kinds = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    atexit.register(lambda: report(where, [(kind, signal.getsignal(kind)) for kind in kinds]))
    from discovery_dagster.cli import main

    main()
