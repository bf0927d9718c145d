"""The published records of a table, asked in DuckDB where they lie as Parquet.

DuckDB keeps to a limit of memory and spills what does not fit beside the home's state, so a flow
log may be larger than the memory. Nothing of it is written to the store.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, Self

import duckdb
import polars as pl

from discovery_dagster.domain.canonical.rows import MEASURES, Lookup, OrderedCells
from discovery_dagster.store.spill import spill_folder

_THREADS: Final = 1  # each takes a share of the limit
_IS_REPLY: Final = "coalesce({reply}, {client} >= {least}, false)"
_COUNTED: Final = """
    select {cells} {is_reply} as is_reply, case when {is_reply} then {source_port} end as from_port,
           min(r.row)::uinteger as row, sum({number})::bigint as count,
           min({first_seen}) as first_seen, max(coalesce({last_seen}, {first_seen})) as last_seen
    from {records} r {joins}
    group by all
"""
# Few flows are told of by several records, so that only these are put in order.
_REPEATED: Final = """
    with ends as (
        select r.row, r."{flow}" as flow, coalesce(r."{source}", '') as source,
               coalesce(r."{target}", '') as target
        from {records} r
        where r."{flow}" in (
            select "{flow}" from {records} where "{flow}" is not null
            group by all having count(*) > 1)
    ), numbered as (
        select row, row_number() over (
            partition by flow, least(source, target), greatest(source, target) order by row
        ) as number
        from ends
    )
    select row::uinteger as row from numbered where number > 1
"""


@contextmanager
def open_engine(spill: Path, memory_bytes: int) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open an empty DuckDB for one step; what it spills is gone afterwards.

    Args:
        spill: folder below which it writes what does not fit; what killed processes left there is
            deleted first.
        memory_bytes: that its queries may use.
    """
    with spill_folder(spill) as folder:
        settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": f"{memory_bytes}B",
            "temp_directory": str(folder),
            "threads": _THREADS,
            "preserve_insertion_order": False,  # answers are ordered where that matters
        }
        with duckdb.connect(":memory:", config=settings) as engine:
            engine.execute("set enable_progress_bar = false")  # it would go to stdout
            yield engine


@dataclass(frozen=True)
class StoredRows:
    """Records of one table; see `domain.canonical.rows.Rows`."""

    engine: duckdb.DuckDBPyConnection
    path: Path
    #: Combinations of cells that are kept, by `semi`, or are not, by `anti`, one after the other.
    kept: tuple[tuple[Literal["semi", "anti"], pl.DataFrame], ...] = field(default=())

    @property
    def height(self) -> int:
        """See `Rows`."""
        return int(pl.scan_parquet(self.path).select(pl.len()).collect().item())

    def lines(self) -> pl.Series:
        """See `Rows`."""
        return pl.read_parquet(self.path, columns=["line"])["line"]

    def distinct(self, columns: Sequence[str]) -> pl.DataFrame:
        """See `Rows`."""
        query, given = self._kept()
        return self._ask(f"select distinct {_list(columns)} from {query}", given)

    def only(self, wanted: pl.DataFrame) -> Self:
        """See `Rows`."""
        return type(self)(self.engine, self.path, (*self.kept, ("semi", wanted)))

    def without(self, unwanted: pl.DataFrame) -> Self:
        """See `Rows`."""
        return type(self)(self.engine, self.path, (*self.kept, ("anti", unwanted)))

    def repeated(self, flow: str, source: str, target: str) -> pl.Series:
        """See `Rows`."""
        query, given = self._kept()
        statement = _REPEATED.format(records=query, flow=flow, source=source, target=target)
        return self._ask(statement, given)["row"].sort()

    def find(self, wanted: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
        """See `Rows`."""
        query, given = self._kept()
        others = [name for name in wanted.columns if name not in columns]
        return self._ask(
            f"select r.row::uinteger as row, {_list(others, 'w')} from {query} r"
            f" join wanted w on {_same(columns, 'r', 'w')}",
            {**given, "wanted": wanted},
        ).sort("row")

    def take(self, rows: pl.Series) -> pl.DataFrame:
        """See `Rows`."""
        return self._ask(
            f"select r.* replace (r.row::uinteger as row) from {self._records()} r"
            " semi join taken t on r.row = t.row",
            {"taken": rows.alias("row").to_frame()},
        ).sort("row")

    def different(self, column: str) -> int:
        """See `Rows`."""
        query, given = self._kept()
        counts = self._ask(f'select approx_count_distinct("{column}") as n from {query}', given)
        return int(counts["n"][0])

    def digits(self, columns: Sequence[str]) -> int | None:
        """See `Rows`."""
        query, given = self._kept()
        # DuckDB asks all of this once for each text of a dictionary, not of each record.
        bounds = [f'{bound}(strlen("{c}"))' for c in columns for bound in ("min", "max")]
        whole = [
            f'count("{c}") = count_if("{c}" = try_cast("{c}" as ubigint)::varchar)' for c in columns
        ]
        measures = f"[{', '.join(bounds)}] as bounds, {' and '.join(whole)} as whole"
        answer = self._ask(f"select {measures} from {query}", given).row(0, named=True)
        lengths = {length for length in answer["bounds"] if length is not None}
        return lengths.pop() if answer["whole"] and len(lengths) == 1 else None

    def all_match(self, columns: Sequence[str], pattern: str, dated: bool) -> bool:
        """See `Rows`."""
        query, given = self._kept()
        for column in columns:
            # Unlike `regexp_full_match`, this is asked once for each text of a dictionary.
            fits = f'regexp_extract("{column}", \'^(?:{pattern})$\') = "{column}"'
            if dated:
                fits += f' and try_cast("{column}" as timestamp) is not null'
            other = f'select 1 from {query} where "{column}" is not null and not ({fits}) limit 1'
            if self._ask(other, given).height:
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
        own = _own_moments(ordered)
        looked_up = {name: lookup for name, lookup in lookups.items() if name not in own}
        query, given = self._kept()
        given |= {f"say_{name}": one.table for name, one in looked_up.items() if one.varies}
        joins, expressions = _look_up(looked_up)
        expressions |= own
        number = "coalesce({count}, 1)".format(**expressions)
        if again is not None and len(again):
            given["again"] = again.alias("row").to_frame()
            joins += " left join again on r.row = again.row"
            number = f"case when again.row is null then {number} else 0 end"
        counted = _COUNTED.format(
            cells="".join(f'r."{cell}", ' for cell in cells),
            records=query,
            joins=joins,
            number=number,
            is_reply=_IS_REPLY.format(**expressions) if "tcp_flags" in lookups else "false",
            **{"source_port": "null", **expressions},
        )
        # The type of a column of nulls is DuckDB's choice.
        numbers = ["from_port", *MEASURES] if not own else ["from_port", "count"]
        return self._ask(counted, given).with_columns(pl.col(numbers).cast(pl.Int64)).sort("row")

    def _records(self) -> str:
        path = str(self.path).replace("'", "''")
        return (
            "(select file_row_number as row, * exclude (file_row_number)"
            f" from read_parquet('{path}', file_row_number = true))"
        )

    def _kept(self) -> tuple[str, dict[str, pl.DataFrame]]:
        query, given = self._records(), dict[str, pl.DataFrame]()
        for number, (how, held) in enumerate(self.kept):
            name = f"kept_{number}"
            given[name] = held
            same = _same(held.columns, "r", name)
            query = f"(select r.* from {query} r {how} join {name} on {same})"
        return query, given

    def _ask(self, query: str, given: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
        for name, frame in given.items():
            self.engine.register(name, frame.to_arrow())
        try:
            return pl.DataFrame(self.engine.sql(query).to_arrow_table())
        finally:
            for name in given:
                self.engine.unregister(name)


def _own_moments(ordered: OrderedCells | None) -> dict[str, str]:
    """Return the expression of each moment that is compared as its cell stands."""
    if ordered is None:
        return {}
    cells = {name: f'r."{column}"' for name, column in ordered.columns.items()}
    if not ordered.are_numbers:
        return cells
    return {name: f"try_cast({cell} as ubigint)" for name, cell in cells.items()}


def _look_up(lookups: Mapping[str, Lookup]) -> tuple[str, dict[str, str]]:
    """Return the joins for what is looked up, and the expression of each thing that is said."""
    joins, expressions = "", dict[str, str]()
    for name, lookup in lookups.items():
        table = f"say_{name}"
        if lookup.varies:
            joins += f" left join {table} on {_same(lookup.cells, 'r', table)}"
            expressions |= {one: f"{table}.{one}" for one in lookup.value_columns}
        else:
            expressions |= {one: _constant(lookup.table[one][0]) for one in lookup.value_columns}
    return joins, expressions


def _list(columns: Sequence[str], of: str | None = None) -> str:
    prefix = f"{of}." if of else ""
    return ", ".join(f'{prefix}"{column}"' for column in columns)


def _same(columns: Sequence[str], one: str, other: str) -> str:
    same = (f'{one}."{column}" is not distinct from {other}."{column}"' for column in columns)
    return " and ".join(same) or "true"


def _constant(value: float | None) -> str:
    return "null" if value is None else str(value)
