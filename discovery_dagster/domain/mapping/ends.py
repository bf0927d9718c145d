"""Columns that seem to name an end of each connection, and name what logged it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import polars as pl

from discovery_dagster.domain.mapping.claims import ACCEPTED, REJECTED, Claim
from discovery_dagster.domain.values.addresses import is_address

_SIDES: Final = ("source", "target")


def refuse_constant_ends(claims: Sequence[Claim], *, listed: bool) -> list[Claim]:
    """Refuse names of ends that are the same in all records, where addresses tell the ends.

    A log's own columns are called like ends: `SourceSystem` is the system that the records came
    from. A name is that of the end all the same where the other side has one, too, and the
    address beside it is always the same.

    Args:
        claims: of a table of flows.
        listed: whether the source is the machine that listed its connections.
    """
    values = {
        field: {value for claim in claims if _is(claim, field) for value in _distinct(claim)}
        for side in _SIDES
        for field in (side, f"{side}_address")
    }
    addressed = all(values[f"{side}_address"] for side in _SIDES)
    paired = all(values[side] for side in _SIDES)
    note = "the same value stands in all records, whatever the addresses are"

    def names_another(claim: Claim) -> bool:
        if claim.field not in _SIDES or claim.status != ACCEPTED or len(_distinct(claim)) != 1:
            return False
        if listed and claim.field == "source":
            return False
        beside = values[f"{claim.field}_address"] | values[claim.field]
        addresses = is_address(pl.Series(sorted(beside), dtype=pl.String)).sum()
        return addresses > 1 or (addressed and not paired)

    return [
        replace(claim, status=REJECTED, notes=(note,)) if names_another(claim) else claim
        for claim in claims
    ]


def _is(claim: Claim, field: str) -> bool:
    return claim.field == field and claim.status == ACCEPTED


def _distinct(claim: Claim) -> Sequence[str]:
    values: list[str] = claim.column.sample().to_list()
    return values
