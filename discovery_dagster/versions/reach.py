"""Everything that a step's asset body reaches, and the digest of it."""

import ast
import copy
import hashlib
from collections.abc import Mapping

from discovery_dagster import reference
from discovery_dagster.versions.mentions import Mentions
from discovery_dagster.versions.source import Definition, Package

#: Where the asset bodies are, and the decorator that names the step of each.
_BODIES = "defs.assets"
_DECORATOR = "step_asset"

#: Where code stands that decides a result. What is outside, such as sessions and settings, is not
#: followed.
_COUNTED = ("defs.assets", "domain", "store")

#: Of that, what carries frames, keys and progress from here to there and decides nothing of them.
_CARRIERS = (
    "domain.steps",
    "store.database",
    "store.object_bucket",
    "store.object_folder",
    "store.objects",
    "store.places",
    "store.publications",
    "store.spill",
)


def step_bodies(package: Package) -> Mapping[str, Definition]:
    """Return the body of each step's asset by the step's key, without its decorator.

    The decorator tells Dagster about the asset and decides nothing of its result.
    """
    module = package.module(f"{package.name}.{_BODIES}")
    bodies = {}
    for each in module.definitions.values() if module else ():
        match each.statements:
            case [
                ast.FunctionDef(
                    decorator_list=[
                        ast.Call(
                            func=ast.Name(id=decorator), args=[ast.Constant(value=str(key)), *_]
                        )
                    ]
                ) as function
            ] if decorator == _DECORATOR:
                bare = copy.copy(function)
                bare.decorator_list = []
                bodies[key] = Definition(each.module, each.name, (bare,))
    return bodies


class Reach:
    """Finds what asset bodies reach in a package."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._mentions: dict[Definition, Mentions] = {}
        self._contents: dict[str, str] = {}

    def digest(self, body: Definition) -> str:
        """Return a short digest of the code that a body reaches, and of what the files say.

        Raises:
            UnknownReachError: when some of it does not say literally what it loads.
        """
        definitions = self.of(body)
        files = {file for each in definitions for file in self._mentions[each].files}
        total = hashlib.sha256()
        for each in sorted(definitions, key=lambda each: (each.module, each.name)):
            total.update(f"{each.module} {each.name} {each.canonical}\n".encode())
        for name in sorted(files):
            total.update(f"{name} {self._content(name)}\n".encode())
        return total.hexdigest()[:12]

    def of(self, body: Definition) -> set[Definition]:
        """Return the body and every definition that decides, however far below, what it gives."""
        reached, waiting = {body}, [body]
        while waiting:
            new = self._next(waiting.pop()) - reached
            reached |= new
            waiting += new
        return reached

    def _content(self, name: str) -> str:
        if name not in self._contents:
            path = self._package.folder / "reference" / name
            self._contents[name] = reference.content(path)
        return self._contents[name]

    def _next(self, definition: Definition) -> set[Definition]:
        if definition not in self._mentions:
            self._mentions[definition] = Mentions(self._package, definition)
        return {
            each
            for path in self._mentions[definition].paths
            for each in self._package.find(path)
            if self._within(each, _COUNTED) and not self._within(each, _CARRIERS)
        }

    def _within(self, definition: Definition, modules: tuple[str, ...]) -> bool:
        return any(
            f"{definition.module}.".startswith(f"{self._package.name}.{each}.") for each in modules
        )
