"""The list of commands is made without importing them, and says what they say of themselves."""

import subprocess
import sys

import pytest
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


_PACKAGES = ("readers", "formats", "grain", "mapping", "teaching", "canonical", "identity")
#: What reads and understands files, which whoever looks at sessions does not.
_UNDERSTANDING = {
    *("dagster", "pyarrow", "xlsxwriter"),
    *(f"discovery_dagster.domain.{package}" for package in _PACKAGES),
}


@pytest.mark.parametrize("command", ["status", "logs", "engagements", "cancelling", "dictionary"])
def test_what_looks_at_sessions_imports_nothing_that_reads_files(command):
    code = (
        f"import sys, discovery_dagster.cli.{command};"
        f"print(*sorted({_UNDERSTANDING!r} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.split() == []
