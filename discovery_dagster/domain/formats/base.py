"""What a format is: how a table of it is recognised and what its columns mean.

A format is a declaration. What is done with it is in `mapping` and `canonical`; formats hold no
code of their own.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import PurePath

from discovery_dagster.domain.fields import IGNORED
from discovery_dagster.domain.headers.phrases import Phrase
from discovery_dagster.domain.source_tables import SourceTable
from discovery_dagster.domain.tables.words import Kind as Kind
from discovery_dagster.domain.words import fold

#: Weight of a sheet's name against the number of known headers.
_SHEET_WEIGHT = 100


@dataclass(frozen=True)
class Rule:
    """What a column of a format means; `fields` has the words.

    Where several columns give one field that holds a single value, the first by `order` that has
    one gives it.
    """

    field: str
    unit: str | None = None
    order: int = 0
    target_type: str | None = None  # asset type of what a reference names
    proposed: bool = False  # nothing is read from the column until a person accepts it
    codes: Mapping[str, str] = dataclasses.field(
        default_factory=dict
    )  # what the tool shows for its codes
    taught: bool = False  # a person says so, not a tool: other words of the header count as well


#: What a cell may hold: one of these words, in lower case, or what this says true of.
Held = frozenset[str] | Callable[[str], bool]


@dataclass(frozen=True)
class Exclusion:
    """Records that do not count: those whose `column` (folded) holds one of `words`."""

    column: str
    words: Held
    reason: str  # a sentence
    #: Other columns (folded) that must hold one of their words, too.
    where: Mapping[str, Held] = field(default_factory=dict)
    #: What saves a record: one of these holds, in all of its columns (folded) that the table has.
    unless: Sequence[Mapping[str, Held]] = ()
    some: bool = False  # only where other records of the table hold something else
    of_flow: bool = False  # the other records of the same flow do not count, either


@dataclass(frozen=True)
class Switch:
    """What each record is by its `record_kind`; any other value rejects the record."""

    kinds: Mapping[str, Kind]
    allowed: str  # the end of a sentence, such as `1 = application and 2 = dependency`


@dataclass(frozen=True)
class Tags:
    """Columns that come in numbered pairs of a category and a value."""

    category: str  # folded header without its number
    value: str
    fields: Mapping[str, str]  # folded category to canonical field


@dataclass(frozen=True)
class TypePatterns:
    """Asset types by the words that a field's value contains; the first that it does wins.

    Those of `declared_type` outrank the words that all formats share.
    """

    field: str
    types: Mapping[str, str]


@dataclass(frozen=True)
class TableFormat:
    """The declaration of one format. All headers and words in it are folded."""

    name: str
    kind: Kind
    #: Sets of headers; a table with all of one set may be of this format.
    headers: tuple[frozenset[str], ...] = ()
    #: Names of sheets that are of this format; the headers are needed, too.
    sheets: frozenset[str] = frozenset()
    #: Headers that must stand exactly so, where folded ones would say too little.
    verbatim: frozenset[str] = frozenset()
    #: For formats that headers alone do not tell: how well a table fits, 0 when it does not.
    fit: Callable[[SourceTable], int] | None = None
    #: The most that `fit` returns: words of headers are not read where another format fits as well.
    at_most: int | None = None
    columns: Mapping[str, Rule] = field(default_factory=dict)
    asset_type: str | None = None
    type_patterns: TypePatterns | None = None
    reason: str | None = None  # why the records are ignored, a sentence
    null_words: frozenset[str] = frozenset()
    exclusions: tuple[Exclusion, ...] = ()
    switch: Switch | None = None
    tags: Tags | None = None
    #: Of relations and flows: what they are when no phrase says it, how they are known, and whose.
    relation: str | None = None
    evidence: str = "declared"
    phrases: Mapping[str, Phrase] | None = None  # the only ones allowed; None: the reference table
    #: The relation of a named thing to a bare address, where it is another one.
    address_relation: str | None = None
    turned: bool = False  # the target needs the source where no phrase says who needs whom
    mutual: bool = False  # each needs the other where no phrase says it
    endpoint_type: str | None = None
    directed: bool = False  # the source of a flow opened the connection
    local: bool = False  # the source of a flow is the machine that listed it
    #: Folded headers that are kept as custom values of a thing by a format of details, which keeps
    #: no others.
    facts: frozenset[str] = frozenset()
    synonyms: bool = True  # columns without a rule are looked up in the synonyms
    taught: str | None = None  # who taught it and why, where a person did

    @property
    def kinds(self) -> frozenset[Kind]:
        """All kinds of record that a table of this format holds."""
        return frozenset(self.switch.kinds.values()) if self.switch else frozenset({self.kind})

    @property
    def ruled(self) -> frozenset[str]:
        """Folded headers of which nothing is read but what the format says."""
        return frozenset(
            header
            for header, rule in self.columns.items()
            if not rule.taught or rule.field == IGNORED
        )

    def specificity(self, table: SourceTable) -> int:
        """Return how much of `table` this format knows, 0 when the table is not of it."""
        if self.fit is not None:
            return self.fit(table)
        headers = set(table.folded_header)
        if self.verbatim and not self.verbatim <= set(table.header):
            return 0
        on_sheet = bool(self.sheets) and bool(self.sheets & sheet_names(table))
        known = max((len(names) for names in self.headers if names <= headers), default=0)
        if not on_sheet and not known:
            return 0
        ruled = len(headers & self.columns.keys())
        return 1 + known + ruled + (_SHEET_WEIGHT if on_sheet else 0)


def sheet_names(table: SourceTable) -> frozenset[str]:
    """Return the folded name of the sheet, or of the tab that RVTools exported as its own file."""
    return _names_of_sheet(table.file, table.sheet)


@lru_cache(maxsize=16)  # half of the formats ask for that of the same table
def _names_of_sheet(file: str, sheet: str | None) -> frozenset[str]:
    # In an archive the sheet is named after its member: `export/RVTools_tabvInfo.csv`.
    name = PurePath(file if sheet is None else sheet)
    stem = name.stem.lower()
    if stem.startswith("rvtools_tab"):
        return frozenset({fold(stem.partition("tab")[2])})
    return frozenset() if sheet is None else frozenset({fold(name.name)})
