"""What a table of the catalogue is: its columns, and what each of them holds."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from discovery_dagster.domain.tables.words import Words

Schema = Mapping[str, pl.DataType]


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


def empty(schema: Schema) -> pl.DataFrame:
    """Return a frame without rows in `schema`."""
    return pl.DataFrame(schema=dict(schema))


def conform(frame: pl.DataFrame, schema: Schema) -> pl.DataFrame:
    """Return `frame` with exactly the columns of `schema`, in its order.

    Raises:
        ValueError: when a column is missing, surplus or of another type.
    """
    want, have = dict(schema), dict(frame.schema)
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
    return frame.select(list(want))
