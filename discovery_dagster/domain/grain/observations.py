"""Lists of observations: of which kind their headers say that they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from discovery_dagster import reference
from discovery_dagster.domain.grain.columns import Column
from discovery_dagster.domain.words import fold


@dataclass(frozen=True)
class Observed:
    """A kind of observation, and the headers of a table that tell of it."""

    noun: str
    telling: tuple[str, ...]
    beside: tuple[str, ...]
    own: frozenset[str]  # folded headers that name what was observed

    @property
    def weight(self) -> int:
        """How much speaks for it."""
        return 2 * len(self.telling) + len(self.beside)


def observed(columns: Sequence[Column]) -> Observed | None:
    """Return what the headers say was observed, None when they do not."""
    hits = [_hits(kind, columns) for kind in _kinds().values()]
    likely = [each for each in hits if each.telling and len(each.telling) + len(each.beside) > 1]
    return max(likely, key=lambda each: each.weight, default=None)


def of_people(columns: Sequence[Column]) -> list[Column]:
    """Return the columns whose headers are of people."""
    words = frozenset(map(fold, reference.load("grain")["people"]))
    return [column for column in columns if column.folded in words and column.filled]


@dataclass(frozen=True)
class _Kind:
    noun: str
    telling: frozenset[str]
    beside: frozenset[str]
    own: frozenset[str]
    endings: tuple[str, ...]
    of_thing: frozenset[str]
    nested: bool

    def tells(self, column: Column) -> bool:
        """Whether a header tells of this kind, or where it may the key at which it ends."""
        return column.folded in self.telling or (self.nested and column.innermost in self.telling)

    def is_beside(self, header: str) -> bool:
        """Whether a folded header stands beside those that tell of this kind."""
        return header not in self.telling and (
            header in self.beside or header.endswith(self.endings)
        )


def _hits(kind: _Kind, columns: Sequence[Column]) -> Observed:
    filled = [each for each in columns if each.filled]
    telling = [each.header for each in filled if kind.tells(each)]
    beside = [each.header for each in filled if kind.is_beside(each.folded)]
    wide = any(each.folded.endswith(kind.endings) for each in columns)
    own = kind.own - kind.of_thing if wide else kind.own
    return Observed(kind.noun, tuple(telling), tuple(beside), own)


@cache
def _kinds() -> Mapping[str, _Kind]:
    return {
        name: _Kind(
            kind["noun"],
            frozenset(map(fold, kind["telling"])),
            frozenset(map(fold, kind["beside"])),
            frozenset(map(fold, kind["own"])),
            tuple(f" {fold(word)}" for word in kind.get("endings", ())),
            frozenset(map(fold, kind.get("of_thing", ()))),
            kind.get("nested", False),
        )
        for name, kind in reference.load("grain")["observations"].items()
    }
