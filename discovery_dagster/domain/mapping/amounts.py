"""What columns of numbers count and in which unit, as their values tell it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import polars as pl

from discovery_dagster import reference
from discovery_dagster.domain.fields import FIELDS
from discovery_dagster.domain.headers.words import read_words
from discovery_dagster.domain.mapping.claims import (
    ACCEPTED,
    BY_HEADER,
    PROPOSED,
    REJECTED,
    Claim,
    Column,
)
from discovery_dagster.domain.mapping.deciding import PERSON
from discovery_dagster.domain.tables.words import MappingMethod
from discovery_dagster.domain.values import read_cells
from discovery_dagster.domain.values.quantities import read_numbers

_PLAUSIBLE = 0.95  # least share of bare numbers that must lie in the range of a unit
_ROUNDED = 0.02  # by which two amounts may differ and be one, written in two units
_CORES: Final = frozenset({"core", "vcpu", "logical"})
#: Kinds of values that have a unit.
AMOUNTS: Final = frozenset({"memory", "storage"})


def find_unit_of_format(claim: Claim) -> Claim:
    """Find the unit of bare numbers where the tool leaves the amount to its user, as free text."""
    kind = FIELDS[claim.field].kind if claim.field in FIELDS else None
    if kind not in AMOUNTS or claim.unit is not None:
        return claim
    return unit_by_values(claim, claim.column.sample())


def find_unit(claim: Claim) -> Claim:
    """Find the unit of an amount that a person accepted; which field it is stays decided."""
    if claim.method != PERSON or claim.status != ACCEPTED or claim.unit is not None:
        return claim
    if claim.field not in FIELDS or FIELDS[claim.field].kind not in AMOUNTS:
        return claim
    with_unit = unit_by_values(claim, claim.column.sample())
    return replace(claim, unit=with_unit.unit, notes=(*claim.notes, *with_unit.notes))


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
    return any(reading.words & _CORES for reading in read_words(column.effective_header))


def _never_more(few: Claim, many: Claim) -> bool:
    both = pl.DataFrame({"few": _readings(few), "many": _readings(many)}).drop_nulls()
    return not both.is_empty() and bool((both["few"] <= both["many"]).all())


def refuse_shares(claims: list[Claim]) -> list[Claim]:
    """Refuse memory and storage without a unit beside processors in percent: all are in use."""
    processors = [each for each in claims if each.field == "cpu_cores" and each.status == REJECTED]
    if not any(_are_shares(claim.column) for claim in processors):
        return claims
    note = "beside processors in percent it is a share in use"
    return [
        replace(claim, status=REJECTED, notes=(note,))
        if _has_no_unit(claim) and _are_shares(claim.column)
        else claim
        for claim in claims
    ]


def _has_no_unit(claim: Claim) -> bool:
    """Whether it is an amount of which neither header nor format says the unit."""
    amount = claim.field in FIELDS and FIELDS[claim.field].kind in AMOUNTS
    by_header = claim.method in BY_HEADER and claim.unit is not None
    return amount and not by_header and claim.method not in {PERSON, MappingMethod.FORMAT}


def _are_shares(column: Column) -> bool:
    """Whether all values are numbers up to a hundred, and some have fractions."""
    values = column.sample()
    numbers = read_numbers(values).drop_nulls()
    return (
        len(numbers) == len(values) > 0
        and bool(numbers.is_between(0, 100).all())
        and bool((numbers % 1 != 0).any())
    )


def are_equal_amounts(claims: Sequence[Claim]) -> bool:
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


def unit_by_values(claim: Claim, values: pl.Series) -> Claim:
    """Find the unit of bare numbers whose header has none, or leave the column a proposal."""
    bare = read_numbers(values).drop_nulls()
    bare = bare.filter(bare != 0)  # what is switched off has nothing, whatever the unit
    if bare.is_empty():
        return claim  # the cells carry their units themselves
    ranges = reference.load("units")["plausible"][FIELDS[claim.field].kind]
    for unit, (least, most, *reached) in ranges.items():
        within = float(bare.is_between(least, most).sum()) >= _PLAUSIBLE * len(bare)
        if within and all((bare >= figure).any() for figure in reached):
            note = f"no unit in the header; the values are plausible in {unit} only"
            return replace(
                claim, unit=unit, method=MappingMethod.VALUES, confidence=0.8, notes=(note,)
            )
    note = "no unit in the header, and the values do not tell it"
    return replace(claim, status=PROPOSED, confidence=0.5, notes=(note,))
