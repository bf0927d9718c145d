"""Where programs of packages are found."""

import sys
from pathlib import Path

import pytest

from discovery_dagster.cli.programs import script


def write_program(folder: Path) -> Path:
    folder.mkdir()
    program = folder / "a-daemon"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    return program


def test_a_program_is_that_of_the_environment_whatever_the_path_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    beside, other = write_program(tmp_path / "env"), write_program(tmp_path / "bin")
    monkeypatch.setattr(sys, "executable", str(beside.with_name("python")))
    monkeypatch.setenv("PATH", str(other.parent))
    assert script("a-daemon") == str(beside)


def test_a_program_is_found_where_debian_puts_those_of_its_own_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = write_program(tmp_path / "local")
    monkeypatch.setattr(sys, "executable", "/nowhere/python3")
    monkeypatch.setenv("PATH", str(program.parent))
    assert script("a-daemon") == str(program)
