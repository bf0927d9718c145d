"""What people decided about identity, and what it does to the identifiers of records.

A decision speaks of identifiers, not of records, so that it holds for every session in which they
are seen again. Where decisions are kept is the store's matter.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import polars as pl

from discovery_dagster.reference import load

JOIN: Final = "join"  # records that have one of the identifiers are one thing
SPLIT: Final = "split"  # the identifiers join nothing
ALIAS: Final = "alias"  # the second thing is but another name of the first

#: The form of the identifier that a join gives to records.
PERSON: Final = "person"

#: What stands before an identifier's kind and name that several assets bear.
AMBIGUOUS: Final = "several:"


@dataclass(frozen=True)
class IdentityDecision:
    """One decision that holds for an engagement."""

    id: int
    kind: str  # JOIN, SPLIT or ALIAS
    identifiers: tuple[str, ...]
    assets: tuple[str, ...]  # names of the assets that it was decided about
    reason: str
    author: str
    at: datetime

    @property
    def sentence(self) -> str:
        """What was decided, by whom and why."""
        names = " and ".join(self.assets)
        if self.kind == ALIAS:
            what = f"{self.assets[1]} is another name of {self.assets[0]}"
        elif self.kind == JOIN:
            what = f"{names} are one thing"
        else:
            what = f"{', '.join(self.identifiers)} joins no records of {names}"
        return f"{what}, decided by {self.author} on {self.at:%Y-%m-%d}: {self.reason}"


def digest(decisions: Sequence[IdentityDecision]) -> dict[str, str]:
    """Return a digest of what was decided by kind of decision; none for none."""
    if not decisions:
        return {}
    lines = ("\n".join((one.kind, *sorted(one.identifiers))) for one in decisions)
    return {"identity": hashlib.sha256("\n\n".join(lines).encode()).hexdigest()}


def apply(held: pl.DataFrame, decisions: Iterable[IdentityDecision]) -> pl.DataFrame:
    """Let decisions have their way with the identifiers of records.

    Args:
        held: `record, identifier, strength, form`, as `extraction.identifiers` returns.
        decisions: in the order in which they were made; a join outlasts a split.

    Returns:
        The same without identifiers that join nothing, and with one that each join gives to its
        records.
    """
    decided = list(decisions)
    banned = [name for one in decided if one.kind == SPLIT for name in one.identifiers]
    strength = load("identifiers")["strengths"][PERSON]
    joins = [
        held.filter(pl.col("identifier").is_in(one.identifiers))
        .select("record")
        .unique()
        .select(
            "record",
            pl.lit(f"{PERSON}:{one.id}").alias("identifier"),
            pl.lit(strength, pl.Int32).alias("strength"),
            pl.lit(PERSON).alias("form"),
        )
        for one in decided
        if one.kind == JOIN
    ]
    return pl.concat([held.filter(~pl.col("identifier").is_in(banned)), *joins])
