"""How large a file may be, so that memory is bounded by settings and not by the file.

What a file holds is the readers' matter; here are the numbers and the one way to say that one of
them is exceeded.
"""

from dataclasses import dataclass
from typing import Final, Self

from discovery_dagster.domain.errors import UnreadableFileError


@dataclass(frozen=True)
class Limits:
    """The largest file that is read. A file beyond any of them is refused as a whole."""

    file_bytes: int = 2 * 1024**3
    columns: int = 4_096
    cell_characters: int = 1_000_000  # Excel itself stops at 32,767
    uncompressed_bytes: int = 4 * 1024**3  # of all parts of a workbook
    compression_ratio: int = 200  # deflate cannot exceed 1,032; sheets measured stay below 100
    sheet_cells: int = 50_000_000  # in the rectangles around them, filled or not; 32 bytes each
    sparse_cells: int = 10_000_000  # of tables, filled or not, besides four for each filled one
    repeated_bytes: int = 256 * 1024**2  # of cells of workbooks, besides four for each byte of it
    archive_members: int = 1_000  # and sheets of a workbook
    json_depth: int = 64
    graph_edges: int = 2_000_000  # those between all nodes of two subgraphs included
    yaml_nodes: int = 2_000_000  # scalars, lists and objects, those that anchors repeat included
    xml_elements: int = 2_000_000  # that are kept; each costs some 300 bytes


#: Cells that each filled one may come to in a large file; lists of unlike things have three.
_CELLS_A_FILLED_ONE: Final = 4


class Tally:
    """Counts what all tables of a file hold together, before any of it is allocated.

    Args:
        name: of the file.
        what: is counted, such as cells.
        most: that all tables together may have.
    """

    def __init__(self, name: str, what: str, most: int) -> None:
        self._name, self._what, self._most = name, what, most
        self._counted = 0

    @classmethod
    def of_sparse(cls, name: str, filled: int, limits: Limits) -> Self:
        """Count cells, empty ones too, where `filled` ones, or characters, are written.

        Few of them may not stand for many cells.
        """
        return cls(name, "cells", limits.sparse_cells + _CELLS_A_FILLED_ONE * filled)

    def add(self, number: int) -> None:
        """Count one more table.

        Raises:
            UnreadableFileError: `limit_exceeded`, when all together are too many.
        """
        self._counted += number
        check_limit(self._name, self._what, self._counted, self._most)


def limit_exceeded(name: str, what: str, limit: int) -> UnreadableFileError:
    """Return the error for the file `name` that holds more than `limit`; `what` was counted."""
    return UnreadableFileError(
        "limit_exceeded", f"{name} exceeds the limit of {limit:,} {what}: split or simplify it."
    )


def check_limit(name: str, what: str, value: int, limit: int) -> None:
    """Refuse the file `name` when `value` is above `limit`; `what` says what was counted.

    Raises:
        UnreadableFileError: `limit_exceeded`, naming the limit.
    """
    if value > limit:
        raise limit_exceeded(name, what, limit)
