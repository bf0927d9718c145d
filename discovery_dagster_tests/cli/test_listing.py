"""The list of commands is made without importing them, and says what they say of themselves."""

import subprocess
import sys

import typer

from discovery_dagster.cli.app import app_for


def described(*arguments: str) -> dict[str, str]:
    commands = typer.main.get_command(app_for(arguments)).commands
    return {name: command.help for name, command in commands.items()}


def test_the_list_of_commands_says_what_each_says_of_itself():
    listed, imported = described("--help"), described()
    assert list(listed) == list(imported)
    assert listed == imported


def test_the_list_of_commands_imports_neither_dagster_nor_polars():
    code = (
        "import sys; from discovery_dagster.cli.app import app_for; app_for(['--help']);"
        "sys.exit(bool({'dagster', 'polars'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
