"""What the documents say is proven, is: the tests that they name exist."""

import os
import re
from pathlib import Path

import pytest
import yaml

from discovery_dagster.domain.formats import FORMATS
from discovery_dagster.settings import Settings
from discovery_dagster_tests.installation import PROJECT
from scripts import (
    describe_api,
    describe_commands,
    describe_definitions,
    describe_formats,
    describe_tables,
)

TESTS = PROJECT / "discovery_dagster_tests"
DOCS = PROJECT / "docs"
MADE = {
    script.DOCUMENT
    for script in (describe_api, describe_commands, describe_definitions, describe_tables)
}
NAMED = re.compile(r"`((?:\w+/)*test_\w+\.py)(?:::(test_\w+))?`")


@pytest.mark.parametrize("document", ["exercises.md", "operations.md", "security.md"])
def test_every_test_that_a_document_names_exists(document):
    named = NAMED.findall((PROJECT / "docs" / document).read_text("utf-8"))
    assert named
    for file, test in named:
        assert f"def {test}" in (TESTS / file).read_text("utf-8"), f"{file}::{test}"


def file_named(path: str) -> Path:
    """The file or folder that a document means by a path: of the project, the package or tests."""
    roots = (PROJECT, PROJECT / "discovery_dagster", TESTS)
    return next((root / path for root in roots if (root / path).exists()), PROJECT / path)


@pytest.mark.parametrize("document", ["architecture.md", "exercises.md"])
def test_every_path_that_says_where_a_change_goes_exists(document):
    text = (DOCS / document).read_text("utf-8")
    paths = re.findall(r"`([\w.-]+/[\w./-]*)`", text)
    assert len(paths) > 20
    assert [path for path in paths if not file_named(path).exists()] == []
    names = re.findall(r"`([\w./-]+\.(?:py|yaml))`[,:] `(\w+)`", text)
    assert len(names) > 5
    assert [pair for pair in names if pair[1] not in file_named(pair[0]).read_text("utf-8")] == []


@pytest.mark.parametrize(
    "script", [describe_api, describe_commands, describe_definitions, describe_tables]
)
def test_a_document_that_is_made_from_code_is_current(script, monkeypatch):
    for name in [name for name in os.environ if name.startswith("DISCOVERY_")]:
        monkeypatch.delenv(name)
    assert script.DOCUMENT.read_text("utf-8") == script.describe(), (
        f"run: python -m {script.__name__}"
    )


def test_documents_that_are_made_from_formats_are_current():
    pages = describe_formats.describe()
    assert set(pages) == set((DOCS / "formats").glob("*.md"))
    for path, text in pages.items():
        assert path.read_text("utf-8") == text, "run: python -m scripts.describe_formats"


def test_every_format_is_of_one_tool():
    families = yaml.safe_load((DOCS / "formats/tools.yaml").read_text("utf-8"))
    tools = [tool for family in families for tool in family["tools"]]
    described = [known.name for tool in tools for known in describe_formats.formats_of(tool)]
    assert sorted(described) == sorted(FORMATS)
    assert all(tool["export"] for tool in tools)


def test_each_option_and_each_setting_says_what_it_means():
    rows = [line for line in describe_commands.describe().splitlines() if line.startswith("| `")]
    assert len(rows) > 150
    assert [row for row in rows if not row.removesuffix(" |").rpartition("|")[2].strip()] == []


def written_documents() -> list[Path]:
    """The documents that people write, and in which something may be named that is gone."""
    return [
        path
        for path in (PROJECT / "README.md", PROJECT / "CONTRIBUTING.md", *DOCS.glob("*.md"))
        if path not in MADE
    ]


def test_every_command_that_a_document_names_exists():
    commands = set(re.findall(r"^#+ discovery (.+)$", describe_commands.describe(), re.M))
    named = {
        (path.name, command)
        for path in written_documents()
        for command in re.findall(r"(?:`|^\.venv/bin/)discovery ([a-z]+)", path.read_text(), re.M)
    }
    assert len(named) > 20
    assert {pair for pair in named if pair[1] not in commands} == set()


def test_every_setting_that_a_document_names_exists():
    settings = {f"DISCOVERY_{name.upper()}" for name in Settings.model_fields}
    named = {
        (path.name, setting)
        for path in written_documents()
        for setting in re.findall(r"\bDISCOVERY_[A-Z_]+[A-Z]\b", path.read_text("utf-8"))
    }
    assert named
    assert {pair for pair in named if pair[1] not in settings} == set()


def test_every_file_that_a_document_leads_to_exists():
    for path in (*written_documents(), *(DOCS / "decisions").glob("*.md")):
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text("utf-8")):
            assert (path.parent / target).exists(), f"{path.name}: {target}"


def test_each_threat_names_what_proves_that_something_stands_against_it():
    text = (PROJECT / "docs" / "security.md").read_text("utf-8")
    section = text.partition("| Threat |")[2].partition("\n\n")[0]
    threats = [line for line in section.splitlines() if line.startswith("| ")]
    proofs = [threat.removesuffix(" |").rpartition(" | ")[2] for threat in threats]
    assert len(proofs) > 30
    assert [
        proof for proof in proofs if not (NAMED.search(proof) or "`make attack`" in proof)
    ] == []


def test_each_event_of_the_operations_names_a_test_that_proves_it():
    text = (PROJECT / "docs" / "operations.md").read_text("utf-8")
    section = text.partition("## When something breaks")[2].partition("\n## ")[0]
    events = [line for line in section.splitlines() if line.startswith("| ")][1:]
    assert events
    assert [event for event in events if not NAMED.search(event.rpartition(" | ")[2])] == []
