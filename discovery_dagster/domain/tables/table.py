"""What a table of the catalogue is: its columns, and what each of them holds."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar, cast, overload

import polars as pl

from discovery_dagster.domain.tables.words import Words

Schema = Mapping[str, pl.DataType]
Frame = TypeVar("Frame", bound=pl.DataFrame)


@dataclass(frozen=True)
class Column:
    """A column.

    `nullable` columns may lack values. Those of the `key` tell any two rows apart. `least` and
    `most` are the range of numbers, `fields` those of the objects in a list; `json` text is an
    object. What `doc` says is part of no step's code version (see `versions.source`).
    """

    type: pl.DataType
    doc: str
    nullable: bool = False
    key: bool = False
    words: Words | None = None
    unit: str | None = None
    least: float | None = None
    most: float | None = None
    fields: Mapping[str, "Column"] | None = None
    json: bool = False


class Columns(Mapping[str, pl.DataType]):
    """Columns by name; as a mapping, their types, which is what Polars calls a schema."""

    def __init__(self, columns: Mapping[str, Column]) -> None:
        self.columns = columns
        self._types = {name: column.type for name, column in columns.items()}

    def __getitem__(self, name: str) -> pl.DataType:
        return self._types[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._types)

    def __len__(self) -> int:
        return len(self._types)


class Table(Columns):
    """A table: `name` is that of `docs/tables.md`, and `doc` says what a row is."""

    def __init__(self, name: str, columns: Mapping[str, Column], *, doc: str) -> None:
        super().__init__(columns)
        self.name = name
        self.doc = doc

    @property
    def key(self) -> list[str]:
        """Names of the columns that tell two rows apart; empty where nothing does."""
        return [name for name, column in self.columns.items() if column.key]


class StepTable(Table, Generic[Frame]):
    """A table that steps hand each other.

    `Frame` is a name for frames of this table that the type checker alone knows: at run time each
    is a plain data frame. What is derived from one is a data frame of no table, until `conform`
    says so.
    """

    def of(self, frame: Frame) -> Frame:
        """Return `frame` as it is; the type checker refuses one of another table."""
        return frame


class FramesByTable(Protocol):
    """What a step handed on."""

    def frame(self, table: StepTable[Frame]) -> Frame:
        """Return the frame that has this table."""


@overload
def empty(schema: StepTable[Frame]) -> Frame: ...
@overload
def empty(schema: Schema) -> pl.DataFrame: ...
def empty(schema: Schema) -> pl.DataFrame:
    """Return a frame without rows in `schema`."""
    return pl.DataFrame(schema=dict(schema))


def conform(frame: pl.DataFrame, table: StepTable[Frame]) -> Frame:
    """Return `frame` with exactly the columns of `table`, in its order.

    Raises:
        ValueError: when a column is missing, surplus or of another type.
    """
    want, have = dict(table), dict(frame.schema)
    if want.keys() != have.keys():
        raise ValueError(
            f"missing columns {sorted(want.keys() - have.keys())}, "
            f"surplus columns {sorted(have.keys() - want.keys())}"
        )
    wrong = [
        f"{name} is {have[name]}, not {kind}" for name, kind in want.items() if have[name] != kind
    ]
    if wrong:
        raise ValueError("; ".join(wrong))
    return cast(Frame, frame.select(list(want)))
