"""Lists of a session that are filtered, ordered, and read a page or a stream at a time."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.domain.tables import Table
from discovery_dagster.store.database import Database

Row = dict[str, Any]

#: The value of a filter that asks for rows without a value.
NOTHING = "none"

#: What means something in a pattern of LIKE.
_LIKE = re.compile(r"[\\%_]")

#: Rows of a session that are looked at to count what was not counted when it was published: 0.1 s
#: of a search in nine columns. What is counted while somebody waits takes no longer for more.
LOOKED_AT = 100_000

#: Rows that a stream fetches at a time: while they are made, no other thread of Python runs.
_BATCH = 50


@dataclass(frozen=True)
class Listing:
    """A list of `shown`, whose columns are those of the SQL `table` called `r`.

    `columns` are the expressions of the others. `filters` compare an expression with any of the
    values asked for, `limits` are conditions on one value called `%(value)s`. `sorts` order by an
    expression that is never null; each page goes on after the order's value and `key`, which no two
    rows of a session share. `order` is that of all rows, where it is another one.
    """

    shown: Table
    table: str
    columns: Mapping[str, str] = field(default_factory=dict)
    key: str = "r.seq"
    order: str | None = None
    joins: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)
    limits: Mapping[str, str] = field(default_factory=dict)
    search: Sequence[str] = ()
    sorts: Mapping[str, str] = field(default_factory=dict)
    read_as: Callable[[Row], Row] | None = None  # for rows that the table keeps shorter than read

    @property
    def name(self) -> str:
        """Name of the list."""
        return self.shown.name

    @cached_property
    def document(self) -> str:
        """What is selected of a row."""
        expressions = {name: f'r."{name}"' for name in self.shown} | dict(self.columns)
        return ", ".join(f'{expression} as "{name}"' for name, expression in expressions.items())

    def read(self, rows: list[Row]) -> list[Row]:
        """Return the rows as they are read."""
        return rows if self.read_as is None else list(map(self.read_as, rows))


@dataclass(frozen=True)
class Criteria:
    """What is asked of a list; a `sort` that begins with `-` is descending."""

    filters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    limits: Mapping[str, Any] = field(default_factory=dict)
    q: str | None = None
    sort: str | None = None
    after: Sequence[Any] | None = None
    limit: int = 50


@dataclass(frozen=True)
class Page:
    """Rows, and what the next page's `Criteria.after` is; None at the end."""

    rows: list[Row]
    after: list[Any] | None


@dataclass(frozen=True)
class Count:
    """How many rows match: at least so many, unless all rows of the session were looked at."""

    number: int
    complete: bool = True


NO_ROWS = Count(0)


def page(database: Database, session: SessionKey, listing: Listing, criteria: Criteria) -> Page:
    """Return one page of the list."""
    query, values = _query(session, listing, criteria, limit=criteria.limit + 1)
    with database.reader([session.engagement]) as connection:
        rows = connection.execute(query, values).fetchall()
    more = len(rows) > criteria.limit
    rows = rows[: criteria.limit]
    places = [(row.pop("_order"), row.pop("_key")) for row in rows]
    return Page(listing.read(rows), list(places[-1]) if more else None)


def every(database: Database, session: SessionKey, listing: Listing) -> list[Row]:
    """Return all rows of the list, in its order."""
    where, values = conditions(session, listing, Criteria())
    with database.reader([session.engagement]) as connection:
        # A table that was just filled has no statistics yet, and the planner, expecting one row,
        # joins row by row: 30,000 assets took minutes that way and a second with hash joins.
        connection.execute("set local enable_nestloop = off")
        rows = connection.execute(
            f"select {listing.document} from {listing.table} r {listing.joins}"
            f" where {where} order by {listing.order or listing.key}",
            values,
        ).fetchall()
    return listing.read(rows)


def stream(
    database: Database, session: SessionKey, listing: Listing, criteria: Criteria
) -> Iterator[list[Row]]:
    """Yield all rows of the list in batches, with the memory of one batch."""
    query, values = _query(session, listing, criteria, limit=None)
    with (
        database.reader([session.engagement]) as connection,
        connection.cursor(name="stream") as cursor,
    ):
        cursor.execute(query, values)
        while rows := cursor.fetchmany(_BATCH):
            for row in rows:
                del row["_order"], row["_key"]
            yield listing.read(rows)


def count(database: Database, session: SessionKey, listing: Listing, criteria: Criteria) -> Count:
    """Return how many of the first `LOOKED_AT` rows match."""
    where, values = conditions(session, listing, criteria)
    with database.reader([session.engagement]) as connection:
        row = connection.execute(
            f"select count(*) filter (where {where}) as number, count(*) as seen"
            f" from {looked_at(listing)} r",
            values,
        ).fetchone()
    assert row is not None  # noqa: S101 - an aggregate gives one row
    return Count(row["number"], complete=row["seen"] <= LOOKED_AT)


def looked_at(listing: Listing) -> str:
    """Return the rows that are counted, as a table of a query with the values of `conditions`."""
    return (
        f"(select * from {listing.table} t where t.engagement = %(engagement)s"
        f" and t.session = %(session)s order by t.seq limit {LOOKED_AT + 1})"
    )


def conditions(
    session: SessionKey, listing: Listing, criteria: Criteria
) -> tuple[str, dict[str, Any]]:
    """Return the condition on `r` that is asked for, and its values."""
    parts = ["r.engagement = %(engagement)s and r.session = %(session)s"]
    values: dict[str, Any] = {
        "engagement": str(session.engagement),
        "session": session.session,
    }
    for name, wanted in criteria.filters.items():
        if not wanted:
            continue
        expression = listing.filters[name]
        values[f"filter_{name}"] = list(wanted)
        condition = f"{expression} = any (%(filter_{name})s::text[])"
        if NOTHING in wanted:
            condition = f"({condition} or {expression} is null)"
        parts.append(condition)
    for name, value in criteria.limits.items():
        if value is not None:
            values[f"limit_{name}"] = value
            parts.append(listing.limits[name].replace("%(value)s", f"%(limit_{name})s"))
    if criteria.q:
        values["q"] = (
            "%" + criteria.q.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_") + "%"
        )
        parts.append("(" + " or ".join(f"{item} ilike %(q)s" for item in listing.search) + ")")
    return " and ".join(parts), values


def _query(
    session: SessionKey, listing: Listing, criteria: Criteria, limit: int | None
) -> tuple[str, dict[str, Any]]:
    where, values = conditions(session, listing, criteria)
    sort = criteria.sort or next(iter(listing.sorts), "")
    descending = sort.startswith("-")
    order = listing.sorts.get(sort.removeprefix("-"), listing.key)
    way, after = ("desc", "<") if descending else ("asc", ">")
    if criteria.after is not None:
        where += f" and ({order}, {listing.key}) {after} (%(after_order)s, %(after_key)s)"
        values["after_order"], values["after_key"] = criteria.after
    ordered = f"{order} {way}, {listing.key} {way}"
    cut = "limit %(limit)s" if limit is not None else ""
    values["limit"] = limit
    # The page first, so that what is joined is joined to its rows alone.
    return (
        f"select {listing.document}, r._order, r._key from ("
        f"  select r.*, {order} as _order, {listing.key} as _key"
        f"  from {listing.table} r where {where} order by {ordered} {cut}"
        f") r {listing.joins} order by r._order {way}, r._key {way}",
        values,
    )
