"""That a step's version changes with what decides its result, and with nothing else."""

import ast
import shutil
import time

import pytest

from discovery_dagster.domain.steps import STEPS
from discovery_dagster.versions import INSTALLED, code_versions, versions_of
from discovery_dagster.versions.kept import fingerprint

pytestmark = pytest.mark.pipeline

CODE = ("domain", "store", "defs")


@pytest.fixture(scope="module")
def versions():
    return code_versions()


@pytest.fixture
def copy(tmp_path):
    folder = tmp_path / "discovery_dagster"
    ignored = shutil.ignore_patterns("__pycache__", "sample_estate", "migrations")
    for part in (*CODE, "reference"):
        shutil.copytree(INSTALLED / part, folder / part, ignore=ignored)
    return folder


def replace(file, old, new):
    text = file.read_text("utf-8")
    assert old in text, f"{file.name} has changed: choose something else of it to replace"
    file.write_text(text.replace(old, new, 1), "utf-8")


def changed(folder, versions):
    return {key for key, version in versions_of(folder).items() if version != versions[key]}


def test_each_step_has_a_version_of_its_own(versions):
    assert list(versions) == [step.key for step in STEPS]
    assert len(set(versions.values())) == len(STEPS)


def test_a_changed_function_changes_the_steps_above_it_and_no_other(copy, versions):
    replace(copy / "domain/planning/grouping.py", "def ", "def added():\n    return 1\n\n\ndef ")
    assert changed(copy, versions) == set()  # nobody calls it
    source = copy / "domain/planning/coverage.py"
    replace(source, "    return ", "    print()\n    return ")
    assert changed(copy, versions) == {"migration_plan"}


def test_a_changed_rule_changes_the_steps_that_read_it_and_no_other(copy, versions):
    for rules in ("strategies", "precedence"):
        path = copy / f"reference/{rules}.yaml"
        path.write_text(path.read_text() + "added: 1\n")
    assert changed(copy, versions) == {"migration_plan", "inventory"}


def test_comments_docstrings_and_layout_change_nothing(copy, versions):
    for part in CODE:
        for file in (copy / part).rglob("*.py"):
            # Writes the code as Python itself would: without comments, in its own layout.
            tree = ast.parse(file.read_text("utf-8"))
            file.write_text(f'"""Another docstring."""\n# A comment.\n{ast.unparse(tree)}', "utf-8")
    for file in (copy / "reference").glob("*.*"):
        if file.suffix in (".yaml", ".csv"):
            file.write_text("# Another comment.\n" + file.read_text("utf-8"), "utf-8")
    assert changed(copy, versions) == set()


def test_looking_whether_a_file_changed_is_quick():
    seconds = []
    for _ in range(5):
        started = time.process_time()
        fingerprint(INSTALLED)
        seconds.append(time.process_time() - started)
    assert min(seconds) < 0.05
