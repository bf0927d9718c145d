"""What a kind of hostile files is, and the list of all kinds."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

#: Names and contents.
Made = Iterator[tuple[str, bytes | str]]


@dataclass(frozen=True)
class HostileFile:
    """A file that is meant to break a reader."""

    kind: str
    name: str
    content: bytes


@dataclass(frozen=True)
class Kind:
    """Files that attack in one way."""

    name: str
    make: Callable[[], Made]

    def files(self) -> Iterator[HostileFile]:
        """Make them, one after the other."""
        for name, content in self.make():
            data = (
                content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
            )
            yield HostileFile(self.name, name, data)


KINDS: list[Kind] = []


def kind(name: str) -> Callable[[Callable[[], Made]], Callable[[], Made]]:
    """Register the decorated function as what makes the files of a kind."""

    def register(make: Callable[[], Made]) -> Callable[[], Made]:
        KINDS.append(Kind(name, make))
        return make

    return register
