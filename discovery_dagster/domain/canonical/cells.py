"""The cells of a table's records as values of the fields that they were mapped to."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import polars as pl

from discovery_dagster.domain.canonical.accounts import PROBLEM
from discovery_dagster.domain.canonical.changed_names import describe_changed
from discovery_dagster.domain.canonical.statuses import contradictions, strongest_status
from discovery_dagster.domain.dictionary import NO_DICTIONARY, Dictionary, Translated
from discovery_dagster.domain.fields import FIELDS, REFERENCES, SPAN_FIELDS, UNMAPPED
from discovery_dagster.domain.formats.base import Kind, TableFormat
from discovery_dagster.domain.headers import synonyms
from discovery_dagster.domain.source_tables import NO_STORED_VALUE, SourceTable, cell_column
from discovery_dagster.domain.tables import empty
from discovery_dagster.domain.tables.words import MappingStatus
from discovery_dagster.domain.texts import formatted
from discovery_dagster.domain.values import clean, read_cells, spell_plainly, wanted
from discovery_dagster.domain.values.reading import Reading, are_errors, are_garbled
from discovery_dagster.domain.values.secrets import hide_cells
from discovery_dagster.domain.words import fold, replace_words

#: Fields whose cells may hold the text of a configuration, and secrets in it.
_FREE_TEXTS: Final = frozenset(
    name
    for name, field in FIELDS.items()
    if field.kind in {"text", "system", "names", "titles", "end"}
).difference(SPAN_FIELDS)
_WORKERS: Final = 2  # columns that are read side by side
_NO_PROBLEMS: Final = empty(PROBLEM)  # made once: most columns have none

#: Column of the frame of cells that has, for each record, why the client's dictionary explains its
#: words, as a list of sentences; it is missing where the dictionary explains none.
TRANSLATIONS: Final = "translations"
#: Likewise the type that the dictionary gives, which outranks the patterns of a format.
TRANSLATED_TYPE: Final = "translated_type"


@dataclass(frozen=True)
class MappedColumn:
    """An accepted row of the field mapping, with what the format adds to it."""

    position: int
    header: str
    field: str
    unit: str | None
    order: int
    target_type: str | None


@dataclass(frozen=True)
class TableCells:
    """Values of the records that are open.

    `frame` has `row`, `line` and one column for each mapped field: its values, or lists of them.
    `written` has the same fields' cells as they were written. References stay apart by column.
    """

    frame: pl.DataFrame
    written: pl.DataFrame
    references: tuple[tuple[MappedColumn, pl.Series], ...]
    mapped: tuple[MappedColumn, ...]
    faults: pl.DataFrame  # as PROBLEM

    def header_of(self, *fields: str) -> str | None:
        """Return the header of the first column mapped to the first of `fields` that has one."""
        for field in fields:
            for column in self.mapped:
                if column.field == field:
                    return column.header
        return None


def accepted_columns(mapping: pl.DataFrame, table_format: TableFormat) -> tuple[MappedColumn, ...]:
    """Return the columns of one table whose mapping is accepted, the preferred ones first.

    Args:
        mapping: rows of the table, as `tables.FIELD_MAPPING`.
        table_format: of the table.
    """
    columns = []
    for row in mapping.filter(pl.col("status") == MappingStatus.ACCEPTED).iter_rows(named=True):
        if row["field"] in FIELDS:
            rule = table_format.columns.get(fold(row["column"]))
            columns.append(
                MappedColumn(
                    row["position"],
                    row["column"],
                    row["field"],
                    row["unit"],
                    rule.order if rule else 0,
                    rule.target_type if rule else None,
                )
            )
    return tuple(sorted(columns, key=lambda column: (column.order, column.position)))


def written_cells(
    records: pl.DataFrame, column: MappedColumn, table_format: TableFormat
) -> pl.Series:
    """Return the cells of a column as they are read: cleaned, decoded and without secrets."""
    as_stood = records[cell_column(column.position)]
    cells = _decoded(clean(as_stood, table_format.null_words), column, table_format)
    if column.field in _FREE_TEXTS:
        cells = hide_cells(cells)
    return spell_plainly(_kind(column.field, table_format), cells)


def read_records(
    records: pl.DataFrame,
    columns: Sequence[MappedColumn],
    table_format: TableFormat,
    dictionary: Dictionary = NO_DICTIONARY,
) -> TableCells:
    """Read the mapped cells of `records`, those with `row` and `line` that are open."""
    values: dict[str, list[pl.Series]] = {}
    written: dict[str, list[pl.Series]] = {}
    references, faults = [], [_NO_PROBLEMS]
    translated = list[tuple[str, Translated]]()

    def read(
        column: MappedColumn,
    ) -> tuple[pl.Series, Reading, pl.DataFrame, Translated | None]:
        as_stood = records[cell_column(column.position)]
        cells = written_cells(records, column, table_format)
        explained = dictionary.translate(column.field, column.header, cells)
        if explained is not None:
            cells = explained.cells
        kind = _kind(column.field, table_format)
        reading = read_cells(kind, cells, column.unit)
        problems = [
            _describe_faults(records["row"], cells, reading, column),
            _describe_errors(records["row"], as_stood, cells, column),
            _describe_garbled(records["row"], cells, column),
            describe_changed(records["row"], cells, column.field, column.header),
        ]
        return cells, reading, pl.concat(problems), explained

    # Polars lets other threads run while it works on a column.
    with ThreadPoolExecutor(_WORKERS) as workers:
        read_columns = list(workers.map(read, columns))
    for column, (cells, reading, problems, explained) in zip(columns, read_columns, strict=True):
        faults.append(problems)
        if explained is not None:
            translated.append((column.field, explained))
        if column.field in REFERENCES:
            references.append((column, reading.values))
        else:
            values.setdefault(column.field, []).append(reading.values)
            written.setdefault(column.field, []).append(cells)
    headers = [column.header for column in columns if column.field == "status"]
    faults.append(contradictions(records["row"], headers, values.get("status", [])))
    place = records.select("row", "line")
    frame = place.with_columns(_merge(field, series) for field, series in values.items())
    return TableCells(
        frame.with_columns(_explanations(frame, translated)),
        place.with_columns(_first(field, series) for field, series in written.items()),
        tuple(references),
        tuple(columns),
        pl.concat(faults),
    )


def _explanations(
    frame: pl.DataFrame, translated: Sequence[tuple[str, Translated]]
) -> list[pl.Series]:
    """The columns that say what the dictionary explains of each record of `frame`."""
    if not translated:
        return []
    reasons = pl.DataFrame({str(at): each.reasons for at, (_, each) in enumerate(translated)})
    sentences = reasons.select(pl.concat_list(pl.all()).list.drop_nulls().alias(TRANSLATIONS))
    columns = [sentences.to_series()]
    types = [each for field, each in translated if field == "declared_type"]
    if types:
        merged = frame["declared_type"]
        given = pl.Series([None] * frame.height, dtype=pl.String)
        for each in types:
            held = each.reasons.is_not_null() & (each.cells == merged).fill_null(value=False)
            given = merged.zip_with(held, given)
        columns.append(replace_words(given, synonyms.type_words()).alias(TRANSLATED_TYPE))
    return columns


def _kind(field: str, table_format: TableFormat) -> str:
    """The kind of a field's cells: a flow was of one port, what is declared may need several."""
    if field == "port" and table_format.kind is Kind.FLOWS:
        return "port"
    return FIELDS[field].kind


def _decoded(cells: pl.Series, column: MappedColumn, table_format: TableFormat) -> pl.Series:
    """What the tool shows for its codes; spreadsheets write 1 as 1.0 at times."""
    rule = table_format.columns.get(fold(column.header))
    if rule is None or not rule.codes:
        return cells
    shown = cells.str.replace(r"\.0+$", "").replace_strict(
        dict(rule.codes), default=None, return_dtype=pl.String
    )
    return shown.fill_null(cells)


def custom_attributes(
    records: pl.DataFrame, table: SourceTable, mapping: pl.DataFrame, table_format: TableFormat
) -> pl.Series:
    """Return, as a JSON object a record, the cells that no field takes; null where there are none.

    Cells stay text as they were written: nobody knows what they mean.
    """
    kept = mapping.filter(
        (pl.col("field") == UNMAPPED) | (pl.col("status") != MappingStatus.ACCEPTED)
    )
    pieces, keys = [], set[str]()
    for position in kept["position"]:
        if table_format.facts and fold(table.header[position]) not in table_format.facts:
            continue
        key = table.header[position] or f"column {position + 1}"
        key = key if key not in keys else f"{key} ({position + 1})"
        keys.add(key)
        name = cell_column(position)
        text = hide_cells(records[name].str.strip_chars(), table.header[position])
        text = text.set(text.str.to_lowercase().is_in(["", *sorted(table_format.null_words)]), None)
        piece = (
            text.alias(key)
            .to_frame()
            .select(
                pl.when(pl.col(key).is_not_null())
                .then(
                    pl.struct(key).struct.json_encode().str.strip_prefix("{").str.strip_suffix("}")
                )
                .alias(name)
            )
        )
        pieces.append(piece)
    if not pieces:
        return pl.Series([None] * records.height, dtype=pl.String)
    joined = pl.concat(pieces, how="horizontal").select(
        pl.concat_str(pl.all(), separator=",", ignore_nulls=True)
    )
    return joined.select(
        pl.when(pl.first() != "").then(pl.concat_str(pl.lit("{"), pl.first(), pl.lit("}")))
    ).to_series()


def _merge(field: str, series: Sequence[pl.Series]) -> pl.Series:
    if field == "status" and len(series) > 1:
        return strongest_status(series).alias(field)
    if not FIELDS[field].many:
        return _first(field, series)
    if len(series) == 1 and isinstance(series[0].dtype, pl.List):
        return series[0].alias(field)  # readers of lists leave neither nulls nor repetitions
    lists = [
        one if isinstance(one.dtype, pl.List) else one.reshape((-1, 1)).arr.to_list()
        for one in series
    ]
    merged = pl.DataFrame({str(at): one for at, one in enumerate(lists)}).select(
        pl.concat_list(pl.all()).list.drop_nulls().list.unique(maintain_order=True)
    )
    return merged.to_series().alias(field)


def _first(field: str, series: Sequence[pl.Series]) -> pl.Series:
    if len(series) == 1:
        return series[0].alias(field)
    columns = {str(at): _without_empty(one) for at, one in enumerate(series)}
    return pl.DataFrame(columns).select(pl.coalesce(pl.all())).to_series().alias(field)


def _without_empty(values: pl.Series) -> pl.Series:
    """Return values, null where they are an empty list."""
    listed = isinstance(values.dtype, pl.List)
    return values.set(values.list.len() == 0, None) if listed else values


def _describe_faults(
    rows: pl.Series, cells: pl.Series, reading: Reading, column: MappedColumn
) -> pl.DataFrame:
    if not reading.faults.any():
        return _NO_PROBLEMS
    expected = pl.lit(wanted(FIELDS[column.field].kind, column.field))
    unread = formatted('"{}" cannot be read as {}.', "value", expected)
    partly = formatted('Only part of "{}" could be read as {}.', "value", expected)
    return (
        pl.DataFrame({"row": rows, "value": cells, "unread": reading.unread})
        .filter(reading.faults)
        .with_columns(pl.col("value").map_batches(hide_cells, pl.String))
        .select(
            pl.col("row").cast(pl.UInt32),
            pl.lit(column.field).alias("field"),
            pl.lit(column.header).alias("column"),
            pl.when("unread")
            .then(pl.lit("unreadable_value"))
            .otherwise(pl.lit("partly_read"))
            .alias("code"),
            pl.when("unread").then(unread).otherwise(partly).alias("message"),
            "value",
        )
    )


def _describe_errors(
    rows: pl.Series, as_stood: pl.Series, cells: pl.Series, column: MappedColumn
) -> pl.DataFrame:
    """Say of each error of a spreadsheet that it stands where a value should."""
    # An error is no value, so only what cleaning took away can be one.
    if cells.null_count() == as_stood.null_count():
        return _NO_PROBLEMS
    taken = pl.DataFrame({"row": rows, "value": as_stood}).filter(
        cells.is_null() & as_stood.is_not_null()
    )
    errors = taken.filter(are_errors(taken["value"]))
    if errors.is_empty():
        return _NO_PROBLEMS
    header = pl.lit(column.header)
    uncalculated = pl.col("value").str.strip_chars() == NO_STORED_VALUE
    return errors.select(
        pl.col("row").cast(pl.UInt32),
        pl.lit(column.field).alias("field"),
        header.alias("column"),
        pl.when(uncalculated)
        .then(pl.lit("formula_without_value"))
        .otherwise(pl.lit("spreadsheet_error"))
        .alias("code"),
        pl.when(uncalculated)
        .then(
            formatted(
                '"{}" holds a formula without a stored value; open and save the workbook in Excel.',
                header,
            )
        )
        .otherwise(
            formatted(
                '"{}" is an error of the spreadsheet where "{}" should have a value.',
                pl.col("value").str.strip_chars(),
                header,
            )
        )
        .alias("message"),
        pl.col("value").str.strip_chars(),
    )


def _describe_garbled(rows: pl.Series, cells: pl.Series, column: MappedColumn) -> pl.DataFrame:
    """Say of each text whose letters are wrong that they are."""
    garbled = are_garbled(cells)
    if not garbled.any():
        return _NO_PROBLEMS
    return (
        pl.DataFrame({"row": rows, "value": cells})
        .filter(garbled)
        .select(
            pl.col("row").cast(pl.UInt32),
            pl.lit(column.field).alias("field"),
            pl.lit(column.header).alias("column"),
            pl.lit("garbled_text").alias("code"),
            formatted(
                'Letters of "{}" were lost in another encoding; export the file as UTF-8.', "value"
            ).alias("message"),
            "value",
        )
    )
