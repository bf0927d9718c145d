"""What a declaration of a format must say beside having the right keys."""

from collections.abc import Collection
from difflib import get_close_matches
from typing import Final

from discovery_dagster import reference
from discovery_dagster.domain import formats
from discovery_dagster.domain.fields import (
    FIELDS,
    IDENTITY_FIELDS,
    IGNORED,
    REFERENCES,
    RELATION_FIELDS,
    SPAN_FIELDS,
    UNMAPPED,
)
from discovery_dagster.domain.formats.base import Kind
from discovery_dagster.domain.formats.language import UNDECIDED, Declaration, TaughtColumn
from discovery_dagster.domain.headers import synonyms
from discovery_dagster.domain.mapping.amounts import AMOUNTS
from discovery_dagster.domain.teaching.text import Document, Path
from discovery_dagster.domain.values.times import MONTH_FIRST
from discovery_dagster.domain.words import fold

_OF_THINGS: Final = ("thing", "detail", "observation")
_OF_ENDS: Final = ("relation", "flow")
#: Keys that say something of some grains alone.
_ONLY_OF: Final = {
    **dict.fromkeys(("relation", "evidence"), (*_OF_ENDS, "span")),
    **dict.fromkeys(("direction", "phrases", "ends"), _OF_ENDS),
    "opened": ("flow",),
}
#: Kinds of records that nobody teaches: they are how people answer Discovery.
_OWN: Final = frozenset({Kind.CORRECTIONS, Kind.OVERRIDES, Kind.WAITING})
_TRACED: Final = frozenset({"trace_id", "span_id"})
_SIDES: Final = (
    frozenset({"source", "sources", "source_address"}),
    frozenset({"target", "targets", "target_address"}),
)


def check(document: Document, declared: Declaration, *, own: bool = False) -> None:
    """Check what a declaration says.

    Args:
        document: its text.
        declared: what the text says, its keys and kinds being right.
        own: whether it is one of Discovery's own formats.

    Raises:
        FormatError: of the first thing that is wrong.
    """
    if declared.grain == UNDECIDED:
        raise document.error(
            ("grain",), "nobody has said what a row is: write thing, detail, observation, relation,"
            " flow or nothing",
        )  # fmt: skip
    if not own and declared.format in {*formats.FORMATS, formats.UNRECOGNISED.name}:
        problem = f"`{declared.format}` is a format of Discovery itself; choose another name"
        raise document.error(("format",), problem)
    _check_base(document, declared)
    _check_type(document, ("type",), declared.type)
    _check_type(document, ("ends",), declared.ends)
    _check_types(document, declared)
    _check_header(document, declared)
    for name, rule in declared.columns.items():
        _check_column(document, ("columns", name), rule)
    _check_fields(document, declared)
    _check_relations(document, declared)
    _check_exclusions(document, declared)
    if own and (declared.grain == "nothing") != (declared.reason is not None):
        problem = "a sentence says why nothing is read, and is of such formats alone"
        raise document.error(("reason",), problem)


def _check_exclusions(document: Document, declared: Declaration) -> None:
    known = {fold(column) for column in declared.columns}
    for at, exclusion in enumerate(declared.exclusions):
        place = ("exclusions", at)
        if fold(exclusion.column) not in known:
            problem = f"`{exclusion.column}` does not stand under `columns`"
            raise document.error((*place, "column"), problem)
        if not exclusion.words and not exclusion.says_yes:
            problem = "name the words, or write `says_yes: true`"
            raise document.error((*place, "words"), problem)


def _check_types(document: Document, declared: Declaration) -> None:
    types = declared.types
    if types is None:
        return
    if types.field not in FIELDS:
        raise document.error(("types", "field"), _no_such("field", types.field, FIELDS))
    known = reference.load("type_patterns")
    if types.shared is not None and types.shared not in known:
        problem = _no_such("list of types", types.shared, known)
        raise document.error(("types", "shared"), problem)
    for word, asset_type in types.containing.items():
        _check_type(document, ("types", "containing", word), asset_type)


def _check_base(document: Document, declared: Declaration) -> None:
    if declared.based_on is None:
        if (
            declared.grain == "span"
            and not {rule.field for rule in declared.columns.values()} >= _TRACED
        ):
            problem = "spans have a format of Discovery to be based on, such as `jaeger.spans`"
            raise document.error(("based_on",), problem)
        return
    base = formats.FORMATS.get(declared.based_on)
    if base is None or base.kind in _OWN:
        problem = _no_such("format of Discovery", declared.based_on, formats.FORMATS)
        raise document.error(("based_on",), problem)


def _check_header(document: Document, declared: Declaration) -> None:
    if not (declared.header or declared.headers or declared.or_sheets):
        raise document.error(("header",), "it is missing")
    if not (declared.columns or declared.based_on or declared.grain == "nothing"):
        raise document.error(("columns",), "it is missing")
    columns = _folded_columns(document, declared)
    lists: dict[Path, list[str]] = {("header",): declared.header}
    lists |= {("headers", at): names for at, names in enumerate(declared.headers)}
    for path, names in lists.items():
        for at, name in enumerate(names):
            if not fold(name):
                problem = f"`{name}` has no letters that could be told"
                raise document.error((*path, at), problem)
    for at, name in enumerate(declared.header):
        if columns and fold(name) not in columns:
            raise document.error(("header", at), f"`{name}` does not stand under `columns`")
    if len({fold(name) for name in declared.header}) == 1 < len(declared.columns):
        raise document.error(("header",), "one column alone tells no format: name two or more")


def _folded_columns(document: Document, declared: Declaration) -> set[str]:
    folded = dict[str, str]()
    for name in declared.columns:
        if fold(name) in folded:
            problem = f"it is the same header as `{folded[fold(name)]}`: capitals and signs are one"
            raise document.error(("columns", name), problem)
        folded[fold(name)] = name
    return set(folded)


def _check_column(document: Document, path: Path, rule: TaughtColumn) -> None:
    field = FIELDS.get(rule.field)
    if field is None and rule.field not in (IGNORED, UNMAPPED):
        names = [*FIELDS, IGNORED, UNMAPPED]
        raise document.error((*path, "field"), _no_such("field", rule.field, names))
    kind = field.kind if field else ""
    units = list(reference.load("units")[kind]) if kind in AMOUNTS else []
    units = [MONTH_FIRST] if kind == "time" else units
    if rule.unit is not None and rule.unit not in units:
        problem = f"{rule.field} has no unit" if not units else _no_such("unit", rule.unit, units)
        raise document.error((*path, "unit"), problem)
    if rule.words and field is None:
        problem = f"nothing is read from a column that is {rule.field}"
        raise document.error((*path, "words"), problem)
    if rule.field == "declared_type":
        for code, word in rule.words.items():
            if fold(word) not in synonyms.type_words():
                problem = _no_such("type", word, reference.load("asset_types"))
                raise document.error((*path, "words", code), problem)
    if rule.names is not None and rule.field not in REFERENCES:
        problem = f"{rule.field} names no other thing: only {', '.join(REFERENCES)} do"
        raise document.error((*path, "names"), problem)
    _check_type(document, (*path, "names"), rule.names)


def _check_fields(document: Document, declared: Declaration) -> None:
    """Check that what the records are fits what their columns say."""
    if declared.based_on is not None:
        return  # its own rules may name what the columns do not
    if declared.grain in _OF_THINGS:
        of_others = {*RELATION_FIELDS, *SPAN_FIELDS}
        for name, rule in declared.columns.items():
            if rule.field in of_others:
                problem = f"{rule.field} is of relations and flows, and the grain is another"
                raise document.error(("columns", name), problem)
        if not any(rule.field in IDENTITY_FIELDS for rule in declared.columns.values()):
            problem = "no column names the things: one must be name, hostname or an identifier"
            raise document.error(("columns",), problem)
    if declared.grain in _OF_ENDS:
        fields = {rule.field for rule in declared.columns.values()}
        for side, word in zip(_SIDES, ("source", "target"), strict=True):
            if not side & fields:
                problem = f"no column is the {word}: one must be {', '.join(sorted(side))}"
                raise document.error(("columns",), problem)


def _check_relations(document: Document, declared: Declaration) -> None:
    related = any(
        rule.field == "relation" and not rule.proposed for rule in declared.columns.values()
    )
    for key, grains in _ONLY_OF.items():
        if getattr(declared, key) and declared.grain not in grains:
            nouns = " and ".join(f"{grain}s" for grain in grains)
            raise document.error((key,), f"only tables of {nouns} have it")
    if declared.direction and related:
        problem = "each phrase says its own: write it below `phrases`"
        raise document.error(("direction",), problem)
    if declared.direction and declared.grain == "flow":
        raise document.error(("direction",), "a flow goes from its source to its target")
    if declared.phrases and not related:
        raise document.error(("phrases",), "no column under `columns` is the relation")
    folded = [fold(phrase) for phrase in declared.phrases]
    for at, phrase in enumerate(declared.phrases):
        if folded[at] in folded[:at]:
            raise document.error(("phrases", phrase), "the phrase stands twice")


def _check_type(document: Document, path: Path, asset_type: str | None) -> None:
    types = reference.load("asset_types")
    if asset_type is not None and asset_type not in types:
        raise document.error(path, _no_such("type of assets", asset_type, types))


def _no_such(noun: str, word: str, known: Collection[str]) -> str:
    """Say that a word is not known, and which one may be meant."""
    near = get_close_matches(word, known, 1, 0.7)
    hint = f"`{near[0]}` may be meant" if near else f"there are {', '.join(list(known)[:12])}"
    more = ", …" if not near and len(known) > 12 else ""
    return f"`{word[:60]}` is no {noun}; {hint}{more}"
