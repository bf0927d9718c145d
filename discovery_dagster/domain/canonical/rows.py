"""The records of a table that are too many to be looked at one by one.

A flow log has millions of records and few distinct cells. So its records stay where they are and
are asked: which combinations of cells there are, which records hold a given one, and what they
come to when those that say the same are counted together. What cells mean is decided in the
domain, once for each distinct combination (`flows`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, Protocol, Self

import polars as pl

from discovery_dagster.domain.source_tables import SourceTable

#: The columns that distinguish connections.
CONNECTION: Final = ("source", "target", "port", "protocol")
#: What is aggregated over the records of one connection.
MEASURES: Final = ("count", "first_seen", "last_seen")


@dataclass(frozen=True)
class Lookup:
    """What cells say: one row of `table` for each combination of `cells`, all of them its columns.

    Without cells it has one row. All that is said is a number, a truth value or null.
    """

    cells: tuple[str, ...]
    table: pl.DataFrame

    @property
    def varies(self) -> bool:
        """Whether records hold different cells, not all of them the same."""
        return self.table.height != 1

    @property
    def value_columns(self) -> list[str]:
        """Columns of what the cells say."""
        return [name for name in self.table.columns if name not in self.cells]

    def add_to(self, records: pl.DataFrame) -> pl.DataFrame:
        """Return `records`, which hold the cells if they vary, with what these say."""
        if self.varies:
            return _join(records, self.table, self.cells, "left")
        return _join(records, self.table.select(self.value_columns), (), "left")


@dataclass(frozen=True)
class OrderedCells:
    """Columns by `first_seen` and `last_seen`, whose cells are in the order of what they mean.

    `are_numbers` says that they are the whole numbers that `Rows.digits` finds, not texts.
    """

    columns: Mapping[str, str]
    are_numbers: bool


class Rows(Protocol):
    """The records of one table, with the columns of `SourceTable.records`. Null equals null."""

    @property
    def height(self) -> int:
        """How many there are, those left out by `only` included."""

    def lines(self) -> pl.Series:
        """Return the line of every record, in order, those left out by `only` included."""

    def distinct(self, columns: Sequence[str]) -> pl.DataFrame:
        """Return the combinations of values of `columns`, in no particular order."""

    def only(self, wanted: pl.DataFrame) -> Self:
        """Return the records that hold one of the combinations that are the rows of `wanted`."""

    def without(self, unwanted: pl.DataFrame) -> Self:
        """Return the records that hold none of the combinations that are the rows of `unwanted`."""

    def repeated(self, flow: str, source: str, target: str) -> pl.Series:
        """Return the `row` of each record that tells again of a flow of which an earlier one told.

        Args:
            flow: the column of cells that identifies it; one without tells nothing again.
            source: the column of one end; an id may be given again to a flow between others.
            target: the column of the other end. A record of the way back exchanges them.
        """

    def find(self, wanted: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
        """Return the records that hold a combination of `columns` that `wanted` has.

        Returns:
            `row` (from 0, in the table), ordered, and the other columns of `wanted`.
        """

    def take(self, rows: pl.Series) -> pl.DataFrame:
        """Return the records of these rows as they stand, with their `row`, ordered."""

    def different(self, column: str) -> int:
        """Return about how many distinct values a column has."""

    def digits(self, columns: Sequence[str]) -> int | None:
        """Return how many digits all values of `columns` have, beside nulls.

        None unless they are whole numbers below 2^64, equally long and without a leading zero.
        """

    def all_match(self, columns: Sequence[str], pattern: str, dated: bool) -> bool:
        """Return whether all values of `columns` match a pattern as a whole; null does.

        Args:
            columns: names of columns of cells.
            pattern: a regular expression.
            dated: also, whether their first 19 characters name a second that there is.
        """

    def count(
        self,
        cells: Sequence[str],
        lookups: Mapping[str, Lookup],
        ordered: OrderedCells | None = None,
        again: pl.Series | None = None,
    ) -> pl.DataFrame:
        """Count together the records that hold the same `cells`.

        Args:
            cells: names of columns of cells.
            lookups: by name, each of which says a number of that name, or null: of the measures;
                and where a record may be a reply, of `source_port`, beside, `least`, of `port`,
                beside, `client`, and of `tcp_flags`, which says `reply`.
            ordered: what is compared as it stands, instead of what is looked up for it.
            again: the `row` of each record that counts for nothing: another has counted already.

        Returns:
            One row for each combination of `cells`, of `is_reply` and of `from_port`, ordered by
            `row`: its least `row`, the sum of `count` (1 where none is said), the least
            `first_seen` and the greatest `last_seen`, or else `first_seen`. Those records are
            replies of which `reply` is true, or null and `client` at least `least`
            (`direction_hints`); `from_port` is their `source_port`, and null of others.
        """


@dataclass(frozen=True)
class RowsInMemory:
    """The records of a table that is here anyway."""

    records: pl.DataFrame
    kept: pl.DataFrame

    @classmethod
    def of(cls, table: SourceTable) -> Self:
        """Return the records of `table`."""
        records = table.records.with_row_index("row")
        return cls(records, records)

    @property
    def height(self) -> int:
        """See `Rows`."""
        return self.records.height

    def lines(self) -> pl.Series:
        """See `Rows`."""
        return self.records["line"]

    def distinct(self, columns: Sequence[str]) -> pl.DataFrame:
        """See `Rows`."""
        return self.kept.select(columns).unique()

    def only(self, wanted: pl.DataFrame) -> Self:
        """See `Rows`."""
        kept = self.kept.join(wanted, on=wanted.columns, how="semi", nulls_equal=True)
        return type(self)(self.records, kept)

    def without(self, unwanted: pl.DataFrame) -> Self:
        """See `Rows`."""
        kept = self.kept.join(unwanted, on=unwanted.columns, how="anti", nulls_equal=True)
        return type(self)(self.records, kept)

    def repeated(self, flow: str, source: str, target: str) -> pl.Series:
        """See `Rows`."""
        one, other = pl.col(source).fill_null(""), pl.col(target).fill_null("")
        numbered = self.kept.drop_nulls(flow).select(
            "row",
            flow=flow,
            least=pl.min_horizontal(one, other),
            most=pl.max_horizontal(one, other),
        )
        first = numbered.unique(["flow", "least", "most"], keep="first", maintain_order=True)
        return numbered.join(first, on="row", how="anti")["row"].sort()

    def find(self, wanted: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
        """See `Rows`."""
        further = [name for name in wanted.columns if name not in columns]
        return _join(self.kept, wanted, columns, "inner").select("row", *further).sort("row")

    def take(self, rows: pl.Series) -> pl.DataFrame:
        """See `Rows`."""
        return self.records.filter(pl.col("row").is_in(rows.implode()))

    def different(self, column: str) -> int:
        """See `Rows`."""
        return self.kept[column].n_unique()

    def digits(self, columns: Sequence[str]) -> int | None:
        """See `Rows`."""
        cells = pl.concat([self.kept[column] for column in columns]).drop_nulls().unique()
        lengths = cells.str.len_bytes().unique()
        whole = cells.cast(pl.UInt64, strict=False).cast(pl.String)
        return (
            int(lengths[0])
            if len(lengths) == 1 and (whole == cells).fill_null(False).all()
            else None
        )

    def all_match(self, columns: Sequence[str], pattern: str, dated: bool) -> bool:
        """See `Rows`."""
        for column in columns:
            cells = self.kept[column].drop_nulls().unique()
            second = cells.str.head(19).str.replace(" ", "T")
            there_is = second.str.to_datetime("%Y-%m-%dT%H:%M:%S", strict=False).is_not_null()
            matching = cells.str.contains(f"^(?:{pattern})$")
            if not (matching & there_is if dated else matching).all():
                return False
        return True

    def count(
        self,
        cells: Sequence[str],
        lookups: Mapping[str, Lookup],
        ordered: OrderedCells | None = None,
        again: pl.Series | None = None,
    ) -> pl.DataFrame:
        """See `Rows`."""
        own = ordered.columns if ordered else {}
        kind = pl.UInt64 if ordered and ordered.are_numbers else pl.String
        frame = self.kept.with_columns(pl.col(c).cast(kind).alias(name) for name, c in own.items())
        for name, lookup in lookups.items():
            frame = frame if name in own else lookup.add_to(frame)
        number = pl.col("count").fill_null(1)
        if again is not None:
            number = pl.when(pl.col("row").is_in(again.implode())).then(0).otherwise(number)
        if "tcp_flags" in lookups:
            is_reply: pl.Expr = pl.coalesce(
                "reply", pl.col("client") >= pl.col("least"), pl.lit(False)
            )
            from_port: pl.Expr = pl.when(is_reply).then("source_port")
        else:
            is_reply, from_port = pl.lit(False), pl.lit(None, pl.Int64)
        return (
            frame.group_by(*cells, is_reply=is_reply, from_port=from_port)
            .agg(
                pl.col("row").min(),
                number.sum().alias("count"),
                pl.col("first_seen").min(),
                pl.coalesce("last_seen", "first_seen").max().alias("last_seen"),
            )
            .sort("row")
        )


def _join(
    frame: pl.DataFrame, other: pl.DataFrame, on: Sequence[str], how: Literal["inner", "left"]
) -> pl.DataFrame:
    if not on:
        return frame.join(other, how="cross")
    return frame.join(other, on=list(on), how=how, nulls_equal=True)
