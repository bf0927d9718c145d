"""What was imported: files, the tables in them, what their columns mean, and corrections."""

from typing import NewType

import polars as pl

from discovery_dagster.domain.tables.declaring import (
    PLACE,
    count,
    numbers,
    objects,
    share,
    text,
    texts,
    total,
)
from discovery_dagster.domain.tables.table import StepTable
from discovery_dagster.domain.tables.words import (
    Grain,
    GrainMethod,
    GrainStatus,
    MappingMethod,
    MappingStatus,
    ProposalStatus,
)

SourceFiles = NewType("SourceFiles", pl.DataFrame)
SOURCE_FILES = StepTable[SourceFiles](
    "source_files",
    doc="One row per file of the session, in the order in which the files were added.",
    columns={
        "file": text(key=True, doc="Name of the file within the session."),
        "sha256": text(doc="Digest of its content, hexadecimal."),
        "size": total(unit="bytes", doc="Its size."),
        "format": text(
            nullable=True,
            doc="Format, such as `rvtools.vinfo`; of a workbook of several its first table's.",
        ),
        "encoding": text(nullable=True, doc="Encoding of its text; null where it is no text."),
        "delimiter": text(nullable=True, doc="What separates its cells; null where nothing does."),
        "sheets": texts(nullable=True, doc="Names of its worksheets."),
        "notes": texts(nullable=True, doc="What a person may not expect of how it was read."),
        "error_code": text(nullable=True, doc="Why it could not be read, as a stable code."),
        "error": text(nullable=True, doc="Why it could not be read; null for a file that was."),
    },
)

SourceTables = NewType("SourceTables", pl.DataFrame)
SOURCE_TABLES = StepTable[SourceTables](
    "source_tables",
    doc="One row per table, in file and sheet order.",
    columns={
        "table": count(key=True, doc="Number of the table within the session, from 0."),
        "file": PLACE["file"],
        "sheet": PLACE["sheet"],
        "format": text(doc="Name of its format, such as `rvtools.vinfo`."),
        "header": texts(doc="Its columns, as written."),
        "header_line": count(doc="Line that the header stands in."),
        "records": count(doc="How many physical records it has."),
        "merged": objects(
            {
                "first_line": count(doc="First worksheet row that it covers."),
                "last_line": count(doc="Last worksheet row that it covers."),
                "first_position": count(doc="First column that it covers, from 0."),
                "last_position": count(doc="Last column that it covers, from 0."),
                "range": text(doc="Its name in the worksheet, such as `C2:C4`."),
            },
            doc="Merged cells whose value was given to all that they cover.",
        ),
    },
)

Corrections = NewType("Corrections", pl.DataFrame)
CORRECTIONS = StepTable[Corrections](
    "corrections",
    doc="One row per record that another file of the session corrected; the record is corrected.",
    columns={
        **PLACE,
        "table": count(doc="Number of its table, as in `source_tables`."),
        "record": count(doc="Number of the record in its table, from 0."),
        "before": texts(doc="Its cells before the correction."),
        "by_file": text(doc="File of the correction."),
        "by_sheet": text(nullable=True, doc="Worksheet of the correction."),
        "by_line": count(doc="Line of the correction."),
    },
)

FieldMapping = NewType("FieldMapping", pl.DataFrame)
FIELD_MAPPING = StepTable[FieldMapping](
    "field_mapping",
    doc="One row per source column: what it means.",
    columns={
        "table": count(key=True, doc="Number of its table, as in `source_tables`."),
        "file": PLACE["file"],
        "sheet": PLACE["sheet"],
        "column": text(doc="The column, as written in the header."),
        "position": count(key=True, doc="Its position in the header, from 0."),
        "field": text(doc="Canonical field, `ignored` or `unmapped`."),
        "unit": text(nullable=True, doc="Unit of the source, such as `MiB`."),
        "transform": text(nullable=True, doc="Transform of each cell; null for text as it stands."),
        "confidence": share(doc="How sure the mapping is, 0 to 1."),
        "method": text(words=MappingMethod, nullable=True, doc="What tells the meaning."),
        "status": text(words=MappingStatus, doc="Whether the meaning is settled."),
        "evidence": texts(
            nullable=True, doc="Up to three sample values, or what speaks for the mapping."
        ),
        "conflict": text(nullable=True, doc="The other column that claims the same field."),
    },
)

TableGrains = NewType("TableGrains", pl.DataFrame)
TABLE_GRAINS = StepTable[TableGrains](
    "table_grains",
    doc="One row per table: what each of its records is, and why.",
    columns={
        "table": count(key=True, doc="Number of the table, as in `source_tables`."),
        "file": PLACE["file"],
        "sheet": PLACE["sheet"],
        "format": text(doc="Name of its format: that of `source_tables`, or one taught since."),
        "grain": text(words=Grain, doc="What each of its records is."),
        "status": text(words=GrainStatus, doc="Whether that is decided, or waits for a person."),
        "confidence": share(doc="How sure it is, 0 to 1."),
        "method": text(words=GrainMethod, doc="What tells it."),
        "reason": text(doc="Why, in one sentence."),
        "evidence": texts(doc="What speaks for it."),
        "name_column": text(
            nullable=True, doc="Column that names the thing, where that is not left to the mapping."
        ),
        "name_position": count(nullable=True, doc="Its position in the header, from 0."),
        "columns": texts(doc="Its columns, as written."),
        "beside": numbers(doc="Positions of columns that speak of the observation alone."),
        "taught": text(nullable=True, doc="Its format in YAML, where a person taught it."),
    },
)

SourceWords = NewType("SourceWords", pl.DataFrame)
SOURCE_WORDS = StepTable[SourceWords](
    "source_words",
    doc="One row per distinct word in a column whose cells are words of a vocabulary.",
    columns={
        "table": count(doc="Number of the table, as in `source_tables`."),
        "file": PLACE["file"],
        "sheet": PLACE["sheet"],
        "column": text(doc="The column, as written."),
        "field": text(doc="Field of the client's dictionary, such as `type`."),
        "word": text(doc="The word, as first written."),
        "key": text(doc="What its spellings share: the word without case."),
        "rows": count(doc="How many records have it."),
        "names": texts(doc="Up to three of the things that the records name."),
        "meaning": text(
            nullable=True, doc="What Discovery takes it for without a dictionary; null: unknown."
        ),
        "near": text(nullable=True, doc="What its parts or its spelling suggest, where unknown."),
    },
)

Proposals = NewType("Proposals", pl.DataFrame)
PROPOSALS = StepTable[Proposals](
    "proposals",
    doc="One row per column or asset that rules left open and a language model was asked about.",
    columns={
        "asset_id": text(nullable=True, doc="The asset; null for a column."),
        "name": text(nullable=True, doc="Name of the asset."),
        "file": text(nullable=True, doc="File of the column; null for an asset."),
        "sheet": text(nullable=True, doc="Worksheet of the column."),
        "column": text(nullable=True, doc="The column, as written."),
        "field": text(doc="What it is about: `type` of an asset, `field` of a column."),
        "rules": text(doc="The rules' own answer, such as `unknown`."),
        "value": text(nullable=True, doc="What is proposed; null when there is no usable answer."),
        "confidence": share(
            nullable=True, doc="As the model states it, 0 to 1; it decides nothing."
        ),
        "rationale": text(nullable=True, doc="The model's own words: untrusted text."),
        "status": text(words=ProposalStatus, doc="What became of the question."),
        "reason": text(nullable=True, doc="Why there is no value, or which evidence agreed."),
        "model": text(doc="The model that was asked."),
        "prompt": text(doc="Digest of the prompt."),
        "response": text(nullable=True, doc="Id that the server gave its response."),
    },
)
