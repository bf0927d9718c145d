"""A Python package as its source: what each module defines, and under which name it knows what."""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeGuard

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True)
class Definition:
    """What a name of a module stands for, or, without a name, what the module does when imported.

    Most are one statement; a name that is assigned to twice has two.
    """

    module: str
    name: str
    statements: tuple[ast.stmt, ...]

    @cached_property
    def canonical(self) -> str:
        """The statements without comments, docstrings and whitespace."""
        return canonical(list(self.statements))


@dataclass(frozen=True)
class Module:
    """One module: its definitions by name, and the dotted paths of what it imports by name."""

    name: str
    package: str
    definitions: Mapping[str, Definition]
    imports: Mapping[str, str]


class Package:
    """The modules below a folder, each read when it is asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.name = folder.name
        self._modules: dict[str, Module | None] = {}

    def module(self, name: str) -> Module | None:
        """Return the module of this dotted name; None when there is none."""
        if name not in self._modules:
            self._modules[name] = self._read(name)
        return self._modules[name]

    def modules_in(self, package: str) -> Iterator[str]:
        """Return the names of the modules that stand in a package itself."""
        folder = self._path(package)
        return (f"{package}.{file.stem}" for file in folder.glob("*.py") if file.stem != "__init__")

    def reference_files(self, folder: str) -> list[str]:
        """Return the YAML files in a folder below `reference/`, by their paths from there."""
        files = (self.folder / "reference" / folder).glob("*.yaml")
        return [f"{folder}/{file.name}" for file in files]

    def find(self, path: str) -> Sequence[Definition]:
        """Return what a dotted path of this package stands for.

        One definition with what its module does when imported; every definition of a module where
        it is used as a value; nothing for what is not of this package.
        """
        module, rest = self._split(path)
        if module is None:
            return ()
        name, _, further = rest.partition(".")
        if name and name in module.definitions:
            return [each for key, each in module.definitions.items() if key in ("", name)]
        if name in module.imports:
            return self.find(".".join(filter(None, (module.imports[name], further))))
        return tuple(module.definitions.values())

    def _split(self, path: str) -> tuple[Module | None, str]:
        """Part a dotted path into the innermost module and what is left."""
        parts = path.split(".")
        if parts[0] != self.name:
            return None, path
        for length in range(len(parts), 0, -1):
            module = self.module(".".join(parts[:length]))
            if module is not None:
                return module, ".".join(parts[length:])
        return None, path

    def _read(self, name: str) -> Module | None:
        path = self._path(name)
        for file in (path.with_name(f"{path.name}.py"), path / "__init__.py"):
            if file.is_file():
                package = name if file.stem == "__init__" else name.rpartition(".")[0]
                tree = ast.parse(file.read_bytes())
                return Module(name, package, _definitions(name, tree), _imports(tree))
        return None

    def _path(self, name: str) -> Path:
        return self.folder.joinpath(*name.split(".")[1:])


def canonical(node: object) -> str:
    """Return a syntax tree as text, the same on each version of Python and however it is laid out.

    Documentation is left out: strings that are statements of their own, such as docstrings, and
    what is given to a parameter called `doc`.
    """
    if isinstance(node, list):
        return f"[{','.join(canonical(each) for each in node if not _is_documentation(each))}]"
    if not isinstance(node, ast.AST):
        return repr(node)
    fields = (
        f"{name}={canonical(value)}"
        for name, value in ast.iter_fields(node)
        if value is not None and value != []  # versions of Python differ in what they leave out
    )
    return f"{type(node).__name__}({','.join(fields)})"


def _is_documentation(node: object) -> bool:
    return _is_text(node) or (isinstance(node, ast.keyword) and node.arg == "doc")


def _is_text(node: object) -> bool:
    match node:
        case ast.Expr(value=ast.Constant(value=str())):
            return True
    return False


def _definitions(module: str, tree: ast.Module) -> dict[str, Definition]:
    statements = defaultdict[str, list[ast.stmt]](list)
    for statement in tree.body:
        for name in _names(statement):
            statements[name].append(statement)
    return {
        name: Definition(module, name, tuple(bindings)) for name, bindings in statements.items()
    }


def _names(statement: ast.stmt) -> Sequence[str]:
    """The names that a statement of a module gives a meaning to; an empty one for anything else."""
    if isinstance(statement, _DEFINITIONS):
        return [statement.name]
    if isinstance(statement, ast.Import | ast.ImportFrom) or _is_text(statement):
        return []
    if isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign):
        names = [each.id for each in ast.walk(statement) if _is_stored(each)]
        return names or [""]
    return [""]


def _is_stored(node: ast.AST) -> TypeGuard[ast.Name]:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)


def _imports(tree: ast.Module) -> dict[str, str]:
    """What is imported anywhere in a module, by name; the project has no relative imports."""
    imports = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            for each in node.names:
                imports[each.asname or each.name] = f"{node.module}.{each.name}"
        elif isinstance(node, ast.Import):
            for each in node.names:
                name = each.name if each.asname else each.name.partition(".")[0]
                imports[each.asname or name] = name
    return imports
