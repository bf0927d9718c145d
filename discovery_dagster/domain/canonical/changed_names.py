"""Names that a spreadsheet has changed: `mar-01` is `01-Mar` once a cell takes it for a date.

What such look like is data (`reference/value_kinds.yaml`). The name stays as it stands, since
nobody can tell from it what was typed.
"""

from functools import cache
from typing import Final

import polars as pl

from discovery_dagster.domain.canonical.accounts import PROBLEM
from discovery_dagster.domain.mapping.claims import OWN_NAMES
from discovery_dagster.domain.tables import empty
from discovery_dagster.domain.texts import formatted
from discovery_dagster.reference import load

_FIELDS: Final = frozenset({*OWN_NAMES, "aliases"})


def describe_changed(rows: pl.Series, cells: pl.Series, field: str, header: str) -> pl.DataFrame:
    """Return a `PROBLEM` for each name that looks like what a spreadsheet makes of one.

    Args:
        rows: number of each record.
        cells: of one column, cleaned.
        field: that the column gives.
        header: of the column.
    """
    if field not in _FIELDS:
        return empty(PROBLEM)
    matches = {
        kind: cells.str.contains(pattern).fill_null(value=False)
        for kind, pattern in _patterns().items()
    }
    if not any(each.any() for each in matches.values()):
        return empty(PROBLEM)
    kind = pl.coalesce(pl.when(pl.lit(each)).then(pl.lit(kind)) for kind, each in matches.items())
    changed = pl.DataFrame({"row": rows, "value": cells}).with_columns(kind=kind)
    return changed.drop_nulls("kind").select(
        pl.col("row").cast(pl.UInt32),
        pl.lit(field).alias("field"),
        pl.lit(header).alias("column"),
        pl.lit("changed_by_spreadsheet").alias("code"),
        formatted('"{}" looks like a {} that a spreadsheet made of a name.', "value", "kind").alias(
            "message"
        ),
        "value",
    )


@cache
def _patterns() -> dict[str, str]:
    """A pattern of each kind of value, with months as they are shortened."""
    rules = load("value_kinds")["made_by_spreadsheets"]
    months = "|".join(rules["months"])
    return {kind: pattern.replace("~MONTH", months) for kind, pattern in rules["patterns"].items()}
