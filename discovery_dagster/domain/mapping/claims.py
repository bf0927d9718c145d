"""What a table's columns claim to be: by their format, by synonyms, by naming a thing.

A claim is what a header says. Whether the values bear it out, and which of two claims wins, is
decided in `mapping`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Final

import polars as pl

from discovery_dagster import reference
from discovery_dagster.domain.fields import IDENTITY_FIELDS, IGNORED, REFERENCES, UNMAPPED
from discovery_dagster.domain.formats.base import Kind, TableFormat
from discovery_dagster.domain.grain import TableGrain
from discovery_dagster.domain.headers import synonyms
from discovery_dagster.domain.headers.meanings import find_meaning, named_type
from discovery_dagster.domain.headers.words import read_words
from discovery_dagster.domain.mapping.vocabularies import known_share
from discovery_dagster.domain.tables.words import AssetType, MappingMethod, MappingStatus
from discovery_dagster.domain.values.kinds import TRUTH_VALUES, kind_of, no_names
from discovery_dagster.domain.words import fold, replace_words

#: What may become of a claim.
ACCEPTED: Final = MappingStatus.ACCEPTED
PROPOSED: Final = MappingStatus.PROPOSED
REJECTED: Final = MappingStatus.REJECTED

_SAMPLE = 1_000  # distinct values of a column that are looked at
_PLAIN, _OTHER, _WORDS, _RELATED = 0.95, 0.9, 0.85, 0.5
#: How a header alone says what a column is: as a whole, or by the words it is made of.
BY_HEADER = frozenset({MappingMethod.SYNONYM, MappingMethod.WORDS})
_KNOWN_SYSTEMS: Final = 0.8  # least share of values that name an operating system
_MACHINES = (AssetType.VIRTUAL_MACHINE, AssetType.SERVER)
_HOST_FIELDS = ("hostname", "fqdn")
_HOSTED = frozenset({AssetType.APPLICATION, AssetType.DATABASE, AssetType.CLUSTER})

#: Fields that name the record's own thing, and fields that name any.
OWN_NAMES: Final = frozenset({"name", *_HOST_FIELDS})
_NAMING = frozenset({*OWN_NAMES, "applications", "source", "target", *REFERENCES})
#: Kinds of records that say something of one thing.
OF_THINGS: Final = frozenset({Kind.ASSETS, Kind.DETAILS, Kind.OBSERVATIONS, Kind.WAITING})
_OWN_IDS: Final = frozenset({"id", "uid", "guid"})
_TOO_SHORT: Final = 3  # digits, below which a number counts or rates rather than names


@dataclass(frozen=True)
class Column:
    """A source column with its cleaned values (null where there is none)."""

    position: int
    header: str
    cells: pl.Series
    plain: str = ""  # the header without what all of the table share, where that means something

    @property
    def effective_header(self) -> str:
        """The header as its words are read."""
        return self.plain or self.header

    @property
    def folded(self) -> str:
        """The header as one word."""
        return fold(self.effective_header)

    @cached_property
    def kind(self) -> str | None:
        """What the values are where they are no words, such as `dates`."""
        return kind_of(self.sample())

    @property
    def names_nothing(self) -> bool:
        """Whether the values name no thing, whatever the header says."""
        return self.kind in no_names()

    @property
    def numbers_things(self) -> bool:
        """Whether the values are whole numbers that tell the records apart, as names may be."""
        cells = self.cells.drop_nulls()
        digits = cells.str.contains(rf"^\d{{{_TOO_SHORT},}}$")
        return not cells.is_empty() and bool(digits.all()) and cells.n_unique() == len(cells)

    def sample(self) -> pl.Series:
        """Return distinct values, the first ones first."""
        return self.cells.drop_nulls().unique(maintain_order=True).head(_SAMPLE)

    @property
    def distinctness(self) -> float:
        """Distinct values a record, 0 to 1: how well the column tells records apart."""
        return round(self.cells.drop_nulls().n_unique() / max(len(self.cells), 1), 2)


@dataclass(frozen=True)
class Claim:
    """What a column claims to be; `field` is `unmapped` when it claims nothing."""

    column: Column
    field: str = UNMAPPED
    unit: str | None = None
    order: int = 0
    confidence: float = 0.0
    method: str | None = None
    status: str = ACCEPTED
    notes: tuple[str, ...] = ()  # what speaks for or against it beside the sample values
    conflict: str | None = None


def claim_columns(
    columns: Sequence[Column], table_format: TableFormat, grain: TableGrain | None = None
) -> list[Claim]:
    """Return what each column claims to be, in their order."""
    claims = [_claim(column, table_format) for column in columns]
    if Kind.ASSETS in table_format.kinds and table_format.synonyms:
        claims = _identify_nameless(claims)
    if table_format.kind is Kind.OBSERVATIONS and grain is not None:
        return _claim_of_subject(claims, grain)
    if Kind.ASSETS in table_format.kinds and table_format.synonyms:
        if grain is not None and grain.name is not None:
            return _claim_of_subject(claims, grain)
        return _claim_names(claims, table_format)
    if Kind.DETAILS in table_format.kinds and table_format.synonyms:
        return [_refer(claim, table_format.asset_type or AssetType.SERVER) for claim in claims]
    return claims


def _claim(column: Column, table_format: TableFormat) -> Claim:
    rule = table_format.columns.get(fold(column.header))
    if rule is not None:
        status = PROPOSED if rule.proposed else ACCEPTED
        notes = (table_format.taught,) if table_format.taught and rule.taught else ()
        return Claim(column, rule.field, rule.unit, rule.order, 1.0, "format", status, notes)
    if table_format.kind in {Kind.IGNORED, Kind.CORRECTIONS, Kind.OVERRIDES}:
        return Claim(column, IGNORED, confidence=1.0, method=MappingMethod.FORMAT)
    if not table_format.synonyms:
        return Claim(column)
    asset_table = table_format.kind in OF_THINGS
    section = synonyms.ASSETS if asset_table else synonyms.RELATIONS
    if asset_table and column.folded in synonyms.related_words() and not column.names_nothing:
        return _propose(column)
    meaning = find_meaning(column.effective_header, section)
    if meaning is None or meaning.field is None:
        return Claim(column)
    if meaning.field in _NAMING and column.names_nothing:
        return _refuse_name(column, meaning.field)
    if not meaning.whole:
        return Claim(
            column, meaning.field, meaning.unit, confidence=_WORDS, method=MappingMethod.WORDS
        )
    plain = column.folded in synonyms.plain_words(section)
    confidence = _PLAIN if plain else _OTHER
    return Claim(
        column, meaning.field, meaning.unit, confidence=confidence, method=MappingMethod.SYNONYM
    )


def _refuse_name(column: Column, field: str) -> Claim:
    note = f"the values are {column.kind}, not names"
    if column.kind == TRUTH_VALUES:
        return Claim(column, notes=(note,))
    if field in OWN_NAMES and column.numbers_things:
        note = "the values are numbers, and each stands once, as names do"
        return Claim(column, field, None, 0, _WORDS, "words", ACCEPTED, (note,))
    return Claim(column, field, None, 0, _RELATED, "words", REJECTED, (note,))


def _propose(column: Column) -> Claim:
    note = "it names other things, but not which of them needs the other"
    return Claim(column, "connects_to", None, 0, _RELATED, "synonym", PROPOSED, (note,))


def _claim_of_subject(claims: list[Claim], grain: TableGrain) -> list[Claim]:
    """Let one column name the thing that is observed; what is of the observation says nothing."""
    subject = next((each for each in claims if each.column.position == grain.name), None)
    own_type = named_type(subject.column.effective_header) if subject else None
    refined = []
    for claim in claims:
        if claim is subject:
            refined.append(_name_subject(claim))
        elif claim.column.position in grain.beside:
            note = "it says something of the observation, not of the thing"
            refined.append(Claim(claim.column, method=MappingMethod.VALUES, notes=(note,)))
        else:
            refined.append(_refer(claim, own_type or AssetType.SERVER))
    return refined


def _name_subject(claim: Claim) -> Claim:
    if claim.field in OWN_NAMES and claim.status == ACCEPTED:
        return claim
    known = claim.field != UNMAPPED or named_type(claim.column.effective_header) is not None
    method, confidence = ("synonym", _PLAIN) if known else ("values", _WORDS)
    return Claim(claim.column, "name", confidence=confidence, method=method)


def _claim_names(claims: list[Claim], table_format: TableFormat) -> list[Claim]:
    """Let one of the columns that name a thing name the record's own; the others refer."""
    if any(claim.field == "name" and claim.status == ACCEPTED for claim in claims):
        return _identify_first([_refer(claim, table_format.asset_type) for claim in claims])
    subject = _find_subject(claims)
    if subject is None or (table_format.taught and subject.method == MappingMethod.FORMAT):
        return claims
    own_type = named_type(subject.column.effective_header) or AssetType.SERVER
    if own_type == AssetType.VIRTUAL_MACHINE:
        claims = [_hosting(claim, subject) for claim in claims]
    named = [_name(claim) if claim is subject else _refer(claim, own_type) for claim in claims]
    if named_type(subject.column.effective_header) == AssetType.SERVER:
        named = [_join_cluster(claim) for claim in named]
    return _identify_first([_identify(_subtype(claim, own_type), own_type) for claim in named])


def _find_subject(claims: Sequence[Claim]) -> Claim | None:
    """The column that tells records apart best, then the one that is called a name.

    A list of servers repeats its applications and a list of applications its servers.
    """
    machines = any(claim.field in {*_HOST_FIELDS, "ip_addresses"} for claim in claims)
    order = synonyms.named_types()

    def rank(claim: Claim) -> tuple[float, bool, int, bool, int]:
        asset_type = named_type(claim.column.effective_header)
        named = asset_type or AssetType.SERVER
        is_id = claim.column.folded.endswith(" id")
        is_name = is_id or claim.column.folded.endswith(("name", "identifier"))
        is_name = is_name or asset_type is None
        is_name = is_name or (machines and named in _MACHINES)
        place = order.index(named) if is_name else 0
        return (
            -claim.column.distinctness,
            not is_name,
            2 * place + (asset_type is None),
            is_id,
            claim.column.position,
        )

    candidates = [
        claim
        for claim in claims
        if (claim.field in _HOST_FIELDS or named_type(claim.column.effective_header) is not None)
        and (not claim.column.names_nothing or claim.column.numbers_things)
        and not _lists_systems(claim.column)
    ]
    return min(candidates, key=rank, default=None)


def _hosting(claim: Claim, subject: Claim) -> Claim:
    """Read host names beside names of machines that none of them shares as those of their hosts."""
    if claim is subject or claim.field not in _HOST_FIELDS:
        return claim
    names, hosts = (
        set(one.column.cells.drop_nulls().str.to_lowercase().str.split(".").list.first())
        for one in (subject, claim)
    )
    if not hosts or len(hosts) >= len(names) or hosts & names:
        return claim
    return replace(claim, field="runs_on", confidence=_OTHER, method=MappingMethod.SYNONYM)


def _join_cluster(claim: Claim) -> Claim:
    """Read the cluster of what is called a server as what it is part of, not what carries it."""
    if claim.field != "runs_on" or claim.method == MappingMethod.FORMAT:
        return claim
    if named_type(claim.column.effective_header) != AssetType.CLUSTER:
        return claim
    return replace(claim, field="member_of")


def _subtype(claim: Claim, own_type: str) -> Claim:
    """Leave a type alone where the names say which type all are, and its words say another."""
    words = reference.load("header_words")["subtyped"]
    plain = claim.field == "declared_type" and claim.column.folded in words["headers"]
    if not plain or own_type not in words["types"]:
        return claim
    types = replace_words(claim.column.sample(), synonyms.type_words()).drop_nulls()
    return Claim(claim.column) if (types != own_type).any() or types.is_empty() else claim


def _name(claim: Claim) -> Claim:
    if claim.field in _HOST_FIELDS:
        return claim
    return replace(claim, field="name", confidence=_PLAIN, method=MappingMethod.SYNONYM)


def _identify(claim: Claim, own_type: str) -> Claim:
    """Read `Application ID` as the own id of the things of a list of applications, if it is."""
    words = [reading.words for reading in read_words(claim.column.effective_header)]
    if claim.method is not None or {own_type, "id"} not in words or claim.column.distinctness < 1:
        return claim
    return replace(claim, field="provider_id", confidence=_WORDS, method=MappingMethod.WORDS)


def _identify_first(claims: list[Claim]) -> list[Claim]:
    """Read a first column such as `camera_id` as the own id of the records: each has another one.

    Plain numbers only count the records, and an id of people or of another thing is not theirs.
    """
    first, *others = claims
    *words, last = first.column.folded.split()
    own = (
        first.method is None
        and last == "id"
        and len(words) == 1
        and not set(words) & _no_things()
        and first.column.distinctness == 1
        and not first.column.names_nothing
        and all(claim.field != "provider_id" for claim in others)
    )
    if not own:
        return claims
    identified = replace(
        first, field="provider_id", confidence=_WORDS, method=MappingMethod.WORDS, status=ACCEPTED
    )
    return [identified, *others]


def _identify_nameless(claims: list[Claim]) -> list[Claim]:
    """Read a plain `id` of words, such as `vm-0f594ed3`, as that of records without names."""
    named = any(
        (claim.field in IDENTITY_FIELDS or named_type(claim.column.effective_header) is not None)
        and claim.status == ACCEPTED
        and claim.column.cells.count()
        for claim in claims
    )
    ids = [claim for claim in claims if claim.column.folded in _OWN_IDS and claim.method is None]
    own = [each for each in ids if each.column.distinctness == 1 and not each.column.names_nothing]
    if named or len(own) != 1:
        return claims
    note = "nothing else tells the records apart"
    identified = replace(
        own[0], field="provider_id", confidence=_WORDS, method=MappingMethod.WORDS, notes=(note,)
    )
    return [identified if claim is own[0] else claim for claim in claims]


@cache
def _no_things() -> frozenset[str]:
    words = reference.load("header_words")
    kinds = ("numbering", "record_keeping", "of_others")
    of_parts = words["affixes"]["of_parts"]
    return frozenset(fold(word) for kind in kinds for word in words[kind]) | {*map(fold, of_parts)}


def _lists_systems(column: Column) -> bool:
    """Whether a header that may name machines, such as `Guest`, stands over operating systems."""
    return (
        column.folded in synonyms.by_values()["os_name"]
        and named_type(column.effective_header) is not None
        and known_share("os_name", column.sample()) >= _KNOWN_SYSTEMS
    )


def _refer(claim: Claim, subject: str | None) -> Claim:
    if claim.method == MappingMethod.FORMAT:
        return claim
    if _lists_systems(claim.column):
        return Claim(claim.column)
    named = named_type(claim.column.effective_header)
    own = claim.column.folded in reference.load("header_words")["own_endpoints"]
    if claim.field in _HOST_FIELDS and not own and subject in _HOSTED:
        named = AssetType.SERVER  # the host of something else, not its own name
    if named is None or claim.column.names_nothing:
        return claim
    field = synonyms.reference_field(named, subject)
    if field is None:
        return Claim(claim.column)
    return replace(claim, field=field, confidence=_OTHER, method=MappingMethod.SYNONYM)
