"""Names below an unknown header: `CI Label` beside `Application`.

    CI Label | IP Address | Application
    srv01    | 10.1.0.1   | Payroll
    srv02    | 10.1.0.2   | Payroll

Values that each stand once and look like host names may name the records. That is only proposed;
but a column that repeats is not taken for the name of machines while another may be.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Final

from discovery_dagster import reference
from discovery_dagster.domain.fields import UNMAPPED
from discovery_dagster.domain.headers.meanings import named_type
from discovery_dagster.domain.headers.words import stand_for
from discovery_dagster.domain.mapping.claims import (
    ACCEPTED,
    BY_HEADER,
    OWN_NAMES,
    PROPOSED,
    Claim,
    Column,
)
from discovery_dagster.domain.tables.words import MappingMethod
from discovery_dagster.domain.values.addresses import is_address
from discovery_dagster.domain.words import fold

_HOST: Final = r"^[\p{L}\p{N}_][\p{L}\p{N}_.-]*$"
_LETTER: Final = r"\p{L}"
_FILLED: Final = 0.9  # least share of records with a value
_DOUBTFUL: Final = 0.5  # confidence of either reading
_FEWEST: Final = 2  # records, of which one alone could repeat nothing
_NOTE: Final = "each record has a value of its own, which looks like a host name"


def propose_names(claims: list[Claim]) -> list[Claim]:
    """Propose columns as names where no column, or only one that repeats, names the records."""
    naming = [claim for claim in claims if _names_records(claim)]
    repeating = [claim for claim in naming if _repeats_another(claim)]
    if len(naming) > len(repeating):
        return claims
    proposed = [claim for claim in claims if claim.method is None and _may_name(claim)]
    if not proposed:
        return claims
    revised = {
        claim.column.position: _propose(claim, [*repeating, *proposed]) for claim in proposed
    } | {claim.column.position: _demote(claim, claims, proposed) for claim in repeating}
    return [revised.get(claim.column.position, claim) for claim in claims]


def _names_records(claim: Claim) -> bool:
    filled = claim.column.cells.null_count() < len(claim.column.cells)
    return claim.field in OWN_NAMES and claim.status == ACCEPTED and filled


def _repeats_another(claim: Claim) -> bool:
    """Whether a header of things that run on machines names the records, and its values repeat."""
    cells = claim.column.cells.drop_nulls()
    software = (
        named_type(claim.column.effective_header)
        in reference.load("identifiers")["families"]["software"]
    )
    return software and claim.method in BY_HEADER and cells.n_unique() < len(cells)


def _may_name(claim: Claim) -> bool:
    column = claim.column
    cells = column.cells.drop_nulls()
    return (
        claim.field == UNMAPPED
        and len(cells) >= max(_FEWEST, _FILLED * len(column.cells))
        and cells.n_unique() == len(cells)
        and not _numbers_records(column)
        and bool((cells.str.contains(_HOST) & cells.str.contains(_LETTER)).all())
        and not column.names_nothing
        and not is_address(cells).any()
    )


def _numbers_records(column: Column) -> bool:
    """Whether the header speaks of a number or of another thing: `Ticket No.`, `Gateway`."""
    words = column.folded.split()
    stood_for = {meaning for word in words for meaning in stand_for(word)} | set(words)
    return bool(stood_for & _no_names())


def _propose(claim: Claim, rivals: Sequence[Claim]) -> Claim:
    return replace(
        claim,
        field="name",
        confidence=_DOUBTFUL,
        method=MappingMethod.VALUES,
        status=PROPOSED,
        notes=(_NOTE,),
        conflict=_headers(rivals, claim),
    )


def _demote(claim: Claim, claims: Sequence[Claim], proposed: Sequence[Claim]) -> Claim:
    """Let what repeats be the applications of machines; of other records it stays the name."""
    accepted = {other.field for other in claims if other.status == ACCEPTED}
    machines = accepted & {"ip_addresses", *reference.load("identifiers")["host_evidence"]}
    return replace(
        claim,
        field="applications" if machines else claim.field,
        confidence=_DOUBTFUL,
        notes=("the values repeat from record to record",),
        conflict=_headers(proposed, claim),
    )


def _headers(rivals: Sequence[Claim], claim: Claim) -> str | None:
    others = [rival.column.header for rival in rivals if rival is not claim]
    return ", ".join(others) or None


@cache
def _no_names() -> frozenset[str]:
    words = reference.load("header_words")
    return frozenset(fold(word) for word in (*words["numbering"], *words["of_others"]))
