"""What the values of a column say: for or against its header, and where that claims nothing.

Which vocabulary a field has is data: `operating_systems`, `environments`, `criticalities`,
`tier_words`, `asset_types`; which headers mean a field only with it, `synonyms` (`by_values`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Final

import polars as pl

from discovery_dagster import reference
from discovery_dagster.domain.classification.software import recognise
from discovery_dagster.domain.fields import FIELDS, REFERENCES, UNMAPPED
from discovery_dagster.domain.headers import synonyms
from discovery_dagster.domain.headers.meanings import field_of
from discovery_dagster.domain.headers.phrases import share_known
from discovery_dagster.domain.headers.words import read_words, stand_for
from discovery_dagster.domain.mapping.claims import BY_HEADER, Claim, Column
from discovery_dagster.domain.mapping.decisions import PERSON
from discovery_dagster.domain.values import read_cells
from discovery_dagster.domain.values.quantities import read_numbers
from discovery_dagster.domain.words import fold, index_words, replace_words

ACCEPTED: Final = "accepted"
PROPOSED: Final = "proposed"
REJECTED: Final = "rejected"

_SAMPLE = 1_000  # distinct values a column that are looked at
_FITTING = 0.5  # least share of values that must be of the field's kind
_PLAUSIBLE = 0.95  # least share of bare numbers that must lie in the range of a unit
_KNOWN = 0.8  # least share of values of a vocabulary that must be known words of it
_ROUNDED = 0.02  # by which two amounts may differ and be one, written in two units
_BY_VALUES = 0.75  # confidence of what the values decide
_CORES: Final = frozenset({"core", "vcpu", "logical"})
_ALTERNATIVES: Final = 3  # that a header may name
#: Fields whose values cannot be taken for others.
_NOTATIONS: Final = frozenset({"ip_addresses", "mac_addresses", "smbios_uuid"})
_AMOUNTS: Final = frozenset({"memory", "storage"})

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
_JOINING: Final = frozenset({"non", "or", "and", "und", "oder", "et", "ou", "o", "y", "e"})
_HEADS_OF_WORDS: Final = (("os", "os_name"),)


def sample(column: Column) -> pl.Series:
    """Return distinct values of `column`, the first ones first."""
    return column.cells.drop_nulls().unique(maintain_order=True).head(_SAMPLE)


def weigh(claim: Claim) -> Claim:
    """Lower the confidence of a header whose values are not what it says, or refuse it."""
    if claim.method not in BY_HEADER:
        return _find_unit_of_format(claim)
    values = sample(claim.column)
    if values.is_empty():
        return replace(claim, confidence=round(claim.confidence / 2, 2))
    if claim.field in _WORDS and _numeric_share(values) > _FITTING:
        return replace(claim, status=REJECTED, notes=("the values are numbers, not words",))
    if claim.field == "declared_type":
        share = _known_share("declared_type", values)
        if not share and claim.method == "words":
            return replace(claim, status=REJECTED, notes=("no value is a type of asset",))
        return replace(claim, confidence=round(claim.confidence * (0.9 + 0.1 * share), 3))
    if FIELDS[claim.field].kind in _AMOUNTS and claim.unit is None:
        claim = _unit_by_values(claim, values)
    faults = read_cells(FIELDS[claim.field].kind, values, claim.unit).faults
    share = 1 - float(faults.sum()) / len(values)
    if claim.status != ACCEPTED:
        return claim
    status = ACCEPTED if share >= _FITTING else REJECTED
    return replace(claim, confidence=round(claim.confidence * share, 3), status=status)


def _find_unit_of_format(claim: Claim) -> Claim:
    """Find the unit of bare numbers where the tool leaves the amount to its user, as free text."""
    kind = FIELDS[claim.field].kind if claim.field in FIELDS else None
    if kind not in _AMOUNTS or claim.unit is not None:
        return claim
    return _unit_by_values(claim, sample(claim.column))


def doubt_relation(claim: Claim) -> Claim:
    """Refuse a type, kind or label of relations of which no value is a known phrase.

    `Type` beside two ends says `Runs on`, but also `API`, `Batch` or `Directed`. A column that is
    called a relation stays one, and what is not known in it is not guessed.
    """
    words = reference.load("ends")["weak_relations"]
    if claim.field != "relation" or claim.status != ACCEPTED or claim.column.folded not in words:
        return claim
    values = sample(claim.column)
    if values.is_empty() or share_known(values) > 0:
        return claim
    return replace(claim, status=REJECTED, notes=("no value says what needs what",))


def find_unit(claim: Claim) -> Claim:
    """Find the unit of an amount that a person accepted; which field it is stays decided."""
    if claim.method != PERSON or claim.status != ACCEPTED or claim.unit is not None:
        return claim
    if claim.field not in FIELDS or FIELDS[claim.field].kind not in _AMOUNTS:
        return claim
    found = _unit_by_values(claim, sample(claim.column))
    return replace(claim, unit=found.unit, notes=(*claim.notes, *found.notes))


def claim_by_values(claim: Claim) -> Claim:
    """Let the values of a column of a thing say what its header alone does not.

    A header that may mean a field (`Platform`, `Stage`) does so when nearly all values are words
    of that field; one that names addresses beside words nobody knows (`IP (VLAN 12)`) when all are
    addresses. Values without any word for them are only proposed.
    """
    if claim.field != UNMAPPED or claim.method is not None:
        return claim
    values = sample(claim.column)
    if values.is_empty():
        return claim
    field = (
        _by_vocabulary(claim.column, values)
        or _by_head(claim.column, values)
        or _by_alternative(claim.column, values)
    )
    if field is not None:
        note = "the header may mean it, and the values are such"
        return replace(claim, field=field, confidence=_BY_VALUES, method="values", notes=(note,))
    if bool(read_cells("addresses", values).faults.any()):
        return claim
    return replace(claim, field="ip_addresses", confidence=0.6, method="values", status=PROPOSED)


def read_full_versions(claims: list[Claim]) -> list[Claim]:
    """Take versions that name their operating system for its name, where no column gives it."""
    if any(claim.field == "os_name" and claim.status == ACCEPTED for claim in claims):
        return claims
    note = "the values name the operating system, too"
    return [
        replace(claim, field="os_name", notes=(note,))
        if claim.field == "os_version"
        and claim.method in BY_HEADER
        and _known_share("os_name", sample(claim.column)) >= _KNOWN
        else claim
        for claim in claims
    ]


def part_sockets(claims: list[Claim]) -> list[Claim]:
    """Refuse processors beside cores: where they are never more, they count sockets."""
    counted = [
        claim
        for claim in claims
        if claim.field == "cpu_cores" and claim.status == ACCEPTED and claim.method in BY_HEADER
    ]
    cores = [claim for claim in counted if _counts_cores(claim.column)]
    if len(cores) != 1:
        return claims
    note = "beside a column of cores it counts sockets"
    sockets = [claim for claim in counted if claim is not cores[0] and _never_more(claim, cores[0])]
    return [
        replace(claim, status=REJECTED, notes=(note,)) if claim in sockets else claim
        for claim in claims
    ]


def _counts_cores(column: Column) -> bool:
    return any(reading.words & _CORES for reading in read_words(column.header))


def _never_more(few: Claim, many: Claim) -> bool:
    both = pl.DataFrame({"few": _readings(few), "many": _readings(many)}).drop_nulls()
    return not both.is_empty() and bool((both["few"] <= both["many"]).all())


def agree(claims: Sequence[Claim]) -> bool:
    """Whether columns that claim one field say the same wherever two of them say anything."""
    first, *others = (_readings(claim) for claim in claims)
    return all(_same(first, other) for other in others)


def _readings(claim: Claim) -> pl.Series:
    return read_cells(FIELDS[claim.field].kind, claim.column.cells, claim.unit).values


def _same(one: pl.Series, other: pl.Series) -> bool:
    both = pl.DataFrame({"one": one, "other": other}).drop_nulls()
    if one.dtype.is_float():
        apart = (pl.col("one") - pl.col("other")).abs() > _ROUNDED * pl.col("one").abs()
    else:
        apart = pl.col("one") != pl.col("other")
    return not both.is_empty() and not bool(both.select(apart.any()).item())


def _unit_by_values(claim: Claim, values: pl.Series) -> Claim:
    """Find the unit of bare numbers whose header has none, or leave the column a proposal."""
    bare = read_numbers(values).drop_nulls()
    if bare.is_empty():
        return claim  # the cells carry their units themselves
    ranges = reference.load("units")["plausible"][FIELDS[claim.field].kind]
    for unit, (least, most) in ranges.items():
        if float(bare.is_between(least, most).sum()) >= _PLAUSIBLE * len(bare):
            note = f"no unit in the header; the values are plausible in {unit} only"
            return replace(claim, unit=unit, method="values", confidence=0.8, notes=(note,))
    note = "no unit in the header, and the values do not tell it"
    return replace(claim, status=PROPOSED, confidence=0.5, notes=(note,))


def _by_vocabulary(column: Column, values: pl.Series) -> str | None:
    readings = [reading.words for reading in read_words(column.header)]
    neutral = frozenset(reference.load("header_words")["beside_values"])
    said = {column.folded, *readings, *(words - neutral for words in readings)}
    possible = [field for field, words in _value_headers().items() if said & words]
    if set(column.folded.split()) <= _environment_words().keys() | _JOINING:
        possible.append("environment")  # `Prod/Test` says itself what its values are
    shares = {field: _known_share(field, values) for field in possible}
    best = max(shares.values(), default=0.0)
    fields = [field for field, share in shares.items() if share == best]
    return fields[0] if best >= _KNOWN and len(fields) == 1 else None


def _by_head(column: Column, values: pl.Series) -> str | None:
    words = column.folded.split()
    # `iLO` is one word, whatever its capitals.
    if {*words, *fold(column.header.lower()).split()} & _of_others():
        return None
    stood_for = {meaning for word in words for meaning in stand_for(word)}
    for head, field in _HEADS:
        if head in stood_for and not read_cells(FIELDS[field].kind, values).faults.any():
            return field
    for head, field in _HEADS_OF_WORDS:
        if head in stood_for and _known_share(field, values) >= _KNOWN:
            return field
    return None


def _by_alternative(column: Column, values: pl.Series) -> str | None:
    """The field of `IP Address/DNS` that has a notation of its own, where all values are in it."""
    for part in column.header.split("/")[:_ALTERNATIVES]:
        field = field_of(part, synonyms.ASSETS)
        if field in _NOTATIONS and not read_cells(FIELDS[field].kind, values).faults.any():
            return field
    return None


def _known_share(field: str, values: pl.Series) -> float:
    """Share of `values` that the vocabulary of `field` knows."""
    return float(_KNOWLEDGE[field](values).sum()) / max(len(values), 1)


def _numeric_share(values: pl.Series) -> float:
    return float(read_numbers(values).is_not_null().sum()) / len(values)


def _is_system(values: pl.Series) -> pl.Series:
    texts = pl.DataFrame({"text": values, "version_text": pl.Series([None] * len(values))})
    texts = texts.with_columns(pl.col("version_text").cast(pl.String))
    return recognise(texts, "operating_systems")["rule"].is_not_null()


def _is_qualified(values: pl.Series) -> pl.Series:
    return values.str.to_lowercase().str.contains(r"^[a-z0-9_-]+(\.[a-z0-9_-]+)+\.[a-z]{2,}\.?$")


def _is_power(values: pl.Series) -> pl.Series:
    return values.str.to_lowercase().str.contains(r"^(powered ?)?(on|off)$|^running$|^stopped$")


def _is_word_of(meanings: Callable[[], Mapping[str, str]]) -> Callable[[pl.Series], pl.Series]:
    return lambda values: replace_words(values, meanings()).is_not_null()


@cache
def _environment_words() -> Mapping[str, str]:
    listed = reference.load("environments")
    return index_words(
        {name: {name, *words["declared"], *words["name"]} for name, words in listed.items()}
    )


@cache
def _value_headers() -> Mapping[str, frozenset[str | frozenset[str]]]:
    """Headers that mean a field by their values: as words, and as what their words stand for."""
    return {
        field: headers | {each.words for header in headers for each in read_words(header)}
        for field, headers in synonyms.by_values().items()
    }


@cache
def _criticality_words() -> Mapping[str, str]:
    return index_words(reference.load("criticalities"))


@cache
def _tier_words() -> Mapping[str, str]:
    return index_words(reference.load("tier_words"))


@cache
def _of_others() -> frozenset[str]:
    return frozenset(fold(word) for word in reference.load("header_words")["of_others"])


_KNOWLEDGE: Final[Mapping[str, Callable[[pl.Series], pl.Series]]] = {
    "os_name": _is_system,
    "fqdn": _is_qualified,
    "status": _is_power,
    "environment": _is_word_of(_environment_words),
    "criticality": _is_word_of(_criticality_words),
    "tier": _is_word_of(_tier_words),
    "declared_type": _is_word_of(synonyms.type_words),
}
