"""Identity: which records are one real thing, and which asset of the engagement that thing is.

Keys join, likeness never does, and an IP address alone joins nothing. What an asset is, is decided
in `classification`; the register of ids is the store's.
"""

from discovery_dagster.domain.decisions.identity import IdentityDecision
from discovery_dagster.domain.identity.inventory import (
    STAGES,
    Inventory,
    candidate_identifiers,
    identifiers,
    resolve,
)

__all__ = [
    "STAGES",
    "IdentityDecision",
    "Inventory",
    "candidate_identifiers",
    "identifiers",
    "resolve",
]
