"""Errors that people and programs see have codes of their own, by which they are told apart."""

import importlib
from collections.abc import Iterator
from pathlib import Path

from discovery_dagster.domain.errors import (
    AbsentError,
    DiscoveryError,
    InvalidRequestError,
    OperationError,
)

PROJECT = Path(__file__).parents[1]
BRANCHES = {DiscoveryError, InvalidRequestError, AbsentError, OperationError}
#: They are made with the code of what is wrong in one file, value or argument.
CODE_OF_EACH = {"UsageError", "UnreadableFileError", "InvalidOverrideError", "DictionaryError"}


def _subclasses(kind: type[DiscoveryError]) -> Iterator[type[DiscoveryError]]:
    for child in kind.__subclasses__():
        yield child
        yield from _subclasses(child)


def test_each_error_has_a_stable_code_that_no_other_has():
    for path in (PROJECT / "discovery_dagster").rglob("*.py"):
        if any(f"({branch.__name__}" in path.read_text("utf-8") for branch in BRANCHES):
            module = path.parent if path.name == "__init__.py" else path.with_suffix("")
            importlib.import_module(".".join(module.relative_to(PROJECT).parts))
    errors = {error for error in _subclasses(DiscoveryError) if error not in BRANCHES}
    codes = [error.code for error in errors if error.__name__ not in CODE_OF_EACH]
    assert len(codes) > 20
    assert len(codes) == len(set(codes))
    assert all(code == code.lower() and code.replace("_", "").isalpha() for code in codes)
