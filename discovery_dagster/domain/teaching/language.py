"""The language in which formats are taught: its keys, and what each of them takes."""

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
    """Records that do not count."""

    column: str
    words: _Words
    reason: str


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
    header: _Words  # the columns that tell it, in any order
    sheets: list[str] = []
    columns: Annotated[
        dict[str, Annotated[TaughtColumn, _in_full("field", UNMAPPED)]], Field(min_length=1)
    ]
    empty_words: list[str] = []  # that stand where there is no value
    exclusions: list[TaughtExclusion] = []
    relation: Relation | None = None
    direction: Direction | None = None
    phrases: dict[str, Annotated[TaughtPhrase, _in_full("relation")]] = {}

    def plain(self) -> dict[str, Any]:
        """Return the declaration as it is written: only what is said, in its shortest form."""
        declaration: dict[str, Any] = self.model_dump(exclude_defaults=True)
        columns = {
            name: next(iter(rule.values())) if rule.keys() == {"field"} else rule
            for name, rule in declaration["columns"].items()
        }
        phrases = {
            name: rule["relation"] if rule.keys() == {"relation"} else rule
            for name, rule in declaration.get("phrases", {}).items()
        }
        return declaration | {"columns": columns} | ({"phrases": phrases} if phrases else {})
