"""What a model proposes that unmapped columns mean.

A proposal stands in the mapping with status `proposed`, so that nothing is read from its column
until a person accepts it (`discovery mapping accept`). It is accepted without one only by setting,
and where the column's values read as that field and as hardly another: text that could be anything
is no evidence.
"""

from collections.abc import Sequence
from typing import Any, Final

import polars as pl

from discovery_dagster import reference
from discovery_dagster.domain.fields import FIELDS, UNMAPPED
from discovery_dagster.domain.formats.base import Kind, TableFormat
from discovery_dagster.domain.proposals import (
    ACCEPTED,
    PROPOSED,
    Answer,
    Proposer,
    Question,
    Usage,
    frame,
)
from discovery_dagster.domain.source_tables import SourceTable
from discovery_dagster.domain.tables import PROPOSALS, FieldMapping, Proposals, empty
from discovery_dagster.domain.tables.words import MappingMethod
from discovery_dagster.domain.values import TRANSFORMS, read_cells
from discovery_dagster.domain.words import fold

MODEL: Final = MappingMethod.MODEL

#: Kinds of values that little else looks like. Numbers and text are not among them, nor amounts in
#: bytes, which memory and storage share.
_TELLING = ("addresses", "macs", "uuid")

#: A model's word is below every rule's: `mapping` shows it with at most this confidence.
_CONFIDENCE = 0.5


def propose_fields(
    tables: Sequence[tuple[SourceTable, TableFormat]],
    mapping: FieldMapping,
    proposer: Proposer | None,
) -> tuple[FieldMapping, Proposals, Usage | None]:
    """Ask what columns of unknown meaning mean.

    Args:
        tables: with their formats, in the order of their numbers.
        mapping: of all of them by rules and decisions, as `tables.FIELD_MAPPING`.
        proposer: the model, or None.

    Returns:
        The mapping with the proposals, the proposals as `tables.PROPOSALS`, and what they cost
        (None without a model).
    """
    if proposer is None:
        return mapping, empty(PROPOSALS), None
    open_ = mapping.with_row_index("row").filter(
        (pl.col("field") == UNMAPPED)
        & pl.col("method").is_null()
        & (pl.col("evidence").list.len() > 0)
        & pl.col("table").is_in(_readable(tables))
    )
    if open_.is_empty():
        return mapping, empty(PROPOSALS), Usage()
    known = {
        number: own.filter(pl.col("field") != UNMAPPED).select("column", "field").rows()
        for (number,), own in mapping.group_by("table")
    }
    questions = [
        Question(
            {"header": row["column"], "samples": row["evidence"]},
            {
                "file": row["file"],
                "beside": [f"{column} = {field}" for column, field in known.get(row["table"], [])],
            },
        )
        for row in open_.iter_rows(named=True)
    ]
    response = proposer.propose(questions, field_meanings(), UNMAPPED)
    taken = set(mapping.filter(pl.col("status") == ACCEPTED).select("table", "field").iter_rows())
    agreeing = [
        _agreeing(row, answer, taken) if proposer.accepts else None
        for row, answer in zip(open_.iter_rows(named=True), response.answers, strict=True)
    ]
    about = open_.select(
        asset_id=pl.lit(None, dtype=pl.String),
        name=pl.lit(None, dtype=pl.String),
        file="file",
        sheet="sheet",
        column="column",
        field=pl.lit("field"),
        rules="field",
    )
    proposals = frame(about, response.answers, agreeing)
    return _shown(mapping, open_["row"], proposals), proposals, response.usage


def field_meanings() -> dict[str, str]:
    """The fields that may be proposed for a column, and what each means."""
    meanings: dict[str, str] = reference.load("prompts/fields")
    return meanings


def _readable(tables: Sequence[tuple[SourceTable, TableFormat]]) -> list[int]:
    """Tables of things whose format lets headers be interpreted at all."""
    return [
        number
        for number, (_, table_format) in enumerate(tables)
        if table_format.kind is Kind.ASSETS and table_format.synonyms
    ]


def _agreeing(row: dict[str, Any], answer: Answer, taken: set[tuple[Any, ...]]) -> str | None:
    field = FIELDS.get(answer.value or "")
    if field is None or field.kind not in _TELLING or _is_of_others(row["column"]):
        return None
    if not field.many and (row["table"], answer.value) in taken:
        return None
    kind = field.kind
    samples = pl.Series(row["evidence"], dtype=pl.String)
    if bool(read_cells(kind, samples).faults.any()):
        return None
    return f"The values of the column read as {answer.value}."


def _is_of_others(header: str) -> bool:
    """Whether a header says that its values are of a neighbour, such as a gateway's address."""
    others = reference.load("header_words")["of_others"]
    return not set(others).isdisjoint(fold(header).split())


def _shown(mapping: FieldMapping, rows: pl.Series, proposals: Proposals) -> FieldMapping:
    """The mapping with the columns that have a proposal showing it."""
    transforms = {
        name: TRANSFORMS[field.kind] for name, field in FIELDS.items() if TRANSFORMS[field.kind]
    }
    proposed = (
        proposals.select(
            row=rows,
            p_field="value",
            p_status="status",
            p_confidence=pl.min_horizontal(pl.col("confidence"), pl.lit(_CONFIDENCE)),
        )
        .filter(pl.col("p_status").is_in([PROPOSED, ACCEPTED]))
        .with_columns(
            p_transform=pl.col("p_field").replace_strict(
                transforms, default=None, return_dtype=pl.String
            )
        )
    )
    joined = mapping.with_row_index("row").join(
        proposed, on="row", how="left", maintain_order="left"
    )
    has = pl.col("p_field").is_not_null()
    shown = joined.with_columns(
        field=pl.coalesce("p_field", "field"),
        transform=pl.when(has).then("p_transform").otherwise("transform"),
        status=pl.coalesce("p_status", "status"),
        confidence=pl.coalesce("p_confidence", "confidence"),
        method=pl.when(has).then(pl.lit(MODEL)).otherwise("method"),
    )
    return FieldMapping(shown.select(mapping.columns))
