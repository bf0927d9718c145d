"""Each regular expression of the package takes time in proportion to the text that it meets."""

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from functools import cache
from inspect import getsource, signature
from types import ModuleType

import pytest

import discovery_dagster
from discovery_dagster_tests.pumping import (
    Pattern,
    Use,
    all_of_it,
    anywhere,
    at_the_beginning,
    slow_text,
)

pytestmark = pytest.mark.long

#: What the functions that make a pattern of something are given.
ARGUMENTS = {
    "discovery_dagster.domain.readers.quoting._special": (",",),
    "discovery_dagster.domain.readers.quoting._OPENING": at_the_beginning,
    "discovery_dagster.domain.readers.quoting._closing": (b",",),
}
USES = {
    "match": at_the_beginning,
    "fullmatch": all_of_it,
    **dict.fromkeys(("search", "findall", "finditer", "split", "sub"), anywhere),
}
#: Used by a loop over several patterns, or from one place on that is not looked at again.
WHOLE = {
    "discovery_dagster.domain.readers.cut_off._KINDS": all_of_it,
    "discovery_dagster.domain.readers.stray_lines._patterns": all_of_it,
    "discovery_dagster.domain.readers.quoting._OPENING": at_the_beginning,
    "discovery_dagster.domain.readers.quoting._closing": at_the_beginning,
}
NO_PATTERN = {"discovery_dagster.domain.readers.adjacency._pattern"}  # chooses among others


@pytest.mark.parametrize(
    ("pattern", "use", "slow"),
    [
        (r"(a+)+b", at_the_beginning, True),
        (r"(?:a|a)*b", all_of_it, True),
        (r"\s*,", anywhere, True),
        (r"\s*,", at_the_beginning, False),
        (r"(?<!\s)\s+,", anywhere, False),
        (r"<a.*?</a>", anywhere, True),
        (r"[^,]*,[^,]*,", at_the_beginning, False),
        (r"\s*\s*x", at_the_beginning, True),
        (r"\s*+\s*x", at_the_beginning, False),
    ],
)
def test_the_search_tells_slow_patterns_from_linear_ones(pattern, use, slow):
    assert (slow_text(re.compile(pattern), use) is not None) == slow


def _modules() -> Iterator[ModuleType]:
    for module in pkgutil.walk_packages(discovery_dagster.__path__, "discovery_dagster."):
        if ".migrations" not in module.name and not module.name.endswith("__main__"):
            yield importlib.import_module(module.name)


def _patterns_in(value: object) -> Iterator[Pattern]:
    if isinstance(value, re.Pattern):
        yield value
    elif type(value) is dict:
        yield from _patterns_in(tuple(value.values()))
    elif type(value) in {list, tuple}:
        for each in value:
            yield from _patterns_in(each)


def _uses(tree: ast.Module, name: str) -> Use:
    """How a module uses its pattern `name`; a tokenizer, which is given a place, goes through."""
    uses = set[Use]()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == name:
            uses.add(USES.get(node.attr, anywhere))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == f"{name}.match":
            uses |= {anywhere} if len(node.args) > 1 else set()
    return uses.pop() if len(uses) == 1 else anywhere


def _named(module: ModuleType, tree: ast.Module) -> Iterator[tuple[str, Pattern, Use]]:
    """The patterns that a module holds, and those that its functions make."""
    for name, value in vars(module).items():
        place = f"{module.__name__}.{name}"
        held = value
        if callable(value):
            if value.__module__ != module.__name__ or place in NO_PATTERN:
                continue
            if "re.Pattern" not in str(getattr(value, "__annotations__", {}).get("return")):
                continue
            needed = [p for p in signature(value).parameters.values() if p.default is p.empty]
            assert len(ARGUMENTS.get(place, ())) == len(needed), f"What is {place} given?"
            held = value(*ARGUMENTS.get(place, ()))
        for at, pattern in enumerate(_patterns_in(held)):
            yield f"{place} {at}", pattern, WHOLE.get(place) or _uses(tree, name)


def _written_in_calls(module: ModuleType, tree: ast.Module) -> Iterator[tuple[str, Pattern, Use]]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        library, _, called = ast.unparse(node.func).rpartition(".")
        if library == "re" and called in USES and isinstance(node.args[0], ast.Constant):
            flags = re.DOTALL if "DOTALL" in ast.unparse(node) else 0
            pattern = re.compile(node.args[0].value, flags)
            yield f"{module.__name__}:{node.lineno}", pattern, USES[called]


@cache
def _all() -> dict[tuple[Pattern, Use], str]:
    patterns = dict[tuple[Pattern, Use], str]()
    for module in _modules():
        tree = ast.parse(getsource(module)) if module.__file__ else ast.Module([], [])
        for place, pattern, use in (*_named(module, tree), *_written_in_calls(module, tree)):
            patterns.setdefault((pattern, use), place)
    return patterns


def test_every_pattern_of_the_package_takes_time_in_proportion_to_the_text():
    assert len(_all()) > 80
    slow = {
        f"{place}: {pattern.pattern!r:.200}": text
        for (pattern, use), place in _all().items()
        if (text := slow_text(pattern, use)) is not None
    }
    assert slow == {}
