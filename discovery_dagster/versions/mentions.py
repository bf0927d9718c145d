"""What a definition mentions: the things of other definitions, and the reference files it loads."""

import ast
from collections.abc import Callable, Iterable

from discovery_dagster.versions.source import Definition, Package

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)

#: What runs code, or finds something, that no reader of the source can tell.
_OPAQUE = frozenset({"__import__", "eval", "exec", "globals"})


class UnknownReachError(Exception):
    """Code does not say literally what it loads; the message says where."""

    def __init__(self, module: str, node: ast.AST, text: str) -> None:
        line = getattr(node, "lineno", 0)
        super().__init__(
            f"{module}, line {line}: {text} must name what it loads as a literal, since the"
            " version of a step counts it."
        )


class Mentions:
    """Collects `paths`, dotted and absolute, and `files` of `reference/` from one definition."""

    def __init__(self, package: Package, definition: Definition) -> None:
        module = package.module(definition.module)
        assert module is not None  # noqa: S101 - the definition was read from it
        self.paths: set[str] = set()
        self.files: set[str] = set()
        self._module = module
        self._package = package
        self._reference = f"{package.name}.reference"
        self._visit_all(definition.statements, frozenset())

    def _visit_all(self, nodes: Iterable[ast.AST | None], hidden: frozenset[str]) -> None:
        for node in nodes:
            if node is not None:
                self._visit(node, hidden)

    def _visit(self, node: ast.AST, hidden: frozenset[str]) -> None:
        """Collect from `node`; names in `hidden` are local where it stands."""
        path = _dotted(node)
        if path is not None:
            self._mention(node, path, hidden)
        elif isinstance(node, ast.Call) and self._loads(node, hidden):
            return
        elif isinstance(node, _FUNCTIONS):
            body = node.body if isinstance(node.body, list) else [node.body]
            outside = [child for child in ast.iter_child_nodes(node) if child not in body]
            self._visit_all(outside, hidden)
            self._visit_all(body, hidden | _locals(node, body))
        elif isinstance(node, _COMPREHENSIONS):
            targets = {name for each in node.generators for name in _stored(each.target)}
            self._visit_all(ast.iter_child_nodes(node), hidden | targets)
        else:
            self._visit_all(ast.iter_child_nodes(node), hidden)

    def _mention(self, node: ast.AST, path: str, hidden: frozenset[str]) -> None:
        absolute = self._absolute(path, hidden)
        if absolute is None:
            return
        if absolute in _OPAQUE or f"{absolute}.".startswith(f"{self._reference}."):
            raise UnknownReachError(self._module.name, node, path)
        self.paths.add(absolute)

    def _loads(self, call: ast.Call, hidden: frozenset[str]) -> bool:
        """Whether a call loads a file or a module, which is then noted."""
        path = _dotted(call.func)
        called = self._absolute(path, hidden) if path else None
        if called == "importlib.import_module":
            self.paths.update(self._package.modules_in(self._module.package))
            return True
        loading: dict[str, Callable[[str], Iterable[str]]] = {
            f"{self._reference}.load": lambda name: [f"{name}.yaml"],
            f"{self._reference}.load_folder": self._package.reference_files,
            f"{self._reference}.ROOT.joinpath": lambda name: [name],
        }
        if called not in loading:
            return False
        match call.args:
            case [ast.Constant(value=str(name))]:
                self.files.update(loading[called](name))
                return True
        raise UnknownReachError(self._module.name, call, f"{path}()")

    def _absolute(self, path: str, hidden: frozenset[str]) -> str | None:
        """What a dotted path of the source is called outside its module; None for a local name."""
        name, dot, rest = path.partition(".")
        if name in hidden:
            return None
        if name in self._module.definitions:
            return f"{self._module.name}.{path}"
        return f"{self._module.imports.get(name, name)}{dot}{rest}"


def _dotted(node: ast.AST) -> str | None:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        base = _dotted(node.value)
        return base and f"{base}.{node.attr}"
    return None


def _locals(function: ast.AST, body: Iterable[ast.AST]) -> set[str]:
    """The names that a function's parameters and statements make its own."""
    parameters = {
        each.arg
        for child in ast.iter_child_nodes(function)
        if isinstance(child, ast.arguments)
        for each in ast.walk(child)
        if isinstance(each, ast.arg)
    }
    return parameters.union(*(_stored(each) for each in body))


def _stored(node: ast.AST) -> set[str]:
    """The names that a statement gives a meaning in its own scope."""
    if isinstance(node, ast.Name):
        return {node.id} if isinstance(node.ctx, ast.Store) else set()
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, (ast.Lambda, *_COMPREHENSIONS)):
        return set()
    return set().union(*(_stored(child) for child in ast.iter_child_nodes(node)))
