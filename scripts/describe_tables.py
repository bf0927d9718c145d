"""Writes `docs/tables.md` from the catalogue of tables: `python -m scripts.describe_tables`."""

from collections.abc import Iterator
from pathlib import Path

from discovery_dagster.domain.steps import STEPS
from discovery_dagster.domain.tables import Column, Table
from discovery_dagster.domain.tables.shown import SHOWN
from discovery_dagster.domain.tables.vocabularies import vocabulary
from discovery_dagster.store.publications import STEP_TABLES

DOCUMENT = Path(__file__).parent.parent / "docs/tables.md"

_TYPES = {
    "String": "text",
    "Boolean": "true or false",
    "UInt32": "whole number",
    "Int32": "whole number",
    "Int64": "whole number",
    "Float64": "number",
    "List(String)": "list of texts",
    "List(UInt32)": "list of whole numbers",
    "Datetime(time_unit='us', time_zone='UTC')": "moment",
}

_BEGINNING = """\
# Tables

What the lists of a session show and what each step hands on, made from the catalogue in
`discovery_dagster/domain/tables/` by `python -m scripts.describe_tables`. A value may be absent
only where its type says *or null*; **bold** columns are the primary key.
"""

_SHOWN = """
## Lists

What `discovery export`, the read API and the pages show. `nodes` are those of the graph, and
`publications` are exported alone.
"""

_STEPS = """
## Steps

What each step hands on. Every frame is a Parquet file; those with a table in Postgres are also rows
of the schema `discovery`, led there by `engagement`, `session` and `seq`.
"""


def describe() -> str:
    """Return the text of `docs/tables.md`."""
    parts = [_BEGINNING, _SHOWN]
    for name, table in SHOWN.items():
        parts += [f"\n### {name}\n\n{table.doc}\n\n", *_rows(table)]
    parts.append(_STEPS)
    described = set[str]()
    for step in STEPS:
        parts.append(f"\n### {step.key}\n\n{step.description}\n")
        stored = {frame: table for table, frame in STEP_TABLES.get(step.key, {}).items()}
        for name, table in step.frames.items():
            where = f", in Postgres as `{stored[name]}`" if name in stored else ""
            parts.append(f"\n#### {step.key}: {name}{where}\n\n")
            if table.name in described:
                parts.append(f"As [{table.name}](#table-{table.name}).\n")
                continue
            described.add(table.name)
            parts += [f'<a id="table-{table.name}"></a>{table.doc}\n\n', *_rows(table)]
    return "".join(parts)


def _rows(table: Table) -> Iterator[str]:
    yield "| column | type | meaning |\n|---|---|---|\n"
    for name, column in table.columns.items():
        shown = f"**`{name}`**" if column.key else f"`{name}`"
        yield f"| {shown} | {_type(column)} | {_meaning(column)} |\n"


def _type(column: Column) -> str:
    if column.json or column.fields:
        kind = "JSON object" if column.json else "list of objects"
    else:
        kind = _TYPES[str(column.type)]
    unit = f", {column.unit}" if column.unit else ""
    return f"{kind}{unit}{' or null' if column.nullable else ''}"


def _meaning(column: Column) -> str:
    sentences = [column.doc]
    if column.words is not None:
        sentences.append(f"One of {', '.join(f'`{word}`' for word in vocabulary(column.words))}.")
    if column.fields:
        fields = (f"`{name}` ({_field(field)})" for name, field in column.fields.items())
        sentences.append(f"Each has {', '.join(fields)}.")
    return " ".join(sentences)


def _field(field: Column) -> str:
    """A description as a part of a sentence."""
    text = field.doc.rstrip(".")
    return text[0].lower() + text[1:] if text[1:2].islower() else text


if __name__ == "__main__":
    DOCUMENT.write_text(describe(), "utf-8")
