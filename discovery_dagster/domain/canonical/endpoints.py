"""The two ends of a relation or a flow: named things, addresses, or both."""

from dataclasses import dataclass, replace

import polars as pl

from discovery_dagster.domain.canonical.cells import TableCells
from discovery_dagster.domain.formats.base import Kind, TableFormat
from discovery_dagster.domain.headers import synonyms
from discovery_dagster.domain.services import ports
from discovery_dagster.domain.values.addresses import is_address, read_address
from discovery_dagster.domain.values.networks import are_networks, no_hosts
from discovery_dagster.domain.words import replace_words

_URL = r"^(?:[A-Za-z][A-Za-z0-9+.-]*:)+//(?:[^@/\s]*@)?([^/:?#;,\s]+)(?::(\d{1,5}))?"
_WITH_ADDRESS = r"^(.+?)\s*[(\[]\s*((?:\d{1,3}\.){3}\d{1,3})\s*[)\]]$"
_WITH_PORT = r"^([^\s:/]+):(\d{2,5})$"


@dataclass(frozen=True)
class Endpoints:
    """Records with one or both of their ends, and the problems of those that lack one.

    Each end has, after `source` or `target` itself, `_address`, `_type` and `_names_asset`. Those
    of `skipped`, as `SKIPPED`, name what is no one thing, such as a network or a broadcast address.
    """

    frame: pl.DataFrame
    problems: pl.DataFrame
    skipped: pl.DataFrame


def find_endpoints(cells: TableCells, table_format: TableFormat) -> Endpoints:
    """Find both ends of each record. A name that is an address is one, and names nothing."""
    sources = find_end(cells, "source", table_format)
    targets = find_end(replace(cells, frame=sources.frame), "target", table_format)
    return Endpoints(
        targets.frame.with_columns(pl.lit(table_format.evidence).alias("kind")),
        pl.concat([sources.problems, targets.problems]),
        pl.concat([sources.skipped, targets.skipped]),
    )


def find_end(cells: TableCells, end: str, table_format: TableFormat) -> Endpoints:
    """Find one end of each record, `source` or `target`; a `name` is that of the source."""
    frame = cells.frame
    if end == "source" and end not in frame.columns and "name" in frame.columns:
        frame = frame.rename({"name": "source"})
    frame = frame.with_columns(_end(frame, end, table_format))
    reason = _of_no_thing(cells, end, frame)
    if reason.null_count() < len(reason):
        naming = (end, f"{end}_address")
        frame = frame.with_columns(frame[name].set(reason.is_not_null(), None) for name in naming)
    frame = frame.with_columns(reason.alias("reason"))
    missing = frame.filter(
        pl.col(end).is_null() & pl.col(f"{end}_address").is_null() & pl.col("reason").is_null()
    )
    fields = (end, f"{end}_address", "name") if end == "source" else (end, f"{end}_address")
    column = cells.header_of(*fields)
    nobody = f"No column is accepted as the {end}." if column is None else None
    problems = problem(
        missing,
        field=end,
        column=column,
        code=f"no_{end}",
        message=pl.lit(nobody or f"The record names no {end}."),
        value=pl.lit(None, dtype=pl.String),
    )
    skipped = frame.drop_nulls("reason").select("row", "reason")
    return Endpoints(frame.drop("reason"), problems, skipped)


def _of_no_thing(cells: TableCells, end: str, frame: pl.DataFrame) -> pl.Series:
    """Return why what each record says of an end is no one thing, null where it is one.

    What names a host names it whatever its address is; of several addresses one is a host's.

    Args:
        cells: of the records.
        end: `source` or `target`.
        frame: what the end is read as.
    """
    names = [name for name in (f"{end}_address", end) if name in cells.written.columns]
    written = [cells.written[name] for name in names]
    of_network = pl.repeat(False, frame.height, eager=True)
    for each in written:
        of_network = of_network | are_networks(each)
    network = pl.when(of_network).then(pl.lit(f"Its {end} is a network, not one thing."))
    read = pl.select(pl.coalesce(frame[end], frame[f"{end}_address"], *written)).to_series()
    nobody = no_hosts(read).str.replace("{}", end, literal=True)
    return pl.select(pl.coalesce(network, nobody)).to_series()


def parts_of(written: pl.Series) -> pl.DataFrame:
    """Part what refers to a thing: `db-01:5432`, `db-01 (10.0.0.3)`, a URL, a bare address.

    Behind a colon stands a port where something is known to listen on it, or one that is no system
    port; else it is of the name, as in `postgres:14`.

    Returns:
        As long as `written`: `target` (null for a bare address), `target_address` and `port`.
    """
    known = ports().get_column("port").drop_nulls().unique().implode()
    cell = pl.col("cell")
    matches = (
        written.alias("cell")
        .to_frame()
        .with_columns(
            of_url=cell.str.extract(_URL, 1),
            port_of_url=cell.str.extract(_URL, 2).cast(pl.Int32, strict=False),
            with_address=cell.str.extract(_WITH_ADDRESS, 1),
            address=cell.str.extract(_WITH_ADDRESS, 2),
            before=cell.str.extract(_WITH_PORT, 1),
            number=cell.str.extract(_WITH_PORT, 2).cast(pl.Int32, strict=False),
        )
    )
    number = pl.col("number")
    listens = number.is_in(known) | number.is_between(1024, 65_535)
    parts = matches.select(
        target=pl.coalesce("of_url", "with_address", pl.when(listens).then("before"), "cell"),
        target_address=pl.col("address"),
        port=pl.coalesce("port_of_url", pl.when(listens).then("number")),
    )
    bare = is_address(parts["target"])
    return parts.with_columns(
        parts["target"].set(bare, None),
        parts["target_address"].fill_null(read_address(parts["target"].set(~bare, None)).values),
    )


def same_thing() -> pl.Expr:
    """Whether both ends are the same: by name where both have one, else by address."""
    names = pl.col("source").str.to_lowercase() == pl.col("target").str.to_lowercase()
    addresses = pl.col("source_address") == pl.col("target_address")
    nameless = pl.col("source").is_null() & pl.col("target").is_null()
    return (names | (nameless & addresses)).fill_null(False)


def problem(
    frame: pl.DataFrame,
    *,
    field: str,
    column: str | None,
    code: str,
    message: pl.Expr,
    value: pl.Expr,
) -> pl.DataFrame:
    """Return a problem for each row of `frame`, as `PROBLEM`."""
    return frame.select(
        "row",
        pl.lit(field).alias("field"),
        pl.lit(column, dtype=pl.String).alias("column"),
        pl.lit(code).alias("code"),
        message.alias("message"),
        value.alias("value"),
    )


def _end(frame: pl.DataFrame, end: str, table_format: TableFormat) -> list[pl.Series]:
    nothing = pl.Series([None] * frame.height, dtype=pl.String)
    has = set(frame.columns)
    name = frame[end] if end in has else nothing
    address = frame[f"{end}_address"] if f"{end}_address" in has else nothing
    port = frame["port"] if "port" in has else pl.Series([None] * frame.height, dtype=pl.Int32)
    if table_format.kind is Kind.RELATIONS:
        parts = parts_of(name)
        name, address = parts["target"], address.fill_null(parts["target_address"])
        port = port.fill_null(parts["port"]) if end == "target" else port
    elif end in has:
        bare = is_address(name)
        address = address.fill_null(read_address(name.set(~bare, None)).values)
        name = name.set(bare, None)
    stated = f"{end}_type" in has
    known = replace_words(frame[f"{end}_type"], synonyms.type_words()) if stated else nothing
    if table_format.endpoint_type is not None:
        known = known.fill_null(table_format.endpoint_type)
    return [
        name.alias(end),
        address.alias(f"{end}_address"),
        known.alias(f"{end}_type"),
        name.is_not_null().alias(f"{end}_names_asset"),
        *([port.alias("port")] if port.len() > port.null_count() else []),
    ]
