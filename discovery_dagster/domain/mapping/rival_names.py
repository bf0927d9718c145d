"""Two columns that both claim to name the records, of which one has to.

A machine never stays nameless while a name stands in its row. Where one column has the other's
names with their domain, both are taken; else the first names the records, the other those that the
first leaves without a name, and a person may decide.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Final

import polars as pl

from discovery_dagster.domain.mapping.claims import (
    ACCEPTED,
    BY_HEADER,
    OWN_NAMES,
    PROPOSED,
    REJECTED,
    Claim,
)
from discovery_dagster.domain.tables.words import MappingMethod
from discovery_dagster.domain.values.addresses import is_address

_BY_VALUES: Final = 0.75


def resolve_rival_names(rivals: Sequence[Claim], taken: Collection[str]) -> Iterator[Claim]:
    """Say what each of several equal claims to the name of a thing is.

    Args:
        rivals: claims to one of `OWN_NAMES`, in the order of their columns.
        taken: fields that other columns of the table have.
    """
    first, *others = rivals
    headers = ", ".join(other.column.header for other in others)
    yield replace(first, conflict=headers)
    for other in others:
        rival = replace(other, conflict=first.column.header)
        field = _beside(first, other)
        if field is None:
            fills = (first.column.cells.is_null() & other.column.cells.is_not_null()).any()
            yield rival if fills else replace(rival, status=PROPOSED)
        elif field in taken or field == first.field:
            yield replace(rival, status=REJECTED)
        else:
            note = f'the names of "{first.column.header}" as hosts'
            yield replace(
                other,
                field=field,
                confidence=_BY_VALUES,
                method=MappingMethod.VALUES,
                notes=(note,),
                status=ACCEPTED,
            )


def part_addresses(claims: Sequence[Claim]) -> list[Claim]:
    """Take names that are all addresses for addresses, where another column has names.

    `Nombre` beside `Equipo` with `192.168.78.53`: alone, an address names its record.
    """
    naming = [each for each in claims if each.field in OWN_NAMES and each.status == ACCEPTED]
    addressed = [each for each in naming if _has_addresses(each)]
    if len(addressed) == len(naming) or any(each.method not in BY_HEADER for each in addressed):
        return list(claims)
    return [
        replace(
            each,
            field="ip_addresses",
            confidence=_BY_VALUES,
            method=MappingMethod.VALUES,
            notes=("the values are addresses, and another column has names",),
        )
        if each in addressed
        else each
        for each in claims
    ]


def _has_addresses(claim: Claim) -> bool:
    cells = claim.column.cells.drop_nulls()
    return not cells.is_empty() and bool(is_address(cells).all())


def _beside(first: Claim, other: Claim) -> str | None:
    """The field of a column that says of the same hosts more or less than another, else None."""
    both = pl.DataFrame({"one": first.column.cells, "two": other.column.cells}).drop_nulls()
    both = both.select(pl.all().str.to_lowercase())
    one, two = pl.col("one"), pl.col("two")
    agree = (one == two) | one.str.starts_with(two + ".") | two.str.starts_with(one + ".")
    if both.is_empty() or not both.select(agree.all()).item():
        return None
    return "fqdn" if both.select(two.str.contains(".", literal=True).all()).item() else "hostname"
