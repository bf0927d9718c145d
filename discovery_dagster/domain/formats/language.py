"""The language in which formats are declared, Discovery's own and those that people teach.

    format: serverliste          how it is told, what a row is,
    grain: thing                 and what each column means
    header: [RCHN_NM, ARB_SP]
    columns:
      RCHN_NM: name
      ARB_SP: {field: memory_gb, unit: MB}

What each key says is in `docs/teaching-a-format.md`; what a declaration becomes, in `declaring`.
"""

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from discovery_dagster.domain.fields import UNMAPPED

#: What a row may be; `undecided` stands in drafts of tables that nobody understands.
TaughtGrain = Literal[
    "thing", "detail", "observation", "relation", "flow", "span", "nothing", "undecided"
]
UNDECIDED: Final = "undecided"

#: Which of two things needs the other.
Direction = Literal["source_needs_target", "target_needs_source", "both"]

Relation = Literal[
    "runs_on", "depends_on", "connects_to", "member_of", "uses_storage", "replicates_to"
]

_Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,79}$")]
_Words = Annotated[list[str], Field(min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TaughtColumn(_Strict):
    """What a column means."""

    field: str
    unit: str | None = None
    words: dict[str, str] = {}  # what its codes stand for
    names: str | None = None  # asset type of what a column of references names
    proposed: bool = False  # nothing is read from it


class TaughtExclusion(_Strict):
    """Records that do not count: by words of a column, or by its saying yes in any language."""

    column: str
    words: list[str] = []
    says_yes: bool = False
    reason: str


class TaughtTypes(_Strict):
    """Types of the things by words that a field contains; the first that it does wins."""

    field: str = "declared_type"
    containing: dict[str, str] = {}
    shared: str | None = None  # or those of a section of `reference/type_patterns.yaml`


class TaughtPhrase(_Strict):
    """What a phrase between two things says."""

    relation: Relation
    direction: Direction = "source_needs_target"


def _in_full(key: str, otherwise: str | None = None) -> BeforeValidator:
    """Let a text stand for an object with this key alone."""

    def spell_out(value: Any) -> Any:
        if value is None and otherwise is not None:
            value = otherwise
        return {key: value} if isinstance(value, str) else value

    return BeforeValidator(spell_out)


class Declaration(_Strict):
    """A format as a person declares it; headers and words are as they are written."""

    format: _Name
    grain: TaughtGrain
    based_on: str | None = None  # a format of Discovery whose rules hold where none stands here
    type: str | None = None  # asset type of things whose record says none
    header: list[str] = []  # the columns that tell it, in any order
    headers: list[_Words] = []  # or several such lists, of which any one tells it
    exactly: list[str] = []  # columns that must stand so, with their capitals and signs
    sheets: list[str] = []  # the only ones on which it is
    or_sheets: list[str] = []  # those on which a table is of it whatever its columns are
    columns: dict[str, Annotated[TaughtColumn, _in_full("field", UNMAPPED)]] = {}
    tags: list[str] = []  # what columns of tags begin with, such as `Tags` of `Tags.Env`
    others: Literal["read", "unmapped"] | None = None  # columns that stand here nowhere
    types: TaughtTypes | None = None
    empty_words: list[str] = []  # that stand where there is no value
    exclusions: list[TaughtExclusion] = []
    reason: str | None = None  # why nothing is read from its records
    relation: Relation | None = None
    direction: Direction | None = None
    phrases: dict[str, Annotated[TaughtPhrase, _in_full("relation")]] = {}
    evidence: Literal["declared", "observed", "inferred"] | None = None
    ends: str | None = None  # asset type of both ends of a relation
    opened: bool = False  # the source of each flow opened the connection

    def plain(self) -> dict[str, Any]:
        """Return the declaration as it is written: only what is said, in its shortest form."""
        declaration: dict[str, Any] = self.model_dump(exclude_defaults=True)
        columns = {
            name: next(iter(rule.values())) if rule.keys() == {"field"} else rule
            for name, rule in declaration.get("columns", {}).items()
        }
        phrases = {
            name: rule["relation"] if rule.keys() == {"relation"} else rule
            for name, rule in declaration.get("phrases", {}).items()
        }
        shortened = {"columns": columns, "phrases": phrases}
        return declaration | {key: value for key, value in shortened.items() if value}
