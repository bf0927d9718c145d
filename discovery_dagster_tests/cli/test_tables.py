"""What tables look like where nobody has a terminal, and on one."""

import pytest

from discovery_dagster.cli.present import files_table
from discovery_dagster.cli.terminal import terminal
from discovery_dagster.domain.state import FileState

NAME = "exports/of the estate/" + "servers-of-the-data-centre-" * 6 + ".csv"
WHY = "It ends in the middle of a record, so that nobody can tell what is missing from it."


def shown(capsys: pytest.CaptureFixture[str]) -> list[str]:
    terminal().print(files_table([FileState.unread(NAME, WHY)]))
    return [line.strip() for line in capsys.readouterr().out.splitlines()]


def test_a_line_of_a_pipe_or_file_is_not_folded(capsys, monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    (line,) = [line for line in shown(capsys) if line.startswith(NAME)]
    assert line.endswith(WHY)


def test_it_folds_to_the_columns_that_somebody_wants(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "70")
    lines = shown(capsys)
    assert max(map(len, lines)) <= 70
    assert not any(NAME in line for line in lines)
