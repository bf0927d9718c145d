"""Headers of lists of applications and of databases, which mean less, or else, in other lists.

Which they are is data (`reference/listed_things.yaml`).
"""

from functools import cache
from typing import Any

from discovery_dagster import reference
from discovery_dagster.domain.words import fold


@cache
def listed_words(asset_type: str) -> dict[str, str]:
    """Return the field of each folded header of a list of things of a type."""
    fields: dict[str, Any] = reference.load("listed_things")[asset_type]
    return {
        fold(word): field for field, words in fields.items() if field != "beside" for word in words
    }


def listed_type(name_header: str, has_product: bool) -> str | None:
    """Return the type of the things that a column names only beside one of products, or None."""
    named = listed_words("database").get(fold(name_header)) == "name"
    return "database" if named and has_product else None
