"""How the command line says that something is wrong: one sentence, an exit code, no traceback."""

import sys
from typing import NoReturn

from discovery_dagster.cli.terminal import say, say_json
from discovery_dagster.domain.errors import InvalidRequestError

DONE, FAILED, WRONG_USAGE = 0, 1, 2


class UsageError(InvalidRequestError):
    """Wrong usage, something named that does not exist, or input that cannot be read."""

    def __init__(self, code: str, message: str, file: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.file = file


def refuse(error: UsageError, *, as_json: bool) -> NoReturn:
    """Say what is wrong and exit with 2."""
    if as_json:
        document = {"code": error.code, "message": error.message, "file": error.file}
        say_json({"error": document})
    else:
        say(f"discovery: {error.message}", to_stderr=True)
    sys.exit(WRONG_USAGE)


def stop(message: str, *, as_json: bool) -> NoReturn:
    """Say that somebody stopped the command and exit with 1."""
    if as_json:
        say_json({"status": "cancelled", "error": message})
    else:
        say(f"discovery: {message}", to_stderr=True)
    sys.exit(FAILED)


def fail(message: str, *, as_json: bool, code: str = "failed") -> NoReturn:
    """Say that the work failed and exit with 1; `code` is for programs."""
    if as_json:
        document = {"status": "failed", "code": code, "error": message}
        say_json(document)
    else:
        say(f"discovery: {message}", to_stderr=True)
    sys.exit(FAILED)
