"""A column of addresses below a header that nobody knows, in a list that has no others.

    vendor | mgmt          | group
    Cisco  | 192.168.9.31  | line
    Cisco  | 192.168.9.32  | line

Where each record has an address of its own, they are those of the things, unless the header speaks
of something else, such as a gateway.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Final

from discovery_dagster import reference
from discovery_dagster.domain.mapping.claims import ACCEPTED, PROPOSED, Claim
from discovery_dagster.domain.tables.words import MappingMethod
from discovery_dagster.domain.words import fold

_FEWEST: Final = 3  # records in which addresses of their own are no chance
_DISTINCT: Final = 0.9
_CONFIDENCE: Final = 0.75
_NOTE: Final = "each record has an address of its own, and no other column gives any"


def accept_only_addresses(claims: Sequence[Claim]) -> list[Claim]:
    """Accept a proposed column of addresses where no other may be of any."""
    of_addresses = [claim for claim in claims if claim.field == "ip_addresses"]
    if len(of_addresses) != 1 or not _is_of_the_things(of_addresses[0]):
        return list(claims)
    return [
        replace(claim, status=ACCEPTED, confidence=_CONFIDENCE, notes=(_NOTE,))
        if claim is of_addresses[0]
        else claim
        for claim in claims
    ]


def _is_of_the_things(claim: Claim) -> bool:
    cells = claim.column.cells.drop_nulls()
    return (
        claim.status == PROPOSED
        and claim.method == MappingMethod.VALUES
        and len(cells) >= max(_FEWEST, _DISTINCT * len(claim.column.cells))
        and cells.n_unique() >= _DISTINCT * len(cells)
        and not _of_others() & set(claim.column.folded.split())
    )


@cache
def _of_others() -> frozenset[str]:
    words = reference.load("header_words")
    return frozenset(map(fold, (*words["of_others"], *words["affixes"]["of_parts"])))
