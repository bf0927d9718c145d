"""What the values of a column are that neither name a thing nor are words for anything.

Whatever a header says, dates, numbers and truth values are no hosts. The patterns are data
(`reference/value_kinds.yaml`).
"""

from functools import cache
from typing import Any, Final

import polars as pl

from discovery_dagster import reference
from discovery_dagster.domain.values.addresses import is_address
from discovery_dagster.domain.values.quantities import read_numbers

NUMBERS: Final = "numbers"
TRUTH_VALUES: Final = "truth values"
MARKS: Final = "marks"
_MAJORITY: Final = 0.5


def kind_of(values: pl.Series) -> str | None:
    """Return the plural of what more than half of `values` are, None where they may be words.

    Args:
        values: String, cleaned, without nulls. Truth values must be all of them, for `no` and `1`
            are other things, too.
    """
    if values.is_empty():
        return None
    text = values.str.to_lowercase()
    if text.is_in(_truth_values()).all():
        return TRUTH_VALUES
    shares = {kind: _share(text.str.contains(pattern)) for kind, pattern in _patterns().items()}
    shares["versions"] -= _share(is_address(text) & text.str.contains(_patterns()["versions"]))
    shares[NUMBERS] = _share(read_numbers(text).is_not_null())
    if sum(shares.values()) <= _MAJORITY:
        return None
    return max(shares, key=lambda kind: shares[kind])


def no_names() -> frozenset[str]:
    """Return the kinds of values that name no thing."""
    return frozenset(_rules()["no_names"])


def no_words() -> frozenset[str]:
    """Return the kinds of values that are no words at all."""
    return frozenset(_rules()["no_words"])


def are_cloud_words(values: pl.Series, kind: str) -> bool:
    """Return whether all of `values` are what clouds call their `sizes` or `regions`."""
    words = "|".join(f"(?:{pattern})" for pattern in _rules()[kind])
    return not values.is_empty() and bool(values.str.to_lowercase().str.contains(words).all())


def _share(of: pl.Series) -> float:
    return float(of.fill_null(value=False).sum()) / len(of)


@cache
def _truth_values() -> list[str]:
    words = reference.load("booleans")
    return [*words["true"], *words["false"]]


@cache
def _patterns() -> dict[str, str]:
    months = "|".join(_rules()["months"])
    return {
        kind: "|".join(f"(?:{pattern})" for pattern in patterns).replace("~MONTH", months)
        for kind, patterns in _rules()["patterns"].items()
    }


def _rules() -> Any:
    return reference.load("value_kinds")
