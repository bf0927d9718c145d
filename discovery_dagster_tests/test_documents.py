"""What the documents say is proven, is: the tests that they name exist."""

import re

import pytest

from discovery_dagster_tests.installation import PROJECT
from scripts.describe_tables import DOCUMENT, describe

TESTS = PROJECT / "discovery_dagster_tests"
NAMED = re.compile(r"`((?:\w+/)*test_\w+\.py)(?:::(test_\w+))?`")


@pytest.mark.parametrize("document", ["operations.md", "security.md"])
def test_every_test_that_a_document_names_exists(document):
    named = NAMED.findall((PROJECT / "docs" / document).read_text("utf-8"))
    assert named
    for file, test in named:
        assert f"def {test}" in (TESTS / file).read_text("utf-8"), f"{file}::{test}"


def test_the_document_of_the_tables_is_what_their_catalogue_says():
    assert DOCUMENT.read_text("utf-8") == describe(), "run: python -m scripts.describe_tables"


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
