"""Finds words of the closed vocabularies that stand in the code as bare text.

A word counts where it is a value: compared with a column or an attribute of its vocabulary, put
into one, or given a name, alone or as one of several of its vocabulary. The same text as the name
of a column or a key does not.
"""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from discovery_dagster.domain.steps import STEPS
from discovery_dagster.domain.tables import Column
from discovery_dagster.domain.tables.shown import SHOWN
from discovery_dagster.domain.tables.words import KNOWN_WORDS, ReferenceWords

#: Methods of expressions that take a value; of `lit` it is told by what it is put into.
_TAKES_VALUES = {"eq", "ne", "eq_missing", "ne_missing", "is_in", "fill_null"}
_MEMBERSHIP = (ast.In, ast.NotIn)


@dataclass(frozen=True)
class BareWord:
    """A word, and where it stands."""

    module: str
    line: int
    word: str
    node: ast.Constant
    about: frozenset[str]


def words_by_column() -> Mapping[str, frozenset[str]]:
    """The words that columns of a name may hold, as far as they are members of a vocabulary."""
    words = defaultdict[str, frozenset[str]](frozenset)
    tables = [table for step in STEPS for table in step.frames.values()]
    for table in (*tables, *SHOWN.values()):
        for name, column in _columns(table.columns):
            known = (
                KNOWN_WORDS.get(column.words)
                if isinstance(column.words, ReferenceWords)
                else column.words
            )
            words[name] |= frozenset(member.value for member in known or ())
    return {name: known for name, known in words.items() if known}


def _columns(columns: Mapping[str, Column]) -> Iterator[tuple[str, Column]]:
    for name, column in columns.items():
        yield name, column
        yield from _columns(column.fields or {})


def bare_words(folder: Path, words: Mapping[str, frozenset[str]]) -> Iterator[BareWord]:
    """Find the bare words in the modules below a folder.

    Args:
        folder: of a package.
        words: by the name of a column.
    """
    for file in sorted(folder.rglob("*.py")):
        yield from _in_module(str(file.relative_to(folder)), file.read_text("utf-8"), words)


def _in_module(module: str, source: str, words: Mapping[str, frozenset[str]]) -> Iterator[BareWord]:
    tree = ast.parse(source)
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    every = frozenset[str]().union(*words.values())
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and node.value in every:
            about = _about(node, parents)
            if about is None and _stands_among(node, parents, words):
                about = {_NAMED}
            if about is None:
                continue
            known = every if _NAMED in about else {w for n in about for w in words.get(n, ())}
            if node.value in known:
                yield BareWord(module, node.lineno, node.value, node, frozenset(about))


_NAMED = "="  # stands for a value that is given a name of its own


def _about(node: ast.AST, parents: Mapping[ast.AST, ast.AST]) -> set[str] | None:
    """Names of what a constant is compared with or put into; None where it is no value."""
    parent = parents[node]
    match parent:
        case ast.Tuple() | ast.List() | ast.Set():
            return _about_listed(parent, parents[parent])
        case ast.Compare(left=left, ops=[operator], comparators=[right]):
            if isinstance(operator, _MEMBERSHIP):
                return None
            return _names(right if node is left else left)
        case ast.Call(func=ast.Attribute(attr=method, value=receiver), args=[first, *_]):
            if node is not first:
                return None
            if method == "lit":
                return _put_into(parent, parents)
            return _names(receiver) if method in _TAKES_VALUES else None
        case ast.IfExp(test=test) | ast.BoolOp(values=[test, *_]) if node is not test:
            return _put_into(parent, parents)
    return _put_into(node, parents, direct=True)


def _about_listed(listing: ast.AST, outside: ast.AST) -> set[str] | None:
    match outside:
        case ast.Compare(left=left, ops=[operator]) if isinstance(operator, _MEMBERSHIP):
            return _names(left)
        case ast.Call(func=ast.Attribute(attr="is_in", value=receiver)):
            return _names(receiver)
    return None


def _stands_among(
    node: ast.AST, parents: Mapping[ast.AST, ast.AST], words: Mapping[str, frozenset[str]]
) -> bool:
    """Whether a constant is one of several that are given a name, all of one vocabulary."""
    listing = parents[node]
    match listing:
        case ast.Tuple(elts=listed) | ast.List(elts=listed) | ast.Set(elts=listed):
            pass
        case ast.Dict(keys=listed) if node in listed:
            pass
        case _:
            return False
    outside = parents[listing]
    if isinstance(outside, ast.Call) and _names(outside.func) == {"frozenset"}:
        outside = parents[outside]
    texts = {each.value for each in listed if isinstance(each, ast.Constant)}
    return (
        isinstance(outside, ast.Assign | ast.AnnAssign)
        and len(texts) == len(listed) > 1
        and any(texts <= known for name, known in words.items() if name != "side")
    )


def _put_into(
    node: ast.AST, parents: Mapping[ast.AST, ast.AST], *, direct: bool = False
) -> set[str] | None:
    """Names of the column, key or variable that a value, or what is made of it, ends in."""
    while True:
        parent = parents[node]
        match parent:
            case ast.keyword(arg=str(name)):
                return {name}
            case ast.Dict(keys=keys, values=values) if node in values:
                key = keys[values.index(node)]
                return {key.value} if isinstance(key, ast.Constant) else None
            case ast.AnnAssign() | ast.Assign():
                return {_NAMED, *_names(parent)}
            case ast.Call(func=ast.Attribute(attr="alias"), args=[name]) if (
                node is parent.func and isinstance(name, ast.Constant)
            ):
                return {name.value}
            case ast.stmt() | ast.FunctionDef():
                return None
        if direct:
            return None
        node = parent


def _names(node: ast.AST) -> set[str]:
    """Texts, attributes and variables that an expression mentions."""
    return {
        name
        for each in ast.walk(node)
        for name in (
            getattr(each, "value", None) if isinstance(each, ast.Constant) else None,
            getattr(each, "attr", None),
            getattr(each, "id", None),
        )
        if isinstance(name, str)
    }
