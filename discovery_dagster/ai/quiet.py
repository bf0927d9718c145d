"""CrewAI without what it does unasked: telemetry, traces, version checks, files, console, logs.

Each was found by watching version 1.15 through an audit hook; the tests watch it again.
"""

import importlib
import logging
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_ENVIRONMENT = {
    "CREWAI_DISABLE_TELEMETRY": "true",
    "CREWAI_DISABLE_TRACKING": "true",
    "CREWAI_TRACING_ENABLED": "false",
    "CREWAI_DISABLE_VERSION_CHECK": "true",
    "CREWAI_TESTING": "true",  # no question on the first run
    "PYTHON_DOTENV_DISABLED": "true",  # or it loads a .env above its own package
}

#: What is restored after the import, which changes it for the whole process.
_RESTORED = ("HOME", "TOKENIZERS_PARALLELISM", "PYTHON_DOTENV_DISABLED")


def import_crewai(folder: Path) -> None:
    """Import CrewAI once in this process; what it insists on writing goes below `folder`.

    Raises:
        OSError: when the folder cannot be made.
    """
    if "crewai" in sys.modules:
        return
    folder.mkdir(parents=True, exist_ok=True)
    before = {name: os.environ.get(name) for name in _RESTORED}
    os.environ.update(_ENVIRONMENT, CREWAI_STORAGE_DIR=str(folder), HOME=str(folder))
    try:
        with warnings.catch_warnings():
            importlib.import_module("crewai.flow.flow")
            from crewai.events.event_listener import event_listener
        event_listener.formatter.console.quiet = True
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
    for name in ("crewai", "openai"):  # at DEBUG the latter logs whole requests
        logging.getLogger(name).setLevel(logging.CRITICAL)


class _FromCrewAI(logging.Filter):
    """Drops what CrewAI logs on the root logger: errors with the model's output in them."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record stays."""
        return f"{os.sep}crewai{os.sep}" not in record.pathname


@contextmanager
def silenced() -> Iterator[None]:
    """Keep what CrewAI prints and logs to itself for the length of the block."""
    from crewai_core.printer import _suppress_console_output

    printing = _suppress_console_output.set(True)
    root, dropped = logging.getLogger(), _FromCrewAI()
    # With no handler at all, `logging.error` would install one that prints for ever after.
    handler = logging.NullHandler()
    root.addFilter(dropped)
    root.addHandler(handler)
    try:
        yield
    finally:
        _suppress_console_output.reset(printing)
        root.removeHandler(handler)
        root.removeFilter(dropped)
