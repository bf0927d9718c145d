"""What became of each physical record, and what records say."""

from typing import NewType

import polars as pl

from discovery_dagster.domain.tables.attributes import ATTRIBUTES
from discovery_dagster.domain.tables.declaring import PLACE, count, flag, port, text, texts, total
from discovery_dagster.domain.tables.table import StepTable
from discovery_dagster.domain.tables.words import Outcome, ReferenceWords, Severity

_TABLE = count(doc="Number of its table, as in `source_tables`.")
#: Of a record, or of the thing whose record it is.
TRANSLATIONS = texts(
    nullable=True, doc="What the client's dictionary says of its words, as sentences."
)
_ROW = count(doc="Number of the record in its table, from 0.")

RecordOutcomes = NewType("RecordOutcomes", pl.DataFrame)
RECORD_OUTCOMES = StepTable[RecordOutcomes](
    "record_outcomes",
    doc="One row per physical record: how it was accounted for.",
    columns={
        **PLACE,
        "table": _TABLE,
        "outcome": text(words=Outcome, doc="Exactly one for each record."),
        "reason": text(nullable=True, doc="Why it was ignored, as a sentence."),
    },
)

TableAccounts = NewType("TableAccounts", pl.DataFrame)
TABLE_ACCOUNTS = StepTable[TableAccounts](
    "table_accounts",
    doc="One row per table: its physical records and what became of them.",
    columns={
        "table": count(key=True, doc="Number of the table, as in `source_tables`."),
        "file": PLACE["file"],
        "sheet": PLACE["sheet"],
        "format": text(doc="Name of its format."),
        "records": count(doc="How many physical records it has: the sum of the next three."),
        "accepted": count(doc="Records that were accepted."),
        "rejected": count(doc="Records that were not."),
        "ignored": count(doc="Records that say nothing, each with a reason."),
    },
)

RejectedRecords = NewType("RejectedRecords", pl.DataFrame)
REJECTED_RECORDS = StepTable[RejectedRecords](
    "rejected_records",
    doc="One row per rejected record, as it stood.",
    columns={
        **PLACE,
        "table": _TABLE,
        "columns": texts(doc="Columns of its table."),
        "cells": texts(doc="Its cells, in the order of the columns."),
    },
)

Issues = NewType("Issues", pl.DataFrame)
ISSUES = StepTable[Issues](
    "issues",
    doc="One row per problem of a cell or a record.",
    columns={
        **PLACE,
        "table": _TABLE,
        "field": text(
            nullable=True, doc="Canonical field; null when the record as a whole is meant."
        ),
        "column": text(nullable=True, doc="Source column, as written."),
        "code": text(doc="What is wrong, as a stable code."),
        "message": text(doc="What is wrong in one sentence, quoting the value."),
        "value": text(nullable=True, doc="The value, as written."),
        "severity": text(words=Severity, doc="`error` where it rejected the record."),
    },
)

OverrideLines = NewType("OverrideLines", pl.DataFrame)
OVERRIDE_LINES = StepTable[OverrideLines](
    "override_lines",
    doc="One row per record of a file of decisions that is right by itself.",
    columns={
        **PLACE,
        "table": _TABLE,
        "row": _ROW,
        "asset": text(doc="Id or name of the asset, as written."),
        "field": text(doc="What is decided: a field of `reference/overrides.yaml`."),
        "value": text(doc="What was decided."),
        "reason": text(doc="Why."),
        "author": text(doc="By whom."),
    },
)

OverrideRefusals = NewType("OverrideRefusals", pl.DataFrame)
OVERRIDE_REFUSALS = StepTable[OverrideRefusals](
    "override_refusals",
    doc="One row per record of `override_lines` that could not be applied.",
    columns={
        "table": _TABLE,
        "row": _ROW,
        **PLACE,
        **{name: ISSUES.columns[name] for name in ("field", "column", "code", "message", "value")},
    },
)

AssetRecords = NewType("AssetRecords", pl.DataFrame)
ASSET_RECORDS = StepTable[AssetRecords](
    "asset_records",
    doc="One row per record that declares a thing, in table and line order.",
    columns={
        "record": count(key=True, doc="Number of the row, from 0."),
        **PLACE,
        "format": text(doc="Name of the table's format."),
        "declared_type": text(
            words=ReferenceWords.ASSET_TYPES, nullable=True, doc="Type that the source states."
        ),
        "declared_type_text": text(nullable=True, doc="That type, as written."),
        "translations": TRANSLATIONS,
        "detail": flag(
            doc="Whether it adds to a thing that another record declares and makes none itself."
        ),
        **ATTRIBUTES.columns,
    },
)

RelationRecords = NewType("RelationRecords", pl.DataFrame)
RELATION_RECORDS = StepTable[RelationRecords](
    "relation_records",
    doc="One row per relation between two named things, or from one to an address; turned already,"
    " so that the source needs the target.",
    columns={
        **PLACE,
        "kind": text(words=ReferenceWords.EVIDENCE_KINDS, doc="Kind of evidence."),
        "relation": text(words=ReferenceWords.RELATIONS, doc="How the source needs the target."),
        "phrase": text(nullable=True, doc="The relation as written, or the column that says it."),
        "source": text(nullable=True, doc="Name as written; null for a bare address."),
        "source_address": text(nullable=True, doc="Address of the source."),
        "source_type": text(
            words=ReferenceWords.ASSET_TYPES, nullable=True, doc="Type that the record states."
        ),
        "source_record": count(
            nullable=True, doc="The asset record that states the relation of itself."
        ),
        "target": text(nullable=True, doc="Name as written; null for a bare address."),
        "target_address": text(nullable=True, doc="Address of the target."),
        "target_type": text(
            words=ReferenceWords.ASSET_TYPES, nullable=True, doc="Type that the record states."
        ),
        "target_record": count(
            nullable=True, doc="The asset record that states the relation of itself."
        ),
        "source_names_asset": flag(
            nullable=True, doc="Whether a named source declares an asset, with low confidence."
        ),
        "target_names_asset": flag(nullable=True, doc="Likewise for the target."),
        "port": port(doc="Port of the listening side."),
        "protocol": text(nullable=True, doc="Such as `tcp` or `udp`."),
        "count": total(nullable=True, doc="Number of observations; 1 for a declared relation."),
        "first_seen": text(nullable=True, doc="First observation, ISO 8601."),
        "last_seen": text(nullable=True, doc="Last observation, ISO 8601."),
        "detail": text(nullable=True, doc="Such as the process or application that was seen."),
    },
)
