"""One table: its records parted by kind, built, and accounted for."""

from dataclasses import dataclass, replace
from typing import Final, Self

import polars as pl

from discovery_dagster.domain.canonical.accounts import (
    PROBLEM,
    SKIPPED,
    Place,
    combine_outcomes,
    decide_outcomes,
    list_issues,
    list_table_issues,
    numbered_records,
    refused_readings,
)
from discovery_dagster.domain.canonical.assets import build_assets
from discovery_dagster.domain.canonical.cells import (
    MappedColumn,
    TableCells,
    accepted_columns,
    custom_attributes,
    read_records,
)
from discovery_dagster.domain.canonical.endpoints import problem
from discovery_dagster.domain.canonical.flows import read_flows
from discovery_dagster.domain.canonical.observations import nameless, of_things, one_each
from discovery_dagster.domain.canonical.overrides import build_overrides
from discovery_dagster.domain.canonical.relations import build_references, build_relations
from discovery_dagster.domain.canonical.rows import Rows, RowsInMemory
from discovery_dagster.domain.canonical.spans import build_spans
from discovery_dagster.domain.canonical.tags import read_tags
from discovery_dagster.domain.canonical.virtual_machines import (
    Virtual,
    are_virtual_machines,
    stated_virtual,
)
from discovery_dagster.domain.dictionary import NO_DICTIONARY, Dictionary
from discovery_dagster.domain.formats.base import Kind, Switch, TableFormat
from discovery_dagster.domain.mapping.claims import OWN_NAMES
from discovery_dagster.domain.source_tables import cell_column
from discovery_dagster.domain.tables import (
    ASSET_RECORDS,
    OVERRIDE_LINES,
    RELATION_RECORDS,
    Schema,
    empty,
)
from discovery_dagster.domain.tables.words import MappingStatus
from discovery_dagster.domain.texts import formatted
from discovery_dagster.domain.values.secret_records import hide_by_records

_RECORDS: Final = ("source_record", "target_record")


@dataclass(frozen=True)
class TableRecords:
    """What one table gives; `assets` are not numbered yet.

    The records that `relations` state of themselves are numbered within the table.
    """

    assets: pl.DataFrame
    relations: pl.DataFrame
    overrides: pl.DataFrame
    outcomes: pl.DataFrame
    issues: pl.DataFrame

    def numbered_from(self, first: int) -> Self:
        """Return the same where the first asset has the number `first`."""
        return replace(self, relations=self.relations.with_columns(pl.col(_RECORDS) + first))


@dataclass(frozen=True)
class _Built:
    """What records of one kind give, by the `row` of each."""

    assets: pl.DataFrame | None = None
    relations: pl.DataFrame | None = None
    problems: pl.DataFrame | None = None
    skipped: pl.DataFrame | None = None
    faults: pl.DataFrame | None = None
    overrides: pl.DataFrame | None = None


def read_table(
    place: Place,
    table_format: TableFormat,
    mapping: pl.DataFrame,
    rows: Rows | None = None,
    dictionary: Dictionary = NO_DICTIONARY,
) -> TableRecords:
    """Read the records of one table.

    Args:
        place: the table and its number.
        table_format: of the table.
        mapping: of its columns, as `tables.FIELD_MAPPING`.
        rows: the records of a table of flows, where they are not those of the table itself.
        dictionary: of the client.
    """
    columns = accepted_columns(mapping, table_format)
    if table_format.kind is Kind.FLOWS:
        return _read_flows(place, rows or RowsInMemory.of(place.table), columns, table_format)
    readings = decide_outcomes(numbered_records(place.table), place.table, table_format)
    open_ = readings.filter(pl.col("outcome").is_null())["row"]
    records = hide_by_records(numbered_records(place.table), place.table.header)
    if len(open_) < records.height:
        records = records.filter(pl.col("row").is_in(open_.implode()))
    parts, unknown_kinds = _part(records, columns, table_format)
    built = [
        _build(kind, part, columns, place, table_format, mapping, dictionary)
        for kind, part in sorted(parts.items(), key=lambda item: item[0].value)
        if not part.is_empty()
    ]
    problems = _join([refused_readings(readings), unknown_kinds], PROBLEM)
    refusals = _join([problems, *(part.problems for part in built)], PROBLEM)
    skipped = _join([part.skipped for part in built], SKIPPED)
    outcomes = combine_outcomes(place, place.table.records["line"], readings, refusals, skipped)
    assets = _placed([part.assets for part in built], place, table_format, _asset_schema())
    relations = _placed([part.relations for part in built], place, table_format, RELATION_RECORDS)
    return TableRecords(
        assets.drop("row"),
        _numbered(relations, assets["row"]).drop("row"),
        _join([part.overrides for part in built], OVERRIDE_LINES),
        outcomes.drop("row"),
        pl.concat(
            [
                list_table_issues(place, table_format, mapping),
                list_issues(outcomes, refusals, _join([part.faults for part in built], PROBLEM)),
            ]
        ),
    )


def _read_flows(
    place: Place, rows: Rows, columns: tuple[MappedColumn, ...], table_format: TableFormat
) -> TableRecords:
    flows = read_flows(place, rows, columns, table_format)
    refusals = _join([refused_readings(flows.closed), flows.problems], PROBLEM)
    lines = rows.lines()
    relations = flows.relations.with_columns(lines.gather(flows.relations["row"]))
    outcomes = combine_outcomes(place, lines, flows.closed, refusals, flows.skipped)
    return TableRecords(
        empty(_asset_schema()),
        _placed([_of_nobody(relations)], place, table_format, RELATION_RECORDS).drop("row"),
        empty(OVERRIDE_LINES),
        outcomes.drop("row"),
        list_issues(outcomes, refusals, flows.faults),
    )


def _part(
    records: pl.DataFrame, columns: tuple[MappedColumn, ...], table_format: TableFormat
) -> tuple[dict[Kind, pl.DataFrame], pl.DataFrame]:
    """Part the records by kind; those whose kind is not allowed are problems."""
    switch = table_format.switch
    column = next((known for known in columns if known.field == "record_kind"), None)
    if switch is None or column is None:
        return {table_format.kind: records}, pl.DataFrame(schema=PROBLEM)
    # Spreadsheets write the number 1 as 1.0 where its column once held decimals.
    cell = pl.col(cell_column(column.position)).str.strip_chars()
    word = cell.str.replace(r"\.0+$", "").replace("", None)
    known = {
        kind: records.filter(word.is_in([key for key, of in switch.kinds.items() if of is kind]))
        for kind in sorted(set(switch.kinds.values()), key=lambda kind: kind.value)
    }
    unknown = records.filter(~word.is_in(list(switch.kinds)).fill_null(False))
    return known, _refuse_kinds(unknown, cell, column, switch)


def _refuse_kinds(
    unknown: pl.DataFrame, cell: pl.Expr, column: MappedColumn, switch: Switch
) -> pl.DataFrame:
    return problem(
        unknown,
        field=column.field,
        column=column.header,
        code="unknown_record_kind",
        message=pl.when(cell.replace("", None).is_null())
        .then(pl.lit(f'"{column.header}" is empty; allowed are {switch.allowed}.'))
        .otherwise(
            formatted(
                '"{}" is no allowed value of "{}"; allowed are {}.',
                cell.fill_null(""),
                pl.lit(column.header),
                pl.lit(switch.allowed),
            )
        ),
        value=cell,
    )


def _build(
    kind: Kind,
    records: pl.DataFrame,
    columns: tuple[MappedColumn, ...],
    place: Place,
    table_format: TableFormat,
    mapping: pl.DataFrame,
    dictionary: Dictionary,
) -> _Built:
    if kind is Kind.CORRECTIONS:
        return _Built()
    if kind is Kind.OVERRIDES:
        lines, problems = build_overrides(records, place)
        return _Built(problems=problems, overrides=lines)
    cells = read_records(records, columns, table_format, dictionary)
    if kind is Kind.RELATIONS:
        relations, problems, skipped = build_relations(cells, table_format, dictionary)
        return _Built(None, relations, problems, skipped, cells.faults)
    if kind is Kind.SPANS:
        assets, relations, problems = build_spans(cells, table_format)
        return _Built(assets, relations, problems, None, cells.faults)
    if kind is Kind.OBSERVATIONS:
        return _build_observations(cells, table_format, _called(records, mapping))
    cells = read_tags(cells, records, place.table, table_format)
    custom = custom_attributes(records, place.table, mapping, table_format)
    virtual = Virtual(
        are_virtual_machines(records, place.table, cells),
        stated_virtual(records, place.table, table_format.ruled),
    )
    built = build_assets(cells, custom, table_format, kind, _called(records, mapping), virtual)
    references = build_references(cells, built.assets)
    faults = pl.concat([built.faults, cells.faults])
    return _Built(built.assets, references, built.problems, built.skipped, faults)


def _build_observations(cells: TableCells, table_format: TableFormat, called: pl.Series) -> _Built:
    skipped = nameless(cells, called)
    # What is written beside a thing in such a list is of the observation, not an attribute of it.
    custom = pl.Series([None] * cells.frame.height, dtype=pl.String)
    built = build_assets(cells, custom, table_format, Kind.ASSETS, called)
    unnamed = pl.col("row").is_in(skipped["row"].implode())
    assets, firsts = one_each(built.assets.filter(~unnamed))
    references = of_things(build_references(cells, built.assets.filter(~unnamed)), firsts)
    faults = pl.concat([built.faults, cells.faults]).filter(~unnamed)
    return _Built(assets, references, built.problems.filter(~unnamed), skipped, faults)


def _called(records: pl.DataFrame, mapping: pl.DataFrame) -> pl.Series:
    """Whether each record has a cell in a column that may name it and is not used."""
    own = mapping.filter(
        pl.col("field").is_in(OWN_NAMES), pl.col("status") != MappingStatus.ACCEPTED
    )
    cells = (pl.col(cell_column(at)).is_not_null() for at in own["position"])
    return records.select(pl.any_horizontal(pl.lit(False), *cells).alias("called")).to_series()


def _placed(
    parts: list[pl.DataFrame | None],
    place: Place,
    table_format: TableFormat,
    schema: Schema,
) -> pl.DataFrame:
    """Give the built rows their place, beside their `row`; the order is that of the records."""
    present = [part for part in parts if part is not None]
    if not present:
        return empty({"row": pl.UInt32(), **schema})
    joined = pl.concat(
        [
            part.with_columns(*place.columns(), pl.lit(table_format.name).alias("format")).select(
                "row", *(pl.col(name).cast(dtype) for name, dtype in schema.items())
            )
            for part in present
        ]
    )
    in_order = joined["row"].is_sorted()
    return joined if in_order else joined.sort("row", maintain_order=True)


def _of_nobody(relations: pl.DataFrame) -> pl.DataFrame:
    """Add that no asset record states the relations of itself."""
    return relations.with_columns(pl.lit(None, pl.UInt32).alias(name) for name in _RECORDS)


def _numbered(relations: pl.DataFrame, rows: pl.Series) -> pl.DataFrame:
    """Name the records that state a relation by their number among the assets of the table.

    Args:
        relations: with the `row` of such records in the columns of `_RECORDS`.
        rows: of the assets, in their order.
    """
    if all(relations[name].null_count() == relations.height for name in _RECORDS):
        return relations
    numbers = pl.int_range(len(rows), dtype=pl.UInt32, eager=True)
    return relations.with_columns(
        pl.col(name).replace_strict(rows, numbers, default=None, return_dtype=pl.UInt32)
        for name in _RECORDS
    )


def _join(parts: list[pl.DataFrame | None], schema: Schema) -> pl.DataFrame:
    present = [part.select(list(schema)) for part in parts if part is not None]
    return pl.concat([empty(schema), *present])


def _asset_schema() -> Schema:
    return {name: dtype for name, dtype in ASSET_RECORDS.items() if name != "record"}
