"""What was understood of a table, as the YAML of a format that a person edits.

Values of the file stand in comments alone, which are not kept with the format.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl
import yaml

from discovery_dagster.domain import formats
from discovery_dagster.domain.corrections import RecognisedTable
from discovery_dagster.domain.fields import IGNORED, REFERENCES, UNMAPPED
from discovery_dagster.domain.formats.base import Kind, Rule, TableFormat
from discovery_dagster.domain.formats.language import UNDECIDED
from discovery_dagster.domain.grain import Grain, TableGrain
from discovery_dagster.domain.grain.columns import Column
from discovery_dagster.domain.grain.deciding import read_as
from discovery_dagster.domain.headers.affixes import plain_headers
from discovery_dagster.domain.headers.meanings import named_type
from discovery_dagster.domain.headers.phrases import is_unrelated, read_phrases
from discovery_dagster.domain.mapping import understand_table
from discovery_dagster.domain.mapping.claims import OWN_NAMES
from discovery_dagster.domain.source_tables import READ, SourceTable, cell_column
from discovery_dagster.domain.tables.words import MappingStatus
from discovery_dagster.domain.teaching.alternatives import alternatives, unknown_words
from discovery_dagster.domain.teaching.declaring import IMPLIED
from discovery_dagster.domain.values import clean
from discovery_dagster.domain.values.secret_records import hide_by_records
from discovery_dagster.domain.values.secrets import hide_cells
from discovery_dagster.domain.words import fold

_SHOWN: Final = 3
_LONGEST: Final = 40  # characters of a value in a comment
_WIDTH: Final = 96
_PHRASES: Final = 10
_PLAIN: Final = re.compile(r"[^\W\d_][\w.%/ -]*[\w%]|[^\W\d_]")
#: What nobody teaches: how people answer Discovery.
_OWN: Final = frozenset({Kind.CORRECTIONS, Kind.OVERRIDES})
_GRAINS: Final = (
    Grain.THING, Grain.DETAIL, Grain.OBSERVATION, Grain.RELATION, Grain.FLOW, Grain.NOTHING,
)  # fmt: skip


@dataclass(frozen=True)
class _Understood:
    """A table, how it was recognised and is read, and what its columns mean."""

    table: SourceTable
    known: TableFormat
    read: TableFormat
    grain: TableGrain
    rows: Sequence[dict[str, Any]]  # of `tables.FIELD_MAPPING`
    columns: Sequence[Column]


def may_be_taught(table_format: TableFormat) -> bool:
    """Whether people may teach a format for tables that were recognised as this one."""
    return table_format.kind not in _OWN


def is_understood(table_format: TableFormat) -> bool:
    """Whether a format of Discovery's own knows what its tables hold."""
    return not table_format.name.startswith(("generic.", formats.UNRECOGNISED.name))


def draft(tables: Sequence[RecognisedTable], *, hints: bool = True) -> str:
    """Return the YAML of formats for tables, one document a table.

    Args:
        tables: with the formats as which they were recognised; none of them decides for people.
        hints: whether comments say of each column what it holds and may be instead, which takes
            three times as long as all else.
    """
    names = list[str]()
    documents = list[str]()
    for number, (table, known) in enumerate(tables):
        understood = _understand(number, table, known)
        name = _name(understood, several=len(tables) > 1)
        while name in names:
            name += "-2"
        names.append(name)
        documents.append("\n".join(_document(understood, name, hints)))
    return "---\n".join(documents)


def _understand(number: int, table: SourceTable, known: TableFormat) -> _Understood:
    mapping, grain = understand_table(number, table, known)
    read = read_as(known, grain)
    records = hide_by_records(table.records.filter(pl.col("outcome") == READ), table.header)
    plain = plain_headers(table.header) if known.synonyms else table.header
    columns = [
        Column(at, header, clean(records[cell_column(at)], read.null_words), plain=plain[at])
        for at, header in enumerate(table.header)
    ]
    return _Understood(table, known, read, grain, mapping.to_dicts(), columns)


def _name(understood: _Understood, *, several: bool) -> str:
    stem = understood.table.file.rpartition("/")[2].rpartition(".")[0]
    words = [stem, understood.table.sheet or ""] if several else [stem]
    # Joined names of places end in dates as a rule, which the next file of its kind does not share.
    plain = "-".join(re.findall(r"[a-z]+[a-z0-9]*", " ".join(map(fold, words)))) or "table"
    # What is before the dot says how far a source is trusted (`reference/precedence.yaml`).
    tool = understood.known.name.partition(".")[0] + "." if is_understood(understood.known) else ""
    name = f"{tool}{plain}"[:70]
    return f"{name}-taught" if name in formats.FORMATS else name


def _document(understood: _Understood, name: str, hints: bool) -> Iterator[str]:
    table, grain = understood.table, understood.grain
    sheet = f', sheet "{_visible(table.sheet)}"' if table.sheet else ""
    yield f"# Drafted from {_visible(table.file)}{sheet}. Comments are not kept with the format."
    yield "# A column is a field, `unmapped` (kept as it stands) or `ignored`."
    yield f"format: {name}"
    if understood.known.name not in IMPLIED:
        yield f"based_on: {understood.known.name}"
    yield ""
    yield f"# {_visible(grain.reason, 300)}"
    yield from (f"# - {_visible(each, 300)}" for each in grain.evidence)
    if grain.waits:
        yield f"# Nobody has decided it yet; {grain.grain.value} is proposed."
    yield f"# A row is one of {', '.join(each.value for each in _GRAINS)}."
    yield f"grain: {UNDECIDED if grain.waits else grain.grain.value}"
    yield from _type(understood)
    yield ""
    yield "# A table is of this format that has these columns, in any order, perhaps among others."
    yield from _header(understood)
    if understood.read.sheets and table.sheet is not None:
        yield f"sheets: [{_quoted(table.sheet)}]"
    yield ""
    yield "columns:"
    yield from _columns(understood, hints)
    yield from _relations(understood)
    yield ""
    yield "# Records that do not count:"
    yield "# exclusions:"
    yield "#   - {column: COLUMN, words: [retired, test], reason: It is not in use any more.}"
    yield ""


def _type(understood: _Understood) -> Iterator[str]:
    if understood.grain.grain not in (Grain.THING, Grain.DETAIL, Grain.OBSERVATION):
        return
    if understood.read.asset_type is not None:
        yield f"type: {understood.read.asset_type}"
        return
    names = [row["column"] for row in understood.rows if row["field"] == "name"]
    named = named_type(names[0]) if names else None
    why = "as the header of the names says" if named else "where no column says it"
    yield f"# type: {named or 'server'}   # what the things are, {why}"


def _header(understood: _Understood) -> Iterator[str]:
    line = "header: ["
    names = [name for name, _ in _once(understood) if fold(name)]
    for at, name in enumerate(names):
        word = _quoted(name) + ("]" if at == len(names) - 1 else ",")
        if at and len(line) + len(word) >= _WIDTH:
            yield line
            line = " "
        line += word if line.endswith("[") else f" {word}"
    yield line


def _once(understood: _Understood) -> list[tuple[str, dict[str, Any]]]:
    """The columns in the order in which they give a field, each header once, with its mapping."""
    rules = understood.read.columns

    def place(row: dict[str, Any]) -> tuple[int, int]:
        rule = rules.get(fold(row["column"]))
        return (rule.order if rule else 0, row["position"])

    once = dict[str, dict[str, Any]]()
    for row in sorted(understood.rows, key=place):
        key = fold(row["column"])
        if key not in once or (once[key]["status"], row["status"]) == ("rejected", "accepted"):
            once[key] = row
    return [(row["column"], row) for row in once.values()]


def _columns(understood: _Understood, hints: bool) -> Iterator[str]:
    for name, row in _once(understood):
        rule = _rule(row, understood.read.columns.get(fold(name)))
        if hints:
            yield from _hints(understood.columns[row["position"]], row, rule)
        yield f"  {_key(name)} {_value(rule)}"


def _hints(column: Column, row: dict[str, Any], rule: dict[str, Any]) -> Iterator[str]:
    """What a column holds, what it may be instead, and what is to be said of it."""
    samples = hide_cells(column.sample.head(_SHOWN), row["column"]).to_list()
    shown = " | ".join(_visible(value) for value in samples) or "no values"
    others = alternatives(column, row, rule["field"])
    perhaps = f"   -- perhaps {others}" if others else ""
    yield f"  # {shown}{_visible(perhaps, 200)}"
    unknown = unknown_words(column, str(rule.get("field")))
    if unknown and not rule.get("words"):
        words = ", ".join(_visible(word) for word in hide_cells(pl.Series(unknown), row["column"]))
        yield f"  # Not known: {words}."
        yield f"  # To say it: {{field: {rule['field']}, words: {{CODE: word}}}}"
    if rule.get("proposed"):
        yield "  # Nothing is read from it while `proposed` stands here."


def _rule(row: dict[str, Any], base: Rule | None) -> dict[str, Any]:
    """What a column is, in the keys of the language."""
    field, status = row["field"], row["status"]
    if field in (UNMAPPED, IGNORED) or (
        status == MappingStatus.REJECTED and field not in OWN_NAMES
    ):
        return {"field": IGNORED if field == IGNORED else UNMAPPED}
    rule: dict[str, Any] = {"field": field}
    if row["unit"] is not None:
        rule["unit"] = row["unit"]
    if base is not None and base.field == field:
        rule |= {"words": dict(base.codes)} if base.codes else {}
        rule |= {"names": base.target_type} if base.target_type and field in REFERENCES else {}
    return rule if status == MappingStatus.ACCEPTED else rule | {"proposed": True}


def _relations(understood: _Understood) -> Iterator[str]:
    if understood.read.kind is not Kind.RELATIONS:
        return
    phrases = [row for row in understood.rows if (row["field"], row["status"]) == _PHRASED]
    yield ""
    if not phrases:
        yield "# What each row says, and who needs whom: source_needs_target, target_needs_source"
        yield "# or both."
        yield f"relation: {understood.read.relation or 'depends_on'}"
        both, turned = understood.read.mutual, understood.read.turned
        direction = "both" if both else "target_needs_source" if turned else "source_needs_target"
        yield f"direction: {direction}"
        return
    written = understood.columns[phrases[0]["position"]].sample.to_list()
    known = read_phrases(written, understood.read.phrases)
    unknown = [text for text in written if text not in known and not is_unrelated(text)]
    yield "# What a phrase says, and who needs whom."
    yield "# phrases:"
    for text in unknown[:_PHRASES] or ["is used by"]:
        yield f"#   {_key(text)} {{relation: depends_on, direction: target_needs_source}}"


_PHRASED: Final = ("relation", "accepted")


def _value(rule: dict[str, Any]) -> str:
    if rule.keys() == {"field"}:
        return str(rule["field"])
    return yaml.safe_dump(
        rule, default_flow_style=True, allow_unicode=True, sort_keys=False, width=10**6
    ).strip()


def _key(text: str) -> str:
    """A key with its colon; YAML wants a mark before very long ones."""
    return f"? {_quoted(text)}\n  :" if len(text) > _WIDTH else f"{_quoted(text)}:"


def _quoted(text: str) -> str:
    """A text as YAML has it on one line, in quotes unless it is nothing but words."""
    if _PLAIN.fullmatch(text) and yaml.safe_dump(text, allow_unicode=True).startswith(text):
        return text
    return str(yaml.dump(text, default_style='"', width=10**6, allow_unicode=True)).strip()


def _visible(text: str, longest: int = _LONGEST) -> str:
    """A text for a comment: on one line, and not endless."""
    shown = text if len(text) <= longest else f"{text[: longest - 1]}…"
    return "".join(letter if letter.isprintable() else f"\\u{ord(letter):04x}" for letter in shown)
