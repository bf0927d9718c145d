"""Columns of lists of applications and of databases, which mean less, or else, in other lists.

Which headers they are is data (`reference/listed_things.yaml`).
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from discovery_dagster import reference
from discovery_dagster.domain.headers import synonyms
from discovery_dagster.domain.headers.listed import listed_words
from discovery_dagster.domain.headers.meanings import named_type
from discovery_dagster.domain.mapping.claims import ACCEPTED, Claim
from discovery_dagster.domain.tables.words import AssetType, MappingMethod

_CONFIDENCE: Final = 0.9  # of a synonym that is not the plainest one
_DISTINCT: Final = 0.95  # a list of applications hardly names one twice


def read_lists(claims: Sequence[Claim]) -> list[Claim]:
    """Read the columns of a list of databases or of applications as such; others as they are."""
    if _lists_databases(claims):
        return [_as_listed(claim, "database") for claim in claims]
    subject = _applications(claims)
    if subject is None:
        return list(claims)
    return [
        replace(claim, field="name", status=ACCEPTED)
        if claim is subject and claim.field == "applications"
        else _as_listed(claim, "application")
        for claim in claims
    ]


def _lists_databases(claims: Sequence[Claim]) -> bool:
    words = listed_words("database")
    fields = {claim.field for claim in claims}
    formatted = any(
        claim.field == "name" and claim.method == MappingMethod.FORMAT for claim in claims
    )
    has = {words[claim.column.folded] for claim in claims if claim.column.folded in words}
    beside = reference.load("listed_things")["database"]["beside"]
    return not formatted and fields >= set(beside) and {"name", "runs_on"} <= has


def _applications(claims: Sequence[Claim]) -> Claim | None:
    """The column that names the applications of a list of nothing else."""
    short = listed_words("application")
    named = [claim for claim in claims if named_type(claim.column.header) == AssetType.APPLICATION]
    others = [
        claim
        for claim in claims
        if claim.field in _OWN and claim not in named and short.get(claim.column.folded) is None
    ]
    if len(named) != 1 or others or named[0].method == MappingMethod.FORMAT:
        return None
    return named[0] if named[0].column.distinctness >= _DISTINCT else None


_OWN: Final = frozenset({"name", "hostname", "fqdn", "ip_addresses", "runs_on"})


def _as_listed(claim: Claim, list_of: str) -> Claim:
    base, unit = synonyms.split_unit(claim.column.folded)
    words = listed_words(list_of)
    field = words.get(claim.column.folded) or words.get(base)
    if field is None or claim.method == MappingMethod.FORMAT:
        return claim
    if field in _NAMES and claim.column.names_nothing and not claim.column.numbers_things:
        return claim
    return replace(
        claim,
        field=field,
        unit=unit if field == "storage_gb" else None,
        confidence=_CONFIDENCE,
        method=MappingMethod.SYNONYM,
        status=ACCEPTED,
        notes=(f"the table lists {list_of}s",),
    )


_NAMES: Final = frozenset({"name", "aliases", "runs_on", "replicates_to", "depends_on"})
