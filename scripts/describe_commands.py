"""Writes `docs/commands.md` from commands and settings: `python -m scripts.describe_commands`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from discovery_dagster.cli.app import app_for
from discovery_dagster.settings import Settings

DOCUMENT = Path(__file__).parent.parent / "docs/commands.md"

_BEGINNING = """\
# Commands and settings

Every command with its arguments and options, and every setting, made from their code by
`python -m scripts.describe_commands`. `--json` prints one JSON document and nothing else.
"""

_SETTINGS = """
## Settings

Environment variables. What is not set has the default.

| variable | default | meaning |
|---|---|---|
"""


def describe() -> str:
    """Return the text of `docs/commands.md`."""
    command = typer.main.get_command(app_for([]))
    parts = [_BEGINNING, *_commands(command, ("discovery",)), _SETTINGS]
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None else f"`{field.default}`"
        if field.is_required() or field.default_factory is not None:
            default = ""
        parts.append(f"| `DISCOVERY_{name.upper()}` | {default} | {field.description or ''} |\n")
    return "".join(parts)


def _commands(command: Any, path: tuple[str, ...]) -> Iterator[str]:
    children = getattr(command, "commands", {})
    if len(path) > 1:
        yield f"\n##{'#' * (len(path) - 2)} {' '.join(path)}\n\n{_help(command)}\n"
    for name, child in sorted(children.items()):
        yield from _commands(child, (*path, name))
    rows = [_row(parameter) for parameter in command.params if len(path) > 1 and not children]
    if rows:
        yield "\n| | meaning |\n|---|---|\n" + "".join(rows)


def _help(command: Any) -> str:
    return " ".join((command.help or "").split())


def _row(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        name = f"`{parameter.name.upper()}`" + ("…" if parameter.nargs == -1 else "")
    else:
        name = ", ".join(f"`{option}`" for option in (*parameter.opts, *parameter.secondary_opts))
    required = "" if not parameter.required else " Required."
    return f"| {name} | {' '.join((parameter.help or '').split())}{required} |\n"


if __name__ == "__main__":
    DOCUMENT.write_text(describe(), "utf-8")
