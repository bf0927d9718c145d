"""The commands by name, and the one place where errors become sentences and exit codes.

Only the module of the command that is run is imported: all together cost over a second.
"""

import ast
import signal
import sys
import warnings
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import typer
from pydantic import ValidationError
from typer.core import TyperGroup

from discovery_dagster.cli.errors import UsageError, fail, refuse, stop
from discovery_dagster.domain.errors import (
    NOT_ENOUGH_MEMORY,
    InvalidRequestError,
    OperationError,
)
from discovery_dagster.store.private_files import keep_files_private

#: Where each command is: a module beside this one, and the function or group in it.
COMMANDS: Mapping[str, tuple[str, str]] = {
    "demo": ("demo", "demo"),
    "import": ("importing", "import_files"),
    "run": ("importing", "run"),
    "cancel": ("cancelling", "cancel"),
    "status": ("status", "status"),
    "export": ("exporting", "export"),
    "up": ("services", "up"),
    "service": ("service", "service"),
    "migrate": ("service", "migrate"),
    "env": ("services", "env"),
    "down": ("services", "down"),
    "backfill": ("backfill", "backfill"),
    "engagement": ("engagements", "commands"),
    "backup": ("backups", "backup"),
    "restore": ("backups", "restore"),
    "doctor": ("doctor", "doctor"),
    "reconcile": ("operations", "reconcile"),
    "why": ("why", "why"),
    "impact": ("why", "impact"),
    "report": ("report", "report"),
    "lineage": ("lineage", "lineage"),
    "mapping": ("mapping", "app"),
    "format": ("formats", "app"),
    "grain": ("grain", "app"),
    "dictionary": ("dictionary", "app"),
    "identity": ("identity", "app"),
    "override": ("overrides", "app"),
    "alias": ("aliases", "app"),
    "decisions": ("decisions", "app"),
    "plan": ("planning", "app"),
    "model": ("model", "app"),
    "api": ("api", "api"),
    "token": ("tokens", "app"),
}


class StoppedError(Exception):
    """A signal ended the command; the message is one sentence."""


class _Commands(TyperGroup):
    """The commands; Typer itself ends an interrupted one with 130 and without a word."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that the arguments name.

        Raises:
            StoppedError: when a signal ends it.
        """
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as error:
            raise StoppedError(str(error)) from error


def main() -> None:
    """Run the command line. `--debug` before the command shows tracebacks."""
    arguments = sys.argv[1:]
    as_json, debug = "--json" in arguments, "--debug" in arguments
    if not debug:
        warnings.simplefilter("ignore")  # Dagster's, of parameters that it calls beta
    keep_files_private()
    # A shell has what it starts in the background ignore SIGINT, and Dagster, once imported, treats
    # SIGTERM as SIGINT: without this such a command could not be stopped at all.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, _interrupt)
    if signal.getsignal(signal.SIGHUP) == signal.SIG_DFL:  # not under nohup
        signal.signal(signal.SIGHUP, _interrupt)
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
        _run([argument for argument in arguments if argument != "--debug"])
    except (Exception, KeyboardInterrupt) as error:
        if debug:
            raise
        _explain(error, as_json=as_json)


def _run(arguments: list[str]) -> None:
    sys.exit(app_for(arguments)(arguments, prog_name="discovery", standalone_mode=False))


def app_for(arguments: Sequence[str]) -> typer.Typer:
    """Return the command line with the command that `arguments` begin with, or with all.

    Where only their list is asked for, they are listed and not imported, which takes Dagster 1 s.
    """
    app = typer.Typer(
        name="discovery",
        cls=_Commands,
        help="From the messy exports of an IT estate to an inventory, a dependency map and a plan.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    # With one command alone Typer would take its name for an argument.
    app.callback()(lambda: None)
    named = next((word for word in arguments if not word.startswith("-")), "")
    for name in [named] if named in COMMANDS else COMMANDS:
        module, attribute = COMMANDS[name]
        if list(arguments) == ["--help"]:
            _list(app, name, module, attribute)
            continue
        command = getattr(import_module(f"discovery_dagster.cli.{module}"), attribute)
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=name)
        else:
            app.command(name)(command)
    return app


def _list(app: typer.Typer, name: str, module: str, attribute: str) -> None:
    """Add something with the help of a command, or of a group, as its source states it."""
    source = Path(__file__).with_name(f"{module}.py").read_text("utf-8")
    for statement in ast.parse(source).body:
        match statement:
            case ast.FunctionDef(name=called) if called == attribute:
                app.command(name, help=ast.get_docstring(statement))(lambda: None)
            case ast.Assign(targets=[ast.Name(id=called)], value=ast.Call(keywords=stated)) if (
                called == attribute
            ):
                text = next(one.value for one in stated if one.arg == "help")
                group = typer.Typer(help=ast.literal_eval(text))
                group.callback()(lambda: None)
                app.add_typer(group, name=name)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _setting(error: ValidationError) -> str:
    """The name of the setting that is wrong, when it is a single one."""
    place = error.errors()[0]["loc"]
    return f"DISCOVERY_{str(place[0]).upper()}: " if place else ""


def _explain(error: BaseException, *, as_json: bool) -> None:
    match error:
        case UsageError():
            refuse(error, as_json=as_json)
        case typer.TyperException():
            refuse(UsageError("usage", error.format_message()), as_json=as_json)
        case InvalidRequestError():
            refuse(UsageError(error.code, str(error)), as_json=as_json)
        case KeyboardInterrupt() | StoppedError() | typer.Abort():
            stop(str(error) or "Stopped.", as_json=as_json)
        case MemoryError():
            fail(NOT_ENOUGH_MEMORY, as_json=as_json)
        case ValidationError(title="Settings"):
            wrong = str(error.errors()[0]["msg"]).removeprefix("Value error, ")
            refuse(UsageError("settings", f"{_setting(error)}{wrong}."), as_json=as_json)
        case OperationError():
            fail(str(error), as_json=as_json, code=error.code)
        case OSError() if error.strerror:
            place = f"{error.filename}: " if error.filename else ""
            fail(f"{place}{error.strerror}.", as_json=as_json)
        case OSError():
            fail(str(error), as_json=as_json)
        case _:
            words = str(error).strip().splitlines() or [type(error).__name__]
            fail(f"{words[0]} (`discovery --debug …` shows where.)", as_json=as_json)
