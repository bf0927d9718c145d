"""Columns that stand in for a field which no other column of the table gives.

    Host  | Site   | Rack          Host  | Rack
    web01 | Berlin | R07           web01 | R07

A rack says where a machine stands, but beside a site it says less. Which headers do is data in
`reference/header_words.yaml` (`instead`), the most telling first.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Final

from discovery_dagster import reference
from discovery_dagster.domain.fields import UNMAPPED
from discovery_dagster.domain.mapping.claims import ACCEPTED, Claim
from discovery_dagster.domain.tables.words import MappingMethod
from discovery_dagster.domain.values.kinds import no_words
from discovery_dagster.domain.words import fold

#: Fields that only machines have: of other things a city or country says something else.
_OF_MACHINES: Final = frozenset(
    {"hostname", "fqdn", "ip_addresses", "mac_addresses", "serial_number", "os_name", "model"}
    | {"cpu_cores", "memory_gb", "asset_tag", "smbios_uuid"}
)
_OF_THINGS: Final = _OF_MACHINES | {"name"}
_OWNERS: Final = frozenset({"technical_owner", "business_owner"})
_CONFIDENCE: Final = 0.75
_NOTE: Final = "no other column says it"


def read_instead(claims: Sequence[Claim]) -> list[Claim]:
    """Let a column stand in for each field that no column of a list of machines gives.

    A team stands in for who answers for things of any kind, where no owner is named.
    """
    given = {claim.field for claim in claims if claim.status == ACCEPTED}
    chosen = {
        claim.column.position: field
        for field, headers in _headers().items()
        if given & (_OF_THINGS if field in _OWNERS else _OF_MACHINES)
        and not given & (_OWNERS if field in _OWNERS else {field})
        and field not in {claim.field for claim in claims}
        and (claim := _first(claims, headers)) is not None
    }
    return [
        replace(
            claim,
            field=chosen[claim.column.position],
            confidence=_CONFIDENCE,
            method=MappingMethod.WORDS,
            notes=(_NOTE,),
        )
        if claim.column.position in chosen
        else claim
        for claim in claims
    ]


def _first(claims: Sequence[Claim], headers: Sequence[str]) -> Claim | None:
    """The column of words whose header comes first among `headers`, if any."""
    by_header = {
        claim.column.folded: claim
        for claim in claims
        if claim.field == UNMAPPED
        and claim.method is None
        and claim.column.cells.count()
        and claim.column.kind not in no_words()
    }
    return next((by_header[header] for header in headers if header in by_header), None)


@cache
def _headers() -> dict[str, tuple[str, ...]]:
    instead = reference.load("header_words")["instead"]
    return {field: tuple(map(fold, headers)) for field, headers in instead.items()}
