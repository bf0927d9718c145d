"""Hostile files by kind, made when they are asked for: some unpack to more than the memory has."""

from collections.abc import Iterator

from attack.corpus import archives, disguises, graphs, json_files, lines, workbooks, yaml_files
from attack.corpus.kinds import KINDS, HostileFile

__all__ = ["KINDS", "HostileFile", "corpus"]

#: Each registers its kinds when it is imported; in the order in which they are tried.
MODULES = (lines, json_files, yaml_files, graphs, archives, disguises, workbooks)


def corpus() -> Iterator[HostileFile]:
    """Make every file of every kind."""
    for kind in KINDS:
        yield from kind.files()
