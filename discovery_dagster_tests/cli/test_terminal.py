"""What stands in cells, file names and titles is shown by no command as more than text."""

import ast
import json
import unicodedata
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from discovery_dagster import cli
from discovery_dagster.cli.present import table_of
from discovery_dagster.cli.terminal import say, say_json, terminal, visible

#: Clears the screen, sets a title, fills the clipboard, links, turns text around; C1 as well.
CANARY = (
    "\x1b[2J\x1b]0;owned\x07\x1b]52;c;b3du\x07\x1b]8;;http://example.org\x07link\x1b]8;;\x07"
    "\x9b31m\x9d0;owned\x9c\u202eback\u2066\u200f\x7f[bold][/][/bold][link=x]:bomb:"
)


def is_obeyed(character):
    kind, turn = unicodedata.category(character), unicodedata.bidirectional(character)
    marks = {"RLE", "LRE", "RLO", "LRO", "PDF", "RLI", "LRI", "FSI", "PDI"}
    return (kind == "Cc" and character not in "\t\n") or kind in ("Cs", "Zl", "Zp") or turn in marks


@given(st.text(st.characters()))
def test_nothing_is_left_that_a_terminal_obeys_and_all_else_stays(text):
    shown = visible(text)
    assert not any(map(is_obeyed, shown))
    plain = [each for each in text if visible(each) == each]
    assert len(shown) == len(plain) + 6 * (len(text) - len(plain))  # the others as \\uNNNN


def test_a_document_says_the_same_without_what_a_terminal_obeys(capsys):
    say_json({"name": CANARY, "file": "\udcff.csv"})
    written = capsys.readouterr().out
    assert not any(map(is_obeyed, written))
    assert json.loads(written) == {"name": CANARY, "file": "\udcff.csv"}


def test_a_table_shows_markup_as_it_was_typed(capsys):
    table = table_of(f"Files {CANARY}", CANARY)
    table.add_row(CANARY)
    terminal().print(table)
    terminal().print(CANARY, style="bold")
    terminal(stderr=True).print(CANARY)
    say(CANARY, to_stderr=True)
    written = capsys.readouterr()
    assert not any(map(is_obeyed, written.out + written.err))
    assert written.out.count("[bold][/][/bold][link=x]:bomb:") == 4
    assert written.err.count("[bold][/][/bold][link=x]:bomb:") == 2


def test_no_command_prints_by_itself():
    """Whoever prints past `terminal.py` lets through what these tests are about."""
    printing = {"print", "echo", "secho", "Console", "print_json"}
    for file in sorted(Path(cli.__path__[0]).glob("*.py")):
        if file.name == "terminal.py":
            continue
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            called = node.func
            by_itself = isinstance(called, ast.Name) and called.id in printing
            by_library = isinstance(called, ast.Attribute) and called.attr in printing - {"print"}
            assert not (by_itself or by_library), f"{file.name} line {node.lineno}"


def test_no_command_lets_a_cell_a_name_or_a_title_through(standing, move, tmp_path):
    drop = tmp_path / "drop"
    drop.mkdir()
    evil = CANARY.replace("/", "").replace('"', "")
    (drop / f"servers{evil}.csv").write_text(
        f"Hostname,OS,Owner,IP Address,Note{evil}\n"
        f"larch{evil},Ubuntu{evil},{evil},10.0.0.1,{evil}\n"
        f"alder,Ubuntu 22.04,{evil},10.0.0.2,=1{evil}\n"
        f",{evil},{evil},not an address{evil},{evil}\n",
        "utf-8",
    )
    (drop / f"needs{evil}.csv").write_text(
        f"Source,Target,Port\nalder,larch{evil},443\nlarch{evil},gone{evil},{evil}\n", "utf-8"
    )
    where = move.options
    session = (*where, "--session", "s001")
    shown = [
        ("import", drop, *where, "--dry-run"),
        ("import", drop, *where, "--title", f"Upland {evil}"),
        ("status",),
        ("mapping", "list", *session),
        *((name, "alder", *session) for name in ("why", "impact", "lineage")),
        ("identity", "explain", "alder", *session),
        ("override", "list", *where),
        ("plan", "show", *where),
    ]
    refused = [
        ("why", f"nobody{evil}", *session),
        ("export", "assets", *session, "--format", f"x{evil}"),
        ("import", tmp_path / f"missing{evil}", *where),
    ]
    for command in [*shown, *refused]:
        for options in ((), ("--json",)):
            done = standing.run(*command, *options)
            output = done.stdout + done.stderr
            assert "Traceback" not in output, (command[:2], output)
            assert "MarkupError" not in output
            assert (done.returncode == 0) is (command in shown), (command[:2], output)
            assert not any(map(is_obeyed, output)), (command[:2], ascii(output))
