"""What the values of a column say: for or against its header, and where that claims nothing.

What they count is in `amounts`, which words they are in `vocabularies`. Which headers mean a field
only with its values is data: `synonyms` (`by_values`).
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Final

import polars as pl

from discovery_dagster import reference
from discovery_dagster.domain.fields import FIELDS, REFERENCES, UNMAPPED
from discovery_dagster.domain.headers import synonyms
from discovery_dagster.domain.headers.meanings import field_of
from discovery_dagster.domain.headers.phrases import are_called_relations, share_known
from discovery_dagster.domain.headers.words import read_words, stand_for
from discovery_dagster.domain.mapping.amounts import AMOUNTS, find_unit_of_format, unit_by_values
from discovery_dagster.domain.mapping.claims import (
    ACCEPTED,
    BY_HEADER,
    PROPOSED,
    REJECTED,
    Claim,
    Column,
)
from discovery_dagster.domain.mapping.vocabularies import environment_words, known_share
from discovery_dagster.domain.tables.words import MappingMethod
from discovery_dagster.domain.values import read_cells, wanted
from discovery_dagster.domain.values.kinds import (
    MARKS,
    TRUTH_VALUES,
    are_cloud_words,
    no_words,
)
from discovery_dagster.domain.words import fold

_FITTING = 0.5  # least share of values that must be of the field's kind
_KNOWN = 0.8  # least share of values of a vocabulary that must be known words of it
_BY_VALUES = 0.75  # confidence of what the values decide
_ALTERNATIVES: Final = 3  # that a header may name
#: Fields whose values cannot be taken for others.
_NOTATIONS: Final = frozenset({"ip_addresses", "mac_addresses", "smbios_uuid"})

#: Fields whose cells are words: a column of numbers is something else, whatever its header.
_WORDS: Final = frozenset(
    {*REFERENCES, "applications", "vendor", "environment", "os_name", "product", "location"}
    | {"business_owner", "technical_owner", "declared_type"}
)
#: A word of a header, the field that it stands for, and the kind of its values.
_HEADS: Final = (
    ("ip", "ip_addresses"),
    ("ipv4", "ip_addresses"),
    ("mac", "mac_addresses"),
    ("address", "ip_addresses"),
)
#: Software with a version behind its name.
_VERSION: Final = r"\pL[\s:@v-]{1,3}\d+\.\d+\.\d+"
#: Kinds whose cells are as they are unless they were damaged.
_DAMAGED: Final = frozenset({"identifier", "serial"})
_JOINING: Final = frozenset({"non", "or", "and", "und", "oder", "et", "ou", "o", "y", "e"})
#: What clouds have words of their own for, whatever stands above them.
_CLOUD_WORDS: Final = {"sizes": "model", "regions": "location"}
_HEADS_OF_WORDS: Final = (("os", "os_name"),)


def weigh(claim: Claim) -> Claim:
    """Lower the confidence of a header whose values are not what it says, or refuse it."""
    if claim.method not in BY_HEADER:
        return find_unit_of_format(claim)
    if claim.status == REJECTED:
        return claim
    values = claim.column.sample()
    if values.is_empty():
        return replace(claim, confidence=round(claim.confidence / 2, 2))
    kind = _kind_instead_of_words(claim, values)
    if kind is not None:
        return replace(claim, status=REJECTED, notes=(f"the values are {kind}, not words",))
    if claim.field == "declared_type":
        share = known_share("declared_type", values)
        if not share and claim.method == MappingMethod.WORDS:
            return replace(claim, status=REJECTED, notes=("no value is a type of asset",))
        return replace(claim, confidence=round(claim.confidence * (0.9 + 0.1 * share), 3))
    if FIELDS[claim.field].kind in AMOUNTS and claim.unit is None:
        claim = unit_by_values(claim, values)
    kind = FIELDS[claim.field].kind
    # A spreadsheet damages identifiers of every kind: that says nothing against the header.
    unread = 0 if kind in _DAMAGED else read_cells(kind, values, claim.unit).unread.sum()
    share = 1 - float(unread) / len(values)
    if claim.status != ACCEPTED:
        return claim
    weighed = replace(claim, confidence=round(claim.confidence * share, 3))
    if share >= _FITTING:
        return weighed
    expected = wanted(FIELDS[claim.field].kind, claim.field)
    note = f"most of the values cannot be read as {expected}"
    return replace(weighed, status=REJECTED, notes=(note,))


def _kind_instead_of_words(claim: Claim, values: pl.Series) -> str | None:
    """What the values of a field of words are where they are none, else None."""
    if claim.field not in _WORDS:
        return None
    # A single `y` or `x` may be anything, also the initial of an owner.
    single = (claim.column.kind == TRUTH_VALUES and len(values) == 1) or (
        claim.column.kind == MARKS and claim.column.cells.count() == 1
    )
    if claim.column.kind in no_words() and not single:
        return claim.column.kind
    return "JSON" if _is_structured(values) else None


def refuse_weak_relation(claim: Claim) -> Claim:
    """Refuse a type, kind or label of relations of which no value is a known phrase.

    `Type` beside two ends says `Runs on`, but also `API`, `Batch` or `Directed`. A column that is
    called a relation stays one, and what is not known in it is not guessed; so does one whose
    values call themselves relations, as `ServesRelationship` does. Where the values are protocols,
    that is what the column says.
    """
    if claim.field != "relation" or claim.status != ACCEPTED or not _is_weak(claim.column):
        return claim
    values = claim.column.sample()
    if values.is_empty() or share_known(values) > 0 or are_called_relations(values):
        return claim
    if known_share("protocol", values) >= _KNOWN:
        return replace(
            claim,
            field="protocol",
            confidence=_BY_VALUES,
            method=MappingMethod.VALUES,
            notes=("the values are protocols",),
        )
    return replace(claim, status=REJECTED, notes=("no value says what needs what",))


def refuse_software(claim: Claim) -> Claim:
    """Refuse dependencies that are libraries with their versions, `Hibernate 5.4.0`, not things.

    Applications have versions of two parts at most: `SAP ERP 6.0`.
    """
    if claim.field not in REFERENCES or claim.status != ACCEPTED or claim.method not in BY_HEADER:
        return claim
    values = claim.column.sample()
    if values.is_empty() or float(values.str.contains(_VERSION).sum()) < _KNOWN * len(values):
        return claim
    note = "most of the values are software with its version"
    return replace(claim, status=REJECTED, notes=(note,))


def claim_by_values(claim: Claim) -> Claim:
    """Let the values of a column of a thing say what its header alone does not.

    A header that may mean a field (`Platform`, `Stage`) does so when nearly all values are words
    of that field; one that names addresses beside words nobody knows (`IP (VLAN 12)`) when all are
    addresses. Sizes and regions of clouds are models and places unless the header says that they
    are not the thing's own, now; other values without any word for them are only proposed.
    """
    if not _is_no_type(claim) and (claim.field != UNMAPPED or claim.method is not None):
        return claim
    values = claim.column.sample()
    if values.is_empty():
        return claim
    if _is_no_type(claim):
        field = _by_vocabulary(claim.column, values)
        return claim if field is None else _by_values(claim, field)
    field = (
        _by_vocabulary(claim.column, values)
        or _by_head(claim.column, values)
        or _by_alternative(claim.column, values)
    )
    if field is not None:
        return _by_values(claim, field)
    for kind, cloud_field in _CLOUD_WORDS.items():
        if are_cloud_words(values, kind):
            return _by_words_of_a_cloud(claim, kind, cloud_field)
    if bool(read_cells("addresses", values).faults.any()):
        return claim
    return replace(
        claim, field="ip_addresses", confidence=0.6, method=MappingMethod.VALUES, status=PROPOSED
    )


def _by_words_of_a_cloud(claim: Claim, kind: str, field: str) -> Claim:
    """Take sizes and regions for a thing's own, unless they are where it is to go.

    `Target Region` and `Recommended Size` say so; `aws_region` leaves it open.
    """
    words = _header_words(claim.column)
    if words & _of_others():
        return claim
    return replace(
        claim,
        field=field,
        confidence=_BY_VALUES,
        method=MappingMethod.VALUES,
        status=PROPOSED if words & _clouds() else claim.status,
        notes=(f"the values are {kind} of a cloud",),
    )


def _is_no_type(claim: Claim) -> bool:
    """Whether a header of types was refused since no value is one: `Server Type` of stages."""
    refused = claim.status == REJECTED and claim.method == MappingMethod.WORDS
    return refused and claim.field == "declared_type"


def _by_values(claim: Claim, field: str) -> Claim:
    return replace(
        claim,
        field=field,
        confidence=_BY_VALUES,
        method=MappingMethod.VALUES,
        status=ACCEPTED,
        notes=("the header may mean it, and the values are such",),
    )


def read_full_versions(claims: list[Claim]) -> list[Claim]:
    """Take versions that name their operating system for its name, where no column gives it."""
    if any(claim.field == "os_name" and claim.status == ACCEPTED for claim in claims):
        return claims
    note = "the values name the operating system, too"
    return [
        replace(claim, field="os_name", notes=(note,))
        if claim.field == "os_version"
        and claim.method in BY_HEADER
        and known_share("os_name", claim.column.sample()) >= _KNOWN
        else claim
        for claim in claims
    ]


def _by_vocabulary(column: Column, values: pl.Series) -> str | None:
    plain = column.effective_header.partition("(")[0]  # `Severity (CIA)`
    readings = [
        reading.words
        for header in {column.effective_header, plain}
        for reading in read_words(header)
    ]
    neutral = frozenset(reference.load("header_words")["beside_values"])
    header_readings = {
        column.folded,
        fold(plain),
        *readings,
        *(words - neutral for words in readings),
    }
    possible = [field for field, words in _value_headers().items() if header_readings & words]
    if set(column.folded.split()) <= environment_words().keys() | _JOINING:
        possible.append("environment")  # `Prod/Test` says itself what its values are
    shares = {field: known_share(field, values) for field in possible}
    best = max(shares.values(), default=0.0)
    fields = [field for field, share in shares.items() if share == best]
    return fields[0] if best >= _KNOWN and len(fields) == 1 else None


def _by_head(column: Column, values: pl.Series) -> str | None:
    if _header_words(column) & _of_others():
        return None
    stood_for = {meaning for word in column.folded.split() for meaning in stand_for(word)}
    for head, field in _HEADS:
        read = (~read_cells(FIELDS[field].kind, values).faults).sum()
        # A cell that slipped into the column says nothing against a header that says what it is.
        if head in stood_for and float(read) >= _KNOWN * len(values):
            return field
    for head, field in _HEADS_OF_WORDS:
        if head in stood_for and known_share(field, values) >= _KNOWN:
            return field
    return None


def _by_alternative(column: Column, values: pl.Series) -> str | None:
    """The field of `IP Address/DNS` that has a notation of its own, where all values are in it."""
    for part in column.header.split("/")[:_ALTERNATIVES]:
        field = field_of(part, synonyms.ASSETS)
        if field in _NOTATIONS and not read_cells(FIELDS[field].kind, values).faults.any():
            return field
    return None


def _is_weak(column: Column) -> bool:
    """Whether a header of relations often says something else, whatever its language."""
    weak = reference.load("ends")["weak_relations"]
    read = {reading.words for header in weak for reading in read_words(header)}
    return column.folded in weak or any(
        reading.words in read for reading in read_words(column.header)
    )


def _is_structured(values: pl.Series) -> bool:
    """Whether most values are lists of objects, such as the settings of a container."""
    return float(values.str.contains(r"^\[?\{").sum()) / len(values) > _FITTING


@cache
def _value_headers() -> Mapping[str, frozenset[str | frozenset[str]]]:
    """Headers that mean a field by their values: as words, and as what their words stand for."""
    return {
        field: headers | {each.words for header in headers for each in read_words(header)}
        for field, headers in synonyms.by_values().items()
    }


def _header_words(column: Column) -> set[str]:
    """The words of a header; `iLO` is one, whatever its capitals."""
    return {*column.folded.split(), *fold(column.header.lower()).split()}


@cache
def _clouds() -> frozenset[str]:
    return frozenset(reference.load("header_words")["clouds"])


@cache
def _of_others() -> frozenset[str]:
    return frozenset(fold(word) for word in reference.load("header_words")["of_others"])
