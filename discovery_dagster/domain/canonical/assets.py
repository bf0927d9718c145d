"""Records that declare a thing, or add to one, in canonical fields."""

import re
from dataclasses import dataclass
from typing import Final

import polars as pl

from discovery_dagster.domain.canonical.accounts import PROBLEM, SKIPPED
from discovery_dagster.domain.canonical.catalogues import list_models
from discovery_dagster.domain.canonical.cells import (
    TRANSLATED_TYPE,
    TRANSLATIONS,
    TableCells,
)
from discovery_dagster.domain.canonical.unnamed import (
    FALLBACKS,
    describe_fallbacks,
    fallback,
    unused_addresses,
)
from discovery_dagster.domain.canonical.virtual_machines import Virtual
from discovery_dagster.domain.formats.base import Kind, TableFormat, TypePatterns
from discovery_dagster.domain.headers import synonyms
from discovery_dagster.domain.headers.listed import listed_type
from discovery_dagster.domain.headers.meanings import named_type
from discovery_dagster.domain.tables import ATTRIBUTES
from discovery_dagster.domain.values.identifiers import uuid_in_serial
from discovery_dagster.domain.values.notations import without_decorations
from discovery_dagster.domain.words import replace_words

_NAMES: Final = ("name", "hostname", "fqdn")
_TYPED: Final = ("declared_type", "declared_type_text")
#: What the header of the names may say of things that prove to be virtual machines.
_MAY_BE_VIRTUAL: Final = frozenset({None, "server"})


@dataclass(frozen=True)
class BuiltAssets:
    """What records of things give.

    `assets` is one row per usable record (`row`, `line`, `declared_type`, `declared_type_text`,
    `translations`, `detail` and `tables.ATTRIBUTES`). `problems` are of records that name nothing,
    `faults` of usable ones that have no name (both `PROBLEM`); `skipped` (`SKIPPED`) are no things.
    """

    assets: pl.DataFrame
    problems: pl.DataFrame
    skipped: pl.DataFrame
    faults: pl.DataFrame


def build_assets(
    cells: TableCells,
    custom: pl.Series,
    table_format: TableFormat,
    kind: Kind,
    called: pl.Series | None = None,
    virtual: Virtual | None = None,
) -> BuiltAssets:
    """Build asset records from the values of a table's records.

    Args:
        cells: of the records that declare a thing or add to one.
        custom: as `custom_attributes`, as long as `cells.frame`.
        table_format: of the table.
        kind: ASSETS or DETAILS.
        called: whether each record has something in a column that may name it and is not used;
            as long as `cells.frame`.
        virtual: what tells whether each record is virtual; as long as `cells.frame`.
    """
    detail = kind is Kind.DETAILS
    # Columns of a detail that its format does not open are none of the thing's own.
    open_ = not detail or table_format.synonyms or bool(table_format.facts)
    frame = _complete(cells.frame)
    uuid = frame["smbios_uuid"].fill_null(uuid_in_serial(frame["serial_number"]))
    frame = frame.with_columns(uuid)
    nameless = _without_name(cells, frame)
    frame = frame.with_columns(
        _name(cells, frame),
        custom.alias("custom") if open_ else pl.lit(None, dtype=pl.String).alias("custom"),
        pl.lit(detail).alias("detail"),
        *_host_names(),
    ).with_columns(_declared_type(cells, frame, table_format, virtual), _type_text(frame, virtual))
    named = frame["name"].is_not_null()
    column = cells.header_of(*_NAMES)
    refused = frame.filter(~named).select(
        "row",
        pl.lit("name").alias("field"),
        pl.lit(column, dtype=pl.String).alias("column"),
        pl.lit("no_identity").alias("code"),
        pl.lit("The record has no name, host name or identifier.").alias("message"),
        pl.lit(None, dtype=pl.String).alias("value"),
    )
    wanted = ["row", "line", *_TYPED, TRANSLATIONS, "detail", *ATTRIBUTES]
    if detail:
        skipped, faults = pl.DataFrame(schema=SKIPPED), pl.DataFrame(schema=PROBLEM)
    else:
        # What could not be read where a name belongs is a thing's name all the same.
        unread = cells.faults.filter(pl.col("field").is_in(_NAMES))["row"]
        bare = nameless & ~frame["row"].is_in(unread.implode())
        bare = bare if called is None else bare & ~called
        skipped = pl.concat([unused_addresses(frame.filter(bare)), list_models(frame)])
        faults = describe_fallbacks(frame.filter(nameless), column)
    counted = ~pl.col("row").is_in(skipped["row"].implode())
    return BuiltAssets(
        frame.filter(named).filter(counted).select(wanted),
        refused.select(list(PROBLEM)),
        skipped,
        faults.filter(counted),
    )


def _complete(frame: pl.DataFrame) -> pl.DataFrame:
    """Add the fields that the table does not have; lists are empty, not null."""
    texts = {
        "declared_type": pl.String(),
        TRANSLATED_TYPE: pl.String(),
        TRANSLATIONS: pl.List(pl.String()),
        **ATTRIBUTES,
    }
    missing = [
        pl.lit([] if isinstance(dtype, pl.List) else None, dtype=dtype).alias(field)
        for field, dtype in texts.items()
        if field not in frame.columns
    ]
    return frame.with_columns(missing).rename({"declared_type": "declared_type_text"})


def _name(cells: TableCells, frame: pl.DataFrame) -> pl.Series:
    """The name, or what else tells the thing apart: first what people would call it by."""
    others = frame.select(fallback(field) for field in FALLBACKS)
    fallbacks = [frame["name"], *_written(cells), *others]
    return (
        pl.DataFrame({str(at): one for at, one in enumerate(fallbacks)})
        .select(pl.coalesce(pl.all()).alias("name"))
        .to_series()
    )


def _without_name(cells: TableCells, frame: pl.DataFrame) -> pl.Series:
    """Whether each record has neither a name nor a host name."""
    names = [frame["name"], *_written(cells)]
    missing = pl.all_horizontal(one.is_null() for one in names)
    return frame.select(missing).to_series()


def _written(cells: TableCells) -> list[pl.Series]:
    hosts = ("hostname", "fqdn")
    written = [cells.written[field] for field in hosts if field in cells.written.columns]
    return [without_decorations(one) for one in written]


def _host_names() -> tuple[pl.Expr, pl.Expr]:
    """Short and full host name, whichever column either stood in."""
    full = pl.coalesce(
        pl.when(pl.col(field).str.contains(".", literal=True)).then(field)
        for field in ("fqdn", "hostname")
    )
    short = pl.coalesce("hostname", "fqdn").str.splitn(".", 2).struct.field("field_0")
    return short.alias("hostname"), full.alias("fqdn")


def _declared_type(
    cells: TableCells, frame: pl.DataFrame, table_format: TableFormat, virtual: Virtual | None
) -> pl.Series:
    text = frame["declared_type_text"]
    declared = replace_words(text, synonyms.type_words())
    patterns = table_format.type_patterns
    if patterns is not None and patterns.field == "declared_type":
        declared = matched_type(text, patterns).fill_null(declared)
    elif patterns is not None:
        declared = declared.fill_null(matched_type(frame[patterns.field], patterns))
    declared = frame[TRANSLATED_TYPE].fill_null(declared)
    header = cells.header_of("name") or ""
    subject = named_type(header) or listed_type(header, cells.header_of("product") is not None)
    if table_format.asset_type is not None:
        declared = declared.fill_null(table_format.asset_type)
    elif table_format.synonyms and virtual is not None and subject in _MAY_BE_VIRTUAL:
        # A word that is written and not known is a question, not a machine.
        machines = virtual.declare(declared)
        declared = machines.zip_with(declared.is_not_null() | text.is_null(), declared)
    if table_format.asset_type is None and subject and header and table_format.synonyms:
        # What the column of names is called says nothing of records that it leaves unnamed.
        called = cells.frame["name"].is_not_null()
        declared = declared.set(declared.is_null() & called, subject)
    return declared.alias("declared_type")


def _type_text(frame: pl.DataFrame, virtual: Virtual | None) -> pl.Series:
    text = frame["declared_type_text"]
    return text if virtual is None else virtual.described(text).alias("declared_type_text")


def matched_type(values: pl.Series, patterns: TypePatterns) -> pl.Series:
    """Return the type that the patterns of a format tell of each value, null where none does."""
    value = pl.lit(values.str.to_lowercase().str.replace_all("_", " ", literal=True))
    matched = (
        pl.when(value.str.contains(_whole_words(part))).then(pl.lit(asset_type))
        for part, asset_type in patterns.types.items()
    )
    return values.to_frame().select(pl.coalesce(matched)).to_series()


def _whole_words(part: str) -> str:
    """A pattern of `part` as whole words, in singular or plural: `san` is not in `sandbox`."""
    inner = re.escape(part.replace("_", " ")).replace("\\ ", "[ -]")
    start = r"\b" if part[0].isalnum() else ""
    end = r"(?:e?s)?\b" if part[-1].isalnum() else ""
    return start + inner + end
