"""Records that state a relation between two things, and columns that name other things.

Every relation leaves here turned: the source needs the target.
"""

from collections.abc import Mapping

import polars as pl

from discovery_dagster import reference
from discovery_dagster.domain.canonical.accounts import PROBLEM, SKIPPED
from discovery_dagster.domain.canonical.cells import TableCells
from discovery_dagster.domain.canonical.end_lists import part_ends, part_ports
from discovery_dagster.domain.canonical.endpoints import (
    find_endpoints,
    parts_of,
    problem,
    same_thing,
)
from discovery_dagster.domain.dictionary import NO_DICTIONARY, Dictionary
from discovery_dagster.domain.fields import REFERENCES, TURNED_REFERENCES
from discovery_dagster.domain.formats.base import TableFormat
from discovery_dagster.domain.headers.meanings import named_type
from discovery_dagster.domain.headers.phrases import Phrase, is_unrelated, read_phrases
from discovery_dagster.domain.tables import RELATION_RECORDS
from discovery_dagster.domain.tables.words import EvidenceKind
from discovery_dagster.domain.texts import formatted

#: A relation record before the place of its table is known.
RELATION = {"row": pl.UInt32(), **RELATION_RECORDS}
_SHOWN = 10  # phrases that a message lists
_SIDES = ("", "_address", "_type", "_record", "_names_asset")


def build_relations(
    cells: TableCells, table_format: TableFormat, dictionary: Dictionary = NO_DICTIONARY
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Build relation records from records of two things.

    Returns:
        One row per usable record (`tables.RELATION_RECORDS` without its place, with `row` and
        `line`); problems of the others, as `PROBLEM`; those that count for nothing, as `SKIPPED`.
    """
    cells, many = part_ends(cells)
    cells = part_ports(cells)
    ends = find_endpoints(cells, table_format)
    relations, problems, unrelated = _read_relations(ends.frame, cells, table_format, dictionary)
    problems = pl.concat([ends.problems, problems])
    itself = relations.filter(same_thing()).select(
        "row", pl.lit("Source and target are the same thing.").alias("reason")
    )
    skipped = pl.concat([unrelated, itself, ends.skipped, many])
    bad = pl.concat([problems["row"], skipped["row"]])
    usable = relations.filter(~pl.col("row").is_in(bad.implode()))
    back = usable.filter("mutual").with_columns(~pl.col("turned"))
    usable = pl.concat([usable, back]).sort("row", maintain_order=True)
    return _turn(usable).select(list(_without_place())), problems, skipped


def build_references(cells: TableCells, assets: pl.DataFrame) -> pl.DataFrame:
    """Build a relation record for each thing that a column of an asset record names.

    Args:
        cells: of the table's asset records.
        assets: as `build_assets` returns them; relations of refused records are left out.

    Returns:
        As `build_relations`, in order of record and column; the end that is the record's own thing
        has its `row` as `source_record` or `target_record`.
    """
    parts = []
    for column, targets in cells.references:
        typed = column.target_type or named_type(column.header)
        named = cells.frame.select("row", targets.alias("target")).explode("target").drop_nulls()
        records = assets.select("row", "line", pl.col("name").alias("source"), "declared_type")
        named = named.select("row").hstack(parts_of(named["target"]))
        part = named.join(records, on="row", how="inner", maintain_order="left").with_columns(
            pl.lit(REFERENCES[column.field]).alias("relation"),
            pl.lit(column.field in TURNED_REFERENCES).alias("turned"),
            pl.lit(column.header).alias("phrase"),
            pl.lit(EvidenceKind.DECLARED).alias("kind"),
            pl.col("declared_type").alias("source_type"),
            pl.col("row").alias("source_record"),
            pl.lit(typed, dtype=pl.String).alias("target_type"),
            pl.lit(None, dtype=pl.String).alias("source_address"),
            # The record's own asset is there; what it refers to may stay unresolved.
            pl.lit(True).alias("source_names_asset"),
            (pl.lit(_lists_needs_only(cells)) & pl.col("target").is_not_null()).alias(
                "target_names_asset"
            ),
        )
        parts.append(_turn(_complete(part.filter(~same_thing()))))
    empty = pl.DataFrame(schema=_without_place())
    return pl.concat([empty, *(part.select(list(empty.columns)) for part in parts)]).sort(
        "row", maintain_order=True
    )


def _lists_needs_only(cells: TableCells) -> bool:
    """Whether the table says nothing of its things but what they need: a list of dependencies.

    Both ends of such are named things. What an inventory refers to is often text of another kind.
    """
    return {column.field for column in cells.mapped} <= {"name", "description", *REFERENCES}


def _read_relations(
    frame: pl.DataFrame, cells: TableCells, table_format: TableFormat, dictionary: Dictionary
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Add `relation`, `turned` and what else a relation has, by each record's phrase."""
    if "relation" not in frame.columns:
        default = _default_relation(table_format).alias("relation")
        names = (cells.header_of("source", "sources", "name"), cells.header_of("target", "targets"))
        ends = " / ".join(name or "" for name in names)
        relations = frame.with_columns(
            default,
            pl.lit(table_format.turned).alias("turned"),
            (_is_mutual(frame) | pl.lit(table_format.mutual)).alias("mutual"),
            pl.lit(ends).alias("phrase"),
        )
        return _complete(relations), pl.DataFrame(schema=PROBLEM), pl.DataFrame(schema=SKIPPED)
    frame = frame.rename({"relation": "phrase"})
    written = frame["phrase"].drop_nulls().unique().sort().to_list()
    own = dictionary.phrases(written)
    others = [text for text in written if text not in own.silent]
    known = {**read_phrases(others, table_format.phrases), **own.known}
    unrelated = [
        text for text in written if text in own.silent or (text not in known and is_unrelated(text))
    ]
    mutual = [text for text, phrase in known.items() if phrase.mutual]
    relations = frame.with_columns(
        _mapped("phrase", {text: phrase.relation for text, phrase in known.items()}, pl.String()),
        pl.col("phrase")
        .replace_strict(
            {text: phrase.turned for text, phrase in known.items()},
            default=False,
            return_dtype=pl.Boolean,
        )
        .alias("turned"),
        (pl.col("phrase").is_in(mutual) | _is_mutual(frame)).alias("mutual"),
    ).with_columns(_relation_by_target(known))
    skipped = relations.filter(pl.col("phrase").is_in(unrelated)).select(
        "row",
        formatted('"{}" says nothing about what needs what.', "phrase").alias("reason"),
    )
    phrases = table_format.phrases or {}
    allowed = " or ".join(phrases) if 0 < len(phrases) <= _SHOWN else "a known relation"
    unknown = relations.filter(
        pl.col("relation").is_null() & ~pl.col("phrase").is_in(unrelated).fill_null(False)
    )
    problems = problem(
        unknown,
        field="relation",
        column=cells.header_of("relation"),
        code="unknown_relation",
        message=pl.when(pl.col("phrase").is_null())
        .then(pl.lit(f"No relation is given; {allowed} is needed."))
        .otherwise(
            formatted(
                '"{}" is not {}; which thing needs the other is not guessed.',
                "phrase",
                pl.lit(allowed),
            )
        ),
        value=pl.col("phrase"),
    )
    cited = pl.col("phrase").replace(dict(own.cited))
    return _complete(relations.with_columns(cited)), problems, skipped


def _is_mutual(frame: pl.DataFrame) -> pl.Expr:
    """Whether a direction beside two distinct ends says that it goes both ways."""
    if "direction" not in frame.columns:
        return pl.lit(False)
    words = reference.load("ends")["directions"]["mutual"]
    direction = pl.col("direction").str.strip_chars().str.to_lowercase()
    return direction.is_in(words).fill_null(False)


def _default_relation(table_format: TableFormat) -> pl.Expr:
    default = pl.lit(table_format.relation, dtype=pl.String)
    to_address = pl.col("source").is_not_null() & pl.col("target").is_null()
    other = pl.lit(table_format.address_relation, dtype=pl.String)
    return pl.when(to_address).then(other.fill_null(default)).otherwise(default)


def _relation_by_target(known: Mapping[str, Phrase]) -> pl.Expr:
    """The relation of a phrase that depends on the type of what is needed."""
    needed = pl.when("turned").then("source_type").otherwise("target_type")
    special = {
        f"{text}\n{asset_type}": relation
        for text, phrase in known.items()
        for asset_type, relation in phrase.by_target.items()
    }
    both = pl.concat_str("phrase", needed, separator="\n")
    replaced = both.replace_strict(special, default=None, return_dtype=pl.String)
    return pl.coalesce(replaced, "relation").alias("relation")


def _mapped(column: str, words: Mapping[str, str], dtype: pl.DataType) -> pl.Expr:
    return (
        pl.col(column)
        .replace_strict(dict(words), default=None, return_dtype=dtype)
        .alias("relation")
    )


def _complete(frame: pl.DataFrame) -> pl.DataFrame:
    """Add what a relation that was not observed lacks."""
    frame = frame.with_columns(
        pl.lit(None, dtype=dtype).alias(name)
        for name, dtype in _without_place().items()
        if name not in frame.columns
    )
    return frame.with_columns(pl.col("count").fill_null(1))


def _turn(frame: pl.DataFrame) -> pl.DataFrame:
    """Exchange the two ends of the records that are `turned`."""
    ends = [(f"source{side}", f"target{side}") for side in _SIDES]
    pairs = ends + [(target, source) for source, target in ends]
    return frame.with_columns(
        pl.when("turned").then(there).otherwise(here).alias(here) for here, there in pairs
    )


def _without_place() -> dict[str, pl.DataType | type[pl.DataType]]:
    return {name: dtype for name, dtype in RELATION.items() if name not in {"file", "sheet"}}
